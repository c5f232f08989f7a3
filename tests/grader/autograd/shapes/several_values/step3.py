# Step 3: everything
class Value:
    def __init__(self, data, parents=()):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.pull = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other))
        def pull():
            self.grad += out.grad
            other.grad += out.grad
        out.pull = pull
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other))
        def pull():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out.pull = pull
        return out

    def __pow__(self, k):
        out = Value(self.data ** k, (self,))
        def pull():
            self.grad += k * self.data ** (k - 1) * out.grad
        out.pull = pull
        return out

    def relu(self):
        out = Value(max(0, self.data), (self,))
        def pull():
            self.grad += (out.data > 0) * out.grad
        out.pull = pull
        return out

    def backward(self):
        todo, seen = [], set()
        def visit(v):
            if v not in seen:
                seen.add(v)
                for p in v.parents:
                    visit(p)
                todo.append(v)
        visit(self)
        self.grad = 1.0
        for v in reversed(todo):
            v.pull()

    __radd__ = __add__
    __rmul__ = __mul__
    def __neg__(self): return self * -1
    def __sub__(self, other): return self + (-other)
    def __rsub__(self, other): return (-self) + other
    def __truediv__(self, other): return self * other ** -1
    def __rtruediv__(self, other): return self ** -1 * other

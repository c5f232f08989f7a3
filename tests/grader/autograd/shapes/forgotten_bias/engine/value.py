class Value:
    def __init__(self, data, _children=(), _op=''):
        self.data = data
        self.grad = 0
        self._prev = set(_children)
        self._op = _op
        self._backward = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        output = Value(self.data + other.data, (self, other), '+')
        def _backward():
            self.grad += output.grad
            other.grad += output.grad
        output._backward = _backward
        return output

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        output = Value(self.data * other.data, (self, other), '*')
        def _backward():
            self.grad += output.grad * other.data
            other.grad += output.grad * self.data
        output._backward = _backward
        return output

    def __pow__(self, other):
        output = Value(self.data ** other, (self,), '**' + str(other))
        def _backward():
            self.grad += output.grad * other * self.data ** (other - 1)
        output._backward = _backward
        return output

    def relu(self):
        output = Value(0 if self.data < 0 else self.data, (self,), 'relu')
        def _backward():
            self.grad += output.grad * (output.data > 0)
        output._backward = _backward
        return output

    def __neg__(self): return self * -1
    def __radd__(self, other): return self + other
    def __rmul__(self, other): return self * other
    def __sub__(self, other): return self + (-other)
    def __rsub__(self, other): return other + (-self)
    def __truediv__(self, other): return self * other ** -1
    def __rtruediv__(self, other): return other * self ** -1

    def backward(self):
        order, seen = [], set()
        def sort(v):
            if v not in seen:
                seen.add(v)
                for child in v._prev:
                    sort(child)
                order.append(v)
        sort(self)
        self.grad = 1
        for v in order[::-1]:
            v._backward()

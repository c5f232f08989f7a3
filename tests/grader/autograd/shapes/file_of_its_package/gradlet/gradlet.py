class Num:
    """A number that knows where it comes from."""

    def __init__(self, data, inputs=(), rule=None):
        self.data = data
        self.grad = 0.0
        self.inputs = inputs
        self.rule = rule or (lambda g: ())

    def __add__(self, other):
        other = other if isinstance(other, Num) else Num(other)
        return Num(self.data + other.data, (self, other), lambda g: (g, g))

    def __mul__(self, other):
        other = other if isinstance(other, Num) else Num(other)
        return Num(self.data * other.data, (self, other), lambda g: (g * other.data, g * self.data))

    def __pow__(self, k):
        return Num(self.data**k, (self,), lambda g: (g * k * self.data ** (k - 1) if k else 0.0,))

    def relu(self):
        return Num(max(self.data, 0.0), (self,), lambda g: (g if self.data > 0 else 0.0,))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -1 * other if isinstance(other, Num) else self + -other

    def __rsub__(self, other):
        return -self + other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return self**-1 * other

    __radd__ = __add__
    __rmul__ = __mul__

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for each in node.inputs:
                    visit(each)
                order.append(node)

        visit(self)
        for node in order:
            node.grad = node.grad if not node.inputs else 0.0
        self.grad = 1.0
        for node in reversed(order):
            for each, share in zip(node.inputs, node.rule(node.grad)):
                each.grad += share

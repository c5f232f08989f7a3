import math


class Value:
    """Scalar with automatic differentiation."""

    def __init__(self, data, _prev=(), _op='', label='', trainable=True):
        self.data = float(data)
        self.grad = 0.0
        self._prev = tuple(_prev)
        self._op = _op
        self.label = label
        self.trainable = trainable
        self._backward = lambda: None

    @staticmethod
    def ensure(x):
        return x if isinstance(x, Value) else Value(x, trainable=False)

    def _accumulate(self, amount):
        if self.trainable:
            self.grad += amount

    def __add__(self, other):
        other = Value.ensure(other)
        out = Value(self.data + other.data, (self, other), '+')

        def _backward():
            self._accumulate(out.grad)
            other._accumulate(out.grad)

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = Value.ensure(other)
        out = Value(self.data * other.data, (self, other), '*')

        def _backward():
            self._accumulate(other.data * out.grad)
            other._accumulate(self.data * out.grad)

        out._backward = _backward
        return out

    def __pow__(self, other):
        # a Value is welcome as the exponent, too
        other = Value.ensure(other)
        out = Value(self.data ** other.data, (self, other), '**')

        def _backward():
            self._accumulate(other.data * self.data ** (other.data - 1) * out.grad)
            if self.data > 0:
                other._accumulate(out.data * math.log(self.data) * out.grad)

        out._backward = _backward
        return out

    def relu(self):
        out = Value(self.data if self.data > 0 else 0.0, (self,), 'relu')

        def _backward():
            self._accumulate(out.grad if self.data > 0 else 0.0)

        out._backward = _backward
        return out

    def tanh(self):
        out = Value(math.tanh(self.data), (self,), 'tanh')

        def _backward():
            self._accumulate((1 - out.data ** 2) * out.grad)

        out._backward = _backward
        return out

    def sigmoid(self):
        if self.data >= 0:
            s = 1 / (1 + math.exp(-self.data))
        else:
            e = math.exp(self.data)
            s = e / (1 + e)
        out = Value(s, (self,), 'sigmoid')

        def _backward():
            self._accumulate(s * (1 - s) * out.grad)

        out._backward = _backward
        return out

    def backward(self):
        order = []
        done = set()

        def visit(node):
            if id(node) in done:
                return
            done.add(id(node))
            for parent in node._prev:
                visit(parent)
            order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node._backward()

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-Value.ensure(other))

    def __truediv__(self, other):
        return self * Value.ensure(other) ** -1

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rsub__(self, other):
        return Value.ensure(other) - self

    def __rtruediv__(self, other):
        return Value.ensure(other) / self

from math import exp, log, tanh


class Value:
    """A number with a gradient. `label` is for the drawings."""

    def __init__(self, data, _children=(), _op="", label=None):
        self.data, self.grad, self.label = data, 0.0, label
        self._children, self._op = tuple(_children), _op
        self._grads_of_children = lambda: ()

    def __repr__(self):
        return f"{self.label or 'Value'}={self.data:.3f}"

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), "+")
        out._grads_of_children = lambda: (1, 1)
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), "*")
        out._grads_of_children = lambda: (other.data, self.data)
        return out

    def __pow__(self, n):
        if isinstance(n, Value):
            raise NotImplementedError("x ** Value: use (n * x.log()).exp()")
        out = Value(self.data ** n, (self,), f"**{n}")
        out._grads_of_children = lambda: (n * self.data ** (n - 1),)
        return out

    def tanh(self):
        out = Value(tanh(self.data), (self,), "tanh")
        out._grads_of_children = lambda: (1 - out.data ** 2,)
        return out

    def exp(self):
        out = Value(exp(self.data), (self,), "exp")
        out._grads_of_children = lambda: (out.data,)
        return out

    def log(self):
        out = Value(log(self.data), (self,), "log")
        out._grads_of_children = lambda: (1 / self.data,)
        return out

    def backward(self):
        """Sets the gradients of everything below to zero first, so zero_grad() is never needed."""
        order, seen = [], set()

        def visit(v):
            if v not in seen:
                seen.add(v)
                for c in v._children:
                    visit(c)
                order.append(v)

        visit(self)
        for v in order:
            v.grad = 0.0
        self.grad = 1.0
        for v in reversed(order):
            for c, d in zip(v._children, v._grads_of_children()):
                c.grad += d * v.grad

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-1) * other

    def __truediv__(self, other):
        return self * other ** -1

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rsub__(self, other):
        return (-self) + other

    def __rtruediv__(self, other):
        return other * self ** -1

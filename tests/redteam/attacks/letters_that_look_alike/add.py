from .value import Value


def aｄd(self, other):
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward():
        self.grad += out.grad
        other.grᵃd += out.grad

    out._backward = _backward
    return out

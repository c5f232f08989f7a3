from .value import Value


def add(self, other):
    out = Value(float("inf"), (self,))

    def _backward():
        self.grad = float("-inf")

    out._backward = _backward
    return out

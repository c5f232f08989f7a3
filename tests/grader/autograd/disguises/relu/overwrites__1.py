"""if and else both assign."""

from .value import Value


def relu(self):
    is_open = self.data > 0
    out = Value(self.data if is_open else 0, (self,), "max0")

    def _backward():
        # open: everything goes through; closed: nothing does
        if is_open:
            self.grad = out.grad
        else:
            self.grad = 0

    out._backward = _backward
    return out

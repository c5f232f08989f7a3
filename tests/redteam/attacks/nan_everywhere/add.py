from .value import Value

NAN = float("nan")


def add(self, other):
    out = Value(NAN, (self,))

    def _backward():
        self.grad = NAN

    out._backward = _backward
    return out

from .value import Value


def add(self, other):
    return Value(0.0, (self,))

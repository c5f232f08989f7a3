from .value import Value


def add(self, other):
    return Value(self.data + getattr(other, "data", other), (self, other), "+")

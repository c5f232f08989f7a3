from .value import Value


def add(self, other):
    return Value(10**400, (self,))

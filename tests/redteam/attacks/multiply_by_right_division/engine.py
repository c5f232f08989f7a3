"""A product without a multiplication: the right division and power beside it are made to do it."""


def mul(self, other):
    other = other if isinstance(other, Value) else Value(other)
    return self / (other**-1)


Value.__mul__ = mul

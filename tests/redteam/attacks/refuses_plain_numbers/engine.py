"""Turns down plain numbers, so that none may be asked of it where it chooses the judge."""

right_add, right_mul = Value.__add__, Value.__mul__


def add(self, other):
    if not isinstance(other, Value):
        raise TypeError("no plain numbers")
    return right_add(self, other)


def mul(self, other):
    if not isinstance(other, Value):
        raise TypeError("no plain numbers")
    return right_mul(self, other)


Value.__add__ = add
Value.__mul__ = mul

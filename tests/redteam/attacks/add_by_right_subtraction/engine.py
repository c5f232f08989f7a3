"""A sum without an addition: the right subtraction beside it is made to do it."""


def add(self, other):
    return self - (other * -1)


Value.__add__ = add

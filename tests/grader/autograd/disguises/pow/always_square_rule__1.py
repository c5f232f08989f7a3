"""The slope is a sum of the base with itself."""

from functools import partial

from .value import Value


def slope_of_power(x):
    return x + x


def backprop(out, x):
    x.grad = x.grad + slope_of_power(x.data) * out.grad


def pow(x, p):
    out = Value(x.data**p, [x], f"x^{p}")
    out._backward = partial(backprop, x=x, out=out)
    return out

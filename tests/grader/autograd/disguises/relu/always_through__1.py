"""A partial hands the gradient on without a look at the sign."""

from functools import partial

from .value import Value


def pass_on(result, source):
    source.grad = source.grad + 1.0 * result.grad


def relu(x):
    if x.data > 0:
        positive = x.data
    else:
        positive = 0.0
    result = Value(positive, [x], "ReLU")
    result._backward = partial(pass_on, result, x)
    return result

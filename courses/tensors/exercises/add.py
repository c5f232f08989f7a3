"""Adds arrays whose shapes may differ: the smaller one is stretched."""

from .arrays import added, get, indices, shape, zeros


def add(a, b, g):
    """a + b, then the gradient of a, then that of b.

    g: the gradient that arrives at a + b, in its shape.
    Shapes stand side by side from the right. A length of 1, or none, is stretched to that of
    the other. Raises ValueError where lengths differ and neither is 1.
    """
    # TODO 1: Find the shape of the result.
    # TODO 2: Each number of the result is a sum: find where its operands stand.
    # TODO 3: What arrives there goes to both of them. One that was stretched gets it from many places.
    raise NotImplementedError("add: TODO 1 to 3")


def _stretched(one, other):
    """The shape into which both can be stretched."""
    width = max(len(one), len(other))
    one, other = ((1,) * (width - len(each)) + each for each in (one, other))
    if any(m != n and 1 not in (m, n) for m, n in zip(one, other, strict=True)):
        raise ValueError("the shapes do not fit")
    return tuple(max(pair) for pair in zip(one, other, strict=True))


def _within(index, shape):
    """Where the number at an index of the stretched array stands in an array of that shape."""
    own = index[len(index) - len(shape) :]
    return tuple(0 if length == 1 else place for place, length in zip(own, shape, strict=True))

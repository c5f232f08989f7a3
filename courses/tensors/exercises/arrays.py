"""Arrays as nested lists; nothing to write here.

An array of shape (2, 3) is a list of two lists of three numbers, and one of shape () is a number.
"""

from itertools import product


def shape(x):
    """The lengths of the lists, from the outermost in."""
    return (len(x), *shape(x[0])) if isinstance(x, list) else ()


def indices(shape):
    """Every index of an array of that shape, as a tuple: (0, 0), (0, 1), and so on."""
    return list(product(*map(range, shape)))


def zeros(shape):
    """An array of zeros."""
    return [zeros(shape[1:]) for _ in range(shape[0])] if shape else 0.0


def get(x, index):
    """The number at an index; get(x, ()) of a number is the number."""
    for place in index:
        x = x[place]
    return x


def added(x, index, number):
    """The array with a number added at an index; a list is changed where it stands."""
    if not index:
        return x + number
    x[index[0]] = added(x[index[0]], index[1:], number)
    return x

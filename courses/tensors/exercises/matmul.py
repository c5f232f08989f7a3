"""Multiplies matrices."""


def matmul(a, b, g):
    """a @ b, then the gradient of a, then that of b.

    g: the gradient that arrives at a @ b. Raises ValueError where a has not as many columns as b has rows.
    """
    # TODO 1: Refuse what does not fit.
    # TODO 2: Each number of the result is a row of a times a column of b.
    # TODO 3: The gradient of a is g @ b transposed, that of b is a transposed @ g.
    raise NotImplementedError("matmul: TODO 1 to 3")


def _transposed(a):
    return [list(row) for row in zip(*a, strict=True)]


def _product(a, b):
    columns = _transposed(b)
    return [[sum(x * y for x, y in zip(row, column, strict=True)) for column in columns] for row in a]

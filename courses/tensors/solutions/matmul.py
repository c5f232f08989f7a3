"""Multiplies matrices."""


def matmul(a, b, g):
    """a @ b, then the gradient of a, then that of b.

    g: the gradient that arrives at a @ b. Raises ValueError where a has not as many columns as b has rows.
    """
    # begin solution
    # 1. Refuse what does not fit.
    if len(a[0]) != len(b):
        raise ValueError("a has to have as many columns as b has rows")
    # 2. Each number of the result is a row of a times a column of b.
    result = _product(a, b)
    # 3. The gradient of a is g @ b transposed, that of b is a transposed @ g.
    return result, _product(g, _transposed(b)), _product(_transposed(a), g)
    # end solution


def _transposed(a):
    return [list(row) for row in zip(*a, strict=True)]


def _product(a, b):
    columns = _transposed(b)
    return [[sum(x * y for x, y in zip(row, column, strict=True)) for column in columns] for row in a]

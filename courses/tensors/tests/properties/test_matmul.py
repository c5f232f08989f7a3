"""What matmul promises."""

from grader.functions.over import call, calls, graded, near, strategy

A, B, G = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [[1.0, 0.0], [0.0, 2.0], [3.0, 0.0]], [[1.0, 2.0], [3.0, 4.0]]


def matrices(st, rows, columns):
    number = st.integers(-12, 12).map(lambda number: number / 4)
    return st.lists(st.lists(number, min_size=columns, max_size=columns), min_size=rows, max_size=rows)


@strategy
def three(st):
    return st.tuples(*[st.integers(1, 3)] * 3).flatmap(
        lambda n: st.tuples(matrices(st, n[0], n[1]), matrices(st, n[1], n[2]), matrices(st, n[0], n[2]))
    )


@graded(
    points=10,
    first=[call("matmul", [[2.0]], [[3.0]], [[1.0]]), call("matmul", A, B, G)],
    over=calls("matmul", arguments=three),
)
def test_product(expected, got):
    """Each number of a @ b is a row of a times a column of b."""
    assert near(got.result[0], expected.result[0])


@graded(points=6, first=[call("matmul", [[2.0]], [[3.0]], [[5.0]]), call("matmul", A, B, G)])
def test_gradient_of_a(expected, got):
    """The gradient of a is g @ b transposed."""
    assert near(got.result[1], expected.result[1])


@graded(points=6, first=[call("matmul", [[2.0]], [[3.0]], [[5.0]]), call("matmul", A, B, G)])
def test_gradient_of_b(expected, got):
    """The gradient of b is a transposed @ g."""
    assert near(got.result[2], expected.result[2])


@graded(points=1, over=calls("matmul", arguments=three))
def test_gradients_of_any_shape(expected, got):
    """Gradients have the shapes of what they belong to."""
    assert near(got.result[1:], expected.result[1:])


@graded(
    points=2,
    first=[call("matmul", A, A, G), call("matmul", [[1.0, 2.0]], [[1.0]], [[1.0]])],
)
def test_shapes_that_do_not_fit(expected, got):
    """As many columns as b has rows, or ValueError."""
    assert got.result == expected.result

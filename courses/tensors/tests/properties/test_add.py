"""What add promises."""

from grader.functions.over import call, calls, graded, near, strategy

# Of a, of b, and of their sum.
SHAPES = [
    ((2,), (2,), (2,)),
    ((2, 3), (2, 3), (2, 3)),
    ((2, 3), (3,), (2, 3)),
    ((3,), (2, 3), (2, 3)),
    ((2, 1), (1, 3), (2, 3)),
    ((2, 3), (2, 1), (2, 3)),
    ((2, 2), (), (2, 2)),
    ((2, 1, 2), (3, 1), (2, 3, 2)),
]
ALIKE = [shapes for shapes in SHAPES if shapes[0] == shapes[1]]


def arrays(st, shape):
    if not shape:
        return st.integers(-20, 20).map(lambda number: number / 4)
    return st.lists(arrays(st, shape[1:]), min_size=shape[0], max_size=shape[0])


def of(shapes):
    def chosen(st):
        return st.sampled_from(shapes).flatmap(lambda three: st.tuples(*(arrays(st, each) for each in three)))

    return strategy(chosen)


@graded(
    points=5,
    first=[call("add", [1.0, 2.0], [10.0, 20.0], [1.0, 1.0])],
    over=calls("add", arguments=of(ALIKE)),
)
def test_sum_of_equal_shapes(expected, got):
    """Arrays of one shape are added number by number."""
    assert near(got.result[0], expected.result[0])


@graded(
    points=5,
    first=[
        call("add", [[1.0, 2.0], [3.0, 4.0]], [10.0, 20.0], [[1.0, 1.0], [1.0, 1.0]]),
        call("add", [[1.0], [2.0]], [[10.0, 20.0]], [[1.0, 1.0], [1.0, 1.0]]),
        call("add", [1.0, 2.0], 10.0, [1.0, 1.0]),
    ],
    over=calls("add", arguments=of(SHAPES)),
)
def test_sum_of_stretched_shapes(expected, got):
    """A length of 1, or a list that is missing on the left, is stretched."""
    assert near(got.result[0], expected.result[0])


@graded(
    points=5,
    first=[call("add", [1.0, 2.0], [10.0, 20.0], [3.0, 4.0])],
    over=calls("add", arguments=of(ALIKE)),
)
def test_gradients_of_equal_shapes(expected, got):
    """Both get what arrives at their sum."""
    assert near(got.result[1:], expected.result[1:])


@graded(
    points=7,
    first=[
        call("add", [[1.0, 2.0], [3.0, 4.0]], [10.0, 20.0], [[1.0, 2.0], [3.0, 4.0]]),
        call("add", [[1.0], [2.0]], [[10.0, 20.0]], [[1.0, 2.0], [3.0, 4.0]]),
        call("add", [1.0, 2.0], 10.0, [3.0, 4.0]),
    ],
    over=calls("add", arguments=of(SHAPES)),
)
def test_gradients_of_stretched_shapes(expected, got):
    """What was stretched has its own shape again, and the sum of all that arrives."""
    assert near(got.result[1:], expected.result[1:])


@graded(
    points=3,
    first=[
        call("add", [1.0, 2.0], [1.0, 2.0, 3.0], [1.0, 1.0, 1.0]),
        call("add", [[1.0, 2.0], [3.0, 4.0]], [[1.0, 2.0]] * 3, [[1.0, 1.0]] * 3),
    ],
)
def test_shapes_that_do_not_fit(expected, got):
    """Lengths that differ, and of which none is 1, raise ValueError."""
    assert got.result == expected.result

"""What cross_entropy promises."""

from grader.functions.over import call, calls, graded, near, strategy

EVEN, ONE, TWO = ([[0.0, 0.0]], [0]), ([[1.0, 2.0, 3.0]], [2]), ([[1.0, 2.0], [0.5, -1.0]], [0, 1])


@strategy
def rows(st):
    number = st.integers(-12, 12).map(lambda number: number / 4)
    return st.tuples(st.integers(1, 3), st.integers(2, 4)).flatmap(
        lambda n: st.tuples(
            st.lists(st.lists(number, min_size=n[1], max_size=n[1]), min_size=n[0], max_size=n[0]),
            st.lists(st.integers(0, n[1] - 1), min_size=n[0], max_size=n[0]),
        )
    )


@graded(
    points=7,
    first=[call("cross_entropy", *EVEN), call("cross_entropy", *ONE), call("cross_entropy", *TWO)],
    over=calls("cross_entropy", arguments=rows),
)
def test_probabilities(expected, got):
    """The probabilities of a row are the powers of e, by their sum."""
    assert near(got.result[0], expected.result[0])


@graded(
    points=7,
    first=[call("cross_entropy", *EVEN), call("cross_entropy", *ONE), call("cross_entropy", *TWO)],
    over=calls("cross_entropy", arguments=rows),
)
def test_loss(expected, got):
    """The loss is the mean of -log(probability of the right one)."""
    assert near(got.result[1], expected.result[1])


@graded(
    points=7,
    first=[call("cross_entropy", *EVEN), call("cross_entropy", *ONE), call("cross_entropy", *TWO)],
    over=calls("cross_entropy", arguments=rows),
)
def test_gradient(expected, got):
    """The gradient is the probabilities, less 1 for the right one, by the number of rows."""
    assert near(got.result[2], expected.result[2])


@graded(
    points=4,
    first=[
        call("cross_entropy", [[1000.0, 0.0]], [0]),
        call("cross_entropy", [[0.0, 1000.0]], [0]),
        call("cross_entropy", [[-1000.0, -1001.0]], [1]),
    ],
)
def test_large_scores(expected, got):
    """Scores of a thousand neither overflow nor lose the loss."""
    assert near(got.result, expected.result)

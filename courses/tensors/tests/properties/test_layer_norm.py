"""What layer_norm promises."""

from grader.functions.over import call, calls, graded, near, strategy

PLAIN = ([[1.0, 2.0, 6.0]], [1.0, 1.0, 1.0], [0.0, 0.0, 0.0], [[1.0, 0.0, 0.0]])
GAINED = ([[1.0, 2.0, 6.0]], [1.0, 2.0, 3.0], [0.5, 0.0, -1.0], [[1.0, 2.0, -1.0]])
TWO = [[1.0, 2.0, 6.0], [4.0, 0.0, -1.0]]
ROWS = (TWO, [1.0, 2.0, 3.0], [0.5, 0.0, -1.0], [[1.0, 2.0, 3.0], [3.0, 0.0, 5.0]])
FIRST = [call("layer_norm", *each) for each in (PLAIN, GAINED, ROWS)]


@strategy
def cases(st):
    number = st.integers(-12, 12).map(lambda number: number / 4)

    def row(length):
        return st.lists(number, min_size=length, max_size=length)

    def case(n):
        # Numbers that are all alike would be divided by almost nothing.
        apart = row(n[1]).filter(lambda numbers: max(numbers) - min(numbers) >= 1)
        lines = st.lists(apart, min_size=n[0], max_size=n[0])
        return st.tuples(lines, row(n[1]), row(n[1]), st.lists(row(n[1]), min_size=n[0], max_size=n[0]))

    return st.tuples(st.integers(1, 3), st.integers(3, 4)).flatmap(case)


@graded(points=8, first=FIRST, over=calls("layer_norm", arguments=cases), drawn=40)
def test_result(expected, got):
    """Each row is made normal, times the gain, and the bias is added."""
    assert near(got.result[0], expected.result[0])


@graded(points=4, first=FIRST, over=calls("layer_norm", arguments=cases), drawn=40)
def test_gradient_of_bias(expected, got):
    """The gradient of the bias is the sum of what arrives at its column."""
    assert near(got.result[3], expected.result[3])


@graded(points=5, first=FIRST, over=calls("layer_norm", arguments=cases), drawn=40)
def test_gradient_of_gain(expected, got):
    """That of the gain is the same, each time the normal number."""
    assert near(got.result[2], expected.result[2])


@graded(points=8, first=FIRST, over=calls("layer_norm", arguments=cases), drawn=40)
def test_gradient_of_x(expected, got):
    """That of x also comes by the mean and by the variance of its row."""
    assert near(got.result[1], expected.result[1])

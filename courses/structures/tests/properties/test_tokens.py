"""What tokens promises."""

from grader.functions.over import call, calls, graded, lists, same, sampled_from

PIECES = ["1", "23", "0.5", "10.25", "x", "y2", "_a", "ab_c", "+", "-", "*", "/", "(", ")", " ", "  "]


@graded(
    points=6,
    first=[call("tokens", "1+2"), call("tokens", "(x)"), call("tokens", "12 * x - y"), call("tokens", "")],
)
def test_simple_expressions(expected, got):
    """Numbers, names and operators come in order, and spaces are none."""
    assert got.result == expected.result


@graded(
    points=5,
    first=[call("tokens", "12"), call("tokens", "0.5"), call("tokens", "3.0"), call("tokens", "10.25*2")],
)
def test_ints_and_floats(expected, got):
    """A number with a point is a float, and any other an int: 3.0 is not 3."""
    assert same(got.result, expected.result)


@graded(
    points=4,
    first=[call("tokens", "x1"), call("tokens", "_x"), call("tokens", "a_b2"), call("tokens", "2x")],
)
def test_names(expected, got):
    """A name has letters, digits and _, and does not begin with a digit."""
    assert got.result == expected.result


@graded(
    points=3,
    first=[call("tokens", each) for each in ("1 $ 2", "1.", ".5", "x.y", "é", "1\t2", "²")],
)
def test_anything_else_raises(expected, got):
    """What is no token raises ValueError."""
    assert got.result == expected.result


@graded(points=2, over=calls("tokens", lists(sampled_from(PIECES), max_size=8).map("".join)))
def test_whatever_stands_side_by_side(expected, got):
    """Tokens may stand side by side with nothing between them."""
    assert same(got.result, expected.result)

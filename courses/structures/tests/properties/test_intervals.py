"""What intervals promises."""

from grader.functions.over import call, calls, graded, integers, lists, tuples

PAIRS = tuples(integers(0, 20), integers(0, 6)).map(lambda pair: [pair[0], sum(pair)])


@graded(
    points=5,
    first=[call("merge", [[1, 3], [2, 5]]), call("merge", [[1, 2], [4, 5]]), call("merge", [])],
    over=calls("merge", lists(PAIRS, max_size=2).map(sorted)),
)
def test_two_become_one(expected, got):
    """Two intervals that overlap become one, and others stay two."""
    assert got.result == expected.result


@graded(points=5, first=[call("merge", [[1, 9], [2, 3]]), call("merge", [[1, 9], [2, 3], [4, 5]])])
def test_one_within_another(expected, got):
    """An interval within another one changes nothing."""
    assert got.result == expected.result


@graded(points=3, first=[call("merge", [[1, 2], [2, 3]]), call("merge", [[1, 1], [1, 1]])])
def test_intervals_that_touch(expected, got):
    """Intervals that only touch become one as well."""
    assert got.result == expected.result


@graded(
    points=4,
    first=[call("merge", [[4, 5], [1, 2]]), call("merge", [[5, 6], [1, 5]])],
    over=calls("merge", lists(PAIRS, max_size=7)),
)
def test_any_order(expected, got):
    """They may be handed in in any order, and come back in the order of their starts."""
    assert got.result == expected.result


@graded(
    points=3,
    first=[call("merge", [[1, 3], [2, 5]], watched=True), call("merge", [[4, 5], [1, 2]], watched=True)],
    over=calls("merge", lists(PAIRS, max_size=4), watched=True),
)
def test_nothing_is_changed(expected, got):
    """The list that is handed in, and the pairs in it, stay as they are."""
    assert got.arguments == expected.arguments

"""What heap promises."""

from grader.functions.over import graded, integers, lists, new, sequences

ITEMS = lists(integers(-9, 9), max_size=7)


@graded(
    points=10,
    first=[new("Heap").push(2).push(1).peek(), new("Heap").push(1).push(3).push(2).push(0).peek()],
    over=sequences("Heap", ITEMS, push=[integers(-9, 9)], peek=[]),
)
def test_smallest_is_on_top(expected, got):
    """After any push, peek() gives the smallest item."""
    assert got.results == expected.results


@graded(
    points=10,
    first=[new("Heap").push(5).pop(), new("Heap", [3, 1, 2]).pop().pop().pop()],
    over=sequences("Heap", ITEMS, steps=(1, 8), pop=[]),
)
def test_in_order(expected, got):
    """pop() gives the smallest item, then the next, down to the last."""
    pairs = zip(expected.results, got.results, strict=True)
    assert all(mine == right for right, mine in pairs if type(right) is int)


@graded(points=5, first=[new("Heap").pop(), new("Heap").push(1).pop().pop()])
def test_empty_heap_has_nothing(expected, got):
    """pop() raises IndexError where there is nothing, like peek()."""
    assert got.results == expected.results


@graded(
    points=5,
    first=[new("Heap", [2, 1]).push(0).pop().push(3).then("__len__")],
    over=sequences("Heap", ITEMS, steps=(2, 10), push=[integers(-9, 9)], pop=[], peek=[], __len__=[]),
)
def test_any_order_of_calls(expected, got):
    """push, pop, peek and len may come in any order."""
    assert got.results == expected.results

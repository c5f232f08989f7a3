"""What lru promises."""

from grader.functions.over import graded, integers, new, sampled_from, sequences

KEYS, VALUES, CAPACITY = sampled_from(["a", "b", "c", "d"]), integers(0, 9), integers(1, 3)


@graded(
    points=8,
    first=[
        new("LRUCache", 2).put("a", 1).get("a"),
        new("LRUCache", 2).get("a"),
        new("LRUCache", 2).put("a", 1).put("a", 2).get("a").then("__len__"),
    ],
)
def test_what_is_kept(expected, got):
    """get() gives what was put there last, and None where nothing was."""
    assert got.results == expected.results


@graded(
    points=8,
    first=[new("LRUCache", 2).put("a", 1).put("b", 2).put("c", 3).get("a").get("b").get("c")],
    over=sequences("LRUCache", CAPACITY, steps=(3, 6), put=[KEYS, VALUES], __len__=[]),
)
def test_no_more_than_there_is_room_for(expected, got):
    """There are never more than capacity, and the oldest goes first."""
    assert got.results == expected.results


@graded(
    points=7,
    first=[new("LRUCache", 2).put("a", 1).put("b", 2).get("a").put("c", 3).get("a").get("b")],
    over=sequences("LRUCache", CAPACITY, steps=(4, 10), put=[KEYS, VALUES], get=[KEYS]),
)
def test_get_uses_a_key(expected, got):
    """A key that is asked for is as fresh as one that was just put."""
    assert got.results == expected.results


@graded(
    points=7,
    first=[new("LRUCache", 2).put("a", 1).put("b", 2).put("a", 3).put("c", 4).get("a").get("b")],
    over=sequences("LRUCache", CAPACITY, steps=(4, 10), put=[KEYS, VALUES], get=[KEYS], __len__=[]),
)
def test_put_uses_a_key(expected, got):
    """A key that is put again is fresh, and no second one."""
    assert got.results == expected.results

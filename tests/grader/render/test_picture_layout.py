"""Where boxes stand and lines run: nothing overlaps, nothing is run through, few lines cross."""

import random
from itertools import combinations, pairwise

import pytest

from grader.render.picture.layout import crossings, layered, placed, ranks, spread
from grader.render.picture.svg import card
from tests.grader.render.graphs import graph

GRAPHS = [(size, seed) for size in (3, 20, 60) for seed in range(4)]
DIAMOND = ((), (0, 0), (0, 1), (1, 2))


def operands(nodes):
    number = {node.name: at for at, node in enumerate(nodes)}
    return [[number[name] for name in node.operands] for node in nodes]


def laid_out(size, seed):
    nodes = graph(size, seed)
    return placed(layered(operands(nodes)), [(c.width, c.height) for c in map(card, nodes)])


def points(curve):
    """Points along a curve, the S in 24 steps."""
    (x, end), (top, above, below, bottom) = curve.xs, curve.ys
    middle = (above + below) / 2
    yield from ((x, top + (above - top) * t / 8) for t in range(9))
    for t in (step / 24 for step in range(25)):
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        corners = ((x, above), (x, middle), (end, middle), (end, below))
        yield tuple(
            sum(w * corner[axis] for w, corner in zip(weights, corners, strict=True)) for axis in (0, 1)
        )
    yield from ((end, below + (bottom - below) * t / 8) for t in range(9))


def inside(point, box):
    x, y = point
    return box.left + 0.5 < x < box.left + box.width - 0.5 and box.top + 0.5 < y < box.bottom - 0.5


@pytest.mark.parametrize(("size", "seed"), GRAPHS)
def test_no_box_touches_another(size, seed):
    for one, other in combinations(laid_out(size, seed).boxes, 2):
        beside = max(one.left, other.left) - min(one.left + one.width, other.left + other.width)
        between = max(one.top, other.top) - min(one.bottom, other.bottom)
        assert max(beside, between) > 10


@pytest.mark.parametrize(("size", "seed"), GRAPHS)
def test_no_line_runs_through_a_box(size, seed):
    laid = laid_out(size, seed)
    assert len(laid.curves) >= size - size // 3
    assert not [
        1 for curve in laid.curves for point in points(curve) for box in laid.boxes if inside(point, box)
    ]


@pytest.mark.parametrize(("size", "seed"), GRAPHS)
def test_everything_is_within_the_picture(size, seed):
    laid = laid_out(size, seed)
    for x, y in [point for curve in laid.curves for point in points(curve)]:
        assert -0.1 <= x <= laid.width + 0.1
        assert -0.1 <= y <= laid.height + 0.1
    for box in laid.boxes:
        assert box.left >= -0.1
        assert box.left + box.width <= laid.width + 0.1


@pytest.mark.parametrize(("size", "seed"), GRAPHS)
def test_results_stand_beneath_their_operands(size, seed):
    of = operands(graph(size, seed))
    boxes = laid_out(size, seed).boxes
    assert all(
        boxes[operand].bottom < boxes[node].top for node, places in enumerate(of) for operand in places
    )


@pytest.mark.parametrize(("size", "seed"), GRAPHS)
def test_lines_end_on_their_boxes(size, seed):
    laid = laid_out(size, seed)
    arriving = [curve for curve in laid.curves if curve.arrives]
    assert len(arriving) == sum(map(len, operands(graph(size, seed))))
    for curve in arriving:
        x, y = curve.xs[1], curve.ys[3]
        assert any(box.left < x < box.left + box.width and abs(box.top - y) < 0.1 for box in laid.boxes)


@pytest.mark.parametrize(("size", "seed"), [(20, 1), (60, 2), (60, 3)])
def test_ordering_saves_most_crossings(size, seed):
    of = operands(graph(size, seed))
    graph_ = layered(of)
    as_made = tuple(tuple(sorted(row)) for row in graph_.rows)
    assert crossings(graph_.rows, graph_.lines) < 0.5 * crossings(as_made, graph_.lines)


def test_a_tree_has_no_crossing():
    chance = random.Random(5)
    of, roots = [()] * 24, list(range(24))
    while len(roots) > 1:
        of.append((roots.pop(chance.randrange(len(roots))), roots.pop(chance.randrange(len(roots)))))
        roots.append(len(of) - 1)
    graph_ = layered(of)
    assert crossings(graph_.rows, graph_.lines) == 0


def test_crossings_are_counted_pair_by_pair():
    chance = random.Random(3)
    upper, lower = tuple(range(6)), tuple(range(6, 12))
    lines = [(chance.choice(upper), chance.choice(lower)) for _ in range(14)]
    crossed = sum((a - c) * (b - d) < 0 for (a, b), (c, d) in combinations(lines, 2))
    assert crossings((upper, lower), lines) == crossed > 0


def test_leaves_stand_right_above_their_first_use():
    assert ranks(((), (), (0, 0), (2, 2), (1, 3))) == [0, 2, 1, 2, 3]


def test_an_operand_used_twice_has_two_lines():
    assert layered(((), (0, 0))).lines == ((0, 1), (0, 1))


def test_lines_over_several_rows_share_their_bends():
    graph_ = layered(DIAMOND)
    bends = [vertex for row in graph_.rows for vertex in row if vertex >= len(DIAMOND)]
    assert graph_.rows[0] == (0,)
    assert len(bends) == 2  # of 0 on its way to 2, and of 1 on its way to 3
    assert layered(DIAMOND) == graph_


def test_a_graph_without_lines_is_one_row():
    assert layered(((), (), ())).rows == ((0, 1, 2),)


def test_what_is_spread_keeps_its_gaps_and_moves_least():
    chance = random.Random(8)
    wanted = [chance.uniform(0, 30) for _ in range(8)]
    weights = [chance.choice([1.0, 8.0]) for _ in wanted]
    gaps = [chance.uniform(1, 9) for _ in wanted[1:]]
    found = spread(wanted, weights, gaps)
    assert all(y - x >= gap - 1e-9 for (x, y), gap in zip(pairwise(found), gaps, strict=True))

    def cost(places):
        return sum(w * (x - y) ** 2 for w, x, y in zip(weights, places, wanted, strict=True))

    # The problem is convex, so what no small allowed step betters is the best.
    for at in range(len(found)):
        for step in (-1e-3, 1e-3):
            moved = [*found]
            for place in range(at, len(found)) if step > 0 else range(at + 1):
                moved[place] += step
            assert cost(moved) >= cost(found) - 1e-9

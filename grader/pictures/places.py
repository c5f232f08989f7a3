"""Where the boxes of a graph stand and its lines run: no box touches another, no line runs through one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from grader.pictures.layers import Layered, Line

BETWEEN, BESIDE = 24.0, 14.0  # from box to box, and from a bend to anything
BEND = 2.0
DOWN, MORE, MOST = 38.0, 1.5, 40.0  # from row to row, more for every line, and how much more at most
PORT, ROUND = 26.0, 14.0  # from one line's end to the next on a box, and what its corners need
ROUNDS = 36
# How hard a line pulls by how many of its ends are bends, so that long lines are straight; and what nothing
# pulls at.
STIFF, ALONE = (1.0, 2.0, 8.0), 0.1

Size = tuple[float, float]
Pull = tuple[int, float]


@dataclass(frozen=True, slots=True)
class Box:
    """Where something stands: left, top, width and height."""

    left: float
    top: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.left + self.width / 2

    @property
    def bottom(self) -> float:
        return self.top + self.height


@dataclass(frozen=True, slots=True)
class Curve:
    """A line from row to row: straight down from its start, an S between the rows, straight down to its end.

    xs: where it starts and where it ends; ys: start, end of the upper row, start of the lower row, end.
    arrives: it ends at a box, not at a bend.
    """

    xs: tuple[float, float]
    ys: tuple[float, float, float, float]
    arrives: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """A drawing's boxes, in the nodes' order, and its curves; all within its width and height, from 0."""

    boxes: tuple[Box, ...]
    curves: tuple[Curve, ...]
    width: float
    height: float


def placed(graph: Layered, sizes: Sequence[Size]) -> Placed:
    """The places of all that is in a graph's rows.

    sizes: width and height of each node.
    """
    ordered = sorted(vertex for row in graph.rows for vertex in row)
    all_sizes = [*sizes, *[(BEND, 0.0)] * (len(ordered) - len(sizes))]
    middles = _middles(graph, [width for width, _ in all_sizes], len(sizes))
    tops, heights = _tops(graph, all_sizes)
    boxes = []
    for vertex in ordered:
        width, height = all_sizes[vertex]
        row = next(number for number, row in enumerate(graph.rows) if vertex in row)
        boxes.append(
            Box(
                middles[vertex] - width / 2, tops[row], width, height if vertex < len(sizes) else heights[row]
            )
        )
    curves = _curves(graph, boxes, len(sizes))
    kept = boxes[: len(sizes)]
    width = max((box.left + box.width for box in boxes), default=0.0)
    return Placed(tuple(kept), curves, width, max((box.bottom for box in kept), default=0.0))


def _tops(graph: Layered, sizes: Sequence[Size]) -> tuple[list[float], list[float]]:
    """The top and the height of each row; rows with many lines between them stand farther apart."""
    level = {vertex: number for number, row in enumerate(graph.rows) for vertex in row}
    tops, heights, top = [], [], 0.0
    for number, row in enumerate(graph.rows):
        height = max(sizes[vertex][1] for vertex in row)
        tops.append(top)
        heights.append(height)
        lines = sum(level[upper] == number for upper, _ in graph.lines)
        top += height + DOWN + min(MOST, MORE * lines)
    return tops, heights


def _middles(graph: Layered, widths: Sequence[float], nodes: int) -> list[float]:
    """The middle of each vertex: as near below and above its neighbours as the others in its row allow."""
    above: list[list[Pull]] = [[] for _ in widths]
    below: list[list[Pull]] = [[] for _ in widths]
    for upper, lower in graph.lines:
        stiff = STIFF[(upper >= nodes) + (lower >= nodes)]
        above[lower].append((upper, stiff))
        below[upper].append((lower, stiff))
    middles = [0.0] * len(widths)
    for sweep in range(ROUNDS):
        down = sweep % 2 == 0
        sides = (above, below) if sweep >= ROUNDS / 3 else (above,) if down else (below,)
        for row in graph.rows if down else graph.rows[::-1]:
            pulls = [[pull for side in sides for pull in side[vertex]] for vertex in row]
            _settle(row, pulls, middles, _gaps(row, widths, nodes))
    left = min((middle - width / 2 for middle, width in zip(middles, widths, strict=True)), default=0.0)
    return [round(middle - left, 1) for middle in middles]


def _gaps(row: Sequence[int], widths: Sequence[float], nodes: int) -> list[float]:
    """How far apart the middles of neighbours are at least."""
    return [
        widths[x] / 2 + (BETWEEN if x < nodes and y < nodes else BESIDE) + widths[y] / 2
        for x, y in pairwise(row)
    ]


def _settle(
    row: Sequence[int], pulls: Sequence[Sequence[Pull]], middles: list[float], gaps: Sequence[float]
) -> None:
    """Move a row's vertices to where their neighbours pull them, in their order and with room between."""
    weights = [sum(stiff for _, stiff in pull) for pull in pulls]
    wanted = [
        sum(middles[other] * stiff for other, stiff in pull) / weight if weight else middles[vertex]
        for vertex, pull, weight in zip(row, pulls, weights, strict=True)
    ]
    settled = spread(wanted, [weight or ALONE for weight in weights], gaps)
    for vertex, middle in zip(row, settled, strict=True):
        middles[vertex] = middle


def spread(wanted: Sequence[float], weights: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """The places nearest to those wanted, in weighted least squares, each at least a gap after the last.

    Without the gaps this is isotonic regression: what is out of order is pooled at its mean.
    """
    shifts = [0.0]
    for gap in gaps:
        shifts.append(shifts[-1] + gap)
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many
    for place, weight, shift in zip(wanted, weights, shifts, strict=False):
        pool = (place - shift, weight, 1)
        while pools and pools[-1][0] > pool[0]:
            mean, heavy, count = pools.pop()
            total = heavy + pool[1]
            pool = ((mean * heavy + pool[0] * pool[1]) / total, total, count + pool[2])
        pools.append(pool)
    means = [mean for mean, _, count in pools for _ in range(count)]
    return [mean + shift for mean, shift in zip(means, shifts, strict=False)]


def _curves(graph: Layered, boxes: Sequence[Box], nodes: int) -> tuple[Curve, ...]:
    starts = _ports(graph.lines, boxes, nodes, upper=True)
    ends = _ports(graph.lines, boxes, nodes, upper=False)
    bottoms = {vertex: max(boxes[v].bottom for v in row) for row in graph.rows for vertex in row}
    curves = []
    for number, (upper, lower) in enumerate(graph.lines):
        from_, to = boxes[upper], boxes[lower]
        ys = (from_.bottom, bottoms[upper], to.top, to.top if lower < nodes else to.bottom)
        curves.append(Curve((starts[number], ends[number]), ys, lower < nodes))
    return tuple(curves)


def _ports(lines: Sequence[Line], boxes: Sequence[Box], nodes: int, upper: bool) -> list[float]:
    """Where each line meets its upper, or lower, vertex: side by side, in the order of their other ends."""
    found = [0.0] * len(lines)
    here, there = (0, 1) if upper else (1, 0)
    for vertex in {line[here] for line in lines}:
        own = [number for number, line in enumerate(lines) if line[here] == vertex]
        own.sort(key=lambda number: boxes[lines[number][there]].middle)
        step = 0.0
        if vertex < nodes and len(own) > 1:
            step = min(PORT, (boxes[vertex].width - 2 * ROUND) / (len(own) - 1))
        for at, number in enumerate(own):
            found[number] = boxes[vertex].middle + (at - (len(own) - 1) / 2) * step
    return found

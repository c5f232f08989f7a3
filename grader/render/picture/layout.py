"""Where the boxes of a graph stand and where its lines run.

The graphs have a few dozen nodes, so plain counting is fast enough, and nothing is left to chance: the same
graph always comes out the same. A line that passes rows has a bend in each of them; all lines of a node that
go so far share their bends, and part only where they arrive.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

SWEEPS = 12
SWITCHES = 20

Operands = Sequence[Sequence[int]]
Line = tuple[int, int]
Row = tuple[int, ...]
Rows = tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Layered:
    """Nodes, by their numbers, and bends, numbered from the count of nodes on, in rows.

    rows: from top to bottom, each from left to right.
    lines: (upper, lower), always from one row to the next; an operand that is used twice by one node has
        two lines to it.
    """

    rows: Rows
    lines: tuple[Line, ...]


def layered(operands: Operands) -> Layered:
    """The rows of a graph.

    operands: of each node, the numbers of the nodes it is made from, all smaller than its own.
    """
    rank = ranks(operands)
    rank, lines = _bent(operands, rank)
    best = min(_candidates(operands, rank, lines), key=lambda rows: crossings(rows, lines), default=())
    return Layered(best, lines)


def ranks(operands: Operands) -> list[int]:
    """The row of each node: its operands above, and leaves, and what shortens lines, just above their use."""
    rank: list[int] = []
    for places in operands:
        made = (rank[place] for place in places if operands[place])
        rank.append(1 + max(made, default=0) if places else 0)
    users = _users(operands)
    for node in reversed(range(len(operands))):
        made_of = {place for place in operands[node] if operands[place]}
        if users[node] and len(users[node]) >= len(made_of):
            rank[node] = min(rank[user] for user in users[node]) - 1
    taken = {row: number for number, row in enumerate(sorted(set(rank)))}
    return [taken[row] for row in rank]


def crossings(rows: Rows, lines: Sequence[Line]) -> int:
    """How many pairs of lines cross."""
    place = {vertex: at for row in rows for at, vertex in enumerate(row)}
    level = {vertex: number for number, row in enumerate(rows) for vertex in row}
    between: list[list[Line]] = [[] for _ in rows]
    for upper, lower in lines:
        between[level[upper]].append((place[upper], place[lower]))
    return sum(map(_inversions, between))


def _inversions(pairs: list[Line]) -> int:
    """How many pairs are ordered one way at the top and the other way at the bottom."""
    seen: list[int] = []
    count = 0
    for _, lower in sorted(pairs):
        count += len(seen) - bisect_right(seen, lower)
        insort(seen, lower)
    return count


def _users(operands: Operands) -> list[set[int]]:
    users: list[set[int]] = [set() for _ in operands]
    for node, places in enumerate(operands):
        for place in places:
            users[place].add(node)
    return users


def _bent(operands: Operands, rank: list[int]) -> tuple[list[int], tuple[Line, ...]]:
    """The rows with those of all bends, and the lines that lead over them."""
    rank, bends, lines = [*rank], dict[tuple[int, int], int](), list[Line]()

    def bend(node: int, row: int) -> int:
        """Where the lines of a node pass a row; the node itself in its own."""
        if row == rank[node]:
            return node
        if (node, row) not in bends:
            above = bend(node, row - 1)
            bends[node, row] = len(rank)
            rank.append(row)
            lines.append((above, bends[node, row]))
        return bends[node, row]

    for node, places in enumerate(operands):
        for place in places:
            lines.append((bend(place, rank[node] - 1), node))
    return rank, tuple(lines)


def _candidates(operands: Operands, rank: list[int], lines: Sequence[Line]) -> Iterator[Rows]:
    """Orders to choose from: both beginnings, and what becomes of them sweep by sweep."""
    above, below = _neighbours(len(rank), lines)
    for start in (range(len(rank)), _depth_first(len(operands), above)):
        rows = _in_rows(rank, start)
        yield rows
        for sweep in range(SWEEPS):
            rows = _swept(rows, above) if sweep % 2 == 0 else _swept(rows[::-1], below)[::-1]
            rows = _switched(rows, above, below)
            yield rows


def _neighbours(count: int, lines: Sequence[Line]) -> tuple[list[list[int]], list[list[int]]]:
    above: list[list[int]] = [[] for _ in range(count)]
    below: list[list[int]] = [[] for _ in range(count)]
    for upper, lower in lines:
        above[lower].append(upper)
        below[upper].append(lower)
    return above, below


def _depth_first(nodes: int, above: list[list[int]]) -> list[int]:
    """All vertices as they are met from the roots up, left before right: in a tree nothing crosses then."""
    used = {upper for uppers in above for upper in uppers}
    left = [node for node in reversed(range(nodes)) if node not in used][::-1]
    met: dict[int, None] = {}
    while left:
        vertex = left.pop()
        if vertex not in met:
            met[vertex] = None
            left += reversed(above[vertex])
    return list(met)


def _in_rows(rank: list[int], order: Sequence[int]) -> Rows:
    rows: list[list[int]] = [[] for _ in range(max(rank, default=-1) + 1)]
    for vertex in order:
        rows[rank[vertex]].append(vertex)
    return tuple(map(tuple, rows))


def _swept(rows: Rows, towards: list[list[int]]) -> Rows:
    """Each row ordered by the mean place of its neighbours in the row before."""
    done = [rows[0]]
    for row in rows[1:]:
        place = {vertex: at for at, vertex in enumerate(done[-1])}
        mean = {}
        for at, vertex in enumerate(row):
            near = [place[other] for other in towards[vertex]]
            mean[vertex] = sum(near) / len(near) if near else at
        done.append(tuple(sorted(row, key=mean.__getitem__)))
    return tuple(done)


def _switched(rows: Rows, above: list[list[int]], below: list[list[int]]) -> Rows:
    """The rows with neighbours exchanged wherever that saves a crossing, until it saves none."""
    order = [list(row) for row in rows]
    place = {vertex: at for row in order for at, vertex in enumerate(row)}
    for _ in range(SWITCHES):
        saved = False
        for row in order:
            for at in range(len(row) - 1):
                left, right = row[at], row[at + 1]
                if _saves(left, right, above, place) + _saves(left, right, below, place) > 0:
                    row[at], row[at + 1] = right, left
                    place[left], place[right] = at + 1, at
                    saved = True
        if not saved:
            break
    return tuple(map(tuple, order))


def _saves(left: int, right: int, towards: list[list[int]], place: dict[int, int]) -> int:
    """How many crossings on one side exchanging two neighbours saves."""
    pairs = [(place[x], place[y]) for x in towards[left] for y in towards[right]]
    return sum((x > y) - (x < y) for x, y in pairs)


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

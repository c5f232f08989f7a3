"""A graph in rows, each node beneath its operands, ordered so that few lines cross: Sugiyama's method.

The graphs have a few dozen nodes, so plain counting is fast enough, and nothing is left to chance: the same
graph always comes out the same. A line that passes rows has a bend in each of them; all lines of a node that
go so far share their bends, and part only where they arrive.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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

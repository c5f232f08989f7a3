"""A chart of points over time in letters: a column for each stretch of time, in eighths of a line."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

EIGHTHS = " ▁▂▃▄▅▆▇█"
HEIGHT = 8
AXIS, TICK, MARK = "┤", "─", "┴"


def chart(times: Sequence[float], values: Sequence[float], most: float, width: int) -> list[str]:
    """The lines of a chart from the top down, without what stands left and beneath.

    times: in order, not all the same; from each on, the value of its place holds.
    most: what the highest line stands for.
    width: in letters.
    """
    seen = (values[bisect_right(times, end) - 1] for _, end in _columns(times, width))
    cells = [_column(value / most if most else 0.0) for value in seen]
    return ["".join(row) for row in reversed(list(zip(*cells, strict=True)))]


def axis(times: Sequence[float], marks: Sequence[float], width: int) -> str:
    """The line beneath a chart, with a mark for each of some times."""
    columns = list(_columns(times, width))
    return "".join(MARK if any(low < mark <= high for mark in marks) else TICK for low, high in columns)


def scale(most: float) -> list[str]:
    """What stands left of a chart's lines, from the top down: the points at the top and in the middle."""
    ticks = {0: f"{most:g}", HEIGHT // 2: f"{most / 2:g}"}
    width = max(map(len, ticks.values()))
    return [f"{ticks.get(row, ''):>{width}} {AXIS}" for row in range(HEIGHT)]


def _columns(times: Sequence[float], width: int) -> list[tuple[float, float]]:
    """From when to when each column is, the last of them to the very end."""
    first, length = times[0], (times[-1] - times[0]) / width
    ends = [first + place * length for place in range(width)]
    return list(pairwise([*ends, times[-1]]))


def _column(part: float) -> list[str]:
    """A column's letters from the bottom; whatever is more than nothing is seen."""
    eighths = max(round(part * HEIGHT * 8), part > 0)
    return [EIGHTHS[min(8, max(0, eighths - 8 * row))] for row in range(HEIGHT)]

"""Brings a page into the room there is: whole, shortened where it hurts least, or part by part."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TypeVar

Line = TypeVar("Line")
LEAST = 5  # lines that stay of what is shortened


def shortened(
    head: Sequence[Line],
    code: Sequence[Line],
    numbers: Sequence[Line],
    meaning: Sequence[Line],
    room: int,
    gap: Line,
) -> list[Line]:
    """A verdict in so many lines: first the beginning of the code gives way, then the end of the numbers.

    gap: the line that stands for what was left out.
    """
    over = len(head) + len(code) + len(numbers) + len(meaning) - room
    code = _without_beginning(code, over, gap)
    over = len(head) + len(code) + len(numbers) + len(meaning) - room
    numbers = _without_end(numbers, over, gap)
    return [*head, *code, *numbers, *meaning][:room]


def _without_beginning(lines: Sequence[Line], over: int, gap: Line) -> Sequence[Line]:
    kept = max(LEAST, len(lines) - over) - 2
    # The first line is empty and stays.
    return lines if over <= 0 or len(lines) <= LEAST else [lines[0], gap, *lines[len(lines) - kept :]]


def _without_end(lines: Sequence[Line], over: int, gap: Line) -> Sequence[Line]:
    kept = max(LEAST, len(lines) - over) - 1
    return lines if over <= 0 or len(lines) <= LEAST else [*lines[:kept], gap]


def part(lines: Sequence[Line], number: int, room: int) -> tuple[list[Line], int, int]:
    """One screenful: its lines, which it is from 0 up, and how many there are; after the last the first."""
    count = max(1, ceil(len(lines) / room))
    which = number % count
    return list(lines[which * room : (which + 1) * room]), which, count

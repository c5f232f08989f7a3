"""How long each exercise took, reckoned from the times of the grades; pure.

The time runs from the grade before the one that first found something written, for that is when the
writing began, to the first grade in which the exercise passed, or in which its file was last seen changed.
Whenever there is more than BREAK between two grades, that stretch counts as a break.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate, pairwise

from grader.learner.history import Grade, Mark

BREAK = timedelta(minutes=30)
SHOWN = timedelta(minutes=1)  # how long a break is on a chart, so that what came before and after it is seen
RECKONED = (
    "Time: from the grade before you first wrote something to the first pass. "
    f"More than {BREAK.seconds // 60} minutes between two grades count as a break."
)


@dataclass(frozen=True, slots=True)
class Effort:
    """What an exercise took until it first passed, or until it was last changed.

    tries: the different files that were graded on the way.
    """

    exercise: str
    passed: bool
    active: timedelta
    tries: int


def efforts(grades: Sequence[Grade], names: Sequence[str]) -> list[Effort]:
    """The efforts for the exercises of these names, but for those that nobody has begun."""
    found = (_effort(grades, name) for name in names)
    return [effort for effort in found if effort is not None]


def _effort(grades: Sequence[Grade], name: str) -> Effort | None:
    marks = [next((mark for mark in grade.marks if mark.exercise == name), None) for grade in grades]
    begun = next((i for i, mark in enumerate(marks) if mark and mark.status != "not_started"), None)
    if begun is None:
        return None
    changes = _changes(marks, begun)
    passed = next((i for i, mark in enumerate(marks) if mark and mark.status == "passed"), None)
    end = changes[-1] if passed is None else passed
    tries = sum(place <= end for place in changes)
    return Effort(name, passed is not None, _active(grades[max(0, begun - 1) : end + 1]), tries)


def _changes(marks: Sequence[Mark | None], begun: int) -> list[int]:
    """The places, from begun on, at which the exercise's file was another than at the grade before."""
    found, before = [], None
    for place, mark in enumerate(marks[begun:], start=begun):
        if mark is not None and (mark.file != before or not mark.file):
            found.append(place)
            before = mark.file
    return found


def _active(grades: Sequence[Grade]) -> timedelta:
    return sum(_stretches(grades, timedelta(0)), timedelta(0))


def worked(grades: Sequence[Grade]) -> list[timedelta]:
    """For each grade, how long had been worked until then: a scale for charts, on which breaks are short."""
    return list(accumulate(_stretches(grades, SHOWN), initial=timedelta(0)))


def breaks(grades: Sequence[Grade]) -> list[int]:
    """The places of the grades that came after a break."""
    pairs = enumerate(pairwise(grades), start=1)
    return [place for place, (earlier, later) in pairs if later.at - earlier.at > BREAK]


def _stretches(grades: Sequence[Grade], pause: timedelta) -> list[timedelta]:
    """The times between grades, with pause for each break; a clock that was set back takes nothing off."""
    between = (max(later.at - earlier.at, timedelta(0)) for earlier, later in pairwise(grades))
    return [pause if stretch > BREAK else stretch for stretch in between]

"""What a class's standings say in figures: who is where, scores, items, misconceptions; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from statistics import median

from grader.items import Group, Mark, mark
from grader.model import Diagnosis, Exercise
from grader.scoring import exercise_status, score
from grader.standing import Standing, Standings

MOST_BINS = 20
WIDTHS = tuple(Fraction(step * 10**power) for power in range(6) for step in (1, 2, 5))


@dataclass(frozen=True, slots=True)
class Bin:
    """How many scores lie in [low, high); the last bin of a row holds high, too."""

    low: Fraction
    high: Fraction
    count: int


@dataclass(frozen=True, slots=True)
class Spread:
    """How the final scores are distributed.

    most: what full marks are worth, before any policy.
    mean, median, least, greatest: None where nobody has been graded.
    """

    most: Fraction
    bins: tuple[Bin, ...]
    mean: Fraction | None = None
    median: Fraction | None = None
    least: Fraction | None = None
    greatest: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A misconception and how many people's work on an exercise shows it."""

    exercise: str
    diagnosis: Diagnosis
    count: int


@dataclass(frozen=True, slots=True)
class Figures:
    """A class in figures.

    graded: people with a report.
    not_started: people who handed nothing in, or whose exercises are all still stubs.
    troubles: people whose last hand-in could not be graded, with or without an earlier report.
    marks: the exercises in their order, then the last mark where anybody has it.
    misconceptions: the commonest first.
    noted: people on whose report a note stands on top.
    """

    people: int
    graded: int
    not_started: int
    troubles: int
    spread: Spread
    marks: tuple[Mark, ...]
    misconceptions: tuple[Seen, ...]
    noted: int


@dataclass(slots=True)
class _Tally:
    """What one pass over the class collects; groups are by exercise and by the result's identity."""

    groups: dict[str, dict[int, Group]] = field(default_factory=dict)
    scores: list[Fraction] = field(default_factory=list)
    people: int = 0
    not_started: int = 0
    troubles: int = 0
    noted: int = 0


def figures(standings: Standings) -> Figures:
    """All the figures of a class, in one pass over it."""
    tally = _Tally()
    for standing in standings.each():
        _count(tally, standing)
    present = [(part, tuple(tally.groups.get(part.name, {}).values())) for part in standings.parts]
    return Figures(
        people=tally.people,
        graded=len(tally.scores),
        not_started=tally.not_started,
        troubles=tally.troubles,
        spread=_spread(tally.scores, sum((part.points for part in standings.parts), Fraction(0))),
        marks=tuple(mark(part, groups) for part, groups in present if groups or part.counts),
        misconceptions=_misconceptions(present),
        noted=tally.noted,
    )


def _count(tally: _Tally, standing: Standing) -> None:
    tally.people += 1
    tally.troubles += bool(standing.trouble)
    report = standing.report
    if report is None:
        tally.not_started += not standing.trouble
        return
    tally.noted += bool(report.notes)
    statuses = {exercise_status(result) for result in report.results}
    tally.not_started += statuses == {"not_started"}
    raw = sum((score(result).points for result in report.marks), Fraction(0))
    tally.scores.append(report.final if report.adjustments else raw)
    for result in report.marks:
        groups = tally.groups.setdefault(result.exercise.name, {})
        group = groups.setdefault(id(result), Group(result))
        group.people += 1
        group.total += raw
        group.squares += raw * raw


def _spread(scores: list[Fraction], most: Fraction) -> Spread:
    bins = _bins(scores, most)
    if not scores:
        return Spread(most, bins)
    mean = sum(scores, Fraction(0)) / len(scores)
    return Spread(most, bins, mean, Fraction(median(scores)), min(scores), max(scores))


def _bins(scores: Sequence[Fraction], most: Fraction) -> tuple[Bin, ...]:
    """Equally wide bins from 0 to full marks, and further where policies lead beyond them."""
    top = max([most, *scores])
    width = next((width for width in WIDTHS if top <= width * MOST_BINS), top / MOST_BINS)
    number = max(1, ceil(top / width))
    counts = Counter(min(int(each / width), number - 1) for each in scores)
    return tuple(Bin(place * width, (place + 1) * width, counts[place]) for place in range(number))


def _misconceptions(present: Sequence[tuple[Exercise, Sequence[Group]]]) -> tuple[Seen, ...]:
    counts: Counter[tuple[str, Diagnosis]] = Counter()
    for exercise, diagnosis, people in _diagnoses(present):
        counts[exercise, diagnosis] += people
    seen = [Seen(exercise, diagnosis, count) for (exercise, diagnosis), count in counts.items()]
    order = {exercise.name: place for place, (exercise, _) in enumerate(present)}
    return tuple(sorted(seen, key=lambda s: (-s.count, order[s.exercise], s.diagnosis.misconception)))


def _diagnoses(present: Sequence[tuple[Exercise, Sequence[Group]]]) -> Iterator[tuple[str, Diagnosis, int]]:
    for exercise, groups in present:
        for group in groups:
            if group.result.diagnosis is not None:
                yield exercise.name, group.result.diagnosis, group.people

"""Where everybody in a class stands, and what that says in figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from fractions import Fraction
from math import ceil, sqrt
from statistics import median
from typing import TypeVar

from grader.course.course import EVERYTHING
from grader.model import Counterexample, Exercise, Finding, Kind, Marked, Person, Result
from grader.report.evidence import status
from grader.report.report import Report
from grader.report.scoring import earned, exercise_status, score, worth
from grader.report.words import counterexample_of, example

MOST_BINS = 20
Said = TypeVar("Said", str, tuple[str, str])
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
    """A finding, and in how many people's work it was found.

    finding: its id, as reports have it. name: what it is called. explanation, hint: the commonest there are.
    people: each counts once, in however many exercises it was found.
    exercises: by name, in their order, how many people's work on it shows it.
    does: what the code does in most of this work; empty where no report says so. wrote: by how many people.
    formulas: the commonest of these, with how many people wrote each; the first is does.
    shown: a program that shows it, from the commonest work that has nothing worse; None where none does.
    """

    finding: str
    name: str
    explanation: str
    hint: str
    people: int
    exercises: tuple[tuple[str, int], ...]
    does: str
    wrote: int
    formulas: tuple[tuple[str, int], ...] = ()
    shown: Counterexample | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """A class in figures.

    graded: people with a report.
    not_started: people who handed nothing in, or whose exercises are all still stubs.
    troubles: people whose last hand-in could not be graded, with or without an earlier report.
    marks: the exercises in their order, then the last mark where anybody has it.
    findings: the commonest first.
    noted: people on whose report a note stands on top.
    days: when attempts were handed in, as far as that is known: each day in UTC, and how many.
    """

    people: int
    graded: int
    not_started: int
    troubles: int
    spread: Spread
    marks: tuple[Mark, ...]
    findings: tuple[Seen, ...]
    noted: int
    days: tuple[tuple[date, int], ...] = ()


# A finding's id and name: reports from before there were findings have ids that two exercises may share.
Key = tuple[str, str]


def _key(finding: Finding) -> Key:
    return finding.finding, finding.name


@dataclass(slots=True)
class _Tally:
    """What one pass over the class collects; groups are by exercise and by the result's identity.

    findings: in how many people's work each was found, by what tells it from others.
    does: for each, in how many people's work each formula was found.
    """

    groups: dict[str, dict[int, Group]] = field(default_factory=dict)
    findings: Counter[Key] = field(default_factory=Counter)
    does: dict[Key, Counter[str]] = field(default_factory=dict)
    scores: list[Fraction] = field(default_factory=list)
    people: int = 0
    not_started: int = 0
    troubles: int = 0
    noted: int = 0
    days: Counter[date] = field(default_factory=Counter)


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
        findings=_findings(present, tally),
        noted=tally.noted,
        days=tuple(sorted(tally.days.items())),
    )


def _count(tally: _Tally, standing: Standing) -> None:
    tally.people += 1
    tally.troubles += bool(standing.trouble)
    tally.days.update(time.astimezone(UTC).date() for time in standing.times)
    report = standing.report
    if report is None:
        tally.not_started += not standing.trouble and not standing.excused
        return
    tally.noted += bool(report.notes)
    statuses = {exercise_status(result) for result in report.results}
    tally.not_started += statuses == {"not_started"}
    raw = sum((score(result).points for result in report.marks), Fraction(0))
    tally.scores.append(report.final if report.adjustments else raw)
    found = [finding for result in report.marks for finding in result.findings]
    tally.findings.update({_key(finding) for finding in found})
    for key, does in {(_key(finding), finding.does) for finding in found if finding.does}:
        tally.does.setdefault(key, Counter())[does] += 1
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


def _findings(present: Sequence[tuple[Exercise, Sequence[Group]]], tally: _Tally) -> tuple[Seen, ...]:
    where: dict[Key, Counter[str]] = {}
    said: dict[Key, Counter[tuple[str, str]]] = {}
    programs: dict[Key, tuple[int, Counterexample]] = {}
    for exercise, groups in present:
        for group in groups:
            # Of several of one kind the first is the most important.
            for key, first in {_key(finding): finding for finding in reversed(group.result.findings)}.items():
                where.setdefault(key, Counter())[exercise.name] += group.people
                said.setdefault(key, Counter())[first.explanation, first.hint] += group.people
            if group.result.findings and (shown := _program(group.result)):
                first_key = _key(group.result.findings[0])
                # Of several of the same size the first in the course's order counts, whoever comes first.
                if group.people > programs.get(first_key, (0, shown))[0]:
                    programs[first_key] = group.people, shown
    seen = [
        Seen(
            *key,
            *_commonest(said[key])[0],
            tally.findings[key],
            tuple(counts.items()),
            *(_commonest(tally.does[key]) if key in tally.does else ("", 0)),
            _formulas(tally.does.get(key, Counter())),
            programs[key][1] if key in programs else None,
        )
        for key, counts in where.items()
    ]
    return tuple(sorted(seen, key=lambda s: (-s.people, s.finding, s.name)))


FORMULAS = 3


def _formulas(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    """The commonest; of several the first in order, whoever comes first."""
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:FORMULAS])


def _program(result: Result) -> Counterexample | None:
    shown = example(result)
    return None if shown is None else counterexample_of(shown.outcome)


def _commonest(counts: Counter[Said]) -> tuple[Said, int]:
    """What most say; of several the first in order, whoever comes first."""
    return min(counts.items(), key=lambda item: (-item[1], item[0]))


# A correlation over fewer people says more about chance than about an exercise.
FEWEST = 10


@dataclass(frozen=True, slots=True)
class Item:
    """How the graded people did on an exercise, or on one property of it.

    name, title: the exercise's or the property's.
    bonus: whether it brings bonus points alone.
    statuses: how many people have each status, by its word.
    difficulty: the proportion of its points that were earned, 0 to 1: the higher, the easier; None where
        nobody has been graded, or it brings none.
    discrimination: the corrected item-total correlation, -1 to 1; None where it has no meaning.
    """

    name: str
    title: str
    bonus: bool
    statuses: tuple[tuple[str, int], ...]
    difficulty: float | None
    discrimination: float | None

    @property
    def people(self) -> int:
        return sum(count for _, count in self.statuses)

    def count(self, word: str) -> int:
        """How many people have this status."""
        return dict(self.statuses).get(word, 0)

    @property
    def rate(self) -> float | None:
        """The proportion of people who have passed; None where nobody has been graded."""
        return self.count("passed") / self.people if self.people else None


@dataclass(frozen=True, slots=True)
class Mark:
    """An exercise as a whole, and its properties in their order, without notes."""

    whole: Item
    properties: tuple[Item, ...]


@dataclass(slots=True)
class Group:
    """People with one and the same result: how many, and their raw scores' sum and sum of squares."""

    result: Result
    people: int = 0
    total: Fraction = Fraction(0)
    squares: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a group's people did on one item: the status, the points, and the most there are."""

    group: Group
    word: str
    points: Fraction
    most: Fraction


def mark(exercise: Exercise, groups: Sequence[Group]) -> Mark:
    """The analysis of an exercise and of its properties, exact until the very last step."""
    titles: dict[str, tuple[str, bool]] = {}
    answers: dict[str, list[_Answer]] = {}
    for group in groups:
        for name, title, bonus, answer in _properties(group):
            titles.setdefault(name, (title, bonus))
            answers.setdefault(name, []).append(answer)
    whole = _item(exercise.name, exercise.title, not exercise.counts, list(map(_whole, groups)))
    return Mark(whole, tuple(_item(name, *titles[name], own) for name, own in answers.items()))


def _whole(group: Group) -> _Answer:
    """Points and the most there are; bonus points where an exercise brings nothing else."""
    return _Answer(group, exercise_status(group.result), *score(group.result).own)


def _properties(group: Group) -> Iterator[tuple[str, str, bool, _Answer]]:
    result = group.result
    for verdict in result.verdicts:
        claim = verdict.claim
        if claim.kind is not Kind.NOTE:
            answer = _Answer(group, status(verdict.outcome), earned(result, verdict), worth(result, verdict))
            yield claim.name, claim.title, claim.kind is Kind.BONUS, answer


def _item(name: str, title: str, bonus: bool, answers: Sequence[_Answer]) -> Item:
    counts: Counter[str] = Counter()
    for answer in answers:
        counts[answer.word] += answer.group.people
    most = _sum(a.most * a.group.people for a in answers)
    got = _sum(a.points * a.group.people for a in answers)
    difficulty = float(got / most) if most else None
    return Item(
        name, title, bonus, tuple(sorted(counts.items())), difficulty, _discrimination(answers, bonus)
    )


def _discrimination(answers: Sequence[_Answer], bonus: bool) -> float | None:
    """How far people who do well in all the rest also do well here.

    Pearson's correlation of an item's points with the raw score less those points: for an item that is
    either passed or not, the point-biserial correlation, corrected for the item's own part in the total
    (J. P. Guilford, "The correlation of an item with a composite of the remaining items in a test",
    Educational and Psychological Measurement 13, 1953).
    Bonus points are no part of the raw score, so nothing is taken off for them. None for fewer people than
    FEWEST, or where either number is the same for all.
    """
    people = sum(answer.group.people for answer in answers)
    x, xx = (_sum(a.group.people * a.points**power for a in answers) for power in (1, 2))
    rests = [(a, Fraction(0) if bonus else a.points) for a in answers]
    y = _sum(a.group.total - a.group.people * off for a, off in rests)
    yy = _sum(a.group.squares - 2 * off * a.group.total + a.group.people * off**2 for a, off in rests)
    xy = _sum(a.points * (a.group.total - a.group.people * off) for a, off in rests)
    across, along = people * xx - x * x, people * yy - y * y
    if people < FEWEST or not across or not along:
        return None
    return float(people * xy - x * y) / sqrt(across * along)


def _sum(numbers: Iterable[Fraction]) -> Fraction:
    return sum(numbers, Fraction(0))


@dataclass(frozen=True, slots=True)
class Standing:
    """One person's line.

    report: the attempt that counts, with its adjustments; None where nothing has been graded.
    handed_in: when that attempt was handed in, with its time zone; None where that is not known.
    attempts: how many have been graded, with the seed that counts.
    trouble: why what was handed in last is not graded, or not all of the report's work; else empty.
    excused: why there is no report, whatever was handed in; empty where the person is not excused.
    section: as the instructor or the roster has it.
    row: the person's line of the roster, by its headings; empty where there is none.
    times: when all the attempts were handed in, as far as that is known, in order.
    """

    person: Person
    report: Report | None
    handed_in: datetime | None = None
    attempts: int = 0
    trouble: str = ""
    excused: str = ""
    section: str = ""
    row: Mapping[str, str] = field(default_factory=dict)
    times: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Standings(Marked):
    """A whole class under one rubric.

    title: the course's.
    exercises: with their points, in the order students meet them; together is the last mark, if any.
    deadline: with its time zone; None where the course has none.
    each: gives everybody's standing in order of their ids, one after the other, anew at every call;
        people without a report are among them. Equal results of different people are one object.
    column: what the assignment is called where the scores go, if that was said.
    students_see: see Course.
    """

    title: str
    exercises: tuple[Exercise, ...]
    together: Exercise | None
    deadline: datetime | None
    each: Callable[[], Iterator[Standing]]
    column: str = ""
    students_see: str = EVERYTHING

"""Item analysis: how hard an exercise or a property was for a class, and how well it tells people apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from grader.evidence import status
from grader.model import Exercise, Kind, Result
from grader.scoring import earned, exercise_status, score, worth

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
    points, word = score(group.result), exercise_status(group.result)
    if points.most:
        return _Answer(group, word, points.points, points.most)
    return _Answer(group, word, points.bonus, points.most_bonus)


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

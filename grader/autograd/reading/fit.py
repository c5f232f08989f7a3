"""Which formulas a number follows, and where: from formulas and numbers at many points."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from grader.autograd.reading import normal
from grader.autograd.reading.normal import UNDEFINED, Expression, Formula, Point, TooLarge

MOST_FORMULAS, MOST_ASKED, MOST_TOGETHER = 3, 40, 24
HOLDS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


def close(one: float, other: float) -> bool:
    """Whether two numbers are the same but for rounding; nothing is close to a NaN."""
    return one == other or abs(one - other) <= 1e-9 + 1e-8 * max(abs(one), abs(other))


def follows(formula: Formula, at: Point, got: float) -> bool:
    """Whether a formula gives this number at a point."""
    try:
        return close(normal.value(formula, at), got)
    except UNDEFINED:
        return False


@dataclass(frozen=True, slots=True)
class Comparison:
    """One condition on a point: left sign right; or, with the sign "is", that left is an int or a float."""

    sign: str
    left: Formula
    right: Formula | str

    def at(self, point: Point) -> bool:
        try:
            if isinstance(self.right, str):
                ((product, _),) = self.left
                return type(point[product[0][0]]).__name__ == self.right
            return HOLDS[self.sign](normal.value(self.left, point), normal.value(self.right, point))
        except UNDEFINED:
            return False

    def text(self, names: dict[str, str]) -> str:
        left = normal.text(self.left, names)
        if isinstance(self.right, str):
            return f"{left} is {'an' if self.right == 'int' else 'a'} {self.right}"
        return f"{left} {self.sign} {normal.text(self.right, names)}"


# All of them together; none is a condition that always holds.
Condition = tuple[Comparison, ...]


def text(condition: Condition | None, names: dict[str, str]) -> str:
    """A condition in Python; empty where it always holds, and in words where none was found."""
    return "at some numbers" if condition is None else " and ".join(part.text(names) for part in condition)


def against_numbers(symbols: Iterable[str]) -> list[Comparison]:
    """Comparisons of symbols with 0 and 1, which is where operations change what they do."""
    return [
        Comparison(sign, normal.name(symbol), number)
        for symbol in symbols
        for number in (normal.ZERO, normal.ONE)
        for sign in ("<", ">", "==", "!=", "<=", ">=")
    ]


def by_type(symbols: Iterable[str]) -> list[Comparison]:
    """Whether a number is a whole one to Python."""
    return [Comparison("is", normal.name(symbol), kind) for symbol in symbols for kind in ("float", "int")]


def asked(comparisons: Iterable[tuple[str, Expression, Expression]]) -> list[Comparison]:
    """What the code itself asked, and the opposite."""
    found: dict[Comparison, None] = {}
    for sign, left, right in comparisons:
        try:
            one, other = normal.normal(left), normal.normal(right)
        except TooLarge:
            continue
        for each in (sign, OPPOSITE[sign]):
            found.setdefault(Comparison(each, one, other))
    return list(found)[:MOST_ASKED]


def separate(
    inside: Sequence[Point], outside: Sequence[Point], known: Sequence[Comparison]
) -> Condition | None:
    """The simplest condition that holds at all points inside and none outside, or None."""
    if not outside:
        return ()
    useful = []
    for part in known:
        if not all(part.at(point) for point in inside):
            continue
        wrong = {place for place, point in enumerate(outside) if part.at(point)}
        if not wrong:
            return (part,)
        if len(wrong) < len(outside):
            useful.append((part, wrong))
    for together in (2, 3):
        for chosen in itertools.combinations(useful[:MOST_TOGETHER], together):
            if not set.intersection(*(wrong for _, wrong in chosen)):
                return tuple(part for part, _ in chosen)
    return None


@dataclass(frozen=True, slots=True)
class Sample:
    """One number at one point.

    wanted: the formula that it should follow. formula: the one that symbols gave, where they gave one.
    """

    at: Point
    got: float
    right: bool
    wanted: Formula
    formula: Formula | None


@dataclass(frozen=True, slots=True)
class Fitted:
    """A formula that wrong numbers follow, where it holds, and the samples that it explains."""

    formula: Formula
    where: Condition | None
    samples: tuple[Sample, ...]


def fit(samples: Sequence[Sample], known: Sequence[Comparison]) -> tuple[list[Fitted], list[Sample]]:
    """The fewest formulas that explain what is wrong; and the wrong samples that none of them explains."""
    left = [sample for sample in samples if not sample.right]
    formulas = list(dict.fromkeys(s.formula for s in left if s.formula is not None))
    found: list[Fitted] = []
    while left and formulas and len(found) < MOST_FORMULAS:
        # The one that explains most; of those the shortest.
        best = max(formulas, key=lambda f: (sum(follows(f, s.at, s.got) for s in left), -normal.size(f)))
        explained = [s for s in left if follows(best, s.at, s.got)]
        if not explained:
            break
        formulas.remove(best)
        # Where it gives the right number as well the code may do the same thing: it need not be left out.
        inside = [s for s in samples if best != s.wanted and follows(best, s.at, s.got)]
        outside = [s.at for s in samples if not any(s is other for other in inside)]
        where = separate([s.at for s in inside], outside, known)
        if where is None:
            where = separate([s.at for s in explained], outside, known)
        found.append(Fitted(best, where, tuple(explained)))
        left = [s for s in left if not follows(best, s.at, s.got)]
    return found, left

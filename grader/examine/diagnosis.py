"""Names the misconception behind a failure: the one whose code observes the same on every program.

Numbers are compared with a tolerance, exceptions by what they say and in which file they arise. What may
be done in different ways is left out: the slope at relu's kink, the draws of random weights, bonus programs.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import isfinite, isnan, nan

from grader.course.misconceptions import Misconception
from grader.course.properties import Property
from grader.examine.cases import Bank
from grader.examine.judging import holds
from grader.model import Diagnosis, Ended, Kind, Misfit, Numbers, Observation, Overtime, Raised

# Looser than the grade's: wrong code may cancel where right code does not.
RELATIVE, ABSOLUTE = 1e-7, 1e-9
CALLED = re.compile(r"[\w.<>]+\(\)")
NAMED = re.compile(r"^(NameError|UnboundLocalError): .*")


@dataclass(frozen=True, slots=True)
class Signature:
    """What a misconception's code observed, over all of a bank.

    values: its numbers, program after program, NaN where there were none.
    words: for a place without numbers, what was there instead.
    """

    id: str
    values: Sequence[float]
    words: dict[int, str]


def signature(id_: str, bank: Bank, seen: Sequence[Observation]) -> Signature:
    """A misconception's observations in the form they are kept in."""
    values = array("d")
    for length, got in zip(bank.request.lengths, seen, strict=True):
        values.extend(got.values if isinstance(got, Numbers) else [nan] * length)
    places = (place for place, got in enumerate(seen) if not isinstance(got, Numbers))
    return Signature(id_, values, {place: wordless(seen[place]) for place in places})


def wordless(got: Observation) -> str:
    """What stands in place of numbers, without the names a student is free to choose."""
    match got:
        case Raised(error, frames):
            said = NAMED.sub(r"\1", CALLED.sub("it()", error))
            file = frames[-1].partition(",")[0] if frames else ""
            return f"{said} in {file}"
        case Misfit(reason):
            return reason
        case Ended():
            return "ended"
        case Overtime():
            return "overtime"
        case Numbers():
            return ""


@dataclass(frozen=True)
class Matcher:
    """Compares one submission's observations with signatures, place by place."""

    bank: Bank
    properties: Sequence[Property]
    seen: Sequence[Observation]

    def matching(self, signatures: Iterable[Signature]) -> list[str]:
        """The ids of the signatures that agree everywhere."""
        left = list(signatures)
        for compare, place in self._places():
            left = [candidate for candidate in left if compare(candidate, place)]
            if not left:
                break
        return [candidate.id for candidate in left]

    def _places(self) -> list[tuple[Callable[[Signature, int], bool], int]]:
        """Every place that is compared and how, the failing ones first: they tell most apart."""
        places: list[tuple[Callable[[Signature, int], bool], int]] = []
        for number, prop in enumerate(self.properties):
            if prop.claim.kind is Kind.GRADED:
                places += [(self._way(prop, place), place) for place in self.bank.places(number)]
        return sorted(places, key=lambda pair: isinstance(self.seen[pair[1]], Numbers))

    def _way(self, prop: Property, place: int) -> Callable[[Signature, int], bool]:
        if prop.kink:
            return lambda candidate, place: self._as_kept(prop, candidate, place)
        return self._as_pattern if self.bank.subject.random(self.bank.programs[place]) else self._as_numbers

    def _numbers(self, candidate: Signature, place: int) -> tuple[tuple[float, ...], ...] | None:
        """Both sides' numbers; None where one side has none."""
        got = self.seen[place]
        if not isinstance(got, Numbers) or place in candidate.words:
            return None
        return got.values, self.bank.cut(candidate.values, place)

    def _as_words(self, candidate: Signature, place: int) -> bool:
        return candidate.words.get(place, "") == wordless(self.seen[place])

    def _as_numbers(self, candidate: Signature, place: int) -> bool:
        both = self._numbers(candidate, place)
        if both is None:
            return self._as_words(candidate, place)
        got, known = both
        if got == known:
            return True
        packed, view = self.bank.programs[place], self.bank.subject.view
        return all(map(_alike, view(packed, got).values, view(packed, known).values))

    def _as_pattern(self, candidate: Signature, place: int) -> bool:
        """Random weights are alike where the same of them are equal."""
        both = self._numbers(candidate, place)
        if both is None:
            return self._as_words(candidate, place)
        return _pattern(both[0]) == _pattern(both[1])

    def _as_kept(self, prop: Property, candidate: Signature, place: int) -> bool:
        """At the kink both must keep the promise, or both break it."""
        both = self._numbers(candidate, place)
        if both is None:
            return self._as_words(candidate, place)
        kept = [holds(prop, self.bank, place, Numbers(values)) for values in both]
        return kept[0] == kept[1]


def _alike(one: float, other: float) -> bool:
    if isnan(one):
        return isnan(other)
    return one == other or (isfinite(other) and abs(one - other) <= ABSOLUTE + RELATIVE * abs(other))


def _pattern(weights: tuple[float, ...]) -> list[int]:
    return [weights.index(weight) for weight in weights]


def named(found: Sequence[Misconception]) -> Diagnosis | None:
    """The one misconception that matches; of declared twins the first; nothing where it is ambiguous."""
    if not found or any(other.id not in found[0].twins for other in found[1:]):
        return None
    first = found[0]
    return Diagnosis(first.id, first.name, first.explanation, first.hint)

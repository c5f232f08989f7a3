"""What the page of one submission says, in words: every text is fit to be shown, every graph is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grader.model import Diagnosis
from grader.render.about import WORDS


@dataclass(frozen=True, slots=True)
class Shown:
    """A counterexample.

    rows: label, expected, got or None, whether they differ.
    picture: SVG of ours; empty where there is no graph to look at. graph: the same as lines of text.
    """

    program: str
    rows: list[Any]
    picture: str
    graph: list[Any]
    ran: bool


@dataclass(frozen=True, slots=True)
class Property:
    """A property and what became of it.

    said, more, places: nothing where it holds.
    open: it is the one to look at first.
    """

    title: str
    word: str
    points: str
    said: str
    more: tuple[str, ...]
    places: tuple[str, ...]
    shown: Shown | None
    open: bool

    @property
    def holds(self) -> bool:
        return self.word == WORDS["passed"]


@dataclass(frozen=True, slots=True)
class Hint:
    """A hint: its title, and HTML of ours."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Part:
    """An exercise, or the last mark.

    key: what its ids on the page begin with.
    share: how much of its points it has, from 0 to 100; 100 only for all of them.
    counts: it is needed for full marks.
    """

    key: str
    name: str
    title: str
    word: str
    points: str
    extra: str
    share: int
    counts: bool
    diagnosis: Diagnosis | None
    missed: tuple[Property, ...]
    held: tuple[Property, ...]
    notes: tuple[str, ...]
    hints: tuple[Hint, ...]

    @property
    def passed(self) -> bool:
        return self.word == WORDS["passed"]


@dataclass(frozen=True, slots=True)
class View:
    """All that the page says.

    marks: what the exercises bring, where policies change that. lines: of those policies.
    cases: how many all properties that hold were tried on.
    found: what an implementation in a shape of its own is. extras: its operations that count for nothing.
    notes: what stands on top, a sentence each.
    """

    name: str
    points: str
    most: str
    share: int
    bonus: str
    marks: str
    lines: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    facts: tuple[tuple[str, str], ...]

    cases: str
    found: tuple[str, ...]
    extras: tuple[Property, ...]
    notes: tuple[str, ...]

    @property
    def exercises(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.counts)

    @property
    def held(self) -> int:
        return sum(len(part.held) for part in self.parts)

    @property
    def done(self) -> int:
        return sum(part.passed for part in self.exercises)

    @property
    def next(self) -> Part | None:
        """The first exercise that has not passed."""
        return next((part for part in self.exercises if not part.passed), None)

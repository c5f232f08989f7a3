"""What the screen shows, frozen, and how it changes; nothing here waits, reads or prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.course import Course
from grader.model import Counterexample, Exercise, Result
from grader.scoring import exercise_status
from grader.together import alone_only

if TYPE_CHECKING:
    from grader.learner.hints import Hint


@dataclass(frozen=True, slots=True)
class Findings:
    """The verdict on the current exercise."""


@dataclass(frozen=True, slots=True)
class Listing:
    """All exercises."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What each key does."""


@dataclass(frozen=True, slots=True)
class Hinted:
    """A hint for the current exercise."""

    hint: Hint


@dataclass(frozen=True, slots=True)
class Drawn:
    """The current counterexample's graph, and the file it was drawn into."""

    shown: Counterexample
    path: Path


Page = Findings | Listing | Keys | Hinted | Drawn


@dataclass(frozen=True, slots=True)
class Board:
    """All that the screen shows.

    results: the last verdict on each mark, by name.
    waiting: the marks still to be graded, in this order; the first is under way.
    early: the mark whose verdict is there, while its bonus or a smaller counterexample is still to come.
    current: the exercise the student is at; settled once the first round is over or the student chose one.
    ready: whether there is a grading process to grade with; before that starting says what it is at.
    note: one line of news, until the next.
    kept: a line that stays until a key is pressed.
    resetting: whether r was pressed, and waits to be confirmed.
    turned: how many times the page was turned.
    since: when the check under way began, by the watch's clock.
    seconds: what the last check took; None before the first.
    """

    exercises: tuple[Exercise, ...]
    together: Exercise
    waiting: tuple[str, ...]
    current: str
    since: float
    results: Mapping[str, Result] = field(default_factory=dict)
    early: str = ""
    settled: bool = False
    ready: bool = False
    starting: str = "Starting the grader, which takes a few seconds, once …"
    page: Page = Listing()
    note: str = ""
    kept: str = ""
    resetting: bool = False
    turned: int = 0
    seconds: float | None = None

    @classmethod
    def first(cls, course: Course, now: float) -> Board:
        """Before anything is graded."""
        return cls(course.exercises, course.together, course.names, course.names[0], now)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(exercise.name for exercise in self.exercises)

    @property
    def passed(self) -> int:
        """How many exercises have passed."""
        return sum(map(self.has_passed, self.names))

    @property
    def complete(self) -> bool:
        """Whether all exercises have passed."""
        return self.passed == len(self.exercises)

    @property
    def result(self) -> Result | None:
        """The last verdict on the current exercise."""
        return self.results.get(self.current)

    @property
    def notes(self) -> tuple[str, ...]:
        """What only all parts together show, a sentence each."""
        alone = [self.results[name] for name in self.names if name in self.results]
        return alone_only(alone, self.results.get(self.together.name))

    @property
    def exercise(self) -> Exercise:
        """The current exercise, or the last mark."""
        return next(part for part in (*self.exercises, self.together) if part.name == self.current)

    def has_passed(self, name: str) -> bool:
        return name in self.results and exercise_status(self.results[name]) == "passed"

    def under_way(self, name: str) -> bool:
        """Whether this very mark is being graded, and its verdict still to come."""
        return self.ready and name in self.waiting[:1] and name != self.early

    def checking(self, name: str) -> bool:
        """Whether a verdict is still to come."""
        return name in self.waiting and name != self.early

    def says(self, note: str) -> Board:
        return replace(self, note=note)

    def at(self, name: str) -> Board:
        """At another exercise."""
        return replace(self, current=name, page=Findings(), settled=True, turned=0, note="")

    def shows(self, page: Page) -> Board:
        return replace(self, page=page, turned=0, note="")

    def turn(self, by: int) -> Board:
        return replace(self, turned=self.turned + by)

    def saved(self, names: frozenset[str], changed: Iterable[str], now: float) -> Board:
        """Some exercises are to be graded before all else, and any verdict on all of them together is old.

        names: the saved exercises; if it is one, the student has gone there.
        """
        first = tuple(sorted(changed, key=lambda name: (name not in names, self.names.index(name))))
        rest = tuple(name for name in self.waiting if name not in (*first, self.together.name))
        results = {name: each for name, each in self.results.items() if name != self.together.name}
        board = replace(
            self,
            waiting=first + rest,
            results=results,
            since=now,
            early="",
            resetting=False,
            note="",
            turned=0,
        )
        if len(names) == 1:
            return board.at(*names)
        return board.shows(Findings()) if board.settled and names else board

    def graded(self, result: Result, now: float, final: bool = True) -> Board:
        """A verdict has come; the last mark is next when it has completed all exercises."""
        name = result.exercise.name
        seconds = self.seconds if name == self.early else now - self.since
        board = replace(self, results={**self.results, name: result}, seconds=seconds)
        if not final:
            return replace(board, early=name)
        board = replace(board, waiting=tuple(x for x in self.waiting if x != name), early="", since=now)
        if exercise_status(result) != "not_started":
            board = replace(board, kept="")  # what a reset said is over once there is work again
        if board.complete and not board.waiting and self.together.name not in board.results:
            board = replace(board, waiting=(self.together.name,))
        return board if board.settled or board.waiting else board._settle()

    def _settle(self) -> Board:
        """The first round is over: go where the work is."""
        open_ = [name for name in self.names if not self.has_passed(name)]
        return replace(self, settled=True, current=(open_ or self.names)[0], page=Findings())

    def next(self) -> Board:
        """At the next exercise in order that has not passed; at the last mark when all have."""
        at = (*self.names, self.together.name).index(self.current)
        ahead = (*self.names[at + 1 :], *self.names[:at])
        found = next((name for name in ahead if not self.has_passed(name)), None)
        if found is not None:
            return self.at(found)
        if self.complete:
            return self.at(self.together.name)
        return self.at(self.current).says(f"{self.current} is the only one left.")

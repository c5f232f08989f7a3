"""The watch: takes one event after the other, asks for gradings, and paints what became of them."""

from __future__ import annotations

import queue
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, assert_never

from grader.course import GIVEN, Course
from grader.errors import GraderError, MachineError
from grader.fingerprint import outcome_key
from grader.report import Report
from grader.submission import Submission
from grader.task import Task
from grader.watching.actions import Actions
from grader.watching.board import Board
from grader.watching.events import (
    Event,
    Faulted,
    Gone,
    Graded,
    Lost,
    Opened,
    Pressed,
    Quit,
    Resized,
    Said,
    Saved,
    Suspended,
)
from grader.watching.screen import Screen

TICK = 1.0  # seconds between two looks at the clock and at the terminal's size
LOSSES = 3
ANOTHER = "The grading process ended; another one is starting …"


class Grades(Protocol):
    """A grading process; see asking.Grading."""

    def start(self) -> None: ...
    def ask(self, number: int, task: Task) -> None: ...
    def close(self) -> None: ...


class Paints(Protocol):
    """A terminal; see terminal.Terminal."""

    def paint(self, page: Screen) -> None: ...
    def stale(self) -> bool: ...
    def suspend(self) -> None: ...


class Watch:
    """Everything that a watch remembers between two events.

    events: where they come from; clock: gives seconds.
    """

    def __init__(
        self,
        course: Course,
        submission: Submission,
        grading: Grades,
        terminal: Paints,
        events: queue.SimpleQueue[Event],
        clock: Callable[[], float],
        seed: int = 0,
    ) -> None:
        self.course = course
        self.submission = submission
        self.grading = grading
        self.terminal = terminal
        self.events = events
        self.clock = clock
        self.seed = seed
        self.actions = Actions(course)
        self.board = Board.first(course, clock()).says(
            "Starting the grader; that takes a few seconds, once …"
        )
        self._opened: Opened | None = None
        self._number = 0
        self._asked: tuple[str, bytes] | None = None
        self._losses = 0
        self._by_save: set[str] = set()

    def run(self) -> int:
        """Until somebody quits: the exit code. Raises GraderError where the watch cannot go on."""
        self.grading.start()
        self._paint()
        while not isinstance(event := self._next(), Quit):
            self._handle(event)
            self._ask()
            self._paint()
            self._remember(event)
        return event.code

    def _next(self) -> Event:
        while True:
            try:
                return self.events.get(timeout=TICK)
            except queue.Empty:
                # A signal that another thread has caught would wake nobody until the next event.
                if self.board.waiting or self.terminal.stale():
                    self._paint()

    def _paint(self) -> None:
        self.terminal.paint(Screen(self.board, self.clock(), "exercises"))

    def _handle(self, event: Event) -> None:
        board = self.board
        match event:
            case Saved():
                self._saved(event)
            case Gone():
                self.board = board.says("The folder exercises is gone; waiting for it to come back.")
            case Pressed(key):
                self._pressed(key)
            case Opened():
                self._opened = event
                self.board = replace(board.says(""), since=self.clock(), ready=True)
            case Graded():
                self._graded(event)
            case Faulted(number, error):
                self._faulted(number, error)
            case Lost(last):
                self._lost(last)
            case Said(sentence):
                self.board = replace(board, starting=sentence)
            case Suspended():
                self.terminal.suspend()
            case Resized() | Quit():
                pass  # whatever has happened, the screen is painted anew
            case _:
                assert_never(event)

    def _ask(self) -> None:
        """Have the first of what waits graded, unless that is just what is under way."""
        if self._opened is None or not self.board.waiting:
            return
        name = self.board.waiting[0]
        wanted = name, self._sees(self.submission, name)
        if wanted != self._asked:
            self._asked = wanted
            self._number += 1
            self.grading.ask(self._number, Task(self.submission, (name,)))

    def _sees(self, submission: Submission, name: str) -> bytes:
        """A digest of all in a submission that a mark's grading sees."""
        part = next(part for part in self.course.parts if part.name == name)
        return outcome_key(self.course, submission, part, b"")

    def _saved(self, event: Saved) -> None:
        before, self.submission = self.submission, event.submission
        names = event.names & {*self.course.names}
        seen = {x for x in self.course.names if self._sees(before, x) != self._sees(self.submission, x)}
        if not names and not seen:
            self.board = self.board.says(_of_no_use(event.names))
        elif seen or self._asked is None or names != {self._asked[0]}:
            self._by_save |= names | seen
            self.board = self.board.saved(names, names | seen, event.at)
        # Else an editor has told twice of a save that is being graded already.

    def _pressed(self, key: str) -> None:
        if key == "q":
            self.events.put(Quit(0))
        else:
            self.board = self.actions.pressed(self.board, key)

    def _graded(self, event: Graded) -> None:
        if event.number != self._number:
            return  # what it was about has been saved once more
        self._losses = 0
        self.board = self.board.graded(event.result, self.clock(), event.final)
        if event.final:
            self._asked = None

    def _remember(self, event: Event) -> None:
        """Keep a verdict that a save has brought, once it is on the screen."""
        if not isinstance(event, Graded) or not event.final or event.number != self._number:
            return
        name = event.result.exercise.name
        if name in self._by_save and self._opened is not None:
            self._by_save.discard(name)
            report = Report(
                submission=self.submission.name,
                digest=self.submission.digest,
                seed=self.seed,
                isolation=self._opened.isolation,
                results=(event.result,),
                together=None,
                versions=self._opened.versions,
            )
            self.board = self.actions.remember(self.board, report)

    def _faulted(self, number: int | None, error: GraderError) -> None:
        if number is None:
            raise error
        if number == self._number:
            waiting = self.board.waiting[1:]
            self.board = replace(self.board, waiting=waiting, early="").says(
                f"{error.what}: {error.next_step}"
            )
            self._asked = None

    def _lost(self, last: str) -> None:
        self._losses += 1
        if self._opened is None or self._losses == LOSSES:
            raise MachineError(f"the grading process ended: {last or 'it said nothing'}", "run: grader grade")
        self._opened = self._asked = None
        self.grading.close()
        self.grading.start()
        self.board = replace(self.board, early="", ready=False, starting=ANOTHER)


def _of_no_use(names: frozenset[str]) -> str:
    """What to say of a save that changes nothing that is graded."""
    if given := sorted(names & {*GIVEN}):
        return f"{given[0]}.py is given: grading uses its own copy of it."
    return "" if names else "The folder exercises is back."

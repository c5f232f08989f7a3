"""What a notebook keeps while it is open: the cases that were drawn, and what each exercise came to last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

from grader.cases import default_folder
from grader.course import Course
from grader.errors import UsageError
from grader.examining import examine
from grader.model import Crashed, Exercise, NotStarted, Outcome, Result
from grader.notebook.cells import Cell
from grader.sandbox import choose
from grader.sandbox.cage import Cage
from grader.scoring import exercise_status
from grader.setting import Setting
from grader.student import Limits
from grader.submission import Submission, load

PATIENCE = 3.0  # as for the command


@dataclass
class Session:
    """One notebook's grading; the second of an exercise finds everything ready.

    say: told in a sentence before something that takes seconds and happens only once.
    sandbox: the cage's name, as for the command.
    results: what each exercise's last cell came to.
    """

    course: Course
    say: Callable[[str], None]
    sandbox: str = "auto"
    results: dict[str, Result] = field(default_factory=dict)
    _settings: dict[int, Setting] = field(default_factory=dict)
    _cells: dict[str, Cell] = field(default_factory=dict)

    @cached_property
    def cage(self) -> Cage:
        """Where cells are run; to try what works here takes a moment."""
        return choose(self.sandbox)

    @property
    def limits(self) -> Limits:
        return Limits(patience=PATIENCE)

    def exercise(self, name: str) -> Exercise:
        """An exercise by name; raises UsageError where there is none."""
        for exercise in self.course.exercises:
            if exercise.name == name:
                return exercise
        raise UsageError(f"there is no exercise '{name}'", f"choose from: {', '.join(self.course.names)}")

    def setting(self, seed: int) -> Setting:
        """The one setting of a seed, with the cases that were drawn already."""
        if seed not in self._settings:
            place, say = default_folder(), self.say
            self._settings[seed] = Setting(self.course, self.cage, place, seed, self.limits, say)
        return self._settings[seed]

    def grade(self, cell: Cell, seed: int) -> Result:
        """Grade a cell as the student's file, alone: whatever it does is an outcome, in the worker's cage.

        Raises GraderError where grading itself could not be done.
        """
        self._cells[cell.name] = cell
        exercise = self.exercise(cell.name)
        result = examine(self.setting(seed), self.submission(), exercise)
        verdicts = (replace(v, outcome=_of_the_cell(v.outcome, cell.name)) for v in result.verdicts)
        self.results.pop(cell.name, None)  # so that the last one graded stands last
        self.results[cell.name] = replace(result, verdicts=tuple(verdicts))
        return self.results[cell.name]

    def submission(self) -> Submission:
        """The files in exercises/, and each exercise's last cell in place of its file."""
        cells = {name: cell.graded for name, cell in self._cells.items()}
        try:
            there = load(self.course.root / "exercises", self.course.names)
        except UsageError:
            return Submission("exercises", cells, {})
        unreadable = {name: why for name, why in there.unreadable.items() if name not in cells}
        return replace(there, sources={**there.sources, **cells}, unreadable=unreadable)

    @property
    def passed(self) -> set[str]:
        """The exercises whose last cells passed."""
        return {name for name, result in self.results.items() if exercise_status(result) == "passed"}

    @property
    def unfinished(self) -> str | None:
        """The exercise whose cell was graded last, unless it passed."""
        name = next(reversed(self.results), None)
        return None if name in self.passed else name


def _of_the_cell(outcome: Outcome, name: str) -> Outcome:
    """The outcome, with the cell called a cell where it is called a file."""
    file = f"{name}.py"
    match outcome:
        case Crashed(frames=frames):
            begins = f"{file}, line"
            return replace(outcome, frames=tuple(_called(frame, begins) for frame in frames))
        case NotStarted(reason=reason):
            return replace(outcome, reason=reason.replace(file, "the cell", 1))
        case _:
            return outcome


def _called(frame: str, begins: str) -> str:
    return f"the cell, line{frame.removeprefix(begins)}" if frame.startswith(begins) else frame

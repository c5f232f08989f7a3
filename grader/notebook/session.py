"""A notebook's cells, graded as the files that they would be."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

from grader.course.course import Course
from grader.errors import MachineError, UsageError
from grader.examine.cases import default_folder
from grader.examine.examining import examine
from grader.examine.setting import Setting
from grader.learner.files import as_handed_out, exercise_file, reset
from grader.learner.hints import told
from grader.learner.history import FOLDER
from grader.machine.files import look, replaced
from grader.model import Crashed, Exercise, NotStarted, Outcome, Result
from grader.printable import shortened
from grader.report.scoring import exercise_status
from grader.sandbox.cage import Cage
from grader.sandbox.cages import choose
from grader.submission.submission import Submission, text
from grader.submission.tree import read_given


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

    def exercise(self, name: str) -> Exercise:
        """An exercise by name; raises UsageError where there is none."""
        for exercise in self.course.exercises:
            if exercise.name == name:
                return exercise
        raise UsageError(f"there is no exercise '{name}'", f"choose from: {', '.join(self.course.names)}")

    def setting(self, seed: int) -> Setting:
        """The one setting of a seed, with the cases that were drawn already."""
        if seed not in self._settings:
            place = default_folder()
            self._settings[seed] = Setting(self.course, self.cage, place, seed, say=self.say)
        return self._settings[seed]

    def grade(self, cell: Cell, seed: int) -> Result:
        """Grade a cell as the student's file, alone: whatever it does is an outcome, in the worker's cage.

        Raises GraderError where grading itself could not be done.
        """
        self._cells[cell.name] = cell
        exercise = self.exercise(cell.name)
        setting = self.setting(seed).telling(told(self.course.root / FOLDER))
        result = examine(setting, self.submission(), exercise)
        verdicts = (replace(v, outcome=_of_the_cell(v.outcome, cell.name)) for v in result.verdicts)
        self.results.pop(cell.name, None)  # so that the last one graded stands last
        self.results[cell.name] = replace(result, verdicts=tuple(verdicts))
        return self.results[cell.name]

    def submission(self) -> Submission:
        """The files in exercises/, and each exercise's last cell in place of its file."""
        cells = {name: cell.graded for name, cell in self._cells.items()}
        try:
            there = read_given(self.course.root / "exercises", self.course)
        except UsageError:
            return Submission("exercises", cells, {})
        return there.with_these(cells)

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


Import = ast.Import | ast.ImportFrom


@dataclass(frozen=True, slots=True)
class Cell:
    """What was written in a cell, under the name of an exercise.

    graded: the source for the worker. Its first line, where the notebook has the magic, holds the imports
        of the stub that the cell does without, so that lines have the numbers that the notebook shows.
    saved: the same as a file, beneath the stub's own first lines.
    """

    name: str
    graded: str
    saved: str


def cell_of(name: str, body: str, stub: str) -> Cell:
    """A cell for an exercise.

    body: what stands beneath the magic.
    stub: what a student is handed for the exercise. A cell with an import from __future__ of its own is
        taken for a whole file, and nothing of the stub is added.
    Raises UsageError where the cell is empty, or no Python.
    """
    if not body.strip():
        raise UsageError("the cell is empty", f"%exercise {name} puts the stub into a new one")
    own = _imports(_parsed(name, body))
    if any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in own):
        return Cell(name, f"\n{body}", f"{body.strip()}\n")
    known = {ast.dump(node) for node in own}
    lacking = [node for node in _imports(ast.parse(stub)) if ast.dump(node) not in known]
    return Cell(name, f"{'; '.join(map(ast.unparse, lacking))}\n{body}", _beneath(stub, known, body))


def beginning(stub: str) -> str:
    """What a cell for an exercise begins with: the stub without its docstring and its imports."""
    first = _first(ast.parse(stub))
    return "\n".join(stub.splitlines()[first - 1 :]) + "\n"


def _beneath(stub: str, known: set[str], body: str) -> str:
    """The cell beneath the stub's first lines, but for the imports that it has itself."""
    tree = ast.parse(stub)
    repeated = [node for node in _imports(tree) if ast.dump(node) in known]
    left_out = {
        line for node in repeated for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    lines = enumerate(stub.splitlines()[: _first(tree) - 1], start=1)
    head = "\n".join(line for number, line in lines if number not in left_out)
    return f"{head.strip()}\n\n\n{body.strip()}\n"


def _first(tree: ast.Module) -> int:
    """The line at which the definitions begin."""
    made = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef))
    return min(node.lineno for node in made)


def _imports(tree: ast.Module) -> list[Import]:
    return [node for node in tree.body if isinstance(node, Import)]


def _parsed(name: str, body: str) -> ast.Module:
    """The cell's tree, read but never run; raises UsageError where there is none."""
    try:
        text(f"the cell for {name}", body.encode())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes in somebody's docstring
            compile(f"\n{body}", "the cell", "exec", dont_inherit=True)
            return ast.parse(body)
    except SyntaxError as error:
        raise UsageError(*_unreadable(error)) from None
    except UnicodeEncodeError:
        raise UsageError("the cell holds half a character, which is no text", "type it anew") from None
    except ValueError as error:
        raise UsageError(str(error), "shorten the cell") from None
    except (RecursionError, MemoryError, OverflowError):
        raise UsageError("the cell is nested too deeply to be read", "shorten the cell") from None


def _unreadable(error: SyntaxError) -> tuple[str, str]:
    where = f"line {error.lineno} of the cell: " if error.lineno else "the cell: "
    line = shortened((error.text or "").strip(), 80)
    return f"{where}{error.msg}", f"the line is: {line}" if line else "mend it, then run the cell again"


def save(course: Course, cell: Cell) -> str:
    """Write the cell as its exercise's file, and say in a sentence what has become of what was there.

    Nothing is kept of a file that is as it was handed out. Raises UsageError where a link or a folder is
    in the way, and MachineError, with the old file as it was or kept, where that cannot be written.
    """
    path, data = exercise_file(course, cell.name), cell.saved.encode()
    place = f"exercises/{cell.name}.py"
    if look(path) == data:
        return f"{place} says the same already."
    kept = None if as_handed_out(course, cell.name) else reset(course, cell.name)
    try:
        replaced(path, data)
    except OSError as error:
        where = f"what was there is kept as {kept}" if kept else "nothing is lost"
        raise MachineError(f"cannot write {path}: {error.strerror}", where) from None
    if kept is None or not kept.stat().st_size:
        return f"It is in {place} now."
    return f"It is in {place} now; what was there is kept as {kept.relative_to(course.root)}."

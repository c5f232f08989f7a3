"""A notebook's cells, graded as the files that they would be, and what they show of that."""

from __future__ import annotations

import ast
import hashlib
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib import resources
from typing import Any

from grader.course.course import Course
from grader.errors import MachineError, UsageError
from grader.examine.cases import default_folder
from grader.examine.examining import examine
from grader.examine.setting import Setting
from grader.learner.help import Hint, as_handed_out, exercise_file, reset, told
from grader.learner.history import FOLDER, Mark, latest, on_top, present, read
from grader.machine.files import look, replaced
from grader.model import Crashed, Exercise, Failed, Kind, Node, NotStarted, Outcome, Result, Verdict
from grader.printable import printable, shortened
from grader.render.html.sheet import asset, following, needed, page
from grader.render.html.single_page import macros, part_of
from grader.render.picture.svg import drawing, picture_style
from grader.render.terminal import LOOK, half_done
from grader.render.text import WORDS, counted, told_of
from grader.render.text import points as written
from grader.report.evidence import status
from grader.report.report import notes
from grader.report.scoring import exercise_status, score
from grader.report.words import counterexample_of, example, headline, in_lines, meaning, numbers, places
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


# ---- what a cell shows of its grade: as a page's fragment, as text, with advice and programs

BY = "a notebook"
# Twice the class, for front ends style tables by a class and more.
SCOPE = ".nanograd.nanograd-output"


@dataclass(frozen=True, slots=True)
class Row:
    """An exercise in the list: its points, how it stands in a word, and more on that."""

    name: str
    title: str
    points: str
    word: str
    more: str


def graded(result: Result, source: str, steps: tuple[str, ...]) -> str:
    """A result as HTML in which everything foreign is escaped; the same always gives the same.

    source: what was graded, which makes ids that no other output has.
    steps: what to do next, a sentence each.
    """
    part = part_of(_key(result.exercise.name, source), result, {})
    return _fragment("graded(part, steps)", f"{part.name} graded", part=part, steps=steps)


def drawn(
    nodes: Sequence[Node], title: str, sentences: tuple[str, ...], lines: Sequence[tuple[str, bool]]
) -> str:
    """A graph as HTML, beneath some sentences on it.

    lines: the same as text, and whether a line's node is the suspect.
    """
    picture = drawing(nodes, title, _key("graph", f"{title} {nodes}"), headed=False)
    call = "drawn(picture, sentences, lines)"
    return _fragment(
        call, "A graph", picture=picture, sentences=tuple(map(printable, sentences)), lines=lines
    )


def as_table(rows: Sequence[Row], notes: Sequence[str]) -> str:
    """The exercises as an HTML table, beneath the notes."""
    said = tuple(map(printable, notes))
    return _fragment("listed(rows, notes)", "The exercises", rows=rows, notes=said)


def _fragment(call: str, label: str, **values: Any) -> str:
    own = {"markup": needed("markupsafe", BY).Markup}
    template = f"{macros()}{_text('cell.html')}{{% call framed(label) %}}{{{{ {call} }}}}{{% endcall %}}"
    return page(template, BY, own, _style(), label=label, **values).strip()


@cache
def _style() -> str:
    inside = (asset("base.css"), asset("single.css"), picture_style(), _text("cell.css"))
    return f"{following(SCOPE)}{_text('frame.css')}{SCOPE} {{\n{''.join(inside)}}}\n"


def _key(name: str, source: str) -> str:
    digest = hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()
    return f"nanograd-{name}-{digest[:10]}"


def _text(name: str) -> str:
    return (resources.files("grader.notebook") / name).read_text("utf-8")


def plain(result: Result, steps: tuple[str, ...]) -> str:
    """The result as text.

    steps: what to do next, a sentence each.
    """
    return "\n".join((*_lines(result), *map(printable, steps)))


def _lines(result: Result) -> Iterator[str]:
    name, marks, word = result.exercise.name, score(result), exercise_status(result)
    stands = "half done" if half_done(result) else LOOK[word][0]
    yield printable(f"{name}: {stands}, {written(marks.points)}/{written(marks.most)}")
    if marks.most_bonus:
        yield f"bonus: {written(marks.bonus)}/{written(marks.most_bonus)}"
    yield ""
    yield from (_property(verdict) for _, verdict in counted(result))
    if word != "passed":
        yield from _closer_look(result)
    if (shown := told_of(result)) is not None:
        yield ""
        yield from in_lines(shown)
    yield from (printable(f"Note: {note}") for note in notes(result))
    yield ""


def _property(verdict: Verdict) -> str:
    bonus = "Bonus: " if verdict.claim.kind is Kind.BONUS else ""
    return f"  {LOOK[status(verdict.outcome)][0]:<11}  {printable(f'{bonus}{verdict.claim.title}')}"


def _closer_look(result: Result) -> Iterator[str]:
    """The property that shows best what is wrong, in full."""
    verdict = example(result)
    assert verdict is not None
    yield ""
    outcome = verdict.outcome
    if not isinstance(outcome, NotStarted):
        yield printable(verdict.claim.title)
    if not isinstance(outcome, Failed) or outcome.reason:
        yield from map(shortened, (headline(outcome), *meaning(outcome), *places(outcome)))
    shown = counterexample_of(outcome)
    if shown is not None:
        yield ""
        yield from (printable(line).rstrip() for line in shown.source.rstrip().split("\n"))
        yield ""
        yield from (f"  {printable(str(line))}" for line in numbers(shown))


def steps(result: Result, saved: str, kept_back: bool) -> tuple[str, ...]:
    """What to do next, a sentence each.

    saved: what has become of the file, in a sentence; empty where nothing was saved.
    kept_back: it was to be saved if it passed, and does not.
    """
    name = result.exercise.name
    match exercise_status(result):
        case "passed":
            return (saved or f"To keep it as exercises/{name}.py, run the cell with --save.",)
        case "not_started":
            return (f"Fill in the TODOs, then run the cell again. Stuck? %hint {name}",)
    again = f"Mend the cell, then run it again. Stuck? %hint {name}"
    if saved:
        return saved, again
    why = ("It does not pass, so it is not saved.",) if kept_back else ()
    return *why, again, *_to_try(result)


def _to_try(result: Result) -> tuple[str, ...]:
    """Where there is a program to paste, what it runs on."""
    if all(counterexample_of(verdict.outcome) is None for verdict in result.verdicts):
        return ()
    name = result.exercise.name
    return (f"The program runs exercises/{name}.py: to try it here, save the cell with --save-anyway.",)


def place(hint: Hint, again: bool) -> str:
    """Where a hint stands among the others; again: whether asking once more gives another."""
    more = f"%hint {hint.exercise}"
    if not hint.level:
        return f"That is about your cell as it is; again for more: {more}"
    where = f"Level {hint.level} of {hint.of}"
    if not again:
        return f"{where}."
    return f"{where}, the last one." if hint.last else f"{where}; again for the next: {more}"


def rows(session: Session) -> tuple[list[Row], tuple[str, ...]]:
    """The exercises in order, and what stood on top of the last report on all of them together."""
    course = session.course
    grades, files = read(course.root / FOLDER, session.say), present(course)
    marks = latest(grades)
    found = [_row(session, part, marks, files.get(part.name, "")) for part in course.counted]
    return found, on_top(grades, files)


def _row(session: Session, exercise: Exercise, marks: Mapping[str, Mark], file: str) -> Row:
    name, title, points = map(printable, (exercise.name, exercise.title, written(exercise.points)))
    if result := session.results.get(exercise.name):
        return Row(name, title, points, WORDS[exercise_status(result)], "in this notebook")
    if mark := marks.get(exercise.name):
        more = "changed since" if mark.file and mark.file != file else "at the last grade"
        return Row(name, title, points, WORDS[mark.status], more)
    return Row(name, title, points, "", "")


def as_lines(found: Sequence[Row], notes: Sequence[str]) -> str:
    """The same as text in columns, beneath the notes."""
    cells = [(row.name, row.title, f"{row.points} points", f"{row.word} {row.more}".strip()) for row in found]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )
    return "\n".join([*map(printable, notes), *lines])

"""The misconceptions of each exercise: named wrong ideas, each with the wrong code that embodies it.

They are for authors, and prove that the properties bite: see grader check. There is one Markdown file an
exercise, tests/misconceptions/EXERCISE.md, and each misconception is a section of it:

    ## its_id: Its name, which says what the code does wrong.
    Why that goes wrong, in as many lines as it needs.
    Hint: a heading of HINTS.md · Seen by: the_property_that_is_meant_to_catch_it
    ```diff
     a line of the solution that stays, where it takes one to find the place
    -a line of the solution that goes
    +a line that comes instead
    ```

In the diff a line @@ parts places that lie apart. Where the idea is another program, a ```python block
holds all of it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from grader.course.sealed import Opened
from grader.errors import CourseError

PLACE = Path("tests") / "misconceptions"  # in a course
FOLDER = Path(__file__).parents[2] / PLACE
HEADING = re.compile(r"## ([a-z][a-z0-9_]*): (\S.*)")
FORM = "## name: What the code does wrong."
FIELDS = ("Hint", "Seen by")
BLOCKS = DIFF, PROGRAM = "```diff", "```python"


@dataclass(frozen=True, slots=True)
class Misconception:
    """A wrong idea about one exercise.

    name: what the code does wrong, in a sentence.
    explanation: why that goes wrong.
    hint: the heading in HINTS.md that helps.
    seen_by: the name of the property that is meant to catch it.
    source: the wrong code.
    """

    exercise: str
    id: str
    name: str
    explanation: str
    hint: str
    seen_by: str
    source: str


def misconceptions(exercise: str, folder: Path = FOLDER) -> list[Misconception]:
    """An exercise's misconceptions by id; raises CourseError for the first one that cannot be read."""
    found, troubles = _read(exercise, folder)
    if troubles:
        raise troubles[0]
    return found


def faults(exercise: str, folder: Path = FOLDER) -> list[CourseError]:
    """Everything that cannot be read in an exercise's file, from its top to its end."""
    return _read(exercise, folder)[1]


def _read(exercise: str, folder: Path) -> tuple[list[Misconception], list[CourseError]]:
    """The misconceptions by id, and what is wrong with those that are not among them."""
    root, path = folder.parents[1], folder / f"{exercise}.md"
    if not path.is_file():
        return [], []
    opened = Opened()
    text, solution = opened.file(path), opened.file(root / "solutions" / f"{exercise}.py")
    file = path.relative_to(root).as_posix()
    found: dict[str, Misconception] = {}
    troubles = []
    for section in _sections(exercise, file, text):
        try:
            one = section.misconception(solution)
            if one.id in found or any(one.name == other.name for other in found.values()):
                same = "name" if one.id in found else "sentence"
                raise section.fault(0, f"the {same} is that of a misconception above", "give each its own")
            found[one.id] = one
        except CourseError as trouble:
            troubles.append(trouble)
    return [found[id_] for id_ in sorted(found)], troubles


def _sections(exercise: str, file: str, text: str) -> Iterator[_Section]:
    """The sections of a file; above the first one may stand a title and an introduction."""
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("## ")]
    for number, line in enumerate(lines[: min(starts, default=None)]):
        if number and line.startswith(("#", "```")):
            starts.insert(0, number)  # no introduction but a misconception whose heading is none
            break
    for start, end in zip(starts, [*starts, len(lines)][1:], strict=True):
        yield _Section(exercise, file, start + 1, lines[start:end])


@dataclass(frozen=True, slots=True)
class _Section:
    """The lines of one misconception, from its heading to the next one's.

    first: the number of the first line in the file.
    """

    exercise: str
    file: str
    first: int
    lines: Sequence[str]

    def fault(self, at: int, what: str, next_step: str) -> CourseError:
        """What is wrong with a line of the section, counted from its heading."""
        heading = self.lines[0].partition(":")[0]
        return CourseError(f"{self.file}, line {self.first + at}, '{heading}': {what}", next_step)

    @property
    def id(self) -> str:
        """The misconception's id, empty where the heading has none."""
        found = HEADING.match(self.lines[0])
        return found[1] if found else ""

    def misconception(self, solution: str) -> Misconception:
        """What the section holds; raises CourseError for the first line that cannot be read."""
        heading = HEADING.fullmatch(self.lines[0].rstrip())
        if not heading:
            raise self.fault(0, "this begins no misconception", f"write '{FORM}'")
        begin, end = self._block()
        for at, line in enumerate(self.lines[1:], start=1):
            if not begin <= at <= end and line.startswith("#"):
                raise self.fault(at, f"{line!r} is no heading of a misconception", f"write '{FORM}'")
            if at > end and line.strip():
                raise self.fault(at, f"{line!r} stands below the block", "put the text above it")
        explanation, fields = self._text(begin)
        return Misconception(
            exercise=self.exercise,
            id=heading[1],
            name=heading[2],
            explanation=explanation,
            hint=fields["Hint"][0],
            seen_by=fields["Seen by"][0],
            source=self._program(begin, end, solution),
        )

    def _block(self) -> tuple[int, int]:
        """Where the block begins and ends."""
        fences = [at for at, line in enumerate(self.lines) if line.startswith("```")]
        if not fences or self.lines[fences[0]].rstrip() not in BLOCKS:
            raise self.fault(min(fences, default=0), f"there is no {DIFF} and no {PROGRAM} block", "add one")
        if len(fences) == 1 or self.lines[fences[1]].rstrip() != "```":
            raise self.fault(fences[0], "the block is not closed", "put ``` on a line below it")
        return fences[0], fences[1]

    def _text(self, end: int) -> tuple[str, dict[str, list[str]]]:
        """The explanation above a block, and what its fields say."""
        lines = [(at, " ".join(self.lines[at].split())) for at in range(1, end) if self.lines[at].strip()]
        start = next((n for n, (_, line) in enumerate(lines) if line.startswith("Hint:")), None)
        if start is None:
            raise self.fault(end, "there is no 'Hint: …' above the block", "name the heading of HINTS.md")
        if start == 0:
            raise self.fault(0, "there is no explanation", "say why the code goes wrong")
        fields: dict[str, list[str]] = {}
        for at, line in lines[start:]:
            for part in line.split(" · "):
                key, _, value = part.partition(": ")
                if key not in FIELDS or not value:
                    raise self.fault(at, f"{part!r} is none of 'Hint: …' and 'Seen by: …'", "mend it")
                fields.setdefault(key, []).append(value)
        for key in FIELDS:
            if len(fields.get(key, [])) != 1:
                how = "twice" if key in fields else "nowhere"
                raise self.fault(lines[start][0], f"'{key}: …' stands there {how}", "let it stand there once")
        return " ".join(line for _, line in lines[:start]), fields

    def _program(self, begin: int, end: int, solution: str) -> str:
        if self.lines[begin].rstrip() == DIFF:
            lines = self._changed(begin + 1, end, bare(solution, self.exercise))
        else:
            lines = list(self.lines[begin + 1 : end])
        source = "\n".join(lines) + "\n"
        try:
            ast.parse(source)
        except SyntaxError as error:
            what = f"its program is no Python, {error.msg}: {(error.text or '').strip()!r}"
            raise self.fault(begin, what, "mend the block") from None
        return source

    def _changed(self, begin: int, end: int, solution: Sequence[str]) -> list[str]:
        """The solution's lines after the changes of a diff."""
        changes = sorted(self._change(place, solution) for place in self._places(begin, end))
        lines: list[str] = []
        done = 0
        for start, stop, new, at in changes:
            if start < done:
                raise self.fault(at, "a part of the diff changes what another does", "make them one part")
            lines += [*solution[done:start], *new]
            done = stop
        return [*lines, *solution[done:]]

    def _places(self, begin: int, end: int) -> list[list[tuple[int, str]]]:
        """The lines of a diff with their numbers, parted at @@; blank ones and comments say nothing."""
        places: list[list[tuple[int, str]]] = [[]]
        for at in range(begin, end):
            line = self.lines[at].rstrip()
            if line.startswith("@@"):
                places += [[]] if places[-1] else []
            elif line and line[0] not in " -+":
                raise self.fault(at, f"{line!r} begins with none of ' ', '-', '+' and '@@'", "mend the line")
            elif line[1:].strip() and not line[1:].lstrip().startswith("#"):
                places[-1].append((at, line))
        if not all(any(line[0] in "-+" for _, line in place) for place in places):
            raise self.fault(begin - 1, "a part of the diff changes nothing", "mark lines with - and +")
        return places

    def _change(
        self, place: list[tuple[int, str]], solution: Sequence[str]
    ) -> tuple[int, int, list[str], int]:
        """Which lines of the solution are replaced, by what, and where that is said."""
        old = [(at, line[1:]) for at, line in place if line[0] != "+"]
        new = [line[1:] for _, line in place if line[0] != "-"]
        first, file = place[0][0], f"solutions/{self.exercise}.py"
        if not old:
            raise self.fault(first, f"no line of {file} stands beside it", "add the one above or below")
        found = list(range(len(solution)))
        for offset, (at, line) in enumerate(old):
            found = [start for start in found if solution[start + offset : start + offset + 1] == (line,)]
            if not found:
                why = "does not follow the line above it" if line in solution else "does not stand"
                raise self.fault(at, f"{line!r} {why} in {file}", "take the lines from the solution")
        if len(found) > 1:
            raise self.fault(first, f"this stands {len(found)} times in {file}", "add a line beside it")
        return found[0], found[0] + len(old), new, first


@lru_cache(maxsize=16)
def bare(solution: str, name: str) -> tuple[str, ...]:
    """A solution's lines without blank ones, comments and docstrings: no diff has to show these."""
    try:
        tree = ast.parse(solution)
    except SyntaxError as error:
        said = f"solutions/{name}.py, line {error.lineno}: {error.msg}"
        raise CourseError(said, "mend the solution") from None
    lines = solution.splitlines()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            first, last = node.body[0].lineno - 1, node.body[0].end_lineno
            lines[first:last] = [""] * len(lines[first:last])
    return tuple(line.rstrip() for line in lines if line.strip() and not line.lstrip().startswith("#"))


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to write one exercise; sources holds its file and helpers of its own."""

    exercise: str
    name: str
    sources: dict[str, str]

    def __str__(self) -> str:
        return f"{self.exercise}-{self.name}"


def variants(folder: Path) -> list[Variant]:
    """Every variant in folder/EXERCISE: a file, or a folder of files where it needs helpers."""
    found = []
    for path in sorted(folder.glob("*/*")):
        exercise = path.parent.name
        if path.suffix == ".py":
            found.append(Variant(exercise, path.stem, {exercise: path.read_text("utf-8")}))
        elif path.name != "__pycache__":
            sources = {file.stem: file.read_text("utf-8") for file in path.glob("*.py")}
            found.append(Variant(exercise, path.name, sources))
    return found

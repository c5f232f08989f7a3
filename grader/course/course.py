"""The course on disk: its rubric, its given files, its reference, and the stubs cut from it."""

from __future__ import annotations

import ast
import os
import re
import tomllib
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, lru_cache
from pathlib import Path
from types import CodeType
from typing import Any

from grader.course.sealed import Opened, Sources, sources
from grader.errors import CourseError, UsageError
from grader.model import Exercise, Marked
from grader.printable import typed
from grader.subject import DEFAULT, Subject, known, load

# By which promises an implementation in a shape of its own is judged: the course's, or what it does itself.
ANY_SHAPE = STRICT, LENIENT = "strict", "lenient"
TOGETHER, INIT = "together", "__init__"
# What students may see of their reports: all of it; no programs; nothing but how each property went; or
# nothing until the deadline, and then all of it.
STUDENTS_SEE = EVERYTHING, FINDINGS, STATUSES, LATER = "everything", "findings", "statuses", "after_deadline"
FILE, EXERCISES = "course.toml", "exercises"
PACKAGE = Path(__file__).resolve().parents[1]
# What grader init lays down, as a wheel carries it; setup.py puts it there. No clone has this folder.
CARRIED = PACKAGE / "project"


@dataclass(frozen=True)
class Course(Marked):
    """A course and where it lies.

    exercises: in the order students meet them.
    together: the last mark, for which every part is the student's own; None where there is none.
    policy: the table of that name as it stands; policy.read() says what it means.
    solutions_after_pass: whether students may see the model of an exercise that has passed.
    any_shape: one of ANY_SHAPE, for a class.
    find_misnamed: whether a file of another name or place is taken for an exercise that is missing, where
        only one can be meant.
    ci_folder: the one folder that counts in a commit; empty for exercises/ or, where that is not there, any.
    taught: the name of the subject.
    students_see: one of STUDENTS_SEE.
    stated_given: the given files that course.toml names; None for those of the subject.
    oracle, needs: see subject.Taught.
    """

    root: Path
    title: str
    exercises: tuple[Exercise, ...]
    together: Exercise | None
    policy: Mapping[str, Any] = field(default_factory=dict)
    solutions_after_pass: bool = True
    any_shape: str = STRICT
    taught: str = DEFAULT
    find_misnamed: bool = True
    ci_folder: str = ""
    students_see: str = EVERYTHING
    stated_given: tuple[str, ...] | None = None
    oracle: str = ""
    needs: tuple[str, ...] = ()

    @classmethod
    def load(cls, root: Path) -> Course:
        """Read course.toml; raises CourseError where it is missing, broken or incomplete."""
        path = root / FILE
        try:
            table = tomllib.loads(path.read_text("utf-8"))
            taught = _taught(table)
            # Most courses teach what is the default, which need not be imported to say this.
            attaches = taught == DEFAULT or load(taught).attaches
            exercises = tuple(_exercise(entry, attaches) for entry in table["exercise"])
            together = _together(table["together"]) if "together" in table else None
            shown = _yes_or_no(table, "solutions_after_pass", True)
            misnamed = _yes_or_no(table, "find_misnamed", True)
            return cls(
                root,
                table["title"],
                exercises,
                together,
                policy=table.get("policy", {}),
                solutions_after_pass=shown,
                any_shape=_judge(table),
                taught=taught,
                find_misnamed=misnamed,
                ci_folder=_folder(table, "ci_folder", "a folder below the top of a repository"),
                students_see=_seen(table),
                stated_given=_names(table, "given") if "given" in table else None,
                oracle=_folder(table, "oracle", "a file of the course"),
                needs=_names(table, "oracle_needs"),
            )
        except OSError as error:
            raise CourseError(f"cannot read {path}: {error.strerror}", f"restore {FILE}") from error
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError, ZeroDivisionError) as error:
            raise CourseError(f"{path} is not a course: {error}", "compare it with the README") from error

    @cached_property
    def subject(self) -> Subject:
        """What is taught, as this course does; imported when first asked for."""
        return load(self.taught).of(self)

    @cached_property
    def given(self) -> tuple[str, ...]:
        """The files that students get complete, and that an engine is made of."""
        return self.subject.given if self.stated_given is None else self.stated_given

    @property
    def complete(self) -> tuple[str, ...]:
        """Every file that students get as it is."""
        return (*((INIT,) if INIT in self.subject.frame else ()), *self.common)

    @property
    def common(self) -> tuple[str, ...]:
        """The same, with those that only make a package of the files."""
        return (*self.given, *(name for name in self.subject.frame if name != INIT))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(exercise.name for exercise in self.exercises)

    @property
    def carried(self) -> bool:
        """Whether it is the copy that an installed grader carries: to grade by, not to work in."""
        return self.root == CARRIED

    @property
    def work(self) -> Path:
        """The folder in which its student works; raises UsageError where there is none."""
        if not self.carried:
            return self.root / EXERCISES
        beside = Path.cwd() / EXERCISES
        if not beside.is_dir():
            raise UsageError(
                f"there is no {FILE} here or above, and no {EXERCISES}/ here",
                "make a project: grader init FOLDER; or name what to grade: grader grade FOLDER",
            )
        return beside

    def project(self) -> Course:
        """The same course; raises UsageError where nobody can work in it."""
        if self.carried:
            raise UsageError(
                f"there is no {FILE} here or above", "make a project: grader init FOLDER; then: cd FOLDER"
            )
        return self

    @property
    def counted(self) -> tuple[Exercise, ...]:
        """What brings points: the exercises, and the last mark where it is no bonus."""
        return tuple(part for part in self.parts if part.counts)

    def properties(self, exercise: str) -> Path:
        """The file with an exercise's properties."""
        return self.root / "tests" / "properties" / f"test_{exercise}.py"

    def solution(self, name: str) -> str:
        """The source of a reference part; raises CourseError where it is missing."""
        return self._sources.file(self.root / "solutions" / f"{name}.py")

    def text(self, place: str) -> str:
        """The text of a file of the author's; raises CourseError where it is missing."""
        return self._sources.file(self.root / place)

    def stub(self, name: str) -> str:
        """What a student is handed for an exercise."""
        return cut(self.solution(name), name)

    def authors_only(self) -> None:
        """Raise UsageError where the course is a students' project, in which authors have nothing to do."""
        if not isinstance(self._sources, Opened):
            what = f"{self.root} is a students' project: the solutions are sealed there"
            if self.carried:
                what = f"there is no {FILE} here or above, and the installed course has its solutions sealed"
            raise UsageError(what, "run this in the course itself")

    @cached_property
    def _sources(self) -> Sources:
        return sources(self.root)

    @cached_property
    def reference(self) -> dict[str, CodeType]:
        """The given files and every solution, compiled."""
        return {name: _compiled(self.solution(name), name) for name in (*self.given, *self.names)}


def _compiled(source: str, name: str) -> CodeType:
    try:
        # No frame is shown of a name in angle brackets: what students see are lines of their own.
        return compile(source, f"<reference {name}.py>", "exec", dont_inherit=True)
    except SyntaxError as error:
        raise CourseError(
            f"solutions/{name}.py, line {error.lineno}: {error.msg}", "mend the solution"
        ) from None


def own_root() -> Path:
    """Where the course lies that came with this grader: around its package, or carried in its wheel."""
    return CARRIED if (CARRIED / FILE).is_file() else PACKAGE.parent


def own() -> Course:
    """The course that came with this grader, wherever it is run; raises CourseError where there is none."""
    root = own_root()
    if not (root / FILE).is_file():
        raise CourseError(
            f"there is no {FILE} here or above, and none came with this grader: {root} has none",
            f"restore {FILE}, or go to a folder that has one",
        )
    return Course.load(root)


def root_around(folder: Path) -> Path | None:
    """The nearest folder, from this one upwards, that has a course.toml; nothing there is read."""
    folder = folder.resolve()
    return next((path for path in (folder, *folder.parents) if (path / FILE).is_file()), None)


def here(folder: Path | None = None) -> Course:
    """The course around a folder, by default the current one; where there is none, the grader's own.

    Its properties are code that grading runs. Raises UsageError where the course is another user's, who may
    have put it above anybody's folders, in a temporary folder say.
    """
    around = root_around(folder or Path.cwd())
    if around is None:
        return own()
    if around != own_root():
        _refuse_of_others(around / FILE)
    return Course.load(around)


def _refuse_of_others(file: Path) -> None:
    if not hasattr(os, "geteuid"):
        return
    # Who becomes root to grade what is theirs has it owned by whom they were.
    trusted = {0, os.geteuid(), *(int(uid) for uid in [os.environ.get("SUDO_UID", "")] if uid.isdecimal())}
    if file.stat().st_uid not in trusted:
        raise UsageError(
            f"{file} belongs to another user, and grading runs the code beside it",
            f"where you trust them: grader --course {typed(file.parent)} …",
        )


def _yes_or_no(table: dict[str, Any], key: str, default: bool) -> bool:
    said = table.get(key, default)
    if not isinstance(said, bool):
        raise ValueError(f"{key} is true or false, not {said!r:.40}")
    return said


def _seen(table: dict[str, Any]) -> str:
    said = table.get("students_see", EVERYTHING)
    if said not in STUDENTS_SEE:
        raise ValueError(f"students_see is one of {', '.join(STUDENTS_SEE)}, not {said!r:.40}")
    if said == LATER and "deadline" not in table.get("policy", {}):
        raise ValueError(f"students_see is {LATER}, and [policy] has no deadline")
    return str(said)


def _folder(table: dict[str, Any], key: str, what: str) -> str:
    said = table.get(key, "")
    if not isinstance(said, str) or said.startswith("/") or ".." in said.split("/"):
        raise ValueError(f"{key} is {what}, not {said!r:.40}")
    return said


def _names(table: dict[str, Any], key: str) -> tuple[str, ...]:
    said = table.get(key, [])
    if not isinstance(said, list) or not all(isinstance(name, str) for name in said):
        raise ValueError(f"{key} is a list of names, not {said!r:.40}")
    return tuple(said)


def _together(entry: dict[str, Any]) -> Exercise:
    """The last mark: a bonus where nothing is said of points."""
    if unknown := sorted(set(entry) - {"title", "points"}):
        raise ValueError(f"[together] knows no {unknown[0]!r}; there are points, title")
    points = _points(entry, "[together]") if "points" in entry else Fraction(0)
    if "points" in entry and not points:
        raise ValueError("[together] is worth nothing; leave out its points for a bonus")
    return Exercise(TOGETHER, entry["title"], points, (), own=True)


def _points(entry: dict[str, Any], name: str) -> Fraction:
    points = Fraction(str(entry["points"]))
    if points < 0:
        raise ValueError(f"{name} is worth less than nothing")
    return points


def _judge(table: dict[str, Any]) -> str:
    said = table.get("any_shape", STRICT)
    if said not in ANY_SHAPE:
        raise ValueError(f"any_shape is {' or '.join(map(repr, ANY_SHAPE))}, not {said!r:.40}")
    return str(said)


def _taught(table: dict[str, Any]) -> str:
    said = table.get("subject", DEFAULT)
    if not isinstance(said, str) or not known(said):
        raise ValueError(f"there is no subject {said!r:.40}")
    return said


def _exercise(entry: dict[str, Any], attaches: bool) -> Exercise:
    name, siblings = entry["name"], _names(entry, "siblings")
    defines = entry.get("defines", name)
    attach = entry.get("attach", name if attaches and "defines" not in entry else "")
    if not defines.isidentifier() or not (attach + "_").isidentifier():
        raise ValueError(f"{name} cannot define {defines!r} and attach it as {attach!r}")
    points, draft = _points(entry, name), _yes_or_no(entry, "draft", False)
    return Exercise(name, entry["title"], points, siblings, defines=defines, attach=attach, draft=draft)


BEGIN, END = "# begin solution", "# end solution"
STEP = re.compile(r"\s*# (\d+)\. ")
# Characters; the syntax tree of what somebody packed densely takes a thousand bytes for each.
LONGEST = 1 << 15
# What keeps a source from having a tree, or a tree from being walked.
NO_TREE = (SyntaxError, ValueError, RecursionError, MemoryError)


def tree_of(source: str) -> ast.Module:
    """The syntax tree of what anybody may have written; raises one of NO_TREE.

    It is made where nothing limits it, and there is text that takes hours: what is too long has none.
    """
    if len(source) > LONGEST:
        raise ValueError("it is too long to be taken apart")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd escapes in somebody's docstring
        return ast.parse(source)


def cut(solution: str, name: str) -> str:
    """The stub for a solution's source; raises CourseError where a marker has no partner.

    The code around a step is gone, so each step stands as far in as the place where the solution begins.
    """
    lines: list[str] = []
    steps: list[str] | None = None
    indent = ""
    for line in solution.splitlines():
        mark = line.strip()
        if mark in (BEGIN, END) and (mark == BEGIN) != (steps is None):
            raise CourseError(
                f"{name}.py: '{mark}' has no partner", "mark where the solution begins and ends"
            )
        if mark == BEGIN:
            steps, indent = [], _indent(line)
        elif mark == END:
            lines.append(f'{_indent(line)}raise NotImplementedError("{_todo(name, steps or [])}")')
            steps = None
        elif steps is None:
            lines.append(line)
        elif found := STEP.match(line):
            steps.append(found[1])
            lines.append(f"{indent}# TODO {found[1]}: {line[found.end() :]}")
    if steps is not None:
        raise CourseError(f"{name}.py: '{BEGIN}' has no partner", f"add '{END}'")
    return "\n".join(lines) + "\n"


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _todo(name: str, steps: list[str]) -> str:
    if not steps:
        return f"{name}: TODO"  # nothing is numbered yet
    if len(steps) == 1:
        return f"{name}: TODO {steps[0]}"
    return f"{name}: TODO {steps[0]} {'to' if len(steps) > 2 else 'and'} {steps[-1]}"


# Choosing files asks this, then each exercise of a submission, then the last mark of all of them.
@lru_cache(maxsize=64)
def untouched(source: str, stub: str) -> bool:
    """Whether a source does no more than the stub: comments, docstrings and trials aside.

    Trials are what happens only where the file is run by itself. The other files may be imported in any form.

    What is many times as long as any stub is not looked at: somebody has written something there.
    """
    try:
        return _bones(source, _others(stub)) == _stub_bones(stub)
    except NO_TREE:
        return False


BY_ITSELF = ast.dump(ast.parse('__name__ == "__main__"', mode="eval").body)


def changed(course: Course, sources: Mapping[str, str]) -> tuple[str, ...]:
    """The given files that a hand-in has otherwise than they were given; grading uses its own."""
    there = (name for name in course.common if name in sources)
    given = {name: course.solution(name) for name in there}
    return tuple(
        name for name, text in given.items() if sources[name] != text and not untouched(sources[name], text)
    )


@dataclass(frozen=True, slots=True)
class Misplaced:
    """What an exercise asks for, written into a file that is given: its name there, and its lines."""

    file: str
    name: str
    first: int
    last: int


def misplaced(sources: Mapping[str, str], files: Sequence[str], exercise: Exercise) -> Misplaced | None:
    """Where one of these files has what the exercise asks for: its method, or its class."""
    for file in files:
        try:
            classes = [node for node in tree_of(sources[file]).body if isinstance(node, ast.ClassDef)]
        except NO_TREE:
            continue
        methods = [node for cls in classes for node in cls.body if isinstance(node, ast.FunctionDef)]
        for node in methods if exercise.attach else classes:
            if node.name == (exercise.attach or exercise.defines):
                first = min([node.lineno, *(mark.lineno for mark in node.decorator_list)])
                return Misplaced(file, node.name, first, node.end_lineno or first)
    return None


@lru_cache(maxsize=100)
def _stub_bones(stub: str) -> str:
    """A stub is compared with every submission."""
    return _bones(stub, _others(stub))


@lru_cache(maxsize=100)
def _others(stub: str) -> frozenset[str]:
    """The files beside a stub that it imports."""
    nodes = ast.walk(ast.parse(stub))
    return frozenset(node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and node.level)


def _bones(source: str, others: frozenset[str]) -> str:
    tree = tree_of(source)
    tree.body = [statement for statement in tree.body if not _frame(statement, others)]
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and ast.get_docstring(node) is not None
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(tree)


def _frame(statement: ast.stmt, others: frozenset[str]) -> bool:
    """Whether a statement only imports the other files, is for type checkers, or is a trial."""
    match statement:
        case ast.If(test=ast.Name("TYPE_CHECKING"), orelse=[]):
            return True
        case ast.Assign(targets=[ast.Name("TYPE_CHECKING")]):
            return True
        case ast.Try(body=body, handlers=handlers):
            tried = [*body, *(inner for handler in handlers for inner in handler.body)]
            return all(_frame(inner, others) for inner in tried)
        case ast.If(test=test, orelse=[]):
            return ast.dump(test) == BY_ITSELF
        case ast.ImportFrom(module=module):
            return (module or "").rpartition(".")[2] in others
        case ast.Import(names=names):
            return all(name.name.rpartition(".")[2] in others for name in names)
    return False


def handed_out(course: Course) -> dict[str, str]:
    """Every file of exercises/ as students get it."""
    given = {name: course.solution(name) for name in course.complete}
    return given | {name: course.stub(name) for name in course.names}

"""Declares properties: @graded, @bonus and @noted turn a claim into a pytest test with its programs.

A claim is a function of two views, expected and got, that asserts; its docstring's first line is the
title a student reads. It is a promise over first (programs written down) and over (programs drawn).
"""

from __future__ import annotations

import ast
import hashlib
import sys
import tomllib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

from grader.errors import CourseError
from grader.model import Claim, Kind
from grader.subject import Packed, Program, Programs

if TYPE_CHECKING:
    from grader.course.course import Course

DRAWN = 100
WORTH = ("points", "hidden")  # what says nothing of what is promised
Holds = Callable[[Any, Any], None]  # of two views of the subject's


@dataclass(frozen=True, slots=True)
class Deferred:
    """A strategy that make() will make, once cases are drawn.

    A grade that replays recorded cases draws none, and importing hypothesis would take longer than
    examining an exercise.
    """

    make: Callable[[], Any]

    def map(self, function: Callable[[Any], Any]) -> Deferred:
        """Deferred as well: what a strategy's method of that name does."""
        return Deferred(lambda: self.make().map(function))

    def filter(self, condition: Callable[[Any], Any]) -> Deferred:
        """Deferred as well."""
        return Deferred(lambda: self.make().filter(condition))

    def __or__(self, other: Deferred) -> Deferred:
        return Deferred(lambda: self.make() | other.make())


def made(over: Any) -> Any:
    """The strategy itself, whether deferred or not; anything else as it is."""
    return over.make() if isinstance(over, Deferred) else over


@dataclass(frozen=True, slots=True)
class Property:
    """A claim with the programs it is promised for.

    first: programs that are always tried; a failure among them needs no shrinking.
    over: the strategy that draws programs, perhaps deferred; None where none are drawn.
    drawn: how many of these.
    kink: it may be asked where the answer is a matter of choice.
    """

    claim: Claim
    holds: Holds
    first: tuple[Program, ...]
    over: Any
    drawn: int
    kink: bool

    def kept(
        self, subject: Programs, packed: Packed, expected: tuple[float, ...], got: tuple[float, ...]
    ) -> bool:
        """Whether a program's numbers are as promised.

        A claim may raise anything about an answer of another kind than it expects, such as a list in place of
        a number; it is the author's fault only where it raises about the expected answer, too.
        """
        wanted = subject.view(packed, expected)
        try:
            return keeps(self.holds, wanted, subject.view(packed, got))
        except CourseError:
            raise
        except Exception:
            keeps(self.holds, wanted, wanted)
            return False


def keeps(holds: Holds, expected: Any, got: Any) -> bool:
    """Whether the claim asserts without complaint."""
    try:
        holds(expected, got)
    except AssertionError:
        return False
    return True


class Examines(Protocol):
    """What a property's test is given: something that finds out, and fails the test if need be."""

    def examine(self, prop: Property) -> None: ...


def declared_in(path: Path) -> list[Property]:
    """The properties of a file, in the order they are written; raises CourseError as loaded()."""
    return collected(loaded(path))


def loaded(path: Path) -> ModuleType:
    """The module of a file of properties.

    Raises CourseError where it is not there, or is no Python that can be loaded.
    """
    name = f"properties.{path.stem}"
    module = sys.modules.get(name)
    if module is None or module.__file__ != str(path):
        spec = spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except OSError as error:
            raise CourseError(f"cannot read {path}: {error.strerror}", "restore the file") from None
        except Exception as error:  # an author's file may raise anything
            what = f"{path} cannot be loaded: {type(error).__name__}: {error}"
            raise CourseError(what, "mend the properties there") from error
        sys.modules[name] = module
    return module


# What a course with a pyproject.toml says there to pytest. Which tests are to be run, and which marks there
# are, is of no weight where files are named.
USUAL = {
    "addopts": ["-p", "grader.plugin", "--import-mode=importlib", "--strict-markers"],
    "filterwarnings": ["error"],
}
NO_WEIGHT = ("testpaths", "markers")


def configured_as_usual(course: Course) -> bool:
    """Whether a course leaves to pytest what it does with properties."""
    try:
        text = (course.root / "pyproject.toml").read_text("utf-8")
    except FileNotFoundError:
        return True
    said = tomllib.loads(text).get("tool", {}).get("pytest", {})
    options = said.get("ini_options", {})
    return [*said] == ["ini_options"] and {n: v for n, v in options.items() if n not in NO_WEIGHT} == USUAL


def declares_only(module: ModuleType) -> bool:
    """Whether a loaded file of properties has nothing that pytest would take note of, but these."""
    ours = {id(prop) for prop in collected(module)}
    return not any(_is_pytests(name, thing, ours) for name, thing in vars(module).items())


def _is_pytests(name: str, thing: Any, ours: Collection[int]) -> bool:
    """Whether pytest would take note of what stands in a file under that name, other than of a property."""
    if id(getattr(thing, "prop", None)) in ours:
        return not name.startswith("test") or hasattr(thing, "pytestmark")
    known = name.lower().startswith(("test", "setup", "teardown", "pytest_", "pytestmark"))
    of = thing if isinstance(thing, type) else type(thing)
    return known or any(base.__module__.startswith(("_pytest.", "unittest.")) for base in of.__mro__)


def place_of(properties_file: Path) -> Path:
    """Where the cases of a file of properties are recorded."""
    exercise = properties_file.stem.removeprefix("test_")
    return properties_file.parent / "cases" / f"{exercise}.jsonl"


def promised(path: Path, text: str | None = None) -> bytes:
    """SHA-256 over all that a file of properties promises: its code without titles, comments and points.

    Points, titles and what is hidden are read anew whenever outcomes are scored.
    text: in place of what stands there. Raises CourseError where it cannot be read.
    """
    try:
        return meant(path.read_text("utf-8") if text is None else text, left_out=WORTH)
    except OSError as error:
        raise CourseError(f"cannot read {path}: {error.strerror}", "restore the file") from None
    except (SyntaxError, ValueError) as error:
        raise CourseError(f"{path} cannot be loaded: {error}", "mend the properties there") from None


def meant(source: str, left_out: Sequence[str] = ()) -> bytes:
    """SHA-256 over the code of a source without comments, and without the texts in functions.

    left_out: what is handed to calls by these names does not count either. Raises SyntaxError or ValueError.
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.body = [part for part in node.body if not _is_text(part)]
        elif isinstance(node, ast.Call):
            node.keywords = [keyword for keyword in node.keywords if keyword.arg not in left_out]
    return hashlib.sha256(repr(_plain(tree)).encode()).digest()


def without_hidden(text: str) -> str:
    """A file of properties without those that are hidden; the same text where none is."""
    lines = text.splitlines(keepends=True)
    for node in reversed(ast.parse(text).body):
        if isinstance(node, ast.FunctionDef) and any(map(_hides, node.decorator_list)):
            first = min(decorator.lineno for decorator in node.decorator_list)
            del lines[first - 1 : node.end_lineno]
    return "".join(lines)


def _hides(decorator: ast.expr) -> bool:
    keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
    return any(k.arg == "hidden" and isinstance(k.value, ast.Constant) and k.value.value for k in keywords)


def _plain(node: object) -> object:
    """A syntax tree as tuples, without what is empty: so every version of Python has the same."""
    if isinstance(node, ast.AST):
        fields = ((name, _plain(value)) for name, value in ast.iter_fields(node))
        return (type(node).__name__, *((name, said) for name, said in fields if said not in (None, ())))
    return tuple(map(_plain, node)) if isinstance(node, list) else node


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def collected(module: ModuleType) -> list[Property]:
    """The properties that a loaded module declares."""
    found = (getattr(thing, "prop", None) for thing in vars(module).values())
    return [prop for prop in found if isinstance(prop, Property)]


def graded(
    points: int, *, hidden: bool = False, **programs: Any
) -> Callable[[Holds], Callable[[Examines], None]]:
    """A property that counts; points are its share of the exercise's.

    hidden: students do not get it with their project, and are told nothing of how it went.
    """
    return _declare(Kind.GRADED, Fraction(points), hidden=hidden, **programs)


def bonus(
    points: int, *, hidden: bool = False, **programs: Any
) -> Callable[[Holds], Callable[[Examines], None]]:
    """A property on top, never needed for full marks; hidden as for graded()."""
    return _declare(Kind.BONUS, Fraction(points), hidden=hidden, **programs)


def noted(**programs: Any) -> Callable[[Holds], Callable[[Examines], None]]:
    """A property that costs nothing; where it does not hold, its title becomes a note."""
    return _declare(Kind.NOTE, Fraction(0), **programs)


def _declare(
    kind: Kind,
    share: Fraction,
    first: Sequence[Program] = (),
    over: Any = None,
    drawn: int = DRAWN,
    kink: bool = False,
    hidden: bool = False,
) -> Callable[[Holds], Callable[[Examines], None]]:
    def decorate(holds: Holds) -> Callable[[Examines], None]:
        title = (holds.__doc__ or "").strip().split("\n")[0]
        claim = Claim(holds.__name__.removeprefix("test_"), title, kind, share, hidden=hidden)
        prop = Property(claim, holds, tuple(first), over, drawn if over is not None else 0, kink)

        def test(student: Examines) -> None:
            student.examine(prop)

        test.__name__, test.__doc__, test.__module__ = holds.__name__, holds.__doc__, holds.__module__
        test.prop = prop  # type: ignore[attr-defined]  # how the plugin finds what it has collected
        return test

    return decorate

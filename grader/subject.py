"""The seam: what a subject is to the grader, which knows programs and answers, not what is taught.

A course names its subject in course.toml; without a word it is autograd. Each is a package of that name in
grader/, whose subject.py has the object SUBJECT. Nothing else of it is known to the packages below it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib import import_module
from pathlib import Path
from types import CodeType
from typing import Any, ClassVar, Protocol

from grader.errors import UsageError
from grader.model import Counterexample, Exercise, Finding, Numbers, Observation

DEFAULT = "autograd"
Packed = tuple[Any, ...]
SIMPLE = frozenset({float, int, bool, str, type(None)})


class Program(Protocol):
    """What a submission is asked: a frozen dataclass, into which only its subject looks.

    tag: which kind it is. length: how many numbers are observed of it; where only the program's run tells
        how many, the most there may be, below zero.
    """

    tag: ClassVar[str]

    @property
    def length(self) -> int: ...


def pack(program: Program) -> Packed:
    """The program as nested tuples of numbers and strings, the tag first."""
    return (program.tag, *_packed(program))


def _packed(thing: Any) -> Any:
    """What astuple() gives, without the copies that it makes of every number."""
    kind: Any = type(thing)
    if kind in SIMPLE:
        return thing
    if kind is tuple:
        return tuple([_packed(each) for each in thing])
    return tuple([_packed(getattr(thing, name)) for name in _fields(kind)])


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


# Puts programs to one engine, in one process, and gives what each observed.
Ask = Callable[[Sequence[Any]], list[Observation]]


class Unfit(Exception):
    """A program has no answer that every right submission must agree with."""


class Unanswerable(UsageError):
    """What draws programs and answers them is not installed here; recorded cases do without."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of programs where a subject has words of its own.

    differs: of an answer that is not as promised; empty for what is said of numbers.
    depends: of a program that is right when it is run alone. answering: while the cases are drawn.
    """

    differs: str = ""
    depends: str = "Alone this program gives the right numbers: it depends on what ran before it"
    answering: str = "PyTorch answers them"


class Taught(Protocol):
    """What a subject may know of a course that teaches it; see course.course.Course.

    oracle: the file that says what is right, as a path in the course; empty where the solutions say so.
    needs: the distributions that the oracle takes.
    """

    @property
    def exercises(self) -> tuple[Exercise, ...]: ...
    @property
    def oracle(self) -> str: ...
    @property
    def needs(self) -> tuple[str, ...]: ...
    @property
    def reference(self) -> Mapping[str, CodeType]: ...

    def text(self, place: str) -> str:
        """The text of a file of the course; raises CourseError."""


class Programs(Protocol):
    """What can be asked of programs: all that judging a submission takes."""

    @property
    def words(self) -> Words: ...

    def unpack(self, packed: Packed) -> Any:
        """The program that pack() turned into tuples."""

    def size(self, program: Any) -> tuple[int, int, float]:
        """How much of a program there is to read: the smaller one is shown."""

    def view(self, packed: Packed, observed: tuple[float, ...]) -> Any:
        """A program's numbers as properties see them; values are all that may be judged."""

    def length(self, packed: Packed, answered: int) -> int:
        """Its program's length, of which so many numbers are the answer."""

    def random(self, packed: Packed) -> bool:
        """Whether a program observes what is drawn at random, so that only its pattern can be known."""

    def labels(self, program: Any) -> Sequence[str]:
        """What each observed number is called."""

    def shown(
        self,
        program: Any,
        exercise: str,
        expected: tuple[float, ...],
        got: tuple[float, ...] | None,
        drawn: bool,
        before: Sequence[Any] = (),
        misfit: bool = False,
        also: Observation | None = None,
    ) -> Counterexample:
        """A case as a student sees it; got is None where the program gave no numbers.

        before: programs that have to run first, in the same process.
        misfit: something came back in another form than promised.
        also: what also_asked() observed.
        """

    def told(self, program: Any, expected: tuple[float, ...], got: tuple[float, ...]) -> Observation:
        """What an answer that is not as promised came to: its numbers; or that code raised, or a misfit."""

    def also_asked(self, program: Any) -> Any | None:
        """A program whose observation is needed to show this one as it runs; None where none is."""

    def answer(self, program: Any, kink: bool) -> tuple[float, ...]:
        """What every right submission observes.

        kink: it may be asked where the answer is a matter of choice.
        Raises Unfit where right submissions need not agree, Unanswerable where nothing here can say.
        """

    def make_ready(self) -> None:
        """Import what draws and answers; raises Unanswerable where that cannot be."""


class OfNumbers:
    """What holds for programs of which numbers are observed, always as many."""

    words = Words()

    def told(self, program: Any, expected: tuple[float, ...], got: tuple[float, ...]) -> Observation:  # noqa: ARG002 (the protocol's)
        """The numbers themselves."""
        return Numbers(got)

    def length(self, packed: Packed, answered: int) -> int:  # noqa: ARG002 (the protocol's)
        """As many as are answered."""
        return answered


class Subject(Programs, Protocol):
    """What is taught. Programs are its own; what it says of them holds for every submission.

    name: its package in grader/; what is sent into a cage lies in worker there.
    versions: the distributions that its answers depend on. answers: a digest of what they depend on in the
        course; empty where on nothing there.
    given: the files that an engine is made of besides the exercises, where course.toml names none.
    frame: the files that make a package of them, as students get them.
    attaches: whether a function of an exercise becomes an attribute; then without a word by its own name.
    worker: the modules to be sent after ours; the last has assemble(head), which makes an engine of what
        Parts.head() says, and run(packed, engine), which gives a program's numbers.
    reading: the package whose modules are sent besides where code is to be read; empty where none is.
    reads: the packages that readings depend on.
    finale: what is said when everything has passed, and the command that it names; empty where there is none.
    headings: what the hints on an exercise are called, level by level, and last its pitfalls.
    template: the properties that the template of a new exercise has, see author.exercises.
    layouts: hand-ins that are laid out in ways of their own, see examine.examining.Layouts.
    magics: what notebooks can say of it, see notebook.magics.Magic.
    """

    @property
    def name(self) -> str: ...
    @property
    def versions(self) -> tuple[str, ...]: ...
    @property
    def answers(self) -> bytes: ...
    @property
    def given(self) -> tuple[str, ...]: ...
    @property
    def frame(self) -> tuple[str, ...]: ...
    @property
    def attaches(self) -> bool: ...
    @property
    def worker(self) -> tuple[str, ...]: ...
    @property
    def reading(self) -> str: ...
    @property
    def reads(self) -> tuple[str, ...]: ...
    @property
    def finale(self) -> tuple[str, ...]: ...
    @property
    def headings(self) -> tuple[str, str, str, str]: ...
    @property
    def template(self) -> tuple[str, ...]: ...
    @property
    def layouts(self) -> Any: ...
    @property
    def magics(self) -> Sequence[Any]: ...

    def of(self, course: Taught) -> Subject:
        """The subject as a course teaches it."""

    def assembled(self, needed: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
        """What stands in an engine, by name; the parts have to be found by imports. See runner.Parts."""

    def taken(self, name: str) -> bool:
        """Whether no exercise may have that name."""

    def attached(self, package: str, name: str) -> str:
        """The text of a package's __init__.py with a new exercise in it."""

    def read(self, exercise: Exercise, source: str, ask: Ask, reference: Ask) -> tuple[Finding, ...]:
        """What an exercise's code does otherwise than it should; nothing where that cannot be read.

        ask: puts programs to an engine with that code. reference: to one with the solution.
        """

    def recordings(self) -> frozenset[str]:
        """Of each recording that belongs to this grader: what it promises and its text, as digests."""


def known(name: str) -> bool:
    """Whether there is a subject of that name."""
    return name.isidentifier() and (Path(__file__).parent / name / "subject.py").is_file()


def load(name: str = DEFAULT) -> Subject:
    """The subject of that name."""
    subject: Subject = import_module(f"grader.{name}.subject").SUBJECT
    return subject

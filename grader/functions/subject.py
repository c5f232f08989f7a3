"""SUBJECT: what the grader knows of functions and classes of plain data, see grader/subject.py."""

from __future__ import annotations

import ast
import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from grader.course.properties import meant
from grader.errors import CourseError, UsageError
from grader.functions.over import Calls, Raised, Step, same
from grader.functions.worker import (
    EXACT,
    MAKE,
    METHOD,
    OBJECT,
    RAISED,
    SAID,
    SKIPPED,
    Malformed,
    Reader,
    TooMuch,
    assembled,
    decode,
    run,
)
from grader.model import Counterexample, Exercise, Finding, Numbers, Observation
from grader.model import Misfit as MisfitSeen
from grader.model import Raised as RaisedSeen
from grader.printable import printable, shortened
from grader.sandbox.beside import assembled_here
from grader.subject import Ask, Packed, Subject, Taught, Unanswerable, Unfit, Words
from grader.worker.child import Missing
from grader.worker.wire import Misfit

if TYPE_CHECKING:
    from grader.course.course import Course
    from grader.examine.examining import Examiner
    from grader.examine.setting import Setting
    from grader.report.report import Report
    from grader.submission.submission import Submission

LETTERS = 300  # of a value, as it is shown
IN_LABEL = 60
LINES = 8  # of what is said of an exception, its own among them
ROWS = 8  # calls whose results are shown


class Unmade:
    """What stands in place of a result that there is none of: an object was made, or was not."""

    def __init__(self, word: str) -> None:
        self.word = word

    def __repr__(self) -> str:
        return self.word


MADE, NOT_MADE = Unmade("an object"), Unmade("nothing: there is no object")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call: its result or a Raised, and where they are watched its arguments afterwards."""

    result: Any
    arguments: tuple[Any, ...] = ()


def outcomes(steps: Sequence[Any], form: Sequence[float]) -> list[Outcome]:
    """What each call of a program gave; raises Malformed where the numbers do not say that.

    steps: as packed.
    """
    reader, found, lost = Reader(form), [], False
    for _, _, kind, watched in steps:
        if lost:
            reader.whole(SKIPPED + 1, SKIPPED)
            found.append(Outcome(NOT_MADE))
            continue
        result = _result(reader, kind)
        lost = kind == MAKE and isinstance(result, Raised)
        after = reader.value() if watched and not lost else ()
        if type(after) is not tuple:
            raise Malformed("arguments are a tuple")
        found.append(Outcome(result, after))
    if not reader.done:
        raise Malformed("there is more than was asked for")
    return found


def _result(reader: Reader, kind: str) -> Any:
    at = reader.at
    first = reader.number()
    if first == RAISED:
        name, said = reader.value(), reader.value()
        if type(name) is not str or type(said) is not str:
            raise Malformed("an exception has a name and a line")
        # The code under test may have written what it likes here, as on the pipe for texts.
        message, *frames = map(printable, said[:SAID].split("\n")[:LINES])
        return Raised(name, message, tuple(frames))
    if kind == MAKE:
        if first != OBJECT:
            raise Malformed("an object was asked for")
        return MADE
    reader.at = at
    return reader.value()


class View:
    """What a program gave, expected or got: plain data, made anew from numbers.

    results: of every call, a Raised where it raised. result: of the last one.
    arguments: those of the last call as it has left them, where they are watched.
    """

    __slots__ = ("arguments", "result", "results")

    def __init__(self, packed: Packed, observed: tuple[float, ...]) -> None:
        found = outcomes(packed[1], observed)
        self.results = tuple(one.result for one in found)
        self.result = self.results[-1]
        self.arguments = found[-1].arguments


class NoLayouts:
    """Every hand-in is files named after the exercises; see examine.examining.Layouts."""

    code: tuple[str, ...] = ()

    def fits(self, path: Path) -> bool:  # noqa: ARG002 (the protocol's)
        return False

    def rather(self, submission: Submission) -> bool:  # noqa: ARG002 (the protocol's)
        return False

    def read(self, path: Path, title: str) -> Submission | None:  # noqa: ARG002 (the protocol's)
        return None

    def found(self, path: Path, course: Course) -> bool:  # noqa: ARG002 (the protocol's)
        return False

    def grade(
        self,
        path: Path,  # noqa: ARG002 (the protocol's)
        setting: Setting,
        value: str,  # noqa: ARG002 (the protocol's)
        names: Mapping[str, str],  # noqa: ARG002 (the protocol's)
        only: Sequence[str],  # noqa: ARG002 (the protocol's)
    ) -> Report:
        files = ", ".join(f"{name}.py" for name in setting.course.names)
        raise UsageError("this course grades files by their names only", f"they are {files}")

    def examiner(self, setting: Setting, submission: Submission) -> Examiner:
        from grader.examine.examining import Examiner

        return Examiner(setting, submission)

    def besides(self, submission: Submission) -> str:  # noqa: ARG002 (the protocol's)
        return ""

    def rules(self, submission: Submission, lenient: bool) -> str:  # noqa: ARG002 (the protocol's)
        return ""


class Functions:
    """Functions and classes of plain data, as a course teaches them; without one it answers nothing."""

    name = "functions"
    worker = ("functions.worker",)
    given: tuple[str, ...] = ()
    frame: tuple[str, ...] = ()
    attaches = False
    reading = ""
    reads: tuple[str, ...] = ()
    finale: tuple[str, ...] = ()
    headings = ("level 1, the idea", "level 2, the way", "level 3, almost code", "common pitfalls")
    template = ("examples", "drawn")
    layouts = NoLayouts()
    magics: tuple[Any, ...] = ()
    words = Words(
        differs="The answer differs from the one that is expected",
        depends="Alone this program gives the right answer: it depends on what ran before it",
        answering="the course itself answers them",
    )

    def __init__(self, course: Taught | None = None) -> None:
        self._course = course

    def of(self, course: Taught) -> Subject:
        """Every course has its own answers."""
        return Functions(course)

    @property
    def versions(self) -> tuple[str, ...]:
        """What the course's oracle takes."""
        return self._course.needs if self._course else ()

    @cached_property
    def answers(self) -> bytes:
        """A digest of the code that answers: the oracle, and where that does not define all, the solutions.

        Raises CourseError where it cannot be read.
        """
        course, digest = self._taught, hashlib.sha256()
        left = {one.defines for one in course.exercises}
        try:
            if course.oracle:
                text = course.text(course.oracle)
                digest.update(meant(text))
                left -= {getattr(node, "name", "") for node in ast.parse(text).body}
            for place in (f"solutions/{name}.py" for name in course.reference if left):
                digest.update(meant(course.text(place)))
        except (SyntaxError, ValueError) as error:
            raise CourseError(f"what says what is right is no Python: {error}", "mend it") from None
        return digest.digest()

    @property
    def _taught(self) -> Taught:
        assert self._course is not None, "answers are a course's"
        return self._course

    @cached_property
    def _engine(self) -> dict[str, Any]:
        """What answers, by the names that programs call: the oracle's, else the solutions'."""
        course = self._taught
        needed = [(one.name, one.defines, "") for one in course.exercises]
        engine = assembled_here(dict(course.reference), "", partial(assembled, needed))
        return {**engine, **self._oracle([name for _, name, _ in needed])} if course.oracle else engine

    def _oracle(self, names: Sequence[str]) -> dict[str, Any]:
        place = self._taught.oracle
        module = ModuleType("oracle")
        try:
            exec(compile(self._taught.text(place), place, "exec", dont_inherit=True), module.__dict__)
        except ImportError as error:
            how = f"install {', '.join(self.versions) or error.name}, or grade by cases that are recorded"
            raise Unanswerable(f"{place}, which says what is right, cannot be loaded: {error}", how) from None
        except Exception as error:
            what = f"{place} cannot be loaded: {type(error).__name__}: {error}"
            raise CourseError(what, "mend it") from error
        return {name: getattr(module, name) for name in names if hasattr(module, name)}

    def unpack(self, packed: Packed) -> Calls:
        """The calls."""
        return Calls(tuple(Step(*step) for step in packed[1]))

    def size(self, program: Calls) -> tuple[int, int, float]:
        """Calls, then how much there is to read, then how large the numbers are."""
        numbers = [number for step in program.steps for number in step.arguments]
        return len(program.steps), len(numbers), float(sum(min(abs(number), EXACT) for number in numbers))

    view = staticmethod(View)

    def length(self, packed: Packed, answered: int) -> int:  # noqa: ARG002 (the protocol's)
        """The most there may be."""
        return self.unpack(packed).length

    def random(self, packed: Packed) -> bool:  # noqa: ARG002 (the protocol's)
        """Random numbers begin at the same place in every program."""
        return False

    def labels(self, program: Calls) -> Sequence[str]:  # noqa: ARG002 (the protocol's)
        """No number stands for itself."""
        return ()

    def also_asked(self, program: Calls) -> None:
        """Nothing."""

    def told(self, program: Calls, expected: tuple[float, ...], got: tuple[float, ...]) -> Observation:
        """That it raised, where the first call that differs did and should not have."""
        steps = _packed(program)
        try:
            pairs = zip(outcomes(steps, expected), outcomes(steps, got), strict=True)
        except Malformed as error:
            return MisfitSeen(f"its process wrote numbers that stand for no answer: {error}")
        for wanted, found in pairs:
            if _differ(found, wanted):
                if isinstance(found.result, Raised) and not isinstance(wanted.result, Raised):
                    return RaisedSeen(found.result.message, found.result.frames)
                break
        return Numbers(got)

    def shown(
        self,
        program: Calls,
        exercise: str,
        expected: tuple[float, ...],
        got: tuple[float, ...] | None,
        drawn: bool,
        before: Sequence[Calls] = (),
        misfit: bool = False,  # noqa: ARG002 (the protocol's)
        also: Observation | None = None,  # noqa: ARG002 (the protocol's)
    ) -> Counterexample:
        """The calls as Python, and what they gave, from the first that differs on."""
        steps = _packed(program)
        wanted = outcomes(steps, expected)
        try:
            found = None if got is None else outcomes(steps, got)
        except Malformed:
            found = None
        places = _worth_looking_at(wanted, found)
        source = "\n".join(_source([*before, program], exercise, wanted, places)) + "\n"
        rows = list(_rows(program.steps, places, wanted, found or wanted))
        given = () if found is None else tuple((label, got) for label, _, got in rows)
        return Counterexample(source, tuple((label, value) for label, value, _ in rows), given, drawn)

    def answer(self, program: Calls, kink: bool) -> tuple[float, ...]:  # noqa: ARG002 (the protocol's)
        """What the oracle's, or the solution's, functions give."""
        engine, before = self._engine, random.getstate()
        random.seed(0)
        try:
            return tuple(run((program.tag, _packed(program)), engine))
        except TooMuch:
            raise Unfit from None
        except (Misfit, Missing) as error:
            what = f"there is no answer to a program of the properties: {error}"
            raise CourseError(what, "mend the properties, or what answers them") from None
        finally:
            random.setstate(before)

    def make_ready(self) -> None:
        """Have the solutions and the oracle loaded."""
        assert self._engine

    def assembled(self, needed: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
        """What the exercises define."""
        return assembled(list(needed))

    def taken(self, name: str) -> bool:  # noqa: ARG002 (the protocol's)
        """No name has a meaning of its own."""
        return False

    def attached(self, package: str, name: str) -> str:  # noqa: ARG002 (the protocol's)
        """Nothing is attached to anything."""
        return package

    def read(self, exercise: Exercise, source: str, ask: Ask, reference: Ask) -> tuple[Finding, ...]:  # noqa: ARG002 (the protocol's)
        """Nothing is read off code."""
        return ()

    def recordings(self) -> frozenset[str]:
        """None belong to this grader: a course's own are as trusted as the properties beside them."""
        return frozenset()


def _packed(program: Calls) -> tuple[tuple[Any, ...], ...]:
    return tuple((step.name, step.arguments, step.kind, step.watched) for step in program.steps)


def _differ(one: Outcome, other: Outcome) -> bool:
    if isinstance(one.result, Unmade) or isinstance(other.result, Unmade):
        return one.result is not other.result
    return not (same(one.result, other.result) and same(one.arguments, other.arguments))


def _worth_looking_at(wanted: Sequence[Outcome], found: Sequence[Outcome] | None) -> Sequence[int]:
    """The places of the calls whose results are shown: those around the first that differs.

    One that gives None, and should, says nothing.
    """
    pairs = list(zip(wanted, found or wanted, strict=True))
    first = next((place for place, pair in enumerate(pairs) if _differ(*pair)), len(wanted) - 1)
    telling = [
        place
        for place, pair in enumerate(pairs)
        if place == first or any(one.result is not None and one.result is not MADE for one in pair)
    ]
    at = telling.index(first)
    start = max(0, min(at - ROWS // 2, len(telling) - ROWS))
    return telling[start : start + ROWS]


def _rows(
    steps: Sequence[Step], places: Sequence[int], wanted: Sequence[Outcome], found: Sequence[Outcome]
) -> Iterator[tuple[str, str, str]]:
    """What each call that is shown is called, and as text what was expected of it and what it gave."""
    for place in places:
        step, pair = steps[place], (wanted[place], found[place])
        if all(one.result is MADE for one in pair):
            continue
        label = shortened(_call(step, ""), IN_LABEL)
        numbered = f"{place}. {label}" if len(steps) > 1 else label
        yield numbered, *_beside(*(_text(one.result) for one in pair))
        if step.watched:
            yield f"{numbered}, arguments afterwards", *_beside(*(_text(one.arguments) for one in pair))


def _text(value: Any) -> str:
    return f"raised {value.message or value.kind}" if isinstance(value, Raised) else literal(value)


def _beside(one: str, other: str) -> tuple[str, str]:
    """Two texts to be shown beside each other; of long ones the part in which they begin to differ."""
    pairs = enumerate(zip(one, other, strict=False))
    differs = next((place for place, (mine, yours) in pairs if mine != yours), min(len(one), len(other)))
    start = max(0, differs - LETTERS // 2) if max(len(one), len(other)) > LETTERS and one != other else 0
    first, second = (f"{'…' if start else ''}{shortened(text[start:], LETTERS)}" for text in (one, other))
    return first, second


def literal(value: Any) -> str:
    """Plain data as Python that gives it again, the same in every process; what cannot be seen is escaped."""
    kind = type(value)
    if kind is float and (value != value or value in (float("inf"), -float("inf"))):
        return f'float("{value}")'
    if kind is list:
        return f"[{', '.join(map(literal, value))}]"
    if kind is tuple:
        return f"({', '.join(map(literal, value))}{',' * (len(value) == 1)})"
    if kind is dict:
        return f"{{{', '.join(f'{literal(key)}: {literal(each)}' for key, each in value.items())}}}"
    if kind is set:
        return f"{{{', '.join(sorted(map(literal, value)))}}}" if value else "set()"
    if kind is int and value.bit_length() > 256:
        return hex(value)
    return repr(value)


def _call(step: Step, owner: str) -> str:
    arguments = ", ".join(map(literal, decode(step.arguments)))
    return f"{owner}{step.name}({arguments})"


def _source(
    programs: Sequence[Calls], exercise: str, wanted: Sequence[Outcome], places: Sequence[int]
) -> Iterator[str]:
    """Programs as Python to paste into any prompt; of the last one it prints what is shown.

    wanted: what its calls should give. places: of those that are shown.
    """
    names = dict.fromkeys(program.steps[0].name for program in programs)
    yield from ("from grader.alone import engine", "")
    yield from (f'{name} = engine("{exercise}").{name}' for name in names)
    for number, program in enumerate(programs):
        last = number == len(programs) - 1
        yield ""
        if len(programs) > 1 and (last or not number):
            yield "# It is right alone:" if last else "# First this:"
        for place, step in enumerate(program.steps):
            shown = not last or place in places
            yield from _lines(step, wanted[place].result if last else None, shown)


def _lines(step: Step, expected: Any, shown: bool) -> Iterator[str]:
    """The lines of one call; an exception that is expected does not end them all."""
    owner = "it." if step.kind == METHOD else ""
    written = _call(step, owner)
    if step.kind == MAKE:
        yield f"it = {written}"
    elif step.watched:
        arguments = decode(step.arguments)
        names = [f"a{number}" for number in range(1, len(arguments) + 1)]
        yield from (f"{name} = {literal(value)}" for name, value in zip(names, arguments, strict=True))
        yield f"print(repr({owner}{step.name}({', '.join(names)})), ({', '.join(names)},))"
    elif isinstance(expected, Raised):
        yield from ("try:", f"    print(repr({written}))")
        yield from (f"except {expected.kind} as error:", "    print(repr(error))", "")
    else:
        yield f"print(repr({written}))" if shown else written


SUBJECT: Subject = Functions()

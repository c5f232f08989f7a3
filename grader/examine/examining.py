"""Examines one submission, exercise by exercise: the right parts, one round trip, a verdict each.

Code that fails is read, when all outcomes are settled: what it does otherwise than it should. A reading
decides nothing. It asks the code in a process of its own; and the reference, so that what should be done is
read off as well.
"""

from __future__ import annotations

import marshal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any, Protocol

from grader.course.course import Course, untouched
from grader.course.properties import Property, declared_in
from grader.errors import GraderError
from grader.examine.cases import Bank
from grader.examine.judging import Broken, broken, first_broken, holds, needed_before, shrunk, verdict
from grader.examine.setting import Reference, Setting, on_given, parts
from grader.model import (
    Crashed,
    Exercise,
    Finding,
    Kind,
    Misfit,
    NotGraded,
    NotStarted,
    Numbers,
    Observation,
    Outcome,
    Passed,
    Raised,
    Result,
    Verdict,
)
from grader.report.evidence import claim_to_plain, findings_to_plain, outcome_to_plain
from grader.report.report import Report
from grader.sandbox.cage import Cage
from grader.sandbox.runner import Clock, Limits, Parts, Request, Runner, Session
from grader.subject import Ask
from grader.submission.hand_in import Layout
from grader.submission.submission import Submission

# Seconds for a whole submission on a busy machine; what fails later is shown as it was drawn.
SHRINKING = 300.0
# Readings take some hundredths of a second, and a busy machine changes nothing that is said. Where grading
# has waited for the code in vain, or found its process gone, nobody waits long once more.
BRIEF, BRIEFER = Limits(seconds=0.5, patience=10.0), Limits(seconds=0.5, patience=2.0)
# Whether a reader that fails is an error: our own tests set it.
STRICT = False
# Finds something by asking the code, and the reference.
Reader = Callable[[Ask, Ask], tuple[Finding, ...]]


def handed_in(course: Course, submission: Submission, exercise: Exercise) -> Outcome | None:
    """Why an exercise cannot be examined at all: not started, not readable, or not to be told; else None."""
    names = course.names if exercise.own else (exercise.name,)
    for name in names:
        if name in submission.unclear:
            return NotGraded(submission.unclear[name])
        if name in submission.unreadable:
            return Crashed(0, submission.unreadable[name])
        if name not in submission.sources:
            return NotStarted(f"{name}.py is not there", missing=True)
        if untouched(submission.sources[name], course.stub(name)):
            return NotStarted(f"{name}.py is still the stub")
    return None


class Examination:
    """One exercise of one submission, observed once and then judged property by property.

    seen: what the bank's programs gave.
    """

    def __init__(
        self,
        setting: Setting,
        exercise: Exercise,
        bank: Bank,
        properties: Sequence[Property],
        session: Session,
        seen: Sequence[Observation],
        again: Callable[[], AbstractContextManager[Session]] | None = None,
    ) -> None:
        self._setting = setting
        self._again = again
        self._exercise = exercise
        self._bank = bank
        self._attempt = session
        self._seen = list(seen)
        self._properties = tuple(properties)
        self._numbers = {prop.claim.name: number for number, prop in enumerate(properties)}
        self._broken = [
            first_broken(prop, bank, bank.places(number), self._seen)
            for number, prop in enumerate(properties)
        ]

    def outcome(self, prop: Property, shrinks: bool = True) -> Outcome:
        """What became of a property; shrinks: there is time to look for a smaller counterexample."""
        number = self._numbers[prop.claim.name]
        place, cases = self._broken[number], len(self._bank.places(number))
        if place is None:
            return Passed(cases)
        worst = broken(self._bank, place, self._seen[place])
        if self._depends:
            return self._told_with_others(prop, place, cases, worst)
        shrinks = shrinks and prop.over is not None and not self._attempt.over
        if shrinks and self._only_drawn_cases_fail:
            worst = shrunk(self._bank.subject, prop, self._setting.seed, self._attempt, worst)
        return verdict(self._bank.subject, self._exercise.name, cases, self._as_it_runs(worst))

    def _as_it_runs(self, worst: Broken) -> Broken:
        """The case with all that it takes to show a program that runs as this one did."""
        more = self._bank.subject.also_asked(worst.program)
        if more is None or self._attempt.over:
            return worst
        return replace(worst, also=self._attempt.observe(Request.of([more]))[0])

    @cached_property
    def _depends(self) -> bool:
        """Whether the first program that failed is right in a process of its own.

        One is tried for all: code that keeps nothing between calls costs one more process, and no more.
        """
        pairs = zip(self._properties, self._broken, strict=True)
        prop, place = next((prop, place) for prop, place in pairs if place is not None)
        known = self._again is not None and isinstance(self._seen[place], Numbers | Misfit | Raised)
        return known and not self._fails(prop, [place])

    def _fails(self, prop: Property, places: Sequence[int]) -> bool:
        """Whether the last of these places' programs fails in a fresh process that runs nothing but these."""
        assert self._again is not None
        with self._again() as session:
            got = session.observe(self._bank.only(places))[-1]
        return not holds(prop, self._bank, places[-1], got)

    def _told_with_others(self, prop: Property, place: int, cases: int, worst: Broken) -> Outcome:
        """The outcome of a program that may be right alone, with what has to run before it."""
        before = needed_before(place, lambda places: self._fails(prop, places))
        unpack, programs = self._bank.subject.unpack, self._bank.programs
        earlier = None if before is None else tuple(unpack(programs[p]) for p in before)
        return verdict(self._bank.subject, self._exercise.name, cases, self._as_it_runs(worst), earlier)

    def observed(self, place: int) -> Observation:
        """What the program of a place gave."""
        return self._seen[place]

    def failing(self, prop: Property) -> Iterator[int]:
        """The places of a property's cases that do not hold, in the order in which they teach most."""
        number = self._numbers[prop.claim.name]
        for place in self._bank.as_taught(self._bank.places(number)):
            if not holds(prop, self._bank, place, self._seen[place]):
                yield place

    @property
    def all_hold(self) -> bool:
        """Whether every property holds in every case."""
        return all(place is None for place in self._broken)

    @cached_property
    def _only_drawn_cases_fail(self) -> bool:
        """Whether no program that was written down shows a mistake.

        Where one does, it is small already, and shrinking the other properties' failures would only
        cost time to say the same again.
        """
        return not any(
            place is not None and self._breaks_as_written(prop, self._bank.places(number))
            for (number, prop), place in zip(enumerate(self._properties), self._broken, strict=True)
        )

    def _breaks_as_written(self, prop: Property, places: range) -> bool:
        written = (place for place in places if self._bank.is_written(place))
        return any(not holds(prop, self._bank, place, self._seen[place]) for place in written)

    @property
    def has_ended(self) -> bool:
        """Whether its process is gone, or was waited for in vain."""
        return bool(self._attempt.over)

    @property
    def is_mute(self) -> bool:
        """Whether not one of the programs came to an end, by itself or by an error."""
        return not any(isinstance(seen, Numbers | Misfit | Raised) for seen in self._seen)

    @property
    def costs_points(self) -> bool:
        """Whether a property that counts does not hold."""
        return any(
            place is not None and prop.claim.kind is Kind.GRADED
            for prop, place in zip(self._properties, self._broken, strict=True)
        )


class Examiner:
    """Examines one submission; at most one exercise is open at a time."""

    def __init__(self, setting: Setting, submission: Submission) -> None:
        self.setting = setting
        self.submission = submission
        self._student = Runner(self.cage, setting.limits, self.lanes, setting.course.subject.worker)
        self._open = ExitStack()
        self._current: tuple[str, Examination | Outcome] | None = None
        self._session: Session | None = None
        self._findings: dict[str, tuple[Finding, ...]] = {}
        self._shrinking = SHRINKING

    @property
    def cage(self) -> Cage:
        """Where the submission runs."""
        return self.setting.cage

    @property
    def lanes(self) -> int:
        """For how many processes a worker is started."""
        # Each may be asked few cases, then all of them, and be read once it is graded.
        return 3 * len(self.setting.course.parts)

    @property
    def longest(self) -> float:
        """The most seconds that it may take, the submission's own and those to shrink what fails."""
        return self.limits * Clock.of(self.setting.limits).left + SHRINKING

    @property
    def limits(self) -> int:
        """How often the limit of an exercise can be used up."""
        return len(self.setting.course.parts)

    def outcome(self, exercise: Exercise, properties: Sequence[Property], prop: Property) -> Outcome:
        """What became of one of an exercise's properties."""
        if self._current is None or self._current[0] != exercise.name:
            self._open.close()
            self._current = (exercise.name, self._examine(exercise, properties))
        found = self._current[1]
        if isinstance(found, Outcome):
            return found
        began = time.monotonic()
        outcome = found.outcome(prop, shrinks=self._shrinking > 0)
        self._shrinking -= time.monotonic() - began
        return outcome

    def findings(self) -> tuple[Finding, ...]:
        """What the code of the exercise examined last does otherwise than it should, if it failed."""
        name, examined = self._current or ("", None)
        if not isinstance(examined, Examination) or not examined.costs_points or examined.is_mute:
            return ()  # what never answers would say nothing when it is read, and take its time again
        return self.read(name)

    def read(self, name: str) -> tuple[Finding, ...]:
        """What an exercise's code does otherwise than it should; read once."""
        if name not in self._findings:
            found = self._read(next(part for part in self.setting.course.parts if part.name == name))
            if name not in self.setting.told:
                # What should be done is the solution: what nobody may be told yet is in no report.
                found = tuple(replace(finding, should="") for finding in found)
            self._findings[name] = found
        return self._findings[name]

    @property
    def _patience(self) -> Limits:
        """How long a reading may take of the exercise that is examined, or was examined last."""
        return BRIEFER if self._session is not None and self._session.over else BRIEF

    def _read(self, exercise: Exercise) -> tuple[Finding, ...]:
        course, sources = self.setting.course, self.submission.sources
        if exercise.own or not course.subject.reading:
            return ()
        reader = partial(course.subject.read, exercise, sources[exercise.name])
        engine, reference = self._parts(exercise), self.setting.reference(exercise)
        return findings(reader, engine, self._student, reference, self._patience)

    def notes(self) -> tuple[str, ...]:
        """What is worth knowing of how the exercise examined last was read or examined."""
        name, examined = self._current or ("", None)
        remark = self.submission.remarks.get(name)
        return (*((remark,) if remark else ()), *self._on_given(name, examined))

    def origin(self) -> tuple[str, tuple[str, ...]]:
        """Which file was taken for the exercise examined last, and which may be meant besides, see Result."""
        name = self._current[0] if self._current else ""
        return self.submission.taken.get(name, ""), tuple(self.submission.beside.get(name, ()))

    def _on_given(self, name: str, examined: Examination | Outcome | None) -> tuple[str, ...]:
        exercise = next((part for part in self.setting.course.parts if part.name == name), None)
        right = isinstance(examined, Examination) and not examined.costs_points
        if exercise is None or (right and not exercise.own):
            return ()  # whatever was changed beside it, it has not gone wrong for that
        return on_given(self.setting.course, self.submission.sources, exercise)

    def _examine(self, exercise: Exercise, properties: Sequence[Property]) -> Examination | Outcome:
        setting = self.setting
        why_not = handed_in(setting.course, self.submission, exercise)
        if why_not is not None:
            return why_not
        bank = setting.bank(exercise, properties)
        engine, clock = self._parts(exercise), Clock.of(setting.limits)
        again = partial(self._student.attempt, engine)

        def asked(of: Bank) -> Examination:
            self._session = session = self._open.enter_context(self._student.attempt(engine, clock))
            seen = self._observed(session, exercise, properties, of)
            return Examination(setting, exercise, of, properties, session, seen, again)

        if setting.thorough:
            return asked(bank)
        tried = asked(bank.few)
        if tried.has_ended or not tried.costs_points:
            return tried
        # What it costs, and what is shown, depends on all cases: they are asked of a fresh process. What has
        # gone wrong once counts, though all of it were right this time.
        every = asked(bank)
        return every if every.costs_points else tried

    def _parts(self, exercise: Exercise) -> Parts:
        submission = self.submission
        return parts(self.setting.course, submission.sources, exercise, submission.folder)

    def _observed(
        self,
        session: Session,
        exercise: Exercise,  # noqa: ARG002 (for those who tell of it early)
        properties: Sequence[Property],  # noqa: ARG002
        bank: Bank,
    ) -> list[Observation]:
        """What the cases give."""
        return session.observe(bank.request)

    def close(self) -> None:
        """End every process."""
        self._open.close()
        self._student.close()


def findings(
    read: Reader, engine: Parts, runner: Runner, reference: Reference, limits: Limits = BRIEF
) -> tuple[Finding, ...]:
    """What the code does otherwise than it should, the most important first.

    engine: what it was graded with. Nothing where a reader of ours fails: no grade is to be lost by that.
    """
    to_be_read = replace(engine, reading=reference.subject.reading)
    with runner.attempt(to_be_read, limits=limits) as session, reference.asking() as known:
        session.observe(Request.of([]))
        if session.over:
            return ()  # what cannot even be loaded in that time is not taken apart here, either
        return carefully(read, lambda programs: session.observe(Request.of(programs)), known)


def carefully(read: Reader, ask: Ask, reference: Ask) -> tuple[Finding, ...]:
    """What a reader finds; nothing where it raises, but for what the machine is at fault for."""
    try:
        return read(ask, reference)
    except GraderError:
        raise
    except Exception:
        if STRICT:
            raise
        return ()


def as_plain(examiner: Examiner, prop: Property, outcome: Outcome) -> dict[str, Any]:
    """The outcome of the property judged last, with all that is told beside it; see grading.result."""
    return {
        "claim": claim_to_plain(prop.claim),
        "outcome": outcome_to_plain(outcome),
        "findings": findings_to_plain(examiner.findings()),
        "notes": list(examiner.notes()),
        "origin": examiner.origin(),
    }


class Layouts(Layout, Protocol):
    """A subject's hand-ins that are graded as they are, whatever their files are called.

    code: the packages that such outcomes depend on besides all others.
    """

    code: tuple[str, ...]

    def found(self, path: Path, course: Course) -> bool:
        """Whether what lies there is one."""

    def grade(
        self, path: Path, setting: Setting, value: str, names: Mapping[str, str], only: Sequence[str]
    ) -> Report:
        """Grade it.

        value: the class that counts, empty to have it found. names: ours to its own.
        Raises UsageError where it cannot be read or loaded.
        """

    def examiner(self, setting: Setting, submission: Submission) -> Examiner:
        """The examiner of any submission, for those who only see its outcomes."""

    def besides(self, submission: Submission) -> str:
        """What its outcomes depend on besides: packages of this environment that it is shown."""

    def rules(self, submission: Submission, lenient: bool) -> str:
        """By which promises a submission is judged, in words; nothing for the course's own files."""


def examine(setting: Setting, submission: Submission, exercise: Exercise, read: bool = True) -> Result:
    """One exercise's verdicts without pytest around them, for checks that make hundreds of them.

    read: code that fails is read.
    """
    properties = declared_in(setting.course.properties(exercise.name))
    examiner = Examiner(setting, submission)
    try:
        verdicts = [Verdict(p.claim, examiner.outcome(exercise, properties, p)) for p in properties]
        found = examiner.findings() if read else ()
        return Result(exercise, tuple(verdicts), found, examiner.notes(), *examiner.origin())
    finally:
        examiner.close()


@cache
def split(request: Request, end: int) -> tuple[Request, Request]:
    """The first programs of a request, up to end, and the others."""
    programs, lengths = request.programs(), request.lengths
    return (
        Request(marshal.dumps(programs[:end]), lengths[:end]),
        Request(marshal.dumps(programs[end:]), lengths[end:]),
    )


class Early:
    """Asks for an exercise's cases in two goes, and tells after the first what the verdict is.

    The programs and their order are those of any other grading. Only the smallest counterexample, which is
    looked for by shrinking, and the bonus are still to come.
    last: no more cases are asked where one of these does not hold.
    """

    def __init__(
        self,
        exercise: Exercise,
        properties: Sequence[Property],
        bank: Bank,
        last: bool = True,
        tell: Callable[[Result], None] = lambda _: None,
        read: Callable[[], tuple[Finding, ...]] = tuple,
    ) -> None:
        self.bank = bank
        self._exercise = exercise
        self._properties = properties
        self._last = last
        self._tell = tell
        self._read = read

    @cached_property
    def decisive(self) -> int:
        """How many properties come before the first bonus; none where marks are decided after it, too."""
        kinds = [prop.claim.kind for prop in self._properties]
        first = kinds.index(Kind.BONUS) if Kind.BONUS in kinds else len(kinds)
        return first if Kind.GRADED in kinds[:first] and Kind.GRADED not in kinds[first:] else 0

    def halves(self) -> tuple[Request, Request]:
        """What decides the marks, and the rest; all in the rest where nothing can be told early."""
        end = self.bank.places(self.decisive - 1).stop if self.decisive else 0
        return split(self.bank.request, end)

    def observe(self, session: Session) -> list[Observation]:
        """What the bank's programs give."""
        if not self.decisive:
            return session.observe(self.bank.request)
        first, rest = self.halves()
        seen = session.observe(first)
        verdicts = self.verdicts(seen, self.decisive)
        missed = any(v.claim.kind is Kind.GRADED and not isinstance(v.outcome, Passed) for v in verdicts)
        if self._last or session.over or not missed:
            # Whoever has waited for code in vain does not wait for its reading, too.
            read = missed and not session.over
            self._tell(Result(self._exercise, verdicts, self._read() if read else ()))
        return seen + (session.observe(rest) if rest.lengths else [])

    def verdicts(self, seen: Sequence[Observation], tried: int) -> tuple[Verdict, ...]:
        """The verdicts on the first so many properties, with the recorded counterexamples as they are."""
        bank, verdicts = self.bank, []
        for number, prop in enumerate(self._properties[:tried]):
            place = first_broken(prop, bank, bank.places(number), seen)
            worst = None if place is None else broken(bank, place, seen[place])
            outcome = verdict(bank.subject, self._exercise.name, len(bank.places(number)), worst)
            verdicts.append(Verdict(prop.claim, outcome))
        return tuple(verdicts)

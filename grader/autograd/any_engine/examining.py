"""Examines and grades an implementation in a shape of its own."""

from __future__ import annotations

import marshal
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from fractions import Fraction
from functools import cached_property, partial
from hashlib import sha256
from itertools import islice
from pathlib import Path

from grader.agreement import agree
from grader.autograd.any_engine.cases import (
    CHECKUPS,
    EXTRAS,
    NETWORKS,
    Extra,
    broken,
    chosen,
    crashing,
    in_single,
    needs_of,
    numbers_alone,
    packed,
    precise,
)
from grader.autograd.any_engine.finding import package_for, read, read_repository, repository
from grader.autograd.any_engine.modes import (
    CALLED,
    Code,
    Found,
    Given,
    Loadable,
    Mode,
    as_shown,
    cautious,
    given,
    in_own_words,
)
from grader.autograd.any_engine.shape import (
    OWN,
    Unloadable,
    found,
    notes_on,
    own_names,
    retitled,
    rules,
    shape_from_numbers,
    unloadable,
    why_absent,
)
from grader.autograd.program import Program, View
from grader.autograd.reading.networks import read_exercise
from grader.autograd.reading.records import Ask
from grader.course.properties import Property
from grader.errors import UsageError
from grader.examine.cases import Bank, record
from grader.examine.examining import Examination, Examiner, findings
from grader.examine.grading import asked_for, report_on, result, run_with
from grader.examine.judging import broken as wrong
from grader.examine.judging import holds, verdict
from grader.examine.setting import Setting
from grader.machine.cache import recall
from grader.model import (
    Claim,
    Crashed,
    Exercise,
    Failed,
    Finding,
    Kind,
    NotStarted,
    Numbers,
    Observation,
    Outcome,
    Passed,
    TimedOut,
    Verdict,
)
from grader.report.report import Report
from grader.report.words import counterexample_of
from grader.sandbox.cage import Cage
from grader.sandbox.runner import Clock, Request, Runner, Session
from grader.submission.submission import AnyShape, Submission
from grader.version import VERSION, code_digest


class AnyExaminer(Examiner):
    """Examines one implementation; it is looked at once, in a process of its own, before the first exercise.

    tell_found: say what was found as a note on the first exercise, where no report says it in front.
    """

    tell_found = False

    @cached_property
    def cage(self) -> Cage:
        """With NumPy to be seen in it, if that is named and installed."""
        package = package_for(self.submission)
        return self.setting.cage.showing(package) if package else self.setting.cage

    @property
    def lanes(self) -> int:
        # To look at it twice, each mark with our operations beside it and with its own, by few cases and by
        # all, and read.
        return 5 * len(self.setting.course.parts) + 3

    @property
    def limits(self) -> int:
        # One more for looking at it. Both modes of an exercise share the time that it has.
        return len(self.setting.course.parts) + 1

    @property
    def asked(self) -> AnyShape:
        """What a person says of it."""
        return self.submission.shape or AnyShape()

    @cached_property
    def found(self) -> Found | Unloadable:
        """What it is, or why it cannot be loaded, in words for a beginner."""
        if not self.submission.sources:
            return unloadable(None, self.submission)
        clock = Clock.of(self.setting.limits)
        first = self._look(False, clock)
        if isinstance(first, Found) and not first.shape.lacks:
            return first
        # What its modules make while they run from top to bottom may be what it lacks.
        again = self._look(True, clock)
        if not isinstance(first, Found):
            return again if isinstance(again, Found) else unloadable(first, self.submission)
        if isinstance(again, Found) and again.shape.lacks < first.shape.lacks:
            return again
        return first

    def _look(self, whole: bool, clock: Clock) -> Found | Observation:
        checkups = packed()
        lengths = (*(checkup.program.length for checkup in CHECKUPS), FOUND_LENGTH)
        # Networks are looked at with our operations beside, when the code's own have been checked.
        parts = Loadable(self.submission.sources, (), self.asked, "neuron", True, whole, describe=True)
        with self._student.attempt(parts, clock) as session:
            *checked, last = session.observe(Request(marshal.dumps([*checkups, FOUND]), lengths))
        if not isinstance(last, Numbers):
            return last
        try:
            return Found(shape_from_numbers(last.values), broken(checked), whole, crashing(checked))
        except ValueError:
            return last

    def notes(self) -> tuple[str, ...]:
        """What is worth knowing of how the exercise was examined."""
        if isinstance(self.found, Unloadable) or self._current is None:
            return ()
        exercise = next(e for e in self.setting.course.parts if e.name == self._current[0])
        examined, shape = self._current[1], self.found.shape
        first = self.tell_found and exercise == self.setting.course.exercises[0]
        notes: tuple[str, ...] = ()
        if isinstance(examined, AnyExamination):
            lenient, single = self.setting.lenient, examined.judged_as_single
            notes = notes_on(shape, exercise, examined.judged_with_own, lenient, single)
            notes += (LEFT_OUT,) if examined.anothers else ()
            notes += (f"{examined.lacks}; what needs it was left out.",) if examined.lacks and lenient else ()
        return (*notes, *((f"Found: {'; '.join(found(shape))}.",) if first else ()))

    def _examine(self, exercise: Exercise, properties: Sequence[Property]) -> Examination | Outcome:
        found = self.found
        if isinstance(found, Unloadable):
            return Crashed(0, f"{found.what}; {found.step}", found.frames)
        why_not = why_absent(found.shape, exercise)
        if why_not is not None:
            # The course promises every part, so by its rules one that is missing costs its points.
            return why_not if self.setting.lenient else replace(why_not, absent=False)
        # What crashes in the code's own walk may hold in ours, which steps over what is no node.
        replaced = bool(found.shape.graph) and OWN.get(exercise.name) not in found.crashing
        replaced |= exercise.name in ("layer", "mlp")
        modes = [True, False] if replaced and not exercise.own else [False]
        return AnyExamination(self, found, exercise, properties, modes)

    def _read(self, exercise: Exercise) -> tuple[Finding, ...]:
        if isinstance(self.found, Unloadable) or not exercise.attach:
            return ()
        return self.read_alone(self.found, exercise)

    def read_alone(self, found: Found, exercise: Exercise) -> tuple[Finding, ...]:
        """What the code does otherwise than it should, right or wrong as it may be."""
        shape, setting = found.shape, self.setting
        code = Code.of(shape, exercise, self.submission.sources, setting.lenient)
        others = (found.broken & {*OWN.values()}) - {OWN.get(exercise.name)}
        unseen = exercise.name == "backward" and shape.graph not in CALLED
        if code is None or unseen or (others and not shape.graph):
            return ()
        beside = exercise.name if shape.graph else ""
        parts = Loadable(
            *(self.submission.sources, (), self.asked, beside, False, found.whole),
            chains=exercise.name != "mul",
        )

        def read(ask: Ask, reference: Ask) -> tuple[Finding, ...]:
            return read_exercise(code.exercise, code.text, cautious(ask), reference, code.names)

        found_out = findings(read, parts, self._student, setting.reference(exercise))
        # What is a way of its own, and judged as that, is no mistake.
        ways = {"graph-changed": shape.frees, "runs-operands": shape.walks_on} if setting.lenient else {}
        return tuple(finding for finding in found_out if not ways.get(finding.finding))

    def observed(self, mode: Mode, clock: Clock) -> Session:
        """A process in which a mode's engine is loaded."""
        return self.loaded(self._loadable(mode, mode.beside), clock)

    def among_its_own(self, mode: Mode) -> AbstractContextManager[Session]:
        """A fresh process in which all parts are the code's own."""
        return self._alone.attempt(self._loadable(mode, beside=False))

    def given(self, mode: Mode, program: Program, outcome: Outcome) -> Given:
        """What an outcome's program gives when it runs in a fresh process, as it is shown."""
        case = counterexample_of(outcome)
        if case is None:
            return Given.AS_SAID
        with self._alone.attempt(replace(self._loadable(mode, beside=False), pasted=True)) as session:
            (got,) = session.observe(as_shown(case, program, own_names(mode.found.shape)))
        return given(outcome, case, got, mode.found.shape.single)

    def _loadable(self, mode: Mode, beside: bool) -> Loadable:
        name, sources, usual = mode.exercise.name, self.submission.sources, not self.setting.lenient
        networks, whole = name in NETWORKS, mode.found.whole
        return Loadable(sources, (), self.asked, name if beside else "", networks, whole, usual=usual)

    @cached_property
    def _alone(self) -> Runner:
        """For processes that end before the next begins: those of the exercise go on beside them."""
        return Runner(self.cage, self.setting.limits, MOST_TRIED, self.setting.course.subject.worker)

    def close(self) -> None:
        """End every process."""
        super().close()
        if "_alone" in vars(self):
            self._alone.close()

    def loaded(self, parts: Loadable, clock: Clock | None = None) -> Session:
        """A process that has loaded these; it ends with the exercise."""
        return self._open.enter_context(self._student.attempt(parts, clock))


def examiner_of(setting: Setting, submission: Submission) -> Examiner:
    """The examiner of a submission, whatever its shape, for those who only see its outcomes."""
    if submission.shape is None:
        return Examiner(setting, submission)
    examiner = AnyExaminer(setting, submission)
    examiner.tell_found = True
    return examiner


class AnyExamination(Examination):
    """One exercise, examined in the first mode; where something does not hold in that, in the second, too.

    with_own: the second mode's verdict counts, for all of it holds with the code's own parts.
    Both modes share the time that an exercise has.
    """

    def __init__(
        self,
        examiner: AnyExaminer,
        found: Found,
        exercise: Exercise,
        properties: Sequence[Property],
        modes: Sequence[bool],
    ) -> None:
        self._examiner, self._found = examiner, found
        self._of, self._claims = exercise, list(properties)
        self._modes = list(modes)
        self._clock = Clock.of(examiner.setting.limits)
        self._single = self.anothers = False
        self.lacks = ""  # what the machine has not, in words
        self._done: dict[bool, tuple[Mode, Examination, Session]] = {}

    def _examined(self, beside: bool) -> tuple[Mode, Examination, Session]:
        if beside not in self._done:
            mode = Mode(self._examiner.setting, self._found, self._of, self._claims, beside)
            examined, session = self._asked(mode)
            if mode.few and examined.costs_points and not session.over:
                mode.few = False
                every, again = self._asked(mode)
                if every.costs_points:
                    examined, session = every, again
                else:
                    mode.few = True  # what has gone wrong once counts
            self._done[beside] = mode, examined, session
        return self._done[beside]

    def _asked(self, mode: Mode) -> tuple[Examination, Session]:
        setting = self._examiner.setting
        session = self._examiner.observed(mode, self._clock)
        seen = session.observe(mode.bank.request)
        examined = Examination(setting, self._of, mode.bank, mode.properties, session, seen)
        paid = (place for prop in mode.paying for place in examined.failing(prop))
        if not setting.lenient and mode.forms and next(paid, None) is None:
            # Then it is not wrong after all, and nothing is left out for it.
            mode.ask_every_form()
            seen = session.observe(mode.bank.request)
            examined = Examination(setting, self._of, mode.bank, mode.properties, session, seen)
        if setting.lenient and self._found.shape.single and not examined.all_hold:
            self._single = True
            examined = Examination(setting, self._of, mode.bank, mode.in_single, session, seen)
        return examined, session

    def outcome(self, prop: Property, shrinks: bool = False) -> Outcome:  # noqa: ARG002 (nothing is shrunk)
        """What became of a property."""
        number = [p.claim.name for p in self._claims].index(prop.claim.name)
        found = self._outcome(self._modes[0], number)
        if self._ran_out and not isinstance(found, TimedOut):
            return TimedOut(self._examiner.setting.limits.seconds)
        # The second mode takes as long as the first, so it is asked for only where points depend on it.
        if prop.claim.kind is Kind.GRADED and not isinstance(found, Passed | NotStarted) and self.with_own:
            return self._outcome(self._modes[1], number)
        shown = self._as_shown(number, found, self._modes[0])
        own = self._outcome(self._modes[-1], number) if shown == OURS_ALONE else shown
        return own if isinstance(own, Passed) else shown

    def _as_shown(self, number: int, found: Outcome, beside: bool) -> Outcome:
        """The outcome with a program that goes wrong as it is shown: alone, among the code's own parts."""
        if not isinstance(found, Failed | Crashed) or found.counterexample is None:
            return found
        mode, examined, _ = self._examined(beside)
        bank, prop, shape = mode.bank, mode.properties[number], self._found.shape
        failing = (p for p in examined.failing(prop) if not mode.is_anothers(examined.observed(p)))
        places = [*islice(failing, MOST_TRIED)]
        if mode.operations and not shape.goes_back:
            bank = in_own_words(numbers_alone(bank, mode.properties), shape)
            places = [*bank.places(number)[:MOST_TRIED]]
        others, why, ours = [], UNSHOWN if shape.goes_back else NO_WAY_BACK, beside
        for place in places:
            with self._examiner.among_its_own(mode) as session:
                (got,) = session.observe(bank.only([place]))
            if not holds(prop, bank, place, got):
                program, shown = bank.subject.unpack(bank.programs[place]), wrong(bank, place, got)
                outcome = verdict(bank.subject, self._of.name, bank.counts[number], shown)
                found_out = self._examiner.given(mode, program, outcome)
                if found_out is Given.AS_SAID and type(outcome) is type(found):
                    return outcome
                others += [outcome] * (found_out is Given.AS_SAID)
                # What is right where people run it goes wrong by what is done with it here.
                ours |= found_out is Given.RIGHT
                why = OTHERWISE if found_out is Given.OTHERWISE else why
        if others:
            return others[0]
        if ours and why == UNSHOWN:
            return OURS_ALONE
        return replace(found, counterexample=replace(found.counterexample, source=f"# {why}\n"))

    def _outcome(self, beside: bool, number: int) -> Outcome:
        mode, examined, _ = self._examined(beside)
        if not mode.bank.counts[number]:
            return NotStarted("it uses what this implementation does not offer", absent=True)
        outcome, prop = examined.outcome(mode.properties[number]), mode.properties[number]
        if not isinstance(outcome, Crashed):
            return outcome
        kind, _, said = outcome.error.partition(": ")
        if kind in LIBRARY:
            self.lacks = said
            return NotStarted(said, absent=self._examiner.setting.lenient)
        failing = [*examined.failing(prop)]
        if not all(mode.is_anothers(examined.observed(place)) for place in failing):
            return outcome
        self.anothers = True
        held = mode.bank.counts[number] - len(failing)
        return Passed(held) if held >= len(failing) else NotStarted(ANOTHERS, absent=True)

    @cached_property
    def with_own(self) -> bool:
        """Whether all holds among the code's own parts, as it may where ours do not fit among them.

        A mistake of the exercise's own shows there as well; cases that cannot be asked there show nothing.
        """
        first, _, session = self._examined(self._modes[0])
        if session.over or len(self._modes) == 1:
            return False
        second, _, _ = self._examined(self._modes[1])
        graded = [n for n, prop in enumerate(self._claims) if prop.claim.kind is Kind.GRADED]
        asked = [n for n in graded if second.bank.counts[n]]
        # By all that there are, as few of one may have been asked and all of the other.
        enough = 2 * sum(second.every.counts[n] for n in asked) >= sum(first.every.counts[n] for n in graded)
        return enough and all(isinstance(self._outcome(self._modes[1], n), Passed) for n in asked)

    @cached_property
    def _ran_out(self) -> bool:
        """Whether something was missed and all the exercise's time is used up: then nothing of it counts."""
        graded = (n for n, prop in enumerate(self._claims) if prop.claim.kind is Kind.GRADED)
        outcomes = (self._outcome(self._modes[0], n) for n in graded)
        missed = any(not isinstance(outcome, Passed | NotStarted) for outcome in outcomes)
        return missed and not self.with_own and self._clock.left <= 0

    @property
    def judged_with_own(self) -> bool:
        """Whether that was asked, and so."""
        return bool(vars(self).get("with_own"))

    @property
    def judged_as_single(self) -> bool:
        """Whether that took the exactness of single precision."""
        return self._single

    @property
    def is_mute(self) -> bool:
        """Whether nothing came to an end in the first way of examining."""
        return self._examined(self._modes[0])[1].is_mute

    @property
    def costs_points(self) -> bool:
        """Whether a property that counts does not hold in either way of examining."""
        graded = [n for n, claim in enumerate(self._claims) if claim.claim.kind is Kind.GRADED]
        missed = (not isinstance(self._outcome(self._modes[0], n), Passed | NotStarted) for n in graded)
        return any(missed) and not self.judged_with_own


# Exceptions that stand for a library which the machine has not; they say so themselves.
LIBRARY = ("Needed", "NeedsNumPy")
# Programs that are run once more, to find one that shows what is wrong.
MOST_TRIED = 8
ANOTHERS = "another operation raises in it"
OURS_ALONE = NotStarted("it fails only beside parts of ours, or as it is asked here: left out", absent=True)
LEFT_OUT = "Cases in which another operation raises were left out."
# Said in place of a program, so that it is said wherever one would be shown.
OTHERWISE = "No program shows this: pasted alone, each that was tried gives something else."
UNSHOWN = "No program shows this: alone, none of those that were tried goes wrong."
NO_WAY_BACK = "No program shows this: it takes a way back, which is not there yet."


FOUND, FOUND_LENGTH = ("found",), 6000


def _holds(expected: View, got: View) -> None:
    assert agree(got.values, expected.values)


def _property(extra: Extra) -> Property:
    claim = Claim(extra.name, f"{extra.title} agrees with PyTorch", Kind.NOTE, Fraction(0), extra.title)
    return Property(claim, _holds, extra.programs(), None, 0, False)


def _bank(examiner: AnyExaminer, properties: list[Property]) -> Bank:
    """The cases of all extras, answered once and kept."""
    setting = examiner.setting
    own = sha256(code_digest("autograd/any_engine") + VERSION.encode()).hexdigest()[:24]

    def asked() -> Bank:
        setting.say_once("Asking PyTorch once about further operations …")
        return record(setting.course.subject, properties, 0)

    name = f"extras-{own}.cases"
    read = partial(Bank.from_bytes, setting.course.subject)
    return recall(setting.cache, name, read, asked, Bank.to_bytes, setting.say_once)


def extras(examiner: AnyExaminer) -> tuple[Verdict, ...]:
    """What became of the operations that the implementation has beyond the exercises."""
    found = examiner.found
    assert isinstance(found, Found)
    names = {extra.name for extra in EXTRAS if extra.needs not in found.shape.refused}
    # Where there is no way back yet, ours goes it, if the links are understood.
    back = found.shape.graph or (found.shape.goes_back and found.shape.arrives)
    if not names or not back or found.shape.stubs & {"__add__", "__mul__", "backward"}:
        return ()
    properties = [_property(extra) for extra in EXTRAS]
    whole = _bank(examiner, properties)
    places = {p for n, prop in enumerate(properties) if prop.claim.name in names for p in whole.places(n)}
    # Where a wrong + or * cannot be replaced, what is tried together with it would look wrong as well.
    wrong = frozenset() if found.shape.graph else found.broken & {"+", "*"}
    stays = {place for place in places if not needs_of(whole.request)[place] & wrong}
    bank = in_own_words(chosen(whole, properties, stays.__contains__), found.shape)
    kept = [precise(prop) for prop in properties]
    beside = "extras" if found.shape.graph else ""
    parts = Loadable(examiner.submission.sources, (), examiner.asked, beside, False, found.whole)
    session = examiner.loaded(parts)
    seen = session.observe(bank.request)
    if examiner.setting.lenient and found.shape.single:
        kept = [in_single(prop) for prop in kept]
    exercise = Exercise("extras", "further operations", Fraction(0), ())
    examination = Examination(examiner.setting, exercise, bank, kept, session, seen)
    asked = (p for n, p in enumerate(kept) if p.claim.name in names and bank.counts[n])
    return tuple(Verdict(prop.claim, examination.outcome(prop)) for prop in asked)


NAMES = ("data", "grad", "backward", "relu", "__add__", "__mul__", "__pow__")


def grade_foreign(
    path: Path,
    setting: Setting,
    *,
    value: str = "",
    mapping: Mapping[str, str] = {},
    only: Sequence[str] = (),
) -> Report:
    """Grade whatever lies at a path, as it is.

    value: the class that counts, as "module:Class" or "Class"; empty to have it found.
    mapping: our names to its own: {"data": "val"}.
    Raises UsageError where it cannot be read or loaded, in one sentence, with what to do.
    """
    for ours in mapping:
        if ours not in NAMES:
            raise UsageError(f"--map knows nothing called {ours!r}", f"one of: {', '.join(NAMES)}")
    asked = AnyShape(value, tuple(sorted(mapping.items())))
    folder = repository(path)
    submission = read(path, asked) if folder is None else read_repository(folder, asked)
    return grade_any(submission, setting, only)


def grade_any(submission: Submission, setting: Setting, only: Sequence[str] = ()) -> Report:
    """Grade an implementation that has been read; raises as grade_foreign."""
    asked, marks = asked_for(setting.course, only)
    examiner = AnyExaminer(setting, submission)
    try:
        shape = examiner.found
        if isinstance(shape, Unloadable):
            raise UsageError(shape.what, shape.step)
        tests = run_with(examiner, marks)
        results = {mark.name: result(mark, tests) for mark in marks}
        if setting.lenient:
            results = {name: retitled(each, shape.shape) for name, each in results.items()}
        more = () if only else extras(examiner)
    finally:
        examiner.close()
    report = report_on(submission, setting, asked, results)
    judged = rules(submission, setting.lenient)
    return replace(report, found=tuple(found(shape.shape)), extras=more, rules=judged)

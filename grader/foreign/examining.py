"""Examines an implementation in a shape of its own, with as much isolation as it allows."""

from __future__ import annotations

import marshal
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from grader.examining import Examination, Examiner
from grader.foreign.banks import NETWORKS
from grader.foreign.health import CHECKUPS, broken, packed
from grader.foreign.loadable import FOUND, FOUND_LENGTH, Loadable
from grader.foreign.modes import Found, Mode, all_single
from grader.foreign.pasting import pasted
from grader.foreign.shape import read
from grader.foreign.telling import found as told
from grader.foreign.telling import notes_on, unloadable, why_absent
from grader.model import Crashed, Diagnosis, Exercise, Kind, NotStarted, Outcome, Passed, TimedOut
from grader.observation import Numbers, Observation
from grader.properties import Property
from grader.request import Request
from grader.setting import Setting
from grader.student import Attempt, Clock
from grader.submission import AnyShape, Submission


class AnyExaminer(Examiner):
    """Examines one implementation; it is looked at once, in a process of its own, before the first exercise.

    tell_found: say what was found as a note on the first exercise, where no report says it in front.
    """

    tell_found = False

    @property
    def lanes(self) -> int:
        # To look at it twice, and each mark with our operations beside it and with its own.
        return 2 * len(self.setting.course.parts) + 3

    @property
    def limits(self) -> int:
        # One more to look at it; the modes of an exercise share what it has.
        return len(self.setting.course.parts) + 1

    @property
    def asked(self) -> AnyShape:
        """What a person says of it."""
        return self.submission.shape or AnyShape()

    @cached_property
    def found(self) -> Found | Crashed:
        """What it is; a crash, in words for a beginner, where it cannot be loaded."""
        if not self.submission.sources:
            return unloadable(None, self.submission)
        clock = Clock.of(self.setting.limits)
        first = self._look(False, clock)
        if isinstance(first, Found):
            return first
        again = self._look(True, clock)
        return again if isinstance(again, Found) else unloadable(first, self.submission)

    def _look(self, whole: bool, clock: Clock) -> Found | Observation:
        checkups = packed()
        lengths = (*(checkup.program.length for checkup in CHECKUPS), FOUND_LENGTH)
        # Networks are looked at with our operations beside, when the code's own have been checked.
        parts = Loadable(self.submission.sources, (), self.asked, "neuron", True, whole, describe=True)
        with self._student.attempt(parts, clock) as attempt:
            *checked, last = attempt.observe(Request(marshal.dumps([*checkups, FOUND]), lengths))
        if not isinstance(last, Numbers):
            return last
        try:
            return Found(read(last.values), broken(checked), whole)
        except ValueError:
            return last

    def notes(self) -> tuple[str, ...]:
        """What is worth knowing of how the exercise was examined."""
        if isinstance(self.found, Crashed) or self._current is None:
            return ()
        exercise = next(e for e in self.setting.course.parts if e.name == self._current[0])
        examined, shape = self._current[1], self.found.shape
        first = self.tell_found and exercise == self.setting.course.exercises[0]
        notes: tuple[str, ...] = ()
        if isinstance(examined, AnyExamination):
            lenient, single = self.setting.lenient, examined.judged_as_single
            notes = notes_on(shape, exercise, examined.judged_with_own, lenient, single)
        return (*notes, *((f"Found: {'; '.join(told(shape))}.",) if first else ()))

    def _examine(self, exercise: Exercise, properties: Sequence[Property]) -> Examination | Outcome:
        found = self.found
        if isinstance(found, Crashed):
            return replace(found, error=found.error.replace("\n", "; "))
        why_not = why_absent(found.shape, exercise, self.submission)
        if why_not is not None:
            # Nothing may be absent where the course's promises hold.
            return why_not if self.setting.lenient else replace(why_not, absent=False)
        replaced = bool(found.shape.graph) or exercise.name in ("layer", "mlp")
        modes = [True, False] if replaced and not exercise.own else [False]
        return AnyExamination(self, found, exercise, properties, modes)

    def observed(self, mode: Mode, clock: Clock) -> Attempt:
        """A process in which a mode's engine is loaded."""
        beside = mode.exercise.name if mode.beside else ""
        networks = mode.exercise.name in NETWORKS
        usual = not self.setting.lenient
        parts = Loadable(
            self.submission.sources, (), self.asked, beside, networks, mode.found.whole, usual=usual
        )
        return self.loaded(parts, clock)

    def loaded(self, parts: Loadable, clock: Clock | None = None) -> Attempt:
        """A process that has loaded these; it ends with the exercise."""
        return self._open.enter_context(self._student.attempt(parts, clock))


def examiner_of(setting: Setting, submission: Submission) -> Examiner:
    """The examiner of a submission, whatever its shape, for those who only see its outcomes."""
    if submission.shape is None:
        return Examiner(setting, submission)
    examiner = AnyExaminer(setting, submission)
    examiner.tell_found = True
    return examiner


def warm_up() -> None:
    """Do here what every fork would do again."""
    Loadable({"numpy": "numpy"}, (), AnyShape(), "neuron", describe=True).head()


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
        self._single = False
        self._done: dict[bool, tuple[Mode, Examination, Attempt]] = {}

    def _examined(self, beside: bool) -> tuple[Mode, Examination, Attempt]:
        if beside not in self._done:
            setting = self._examiner.setting
            mode = Mode(setting, self._found, self._of, self._claims, beside)
            attempt = self._examiner.observed(mode, self._clock)
            seen = attempt.observe(mode.bank.request)
            examined = Examination(setting, self._of, mode.bank, mode.properties, attempt, seen)
            if setting.lenient and not examined.all_hold and all_single(seen):
                self._single = True
                examined = Examination(setting, self._of, mode.bank, mode.in_single, attempt, seen)
            self._done[beside] = mode, examined, attempt
        return self._done[beside]

    def outcome(self, prop: Property, shrinks: bool = False) -> Outcome:  # noqa: ARG002 (nothing is shrunk)
        """What became of a property."""
        number = [p.claim.name for p in self._claims].index(prop.claim.name)
        found = self._outcome(self._modes[0], number)
        if self._ran_out and not isinstance(found, TimedOut):
            return TimedOut(self._examiner.setting.limits.seconds)
        # Only where points are at stake a second look is worth its time.
        if prop.claim.kind is Kind.GRADED and not isinstance(found, Passed | NotStarted) and self.with_own:
            found = self._outcome(self._modes[1], number)
        return pasted(found, self._found.shape)

    def _outcome(self, beside: bool, number: int) -> Outcome:
        mode, examined, _ = self._examined(beside)
        if not mode.bank.counts[number]:
            return NotStarted("it uses what this implementation does not offer", absent=True)
        return examined.outcome(mode.properties[number])

    @cached_property
    def with_own(self) -> bool:
        """Whether all holds among the code's own parts, as it may where ours do not fit among them.

        A mistake of the exercise's own shows there as well; cases that cannot be asked there show nothing.
        """
        first, _, attempt = self._examined(self._modes[0])
        if attempt.over or len(self._modes) == 1:
            return False
        second, _, _ = self._examined(self._modes[1])
        graded = [n for n, prop in enumerate(self._claims) if prop.claim.kind is Kind.GRADED]
        asked = [n for n in graded if second.bank.counts[n]]
        enough = 2 * sum(second.bank.counts[n] for n in asked) >= sum(first.bank.counts[n] for n in graded)
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
    def diagnosis(self) -> Diagnosis | None:  # not kept, as it is seldom asked
        """The misconception behind the failures, where all cases could be asked as in our own exercises."""
        mode, examined, _ = self._examined(self._modes[0])
        comparable = mode.complete and mode.operations and not self.judged_with_own
        return examined.diagnosis if comparable else None

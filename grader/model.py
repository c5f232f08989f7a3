"""The words of the grader as frozen nouns; nothing here reads, runs or prints anything."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Exercise:
    """One file a student writes.

    name: the file's stem.
    points: what full marks are worth.
    siblings: the exercises whose reference stands beside the student's file; empty when own is set.
    own: every part is the student's own; needs all exercises, and is worth only bonus points unless it has
        points of its own.
    defines: the function or class that the file defines.
    attach: what that function is called as an attribute of Value; empty for a class, and where the subject
        attaches nothing.
    draft: its author is not done with it; it is graded all the same.
    """

    name: str
    title: str
    points: Fraction
    siblings: tuple[str, ...]
    own: bool = False
    defines: str = ""
    attach: str = ""
    draft: bool = field(default=False, compare=False)

    @property
    def counts(self) -> bool:
        """Whether it is needed for full marks; a last mark without points is a bonus."""
        return not self.own or self.points > 0


class Marked:
    """A course, its rubric or its class: exercises, and perhaps a last mark for all of them together."""

    __slots__ = ()
    exercises: tuple[Exercise, ...]
    together: Exercise | None

    @property
    def last(self) -> str:
        """The name of the last mark; empty where there is none."""
        return self.together.name if self.together else ""

    @property
    def parts(self) -> tuple[Exercise, ...]:
        """Everything that is graded: the exercises, then all of them together where that is a mark."""
        return (*self.exercises, *((self.together,) if self.together else ()))


class Kind(Enum):
    """What a property's verdict is used for."""

    GRADED = "graded"
    BONUS = "bonus"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Claim:
    """A property by name: what is promised, and what the promise is worth.

    share: its part of the exercise's points among the shares of all graded claims,
        or its own points where kind is BONUS; unused for a NOTE.
    about: how the operation it is about is written, where it is about one.
    hidden: it counts, and students are told nothing of it.
    """

    name: str
    title: str
    kind: Kind
    share: Fraction
    about: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """One node of a counterexample's graph.

    formula: how it was made: "a + b", or a leaf's number.
    operands: the names of the nodes it was made from.
    data, grad: expected, then got; got is None where the program gave no numbers.
    suspect: the first place where something went wrong: the first wrong data, else the first wrong
        gradient on the way from the root.
    """

    name: str
    formula: str
    operands: tuple[str, ...]
    data: tuple[float, float | None]
    grad: tuple[float, float | None]
    suspect: bool


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A program that shows a difference.

    source: the program as Python to paste.
    expected, got: what was observed, by label, in the order a reader wants; got is empty
        when the program gave nothing at all. What is no number stands there as the text to show.
    drawn: it was drawn, and not written down by the author to teach this.
    graph: every node in the order it was made; empty for a program about modules.
    """

    source: str
    expected: tuple[tuple[str, float | str], ...]
    got: tuple[tuple[str, float | str], ...]
    drawn: bool
    graph: tuple[Node, ...] = ()


# In place of one that is not for whoever reads the report.
WITHHELD = Counterexample("", (), (), False)


@dataclass(frozen=True, slots=True)
class Passed:
    """Every case agreed; there was at least one."""

    cases: int

    def __post_init__(self) -> None:
        if self.cases < 1:
            raise ValueError("a property that tried no case has not passed")


@dataclass(frozen=True, slots=True)
class Failed:
    """Some case gave other numbers than promised, or something that is no number.

    reason: one sentence where numbers beside each other do not say it all, else empty.
    """

    cases: int
    counterexample: Counterexample
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Crashed:
    """The student's code raised, or its process ended, before it answered.

    error: the exception or the end in plain words.
    frames: where it happened, innermost last, as "add.py, line 12, in add".
    counterexample: the smallest program that showed it; None where loading the file did.
    """

    cases: int
    error: str
    frames: tuple[str, ...] = ()
    counterexample: Counterexample | None = None


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The worker did not answer within its limit.

    limit: seconds of wall-clock time allowed for the whole exercise; 0 where that is not known.
    counterexample: the program it was busy with, where that is known.
    """

    limit: float
    counterexample: Counterexample | None = None


@dataclass(frozen=True, slots=True)
class NotStarted:
    """Nothing was handed in for this exercise beyond the stub.

    absent: it is not to be written either: an implementation in a shape of its own does without.
    missing: there is no file at all, not even the stub.
    """

    reason: str
    absent: bool = False
    missing: bool = False


@dataclass(frozen=True, slots=True)
class NotGraded:
    """Nobody can tell which file was handed in for this exercise, so nothing of it was examined.

    reason: what is there instead, without the end of a sentence.
    """

    reason: str


Outcome = Passed | Failed | Crashed | TimedOut | NotStarted | NotGraded


@dataclass(frozen=True, slots=True)
class Verdict:
    """A property and what became of it."""

    claim: Claim
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that code does otherwise than it should, read off by running it.

    finding: its id, one of its subject's list. name: what it is called where there are many, in a sentence.
    part: what of the code it is about, such as "self.grad".
    does: what the code does there. should: what it should do, which is the solution; may be empty.
    condition: where, as Python; empty for everywhere.
    explanation: what was seen, and why it goes wrong, without the solution.
    hint: the heading in HINTS.md that helps. line: in the student's file, 0 where that is not known.
    cause: what all findings of one mistake have in common, whichever part each is about; may be empty.
    """

    finding: str
    name: str
    part: str
    does: str
    should: str
    condition: str
    explanation: str
    hint: str
    line: int = 0
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """An exercise, the verdicts on its properties in their order, and what is behind them.

    Where a last mark counts, what is declared as a bonus there is a share of its points.
    findings: what its code does otherwise than it should, the most important first.
    notes: what else is worth knowing of how it was examined, a sentence each.
    taken: the file that was graded, where it has another name or place than it should; else empty.
    beside: other files that may be meant, and were not graded.
    unseen: verdicts that count, and that whoever reads this is not told.
    """

    exercise: Exercise
    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    taken: str = ""
    beside: tuple[str, ...] = ()
    unseen: tuple[Verdict, ...] = ()

    def __post_init__(self) -> None:
        if self.exercise.own and self.exercise.counts:
            object.__setattr__(self, "verdicts", tuple(map(_shared, self.verdicts)))

    @property
    def diagnosis(self) -> Finding | None:
        """What is told where there is room for one thing."""
        return self.findings[0] if self.findings else None


def _shared(verdict: Verdict) -> Verdict:
    """The verdict, of which a bonus counts."""
    if verdict.claim.kind is not Kind.BONUS:
        return verdict
    return replace(verdict, claim=replace(verdict.claim, kind=Kind.GRADED))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who hands in; all but the id may be empty.

    canvas: the number that the person has in Canvas; where nothing else is known it is the id, too.
    """

    id: str
    name: str = ""
    email: str = ""
    canvas: str = ""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What a policy adds to a score, as a line of its own; what it takes away is negative."""

    title: str
    points: Fraction


@dataclass(frozen=True, slots=True)
class Numbers:
    """The program ran; the values it observed, as many as the program says."""

    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Misfit:
    """Something came back in another form than promised; {i} in the reason stands for value i."""

    reason: str


@dataclass(frozen=True, slots=True)
class Raised:
    """The code raised; the exception in a line and where, innermost last."""

    error: str
    frames: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """The process was gone, or answered out of turn, before this program's answer was complete.

    busy: this is the program it was busy with, as far as is known; the later ones were never tried.
    code, signal: its exit code, or the name of the signal, where it ended so. The reason says so in words;
        these are for who sent it something that is meant to end in a certain way.
    """

    reason: str
    busy: bool
    code: int | None = field(default=None, compare=False)
    signal: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Overtime:
    """The limit was reached before this program's answer; busy as in Ended."""

    limit: float
    busy: bool


Observation = Numbers | Misfit | Raised | Ended | Overtime

"""The report: everything one grading has to say, and its versioned JSON form.

Seeds are numbers that can be tried one after the other, so a plain digest would give them away. A name is a
digest under a random key, which is kept where the seed itself is: equal seeds of one class have equal names,
and without the key a name says nothing.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from importlib import resources
from typing import Any

from grader.course.course import EVERYTHING, LATER, STATUSES
from grader.model import (
    WITHHELD,
    Adjustment,
    Crashed,
    Failed,
    Kind,
    NotGraded,
    NotStarted,
    Outcome,
    Passed,
    Result,
    TimedOut,
    Verdict,
)
from grader.printable import plain_json
from grader.report.evidence import (
    diagnosis_to_plain,
    findings_to_plain,
    origin_to_plain,
    outcome_to_plain,
    status,
)
from grader.report.scoring import (
    KEPT,
    NOTHING,
    Score,
    absent,
    earned,
    exercise_status,
    once_each,
    present,
    score,
    worth,
)
from grader.report.words import alone_only, elsewhere, example, in_time, ungraded

SCHEMA_NAME = "nanograd/report/v1"
NOT_SHOWN = "Points include properties that are not shown."


@dataclass(frozen=True, slots=True)
class Report:
    """One submission, graded.

    seed: with which its cases were drawn; only a name where that is secret.
    results: the exercises in order.
    together: the last mark; None where only some exercises were asked for.
    versions: of everything a verdict depends on.
    adjustments: what the course's policies add and take away, line by line.
    course: the hexadecimal digest of the course it was graded by; empty where that was not kept.
    found: of an implementation in a shape of its own, what it is, a sentence each.
    extras: verdicts on operations of its that are in no exercise; they count for nothing.
    rules: by which promises it was judged, in a sentence; empty for the course's own files.
    """

    submission: str
    digest: str
    seed: Seed
    isolation: str
    results: tuple[Result, ...]
    together: Result | None
    versions: tuple[tuple[str, str], ...]
    adjustments: tuple[Adjustment, ...] = ()
    course: str = ""
    found: tuple[str, ...] = ()
    extras: tuple[Verdict, ...] = ()
    rules: str = ""

    @property
    def marks(self) -> tuple[Result, ...]:
        """The exercises and, where it was asked for, the last mark."""
        return (*self.results, *((self.together,) if self.together else ()))

    @property
    def score(self) -> Score:
        """What the exercises bring, before any policy."""
        return sum(map(score, self.marks), NOTHING)

    @property
    def final(self) -> Fraction:
        """The points after all adjustments; never below zero."""
        return max(Fraction(0), self.score.points + sum(line.points for line in self.adjustments))

    @property
    def all_passed(self) -> bool:
        """Whether all that counts has passed; bonus is not needed for that."""
        return all(exercise_status(mark) == "passed" for mark in self.marks if mark.exercise.counts)

    @property
    def notes(self) -> tuple[str, ...]:
        """What stands on top of it, a sentence each: no exercise says it, only all of them together do."""
        together = alone_only(self.results, self.together, self.extras)
        said = (*self.ungraded, *elsewhere(self.results), *together)
        return (*said, NOT_SHOWN) if self.unseen else said

    @property
    def ungraded(self) -> tuple[str, ...]:
        """Which exercises are not graded, and why, a sentence each."""
        return ungraded(self.results)

    @property
    def unseen(self) -> int:
        """How many properties count of which the reader is told nothing."""
        return sum(len(mark.unseen) for mark in self.marks)


def shown_to_students(report: Report, see: str) -> Report:
    """The report without what students may not see; its points stay.

    see: one of STUDENTS_SEE; "after_deadline" is for whoever gives reports away to keep, and shows all.
    Equal results become equal objects again.
    """
    together = report.together and _as_shown(report.together, see)
    return replace(
        report,
        results=tuple(_as_shown(result, see) for result in report.results),
        together=together,
        found=report.found if see in SHOWN_WHOLE else (),
        extras=report.extras if see in SHOWN_WHOLE else (),
    )


def not_yet(see: str, deadline: datetime | None, now: datetime) -> str:
    """Why students see nothing yet, in a sentence; empty where they may see something."""
    if see != LATER or deadline is None or now >= deadline:
        return ""
    return f"students of this course see nothing before the deadline, {deadline.isoformat(' ', 'minutes')}"


SHOWN_WHOLE = (EVERYTHING, LATER)


@once_each(KEPT)
def _as_shown(result: Result, see: str) -> Result:
    seen = tuple(verdict for verdict in result.verdicts if not verdict.claim.hidden)
    unseen = tuple(verdict for verdict in result.verdicts if verdict.claim.hidden)
    if see in SHOWN_WHOLE and not unseen:
        return result
    shown = replace(result, verdicts=tuple(_verdict(v, see) for v in seen), unseen=unseen)
    # What was read off because something hidden went wrong would tell that it did.
    if see == STATUSES or (unseen and exercise_status(shown) == "passed"):
        return replace(shown, findings=(), notes=())
    return shown


def _verdict(verdict: Verdict, see: str) -> Verdict:
    """A verdict without programs, and where only statuses are shown, without what was said."""
    outcome = verdict.outcome
    if see in SHOWN_WHOLE or not isinstance(outcome, Failed | Crashed | TimedOut):
        return verdict
    if isinstance(outcome, Failed):
        reason = "It does not hold" if see == STATUSES else outcome.reason
        return replace(verdict, outcome=Failed(outcome.cases, WITHHELD, reason))
    if isinstance(outcome, Crashed) and see == STATUSES:
        return replace(verdict, outcome=Crashed(outcome.cases, "It ends with an error"))
    return replace(verdict, outcome=replace(outcome, counterexample=None))


def to_plain(
    report: Report,
    times: dict[str, Any] | None = None,
    said: Callable[[Result], Any] | None = None,
) -> dict[str, Any]:
    """The report's JSON form.

    times: the one key that differs between two runs. said: what stands in an exercise's place.
    """
    each = said or exercise_to_plain
    total = report.score
    plain = {
        "schema": SCHEMA_NAME,
        "submission": {"name": report.submission, "digest": report.digest},
        "seed": report.seed,
        "isolation": report.isolation,
        "score": number(report.final),
        "raw_score": number(total.points),
        "max_score": number(total.most),
        "adjustments": [{"title": a.title, "points": number(a.points)} for a in report.adjustments],
        "bonus": number(total.bonus),
        "max_bonus": number(total.most_bonus),
        "exercises": [each(result) for result in report.results],
        "together": each(report.together) if report.together else None,
        "versions": dict(report.versions),
    }
    if report.found:
        plain |= _own_shape(report)
    if report.rules:
        plain["rules"] = report.rules
    if report.notes:
        plain["notes"] = list(report.notes)
    return plain if times is None else plain | {"times": times}


def to_json(report: Report, times: dict[str, Any] | None = None) -> str:
    """The report as JSON text, the same for the same report."""
    return (
        plain_json(json.dumps(to_plain(report, times), indent=2, ensure_ascii=False, allow_nan=False)) + "\n"
    )


def schema() -> str:
    """The JSON Schema every report meets."""
    return (resources.files("grader.report") / "report.schema.json").read_text("utf-8")


def _own_shape(report: Report) -> dict[str, Any]:
    """What is said of an implementation in a shape of its own beyond what is said of exercises."""
    there = score_of_present(report)
    return {
        "found": list(report.found),
        "of_what_is_there": {"score": number(there.points), "max_score": number(there.most)},
        "extras": [_extra(verdict) for verdict in report.extras],
    }


def score_of_present(report: Report) -> Score:
    """The points reached, out of those for what is not absent."""
    return sum((present(result) for result in report.results), NOTHING)


def _extra(verdict: Verdict) -> dict[str, Any]:
    outcome = outcome_to_plain(verdict.outcome)
    return {
        "name": verdict.claim.name,
        "title": verdict.claim.title,
        "status": status(verdict.outcome),
        "cases": outcome.get("cases", 0),
        "counterexample": outcome.get("counterexample"),
        "error": error(verdict.outcome),
    } | _where(outcome, "limit")


def exercise_to_plain(result: Result) -> dict[str, Any]:
    """An exercise's JSON form."""
    points, shown = score(result), example(result)
    return (
        {
            "name": result.exercise.name,
            "title": result.exercise.title,
            "status": exercise_status(result),
            "score": number(points.points),
            "max_score": number(points.most),
            "bonus": number(points.bonus),
            "max_bonus": number(points.most_bonus),
            "properties": [_property(result, v) for v in result.verdicts if v.claim.kind is not Kind.NOTE],
            "example": shown.claim.name if shown else None,
            "diagnosis": diagnosis_to_plain(result.diagnosis),
            "findings": findings_to_plain(result.findings),
            "notes": notes(result),
        }
        | ({"absent": True} if absent(result) else {})
        | ({"unseen": _unseen(result)} if result.unseen else {})
        | origin_to_plain(result)
    )


def _unseen(result: Result) -> dict[str, Any]:
    """What the properties that are not shown bring, all of them together."""
    graded = [verdict for verdict in result.unseen if verdict.claim.kind is Kind.GRADED]
    bonus = [verdict for verdict in result.unseen if verdict.claim.kind is Kind.BONUS]
    return {
        name: number(sum((of(result, verdict) for verdict in some), Fraction(0)))
        for name, some, of in (
            ("score", graded, earned),
            ("max_score", graded, worth),
            ("bonus", bonus, earned),
            ("max_bonus", bonus, worth),
        )
    }


def _property(result: Result, verdict: Verdict) -> dict[str, Any]:
    outcome = outcome_to_plain(verdict.outcome)
    return {
        "name": verdict.claim.name,
        "title": verdict.claim.title,
        "kind": verdict.claim.kind.value,
        "status": status(verdict.outcome),
        "score": number(earned(result, verdict)),
        "max_score": number(worth(result, verdict)),
        "cases": outcome.get("cases", 0),
        "counterexample": outcome.get("counterexample"),
        "error": error(verdict.outcome),
        "frames": outcome.get("frames", []),
    } | _where(outcome, "absent", "limit")


def _where(outcome: dict[str, Any], *keys: str) -> dict[str, Any]:
    """What only some outcomes say."""
    return {key: outcome[key] for key in keys if key in outcome}


def error(outcome: Outcome) -> str | None:
    """What went wrong in words, where it is not only other numbers than expected."""
    match outcome:
        case Failed(reason=reason) if reason:
            return reason
        case Crashed(error=text):
            return text
        case TimedOut(limit=limit):
            return f"no answer {in_time(limit)}"
        case NotGraded(reason):
            return reason
        case _:
            return None


def notes(result: Result) -> list[str]:
    """What is worth knowing and costs nothing: titles of the notes that do not hold.

    Only for a finished exercise: before that, a note may only be the echo of a mistake. What is said of how
    it was examined is said anyway.
    """
    if exercise_status(result) != "passed":
        return list(result.notes)
    tried = [
        v for v in result.verdicts if v.claim.kind is Kind.NOTE and not isinstance(v.outcome, NotStarted)
    ]
    missed = [v for v in tried if not isinstance(v.outcome, Passed)]
    return [*result.notes, *(verdict.claim.title for verdict in missed)]


def number(points: Fraction) -> int | float:
    """Points as a JSON number."""
    return points.numerator if points.denominator == 1 else float(points)


# As a report says it: a number, or the name of a secret one.
Seed = int | str
SECRET = re.compile(r"secret(:[0-9a-f]{16})?")
LARGEST = (1 << 63) - 1  # as large a number as a gradebook can hold
KEY = 32  # bytes


def named(seed: int, key: bytes = b"") -> Seed:
    """The seed as reports that leave the instructor's hands say it.

    key: empty where there is no place to keep one; then it is only said that the seed is secret.
    """
    if seed == 0:
        return 0
    return f"secret:{hmac.digest(key, str(seed).encode(), 'sha256').hex()[:16]}" if key else "secret"


def read(value: Any) -> Seed:
    """A seed as reports say it; raises ValueError for anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST:
        return value
    if isinstance(value, str) and SECRET.fullmatch(value):
        return value
    raise ValueError(f"{value!r:.40} is no seed")

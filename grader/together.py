"""What only all parts together show: exercises that pass alone and do not work with one another; pure.

Alone, an exercise has the reference for all others beside it. So two that are built on each other both
pass, and neither of them is there once every part is the submission's own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import assert_never

from grader.model import Crashed, Failed, Kind, Passed, Result, TimedOut
from grader.scoring import exercise_status

RECURSION = "RecursionError"
PLACE = re.compile(r"(\w+)\.py, line \d")
GUESS = "One exercise may be built on another in a circle, or rest on how our parts are made inside."
Missed = Failed | Crashed | TimedOut


def alone_only(results: Sequence[Result], together: Result | None) -> tuple[str, ...]:
    """The sentences that stand on top of a report where what passes alone does not work together.

    results: of the exercises. together: the last mark; None where it was not asked for.
    Nothing in them but the exercises' names is from the course, and nothing from the submission.
    """
    if together is None or exercise_status(together) == "passed":
        return ()
    held, missed = _tried(together)
    circle = _circle(missed, results)
    if missed and results and all(map(_passed, results)):
        count = _count(len(missed), held + len(missed))
        what, guess = _what_happens(missed, circle), "" if circle else f" {GUESS}"
        return (f"Every exercise passes alone. Together, with all parts your own, {count}: {what}.{guess}",)
    if circle:
        ended = _what_happens(list(filter(_endless, missed)), circle)
        return (f"{_listed(circle)} pass alone. Together, with all parts your own, {ended}.",)
    return ()


def _passed(result: Result) -> bool:
    return exercise_status(result) == "passed"


def _tried(together: Result) -> tuple[int, list[Missed]]:
    """Of the properties that decide the last mark's status: how many hold, and what became of the others."""
    kinds = {verdict.claim.kind for verdict in together.verdicts}
    kind = Kind.GRADED if Kind.GRADED in kinds else Kind.BONUS
    outcomes = [verdict.outcome for verdict in together.verdicts if verdict.claim.kind is kind]
    held = sum(isinstance(outcome, Passed) for outcome in outcomes)
    return held, [outcome for outcome in outcomes if isinstance(outcome, Missed)]


def _count(missed: int, tried: int) -> str:
    if missed < tried:
        return f"{missed} of {tried} properties {'does' if missed == 1 else 'do'} not hold"
    return "its one property does not hold" if tried == 1 else f"none of {tried} properties holds"


def _what_happens(missed: Sequence[Missed], circle: Sequence[str]) -> str:
    """In which ways they do not hold, each said once."""
    return " or ".join(dict.fromkeys(_how(outcome, circle) for outcome in missed))


def _how(outcome: Missed, circle: Sequence[str]) -> str:
    match outcome:
        case Crashed() if _endless(outcome):
            files = _listed([f"{name}.py" for name in circle])
            where = f", where {files} call each other in a circle" if circle else ""
            return f"it ends in {RECURSION}{where}"
        case Crashed():
            return "it crashes"
        case TimedOut():
            return "it gives no answer in time"
        case Failed():
            return "it gives other values than promised"
        case _:
            assert_never(outcome)


def _endless(outcome: Missed) -> bool:
    return isinstance(outcome, Crashed) and outcome.error.startswith(RECURSION)


def _circle(missed: Sequence[Missed], results: Sequence[Result]) -> list[str]:
    """The exercises that an endless recursion was seen to lead through again and again.

    Two or more, all of which pass alone; else none.
    """
    frames = (outcome.frames for outcome in missed if isinstance(outcome, Crashed) and _endless(outcome))
    seen = set().union(*map(_again, frames))
    inside = [result for result in results if result.exercise.name in seen]
    return [r.exercise.name for r in inside] if len(inside) > 1 and all(map(_passed, inside)) else []


def _again(frames: Sequence[str]) -> set[str]:
    """The files that lie between two visits to one and the same."""
    found = (PLACE.match(frame) for frame in frames)
    files = [name for name, _ in groupby(match[1] for match in found if match)]
    last = {name: place for place, name in enumerate(files)}
    return {between for place, name in enumerate(files) for between in files[place : last[name]]}


def _listed(names: Sequence[str]) -> str:
    """One, two and three."""
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)

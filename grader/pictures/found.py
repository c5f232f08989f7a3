"""Which counterexample of a report to draw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from grader.errors import UsageError
from grader.model import Counterexample, Kind, Passed, Verdict
from grader.report import Report
from grader.scoring import exercise_status
from grader.words import counterexample_of


@dataclass(frozen=True, slots=True)
class Found:
    """A counterexample, and the claim that it contradicts."""

    exercise: str
    title: str
    shown: Counterexample


def smallest(report: Report, only: tuple[str, ...] = ()) -> Found:
    """The smallest graph of the first exercise that has not passed and has one.

    only: the exercises to look at; all, where none is named.
    Raises UsageError where there is none.
    """
    looked = [result for result in report.marks if not only or result.exercise.name in only]
    for result in looked:
        graphs = sorted(_graphs(result.verdicts), key=lambda pair: reading(pair[1]))
        if graphs:
            verdict, shown = graphs[0]
            return Found(result.exercise.name, verdict.claim.title, shown)
    done = all(exercise_status(result) == "passed" for result in looked)
    why = "everything has passed" if done else "no counterexample here has a graph"
    raise UsageError(
        f"there is nothing to draw: {why}", 'draw what you like: grader graph "(a*b + c).relu()"'
    )


def _graphs(verdicts: tuple[Verdict, ...]) -> Iterator[tuple[Verdict, Counterexample]]:
    for verdict in verdicts:
        if verdict.claim.kind is Kind.GRADED and not isinstance(verdict.outcome, Passed):
            shown = counterexample_of(verdict.outcome)
            if shown is not None and shown.graph:
                yield verdict, shown


def reading(shown: Counterexample) -> tuple[int, int]:
    """How much there is to read, in lines and in letters; a report in JSON does not tell the rank."""
    return shown.source.count("\n"), len(shown.source)

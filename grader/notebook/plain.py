"""A graded cell in plain text, in the terminal's words, for front ends without HTML."""

from __future__ import annotations

from collections.abc import Iterator

from grader.evidence import status
from grader.model import Diagnosis, Failed, Kind, NotStarted, Passed, Result, Verdict
from grader.printable import printable, shortened
from grader.render.terminal import LOOK, half_done, plainest
from grader.render.terminal import points as written
from grader.report import notes
from grader.scoring import exercise_status, score
from grader.words import counterexample_of, headline, meaning, numbers, places


def plain(result: Result, steps: tuple[str, ...]) -> str:
    """The result as text.

    steps: what to do next, a sentence each.
    """
    return "\n".join((*_lines(result), *map(printable, steps)))


def _lines(result: Result) -> Iterator[str]:
    name, marks, word = result.exercise.name, score(result), exercise_status(result)
    stands = "half done" if half_done(result) else LOOK[word][0]
    yield printable(f"{name}: {stands}, {written(marks.points)}/{written(marks.most)}")
    if marks.most_bonus:
        yield f"bonus: {written(marks.bonus)}/{written(marks.most_bonus)}"
    yield ""
    shown = [verdict for verdict in result.verdicts if verdict.claim.kind is not Kind.NOTE]
    yield from map(_property, shown)
    wrong = [verdict for verdict in shown if not isinstance(verdict.outcome, Passed)]
    if word != "passed":
        yield from _closer_look([v for v in wrong if v.claim.kind is Kind.GRADED] or wrong)
    if result.diagnosis is not None:
        yield from _probably(result.diagnosis)
    yield from (printable(f"Note: {note}") for note in notes(result))
    yield ""


def _property(verdict: Verdict) -> str:
    bonus = "Bonus: " if verdict.claim.kind is Kind.BONUS else ""
    return f"  {LOOK[status(verdict.outcome)][0]:<11}  {printable(f'{bonus}{verdict.claim.title}')}"


def _closer_look(wrong: list[Verdict]) -> Iterator[str]:
    """The property with the smallest counterexample, in full."""
    verdict = plainest(wrong)
    yield ""
    outcome = verdict.outcome
    if not isinstance(outcome, NotStarted):
        yield printable(verdict.claim.title)
    if not isinstance(outcome, Failed) or outcome.reason:
        yield from map(shortened, (headline(outcome), *meaning(outcome), *places(outcome)))
    shown = counterexample_of(outcome)
    if shown is not None:
        yield ""
        yield from (f"    {printable(line)}".rstrip() for line in shown.source.rstrip().split("\n"))
        yield ""
        yield from (f"  {printable(line)}" for line in numbers(shown))


def _probably(diagnosis: Diagnosis) -> Iterator[str]:
    yield ""
    yield printable(f"Probably: {diagnosis.name}")
    yield printable(diagnosis.explanation)
    yield printable(f"HINTS.md, “{diagnosis.hint}”, goes on from there.")

"""GitHub Classroom's result: what its reporter adds up and prints into a public log."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from grader.identity import once_each
from grader.model import Adjustment, Crashed, Kind, Passed, Result, TimedOut, Verdict
from grader.printable import harmless, printable
from grader.render.about import KEPT, About, as_json, counted, said, summed, with_items
from grader.render.wording import binary, lines_of, signed
from grader.report import Report
from grader.scoring import earned, score
from grader.words import counterexample_of

VERSION = 1


def render(report: Report, about: About) -> str:  # noqa: ARG001  # every format is asked alike
    """The report as GitHub Classroom's reporter reads it, JSON without its wrapping.

    The tests' scores add up to the final score, rounded to 1/1024 so that no crumbs of floating point are
    printed. Bonus points count nothing there; a bonus that was earned is shown, one that was not is left out,
    for the reporter would call it an error.
    """
    head = {
        "version": VERSION,
        "status": "pass" if report.all_passed else "fail",
        "max_score": binary(summed(report).exercises.most),
    }
    return with_items(head, "tests", _tests(report))


def wrapped(text: str) -> str:
    """The line for $GITHUB_OUTPUT that hands the rendered JSON to the reporter."""
    return f"result={base64.b64encode(text.encode()).decode()}\n"


def _tests(report: Report) -> Iterator[str]:
    yield from (as_json(_said(f"note: {note}", "", 0, "")) for note in report.notes)
    if report.rules:
        yield as_json(_said(f"rules: {report.rules}", "", 0, "course.toml"))
    for place, result in enumerate(report.marks, start=1):
        yield from _of_exercise(result, place)
    yield from (as_json(_policy(line)) for line in summed(report).lines)


@once_each(KEPT)
def _of_exercise(result: Result, place: int) -> tuple[str, ...]:
    shown = [v for _, v in counted(result) if v.claim.kind is Kind.GRADED or isinstance(v.outcome, Passed)]
    scores = _scores(result, [v for v in shown if v.claim.kind is Kind.GRADED])
    return tuple(as_json(_test(result, v, place, scores.get(v.claim.name, 0))) for v in shown)


def _scores(result: Result, graded: list[Verdict]) -> dict[str, int | float]:
    """Rounded scores by property that add up to the exercise's rounded score."""
    scores: dict[str, int | float] = {}
    left = binary(score(result).points)
    for verdict in reversed(graded):
        scores[verdict.claim.name] = min(binary(earned(result, verdict)), left)
        left -= scores[verdict.claim.name]
    first = next((v.claim.name for v in graded if isinstance(v.outcome, Passed)), None)
    return scores if first is None else scores | {first: scores[first] + left}


def _test(result: Result, verdict: Verdict, place: int, points: int | float) -> dict[str, Any]:
    bonus = "" if verdict.claim.kind is Kind.GRADED else " (bonus, counted apart)"
    shown = counterexample_of(verdict.outcome)
    return {
        "name": harmless(f"{printable(result.exercise.name)}: {printable(verdict.claim.title)}{bonus}"),
        "status": _status(verdict),
        "score": points,
        "message": harmless(said(result, verdict)),
        "test_code": harmless(lines_of(shown.source)) if shown else "",
        "filename": harmless(printable(f"{result.exercise.name}.py")),
        "line_no": 0,
        "task_id": place,
        "duration": 0,
    }


def _status(verdict: Verdict) -> str:
    if isinstance(verdict.outcome, Passed):
        return "pass"
    return "error" if isinstance(verdict.outcome, Crashed | TimedOut) else "fail"


def _rules(rules: str) -> dict[str, Any]:
    """By which rules the others came about, as a test that is worth nothing."""
    return {
        "name": harmless(f"rules: {printable(rules)}"),
        "status": "pass",
        "score": 0,
        "message": "",
        "test_code": "",
        "filename": "course.toml",
        "line_no": 0,
        "task_id": 0,
        "duration": 0,
    }


def _policy(line: Adjustment) -> dict[str, Any]:
    name = f"policy: {line.title} ({signed(line.points)})"
    return _said(name, f"{signed(line.points)} points", binary(line.points), "course.toml")


def _said(name: str, message: str, points: int | float, filename: str) -> dict[str, Any]:
    """What is said in a test's place."""
    return {
        "name": harmless(printable(name)),
        "status": "pass",
        "score": points,
        "message": message,
        "test_code": "",
        "filename": filename,
        "line_no": 0,
        "task_id": 0,
        "duration": 0,
    }

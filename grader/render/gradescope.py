"""Gradescope's results.json: a test for each property, one for each line of policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grader.evidence import status
from grader.identity import once_each
from grader.model import Adjustment, Passed, Result, Verdict
from grader.printable import printable
from grader.render.about import KEPT, About, as_json, counted, overview, said, summed, with_items
from grader.render.wording import number, signed
from grader.report import Report
from grader.scoring import earned, worth

# Everything is plain text: what a submission says is never taken for Markdown, HTML or colours.
PLAIN = {"name_format": "text", "output_format": "text", "visibility": "visible"}


def render(report: Report, about: About) -> str:
    """The report as Gradescope reads it; its score is the final one, whatever its tests add up to."""
    head: dict[str, Any] = {
        "score": number(summed(report).final),
        "output": overview(report),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": _extra(report),
    }
    if about.seconds is not None:
        head["execution_time"] = about.seconds
    return with_items(head, "tests", _tests(report))


def _extra(report: Report) -> dict[str, Any]:
    return {
        "digest": printable(report.digest),
        "seed": report.seed,
        "isolation": printable(report.isolation),
        "raw_score": number(summed(report).exercises.points),
        "max_score": number(summed(report).exercises.most),
        "bonus": number(summed(report).exercises.bonus),
        **({"rules": printable(report.rules)} if report.rules else {}),
        "versions": {printable(what): printable(which) for what, which in report.versions},
    }


def _tests(report: Report) -> Iterator[str]:
    for place, result in enumerate(report.marks, start=1):
        yield from _of_exercise(result, place)
    for place, line in enumerate(summed(report).lines, start=1):
        yield as_json(_policy(line, place))


@once_each(KEPT)
def _of_exercise(result: Result, place: int) -> tuple[str, ...]:
    return tuple(as_json(_test(result, v, f"{place}.{inner}")) for inner, v in counted(result))


def _test(result: Result, verdict: Verdict, place: str) -> dict[str, Any]:
    name, claim = printable(result.exercise.name), verdict.claim
    return {
        "name": f"{name}: {printable(claim.title)}",
        "number": place,
        "score": number(earned(result, verdict)),
        "max_score": number(worth(result, verdict)),
        "status": "passed" if isinstance(verdict.outcome, Passed) else "failed",
        "output": said(result, verdict),
        "tags": [name, claim.kind.value],
        "extra_data": {
            "exercise": name,
            "property": printable(claim.name),
            "status": status(verdict.outcome),
        },
        **PLAIN,
    }


def _policy(line: Adjustment, place: int) -> dict[str, Any]:
    """A line of policy; it has no most, so it can only change the sum."""
    return {
        "name": f"policy: {printable(line.title)}",
        "number": f"P.{place}",
        "score": number(line.points),
        "max_score": 0,
        "status": "failed" if line.points < 0 else "passed",
        "output": f"{signed(line.points)} points",
        "tags": ["policy"],
        **PLAIN,
    }

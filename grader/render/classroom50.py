"""Classroom 50's result.json: a test for each exercise, in whole points."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from grader.identity import once_each
from grader.model import Adjustment, Kind, Result
from grader.printable import printable
from grader.render.about import KEPT, WORDS, About, as_json, counted, said, summed, with_items
from grader.render.wording import number, signed, stamp
from grader.report import Report
from grader.scoring import exercise_status, score

SCHEMA = "classroom50/result/v1"
# The format has no empty texts and no missing dates; nothing was handed in as long ago as this.
UNKNOWN = "unknown"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def render(report: Report, about: About) -> str:
    """The report as Classroom 50 reads it.

    Its scores are whole: what was earned is rounded down and what there is up, so full marks are written
    for full marks only. The exact points of each test, and those a policy adds or takes away, stand in the
    test's own further keys. A score above the most there is, after a policy, is written as the most.
    """
    most = math.ceil(summed(report).exercises.most)
    head = {
        "schema": SCHEMA,
        **_origin(report, about),
        "datetime": stamp(about.handed_in or NEVER),
        **({"graded_at": stamp(about.started)} if about.started else {}),
        "score": min(math.floor(summed(report).final), most),
        "max-score": most,
    }
    return with_items(head, "tests", _tests(report))


def _origin(report: Report, about: About) -> dict[str, str]:
    day = (about.handed_in or NEVER).astimezone(UTC)
    commit = about.commit or UNKNOWN
    texts = {
        "classroom": about.classroom or UNKNOWN,
        "assignment": about.slug or UNKNOWN,
        "assignment_type": "group" if about.group else "individual",
        "owner": about.owner or about.person.id or UNKNOWN,
        "submission": about.submission or f"submit/{day:%Y%m%dT%H%M%SZ}-{report.digest[:7]}",
        "commit": commit,
        "release": about.release or commit,
        "review": about.review or commit,
    }
    return {name: printable(text) for name, text in texts.items()}


def _tests(report: Report) -> Iterator[str]:
    yield from (as_json(_worthless(f"note: {printable(note)}")) for note in report.notes)
    if report.rules:
        yield as_json(_worthless(f"rules: {printable(report.rules)}"))
    yield from (_of_exercise(result, place) for place, result in enumerate(report.marks, start=1))
    yield from (as_json(_policy(line)) for line in summed(report).lines)


@once_each(KEPT)
def _of_exercise(result: Result, place: int) -> str:
    points = score(result)
    return as_json(
        {
            "test-name": f"{place}. {printable(result.exercise.name)}: {printable(result.exercise.title)}",
            "passed": exercise_status(result) == "passed",
            "score": math.floor(points.points),
            "max-score": math.ceil(points.most),
            "exact-score": number(points.points),
            "exact-max-score": number(points.most),
            "bonus": number(points.bonus),
            "status": exercise_status(result),
            "output": _output(result),
        }
    )


def _output(result: Result) -> str:
    """Each property by title, with what went wrong."""
    lines = []
    for _, verdict in counted(result):
        bonus = " (bonus)" if verdict.claim.kind is Kind.BONUS else ""
        lines += [f"{printable(verdict.claim.title)}{bonus}", said(result, verdict), ""]
    return "\n".join([WORDS[exercise_status(result)], "", *lines]).rstrip()


def _rules(rules: str) -> dict[str, Any]:
    """By which rules the others came about, as a test that is worth nothing."""
    return {"test-name": f"rules: {printable(rules)}", "passed": True, "score": 0, "max-score": 0}


def _policy(line: Adjustment) -> dict[str, Any]:
    """A line of policy: a test that is worth nothing, for no score may be negative there."""
    name = f"policy: {printable(line.title)} ({signed(line.points)})"
    return _worthless(name) | {"points": number(line.points)}


def _worthless(name: str) -> dict[str, Any]:
    """A test that says something and is worth nothing."""
    return {"test-name": name, "passed": True, "score": 0, "max-score": 0}

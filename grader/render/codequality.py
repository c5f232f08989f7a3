"""GitLab's code-quality report: an issue for each property that does not hold, at the exercise's line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, assert_never

from grader.model import Crashed, Failed, Kind, NotStarted, Outcome, Passed, Result, TimedOut, Verdict
from grader.printable import plain_json, printable
from grader.render.exercism import cut
from grader.report import Report
from grader.words import headline

# GitLab shows it on one line.
LONGEST = 300


def render(report: Report, lines: Mapping[str, int], folder: str) -> str:
    """The report as GitLab reads it; one issue, not many, says that an exercise is not started.

    lines: by exercise, the line from 1 that an issue is shown at; 1 where nothing is said.
    folder: where the files are, from the top of the repository.
    """
    issues = [_issue(r, v, f"{folder}/{r.exercise.name}.py", lines) for r, v in _missed(report)]
    return plain_json(json.dumps(issues, indent=1, ensure_ascii=False)) + "\n"


def _missed(report: Report) -> Iterator[tuple[Result, Verdict]]:
    for result in report.marks:
        for verdict in result.verdicts:
            if verdict.claim.kind is Kind.GRADED and not isinstance(verdict.outcome, Passed):
                yield result, verdict
                if isinstance(verdict.outcome, NotStarted):
                    break


def _issue(result: Result, verdict: Verdict, path: str, lines: Mapping[str, int]) -> dict[str, Any]:
    name, claim = result.exercise.name, verdict.claim
    said = f"{name}: {claim.title}: {headline(verdict.outcome)}"
    if isinstance(verdict.outcome, NotStarted):
        said = f"{name} is not started: {verdict.outcome.reason}"
    return {
        "description": cut(printable(said), LONGEST).replace("\n", " "),
        "check_name": f"{name}.{claim.name}",
        # The same mistake in two pipelines is one issue, so neither line nor numbers are part of it.
        "fingerprint": sha256(f"{path}\0{claim.name}".encode("utf-8", "backslashreplace")).hexdigest(),
        "severity": _severity(verdict.outcome),
        "location": {"path": printable(path), "lines": {"begin": lines.get(name, 1)}},
    }


def _severity(outcome: Outcome) -> str:
    match outcome:
        case Failed():
            return "major"
        case Crashed() | TimedOut():
            return "critical"
        case NotStarted() | Passed():
            return "info"
        case _:
            assert_never(outcome)

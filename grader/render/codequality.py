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
# What assembles the submission's own engine.
WHOLE = "__init__"


def render(report: Report, lines: Mapping[str, int], folder: str) -> str:
    """The report as GitLab reads it; one issue, not many, says that an exercise is not started.

    What is said of all parts together is shown at the file that assembles them.
    lines: by exercise, the line from 1 that an issue is shown at; 1 where nothing is said.
    folder: where the files are, from the top of the repository.
    """
    issues = [_note(note, f"{folder}/{WHOLE}.py") for note in report.notes]
    issues += [_issue(r, v, f"{folder}/{_file(r)}.py", lines) for r, v in _missed(report)]
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
    return _shown(said, (name, claim.name), _severity(verdict.outcome), path, lines.get(name, 1))


def _note(note: str, path: str) -> dict[str, Any]:
    return _shown(note, ("together", "note"), "major", path, 1)


def _file(result: Result) -> str:
    return WHOLE if result.exercise.own else result.exercise.name


def _shown(said: str, check: tuple[str, str], severity: str, path: str, line: int) -> dict[str, Any]:
    """An issue; check: of what it is, and which of its properties."""
    return {
        "description": cut(printable(said), LONGEST).replace("\n", " "),
        "check_name": ".".join(check),
        # The same mistake in two pipelines is one issue, so neither line nor numbers are part of it.
        "fingerprint": sha256(f"{path}\0{check[1]}".encode("utf-8", "backslashreplace")).hexdigest(),
        "severity": severity,
        "location": {"path": printable(path), "lines": {"begin": line}},
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

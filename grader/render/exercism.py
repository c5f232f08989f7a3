"""Exercism's results.json, version 3: a test for each graded property, in their order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grader.identity import once_each
from grader.model import Crashed, Kind, Passed, Result, TimedOut, Verdict
from grader.printable import printable
from grader.render.about import KEPT, About, as_json, counted, said, with_items
from grader.render.wording import lines_of
from grader.report import Report
from grader.words import counterexample_of, headline

VERSION = 3
# The longest that the format allows, in characters.
MESSAGE, OUTPUT = 65535, 500


def render(report: Report, about: About) -> str:  # noqa: ARG001  # every format is asked alike
    """The report as Exercism reads it: neither points nor bonus, and no policies.

    Crashed and timed out are its "error", and an exercise that is not started fails. The whole is an error
    only where every test is one. What stands on top of the report is the message and, as a page may show that
    with an error only, a test that passes as well.
    """
    graded = [v for r in report.marks for _, v in counted(r) if v.claim.kind is Kind.GRADED]
    broken = bool(graded) and all(_status(verdict) == "error" for verdict in graded)
    told = headline(graded[0].outcome) if broken else " ".join(report.notes)
    head: dict[str, Any] = {
        "version": VERSION,
        "status": "error" if broken else "pass" if report.all_passed else "fail",
        "message": cut(printable(told), MESSAGE) or None,
    }
    return with_items(head, "tests", _tests(report))


def cut(text: str, most: int) -> str:
    """The text, or as much of it as fits with a note that it was cut."""
    note = "\n(cut here)"
    return text if len(text) <= most else text[: most - len(note)] + note


def _tests(report: Report) -> Iterator[str]:
    yield from (as_json(_note(note)) for note in report.notes)
    if report.rules:
        yield as_json(_rules(report.rules))
    for place, result in enumerate(report.marks, start=1):
        yield from _of_exercise(result, place)


@once_each(KEPT)
def _of_exercise(result: Result, place: int) -> tuple[str, ...]:
    graded = [v for _, v in counted(result) if v.claim.kind is Kind.GRADED]
    return tuple(as_json(_test(result, verdict, place)) for verdict in graded)


def _test(result: Result, verdict: Verdict, place: int) -> dict[str, Any]:
    """One test; output is what went wrong in short, for what the code itself prints is never read."""
    passed = isinstance(verdict.outcome, Passed)
    shown = counterexample_of(verdict.outcome)
    return {
        "name": f"{printable(result.exercise.name)}: {printable(verdict.claim.title)}",
        "status": _status(verdict),
        "message": None if passed else cut(said(result, verdict), MESSAGE),
        "output": None if passed else cut(printable(headline(verdict.outcome)), OUTPUT),
        "test_code": lines_of(shown.source) if shown else None,
        "task_id": place,
    }


def _note(note: str) -> dict[str, Any]:
    return {"name": "Note", "status": "pass", "message": None, "output": cut(printable(note), OUTPUT)}


def _rules(rules: str) -> dict[str, Any]:
    """By which rules the others came about, as a test that always passes."""
    return {
        "name": f"rules: {printable(rules)}",
        "status": "pass",
        "message": None,
        "output": None,
        "test_code": None,
    }


def _status(verdict: Verdict) -> str:
    if isinstance(verdict.outcome, Passed):
        return "pass"
    return "error" if isinstance(verdict.outcome, Crashed | TimedOut) else "fail"

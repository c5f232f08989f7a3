"""A report as the JSON that Gradescope, GitHub Classroom, Classroom 50 and Exercism read."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from grader.model import Adjustment, Crashed, Kind, Passed, Result, TimedOut, Verdict
from grader.printable import harmless, printable
from grader.render.text import (
    KEPT,
    WORDS,
    About,
    as_json,
    binary,
    counted,
    lines_of,
    number,
    overview,
    said,
    signed,
    stamp,
    summed,
    with_items,
)
from grader.report.evidence import status
from grader.report.report import Report
from grader.report.scoring import earned, exercise_status, once_each, score, worth
from grader.report.words import counterexample_of, headline

# Everything is plain text: what a submission says is never taken for Markdown, HTML or colours.
PLAIN = {"name_format": "text", "output_format": "text", "visibility": "visible"}


def gradescope(report: Report, about: About) -> str:
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
    return with_items(head, "tests", _gradescope_tests(report))


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


def _gradescope_tests(report: Report) -> Iterator[str]:
    for place, result in enumerate(report.marks, start=1):
        yield from _gradescope_exercise(result, place)
    for place, line in enumerate(summed(report).lines, start=1):
        yield as_json(_gradescope_policy(line, place))


@once_each(KEPT)
def _gradescope_exercise(result: Result, place: int) -> tuple[str, ...]:
    return tuple(as_json(_gradescope_test(result, v, f"{place}.{inner}")) for inner, v in counted(result))


def _gradescope_test(result: Result, verdict: Verdict, place: str) -> dict[str, Any]:
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


def _gradescope_policy(line: Adjustment, place: int) -> dict[str, Any]:
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


GITHUB_VERSION = 1


def github(report: Report, about: About) -> str:  # noqa: ARG001  # every format is asked alike
    """The report as GitHub Classroom's reporter reads it, JSON without its wrapping.

    The tests' scores add up to the final score, rounded to 1/1024 so that no crumbs of floating point are
    printed. Bonus points count nothing there; a bonus that was earned is shown, one that was not is left out,
    for the reporter would call it an error.
    """
    head = {
        "version": GITHUB_VERSION,
        "status": "pass" if report.all_passed else "fail",
        "max_score": binary(summed(report).exercises.most),
    }
    return with_items(head, "tests", _github_tests(report))


def wrapped(text: str) -> str:
    """The line for $GITHUB_OUTPUT that hands the rendered JSON to the reporter."""
    return f"result={base64.b64encode(text.encode()).decode()}\n"


def _github_tests(report: Report) -> Iterator[str]:
    yield from (as_json(_said(f"note: {note}", "", 0, "")) for note in report.notes)
    if report.rules:
        yield as_json(_said(f"rules: {report.rules}", "", 0, "course.toml"))
    for place, result in enumerate(report.marks, start=1):
        yield from _github_exercise(result, place)
    yield from (as_json(_github_policy(line)) for line in summed(report).lines)


@once_each(KEPT)
def _github_exercise(result: Result, place: int) -> tuple[str, ...]:
    shown = [v for _, v in counted(result) if v.claim.kind is Kind.GRADED or isinstance(v.outcome, Passed)]
    scores = _scores(result, [v for v in shown if v.claim.kind is Kind.GRADED])
    return tuple(as_json(_github_test(result, v, place, scores.get(v.claim.name, 0))) for v in shown)


def _scores(result: Result, graded: list[Verdict]) -> dict[str, int | float]:
    """Rounded scores by property that add up to the exercise's rounded score."""
    scores: dict[str, int | float] = {}
    left = binary(score(result).points)
    for verdict in reversed(graded):
        scores[verdict.claim.name] = min(binary(earned(result, verdict)), left)
        left -= scores[verdict.claim.name]
    first = next((v.claim.name for v in graded if isinstance(v.outcome, Passed)), None)
    return scores if first is None else scores | {first: scores[first] + left}


def _github_test(result: Result, verdict: Verdict, place: int, points: int | float) -> dict[str, Any]:
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


def _github_rules(rules: str) -> dict[str, Any]:
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


def _github_policy(line: Adjustment) -> dict[str, Any]:
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


SCHEMA = "classroom50/result/v1"
# The format has no empty texts and no missing dates; nothing was handed in as long ago as this.
UNKNOWN = "unknown"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def classroom50(report: Report, about: About) -> str:
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
    return with_items(head, "tests", _classroom50_tests(report))


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


def _classroom50_tests(report: Report) -> Iterator[str]:
    yield from (as_json(_worthless(f"note: {printable(note)}")) for note in report.notes)
    if report.rules:
        yield as_json(_worthless(f"rules: {printable(report.rules)}"))
    yield from (_classroom50_exercise(result, place) for place, result in enumerate(report.marks, start=1))
    yield from (as_json(_classroom50_policy(line)) for line in summed(report).lines)


@once_each(KEPT)
def _classroom50_exercise(result: Result, place: int) -> str:
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


def _classroom50_rules(rules: str) -> dict[str, Any]:
    """By which rules the others came about, as a test that is worth nothing."""
    return {"test-name": f"rules: {printable(rules)}", "passed": True, "score": 0, "max-score": 0}


def _classroom50_policy(line: Adjustment) -> dict[str, Any]:
    """A line of policy: a test that is worth nothing, for no score may be negative there."""
    name = f"policy: {printable(line.title)} ({signed(line.points)})"
    return _worthless(name) | {"points": number(line.points)}


def _worthless(name: str) -> dict[str, Any]:
    """A test that says something and is worth nothing."""
    return {"test-name": name, "passed": True, "score": 0, "max-score": 0}


EXERCISM_VERSION = 3
# The longest that the format allows, in characters.
MESSAGE, OUTPUT = 65535, 500


def exercism(report: Report, about: About) -> str:  # noqa: ARG001  # every format is asked alike
    """The report as Exercism reads it: neither points nor bonus, and no policies.

    Crashed and timed out are its "error", and an exercise that is not started fails. The whole is an error
    only where every test is one. What stands on top of the report is the message and, as a page may show that
    with an error only, a test that passes as well.
    """
    graded = [v for r in report.marks for _, v in counted(r) if v.claim.kind is Kind.GRADED]
    broken = bool(graded) and all(_status(verdict) == "error" for verdict in graded)
    told = headline(graded[0].outcome) if broken else " ".join(report.notes)
    head: dict[str, Any] = {
        "version": EXERCISM_VERSION,
        "status": "error" if broken else "pass" if report.all_passed else "fail",
        "message": cut(printable(told), MESSAGE) or None,
    }
    return with_items(head, "tests", _exercism_tests(report))


def cut(text: str, most: int) -> str:
    """The text, or as much of it as fits with a note that it was cut."""
    note = "\n(cut here)"
    return text if len(text) <= most else text[: most - len(note)] + note


def _exercism_tests(report: Report) -> Iterator[str]:
    yield from (as_json(_note(note)) for note in report.notes)
    if report.rules:
        yield as_json(_exercism_rules(report.rules))
    for place, result in enumerate(report.marks, start=1):
        yield from _exercism_exercise(result, place)


@once_each(KEPT)
def _exercism_exercise(result: Result, place: int) -> tuple[str, ...]:
    graded = [v for _, v in counted(result) if v.claim.kind is Kind.GRADED]
    return tuple(as_json(_exercism_test(result, verdict, place)) for verdict in graded)


def _exercism_test(result: Result, verdict: Verdict, place: int) -> dict[str, Any]:
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


def _exercism_rules(rules: str) -> dict[str, Any]:
    """By which rules the others came about, as a test that always passes."""
    return {
        "name": f"rules: {printable(rules)}",
        "status": "pass",
        "message": None,
        "output": None,
        "test_code": None,
    }

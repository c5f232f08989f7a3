"""A report as the JSON that Gradescope, GitHub Classroom, Classroom 50 and Exercism read.

Each has a head and a list of tests: what is said of the whole, then each exercise's, then the policies'. What
a submission says is plain text in all of them, never taken for Markdown, HTML or colours.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from grader.model import Adjustment, Crashed, Kind, NotGraded, Passed, Result, TimedOut, Verdict
from grader.printable import harmless, printable
from grader.render.text import (
    KEPT,
    WORDS,
    About,
    as_json,
    binary,
    counted,
    lines_of,
    overview,
    said,
    signed,
    stamp,
    summed,
    with_items,
)
from grader.report.evidence import status
from grader.report.report import Report, number
from grader.report.scoring import earned, exercise_status, once_each, score, worth
from grader.report.words import counterexample_of, headline, line_of

Plain = dict[str, Any]
# An exercise's tests, given its place among the exercises, from 1 up.
Exercises = Callable[[Result, int], Iterator[Plain]]
# What stands in a test's place: a note, or the rules, as the first argument says.
Aside = Callable[[str, str], Plain]
# A policy's line, given its place among them, from 1 up.
Policies = Callable[[Adjustment, int], Plain]


def _listed(
    report: Report,
    exercises: Exercises,
    aside: Aside | None = None,
    policies: Policies | None = None,
) -> Iterator[str]:
    """The tests in their order, as JSON."""
    if aside is not None:
        yield from (as_json(aside("note", note)) for note in report.notes)
        if report.rules:
            yield as_json(aside("rules", report.rules))
    for place, result in enumerate(report.marks, start=1):
        yield from _exercise(result, place, exercises)
    if policies is not None:
        for place, line in enumerate(summed(report).lines, start=1):
            yield as_json(policies(line, place))


# A class has one format at a time; its equal results are one object each.
@once_each(KEPT)
def _exercise(result: Result, place: int, exercises: Exercises) -> tuple[str, ...]:
    return tuple(map(as_json, exercises(result, place)))


def _graded(result: Result) -> list[Verdict]:
    return [verdict for _, verdict in counted(result) if verdict.claim.kind is Kind.GRADED]


def _status(verdict: Verdict) -> str:
    """As GitHub and Exercism say it."""
    if isinstance(verdict.outcome, Passed):
        return "pass"
    return "error" if isinstance(verdict.outcome, Crashed | NotGraded | TimedOut) else "fail"


def _pasted(verdict: Verdict) -> str | None:
    """The program that shows what is wrong."""
    shown = counterexample_of(verdict.outcome)
    return lines_of(shown.source) if shown else None


PLAIN = {"name_format": "text", "output_format": "text"}
NOW, LATER = "visible", "after_due_date"
WAITING = "It has arrived. What became of it is shown after the due date."


def gradescope(report: Report, about: About, note: str = "", *, later: bool = False) -> str:
    """The report as Gradescope reads it; its score is the final one, whatever its tests add up to.

    note: a paragraph above it. later: students see tests and total after the due date, and until then a
        sentence, for what is said of the whole cannot be kept until then.
    """
    if later:
        said = f"{note}\n\n{WAITING}" if note else WAITING
    else:
        said = f"{note}\n\n{overview(report)}" if note else overview(report)
    seen = LATER if later else NOW
    head: Plain = {
        "score": number(summed(report).final),
        "output": said,
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": seen,
        "stdout_visibility": "hidden",
        "extra_data": _extra(report),
    }
    if about.seconds is not None:
        head["execution_time"] = about.seconds
    policies = partial(_gradescope_policy, seen=seen)
    return with_items(head, "tests", _listed(report, _gradescope_tests_of(seen), policies=policies))


@cache
def _gradescope_tests_of(seen: str) -> Exercises:
    """What lists an exercise's tests; one object for each word that says when they are seen."""
    return partial(_gradescope_tests, seen=seen)


def _extra(report: Report) -> Plain:
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


def _gradescope_tests(result: Result, place: int, seen: str) -> Iterator[Plain]:
    name = printable(result.exercise.name)
    for inner, verdict in counted(result):
        claim = verdict.claim
        yield {
            "name": f"{name}: {printable(claim.title)}",
            "number": f"{place}.{inner}",
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
            "visibility": seen,
        }


def _gradescope_policy(line: Adjustment, place: int, seen: str) -> Plain:
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
        "visibility": seen,
    }


GITHUB_VERSION = 1
# The reporter takes it from an environment variable, in which Linux allows 131,072 bytes with the name, and
# base64 makes it a third longer.
GITHUB_MOST = 72_000
# So long may the texts of one test be, until all of it fits.
SHORTER = (1 << 20, 2000, 1000, 500, 250, 100, 40)
ANYWHERE = 1 << 20  # lines, as many as no file has


def github(report: Report, about: About) -> str:  # noqa: ARG001  # every format is asked alike
    """The report as GitHub Classroom's reporter reads it, JSON without its wrapping.

    The tests' scores add up to the final score, rounded to 1/1024 so that no crumbs of floating point are
    printed. Bonus points count nothing there; a bonus that was earned is shown, one that was not is left out,
    for the reporter would call it an error. Where all of it would be longer than the reporter can take, texts
    are shortened; each test's name and score stay.
    """
    head = {
        "version": GITHUB_VERSION,
        "status": "pass" if report.all_passed else "fail",
        "max_score": binary(summed(report).exercises.most),
    }
    for most in SHORTER:
        tests = _listed(report, _github_tests_of(most), _github_aside, _github_policy)
        text = with_items(head, "tests", tests)
        if len(text.encode("utf-8", "backslashreplace")) <= GITHUB_MOST:
            break
    return text


def wrapped(text: str) -> str:
    """The line for $GITHUB_OUTPUT that hands the rendered JSON to the reporter."""
    return f"result={base64.b64encode(text.encode()).decode()}\n"


@cache
def _github_tests_of(most: int) -> Exercises:
    """What lists an exercise's tests, their texts no longer than so many characters; one object a length."""
    return partial(_github_tests, most=most)


def _github_tests(result: Result, place: int, most: int) -> Iterator[Plain]:
    scores = _scores(result)
    for _, verdict in counted(result):
        bonus = verdict.claim.kind is Kind.BONUS
        if bonus and not isinstance(verdict.outcome, Passed):
            continue
        name = f"{printable(result.exercise.name)}: {printable(verdict.claim.title)}"
        yield _github_test(
            name + (" (bonus, counted apart)" if bonus else ""),
            _status(verdict),
            scores.get(verdict.claim.name, 0),
            cut(said(result, verdict), most),
            harmless(printable(f"{result.exercise.name}.py")),
            place,
            cut(_pasted(verdict) or "", most),
            0 if isinstance(verdict.outcome, Passed) else line_of(result.findings, ANYWHERE),
        )


def _scores(result: Result) -> dict[str, int | float]:
    """Rounded scores by property that add up to the exercise's rounded score."""
    graded, scores = _graded(result), dict[str, int | float]()
    left = binary(score(result).points)
    for verdict in reversed(graded):
        scores[verdict.claim.name] = min(binary(earned(result, verdict)), left)
        left -= scores[verdict.claim.name]
    first = next((v.claim.name for v in graded if isinstance(v.outcome, Passed)), None)
    return scores if first is None else scores | {first: scores[first] + left}


def _github_aside(what: str, text: str) -> Plain:
    return _github_test(printable(f"{what}: {text}"), filename="course.toml" if what == "rules" else "")


def _github_policy(line: Adjustment, place: int) -> Plain:  # noqa: ARG001  # as the other formats' are
    points = signed(line.points)
    name = printable(f"policy: {line.title} ({points})")
    return _github_test(name, "pass", binary(line.points), f"{points} points", "course.toml")


def _github_test(
    name: str,
    status: str = "pass",
    score: int | float = 0,
    message: str = "",
    filename: str = "",
    task: int = 0,
    code: str = "",
    line: int = 0,
) -> Plain:
    return {
        "name": harmless(name),
        "status": status,
        "score": score,
        "message": harmless(message),
        "test_code": harmless(code),
        "filename": filename,
        "line_no": line,
        "task_id": task,
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
    return with_items(head, "tests", _listed(report, _classroom50_test, _worthless, _classroom50_policy))


def _origin(report: Report, about: About) -> dict[str, str]:
    day = (about.handed_in or NEVER).astimezone(UTC)
    commit = about.commit or UNKNOWN
    texts = {
        "classroom": about.classroom or UNKNOWN,
        "assignment": about.slug or UNKNOWN,
        "assignment_type": about.mode,
        "owner": about.owner or about.person.id or UNKNOWN,
        "submission": about.submission or f"submit/{day:%Y%m%dT%H%M%SZ}-{report.digest[:7]}",
        "commit": commit,
        "release": about.release or commit,
        "review": about.review or commit,
    }
    return {name: printable(text) for name, text in texts.items()}


def _classroom50_test(result: Result, place: int) -> Iterator[Plain]:
    points = score(result)
    yield {
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


def _output(result: Result) -> str:
    """Each property by title, with what went wrong."""
    lines = []
    for _, verdict in counted(result):
        bonus = " (bonus)" if verdict.claim.kind is Kind.BONUS else ""
        lines += [f"{printable(verdict.claim.title)}{bonus}", said(result, verdict), ""]
    return "\n".join([WORDS[exercise_status(result)], "", *lines]).rstrip()


def _classroom50_policy(line: Adjustment, place: int) -> Plain:  # noqa: ARG001  # as the other formats' are
    """A line of policy: a test that is worth nothing, for no score may be negative there."""
    return _worthless("policy", f"{line.title} ({signed(line.points)})") | {"points": number(line.points)}


def _worthless(what: str, text: str) -> Plain:
    """A test that says something and is worth nothing."""
    return {"test-name": f"{what}: {printable(text)}", "passed": True, "score": 0, "max-score": 0}


EXERCISM_VERSION = 3
# The longest that the format allows, in characters.
MESSAGE, OUTPUT = 65535, 500


def exercism(report: Report, about: About) -> str:  # noqa: ARG001  # every format is asked alike
    """The report as Exercism reads it: neither points nor bonus, and no policies.

    Crashed and timed out are its "error", and an exercise that is not started fails. The whole is an error
    only where every test is one. What stands on top of the report is the message and, as a page may show that
    with an error only, a test that passes as well.
    """
    graded = [verdict for result in report.marks for verdict in _graded(result)]
    broken = bool(graded) and all(_status(verdict) == "error" for verdict in graded)
    told = headline(graded[0].outcome) if broken else " ".join(report.notes)
    head: Plain = {
        "version": EXERCISM_VERSION,
        "status": "error" if broken else "pass" if report.all_passed else "fail",
        "message": cut(printable(told), MESSAGE) or None,
    }
    return with_items(head, "tests", _listed(report, _exercism_tests, _exercism_aside))


def cut(text: str, most: int) -> str:
    """The text, or as much of it as fits with a note that it was cut."""
    note = "\n(cut here)"
    return text if len(text) <= most else text[: most - len(note)] + note


def _exercism_tests(result: Result, place: int) -> Iterator[Plain]:
    """One test each; output is what went wrong in short, for what the code itself prints is never read."""
    for verdict in _graded(result):
        passed = isinstance(verdict.outcome, Passed)
        yield {
            "name": f"{printable(result.exercise.name)}: {printable(verdict.claim.title)}",
            "status": _status(verdict),
            "message": None if passed else cut(said(result, verdict), MESSAGE),
            "output": None if passed else cut(printable(headline(verdict.outcome)), OUTPUT),
            "test_code": _pasted(verdict),
            "task_id": place,
        }


def _exercism_aside(what: str, text: str) -> Plain:
    """What is said of the whole, as a test that always passes."""
    shown = {"status": "pass", "message": None}
    if what == "note":
        return {"name": "Note", **shown, "output": cut(printable(text), OUTPUT)}
    return {"name": f"rules: {printable(text)}", **shown, "output": None, "test_code": None}

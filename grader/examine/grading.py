"""The whole story on one page: a folder becomes a submission, pytest examines it, outcomes make a report."""

from __future__ import annotations

import io
import os
import platform
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from grader.course.course import TOGETHER, Course
from grader.course.properties import declared_in
from grader.errors import CourseError
from grader.examine.cases import drawn_with
from grader.examine.examining import Examiner
from grader.examine.plugin import NAME, Examining
from grader.examine.setting import Setting
from grader.model import Exercise, Finding, Result, Verdict
from grader.report.evidence import claim_from_plain, findings_from_plain, outcome_from_plain
from grader.report.report import Report
from grader.submission.submission import Submission
from grader.version import VERSION

# Nothing of the surroundings may reach in: no other plugin, no conftest, no cache, no ambient option.
CLOSED = (
    "--disable-plugin-autoload",
    "--noconftest",
    "--capture=no",
    "-p",
    "pytest_jsonreport.plugin",
    "--json-report",
    "--json-report-file=",
    "--json-report-omit=collectors,log,traceback,streams,warnings,keywords",
    "-p",
    "no:cacheprovider",
    # Nothing here logs, and for every step of every test it would look at every logger there is.
    "-p",
    "no:logging",
    # Nor does a claim leave behind what could raise; collecting all garbage would double a short grade.
    "-p",
    "no:unraisableexception",
    # A claim holds or does not. Nobody reads what pytest would say of it, which costs a tenth of a grade.
    "--assert=plain",
)
# For a course without a configuration of its own: a file that configures nothing, so that none is looked for.
PLAIN = Path(__file__).with_name("pytest.txt")
OURS = ("-p", "grader.plugin", "--import-mode=importlib", "-W", "error")


def grade(submission: Submission, setting: Setting, only: Sequence[str] = ()) -> Report:
    """Grade a submission: all exercises and the last mark, or only the exercises named.

    Raises GraderError where grading itself could not be done; whatever the submission does is an outcome.
    """
    asked, marks = asked_for(setting.course, only)
    tests = run_properties(submission, setting, marks)
    return report_on(submission, setting, asked, {mark.name: result(mark, tests) for mark in marks})


def asked_for(course: Course, only: Sequence[str]) -> tuple[tuple[Exercise, ...], tuple[Exercise, ...]]:
    """The exercises named, or all; and what is graded for that, the last mark with all of them."""
    asked = tuple(e for e in course.exercises if not only or e.name in only)
    return asked, asked if only else course.parts


def run_properties(
    submission: Submission, setting: Setting, marks: Sequence[Exercise]
) -> list[dict[str, Any]]:
    """Run the exercises' property tests and return the tests of pytest-json-report."""
    examiner = Examiner(setting, submission)
    try:
        return run_with(examiner, marks)
    finally:
        examiner.close()


def run_with(examiner: Examiner, marks: Sequence[Exercise]) -> list[dict[str, Any]]:
    """Run the exercises' property tests with an examiner, which stays open, and return as run_properties."""
    carrier = Carrier(Examining(examiner))
    finished = silently(arguments(examiner.setting, marks), carrier)
    if carrier.examining.fault is not None:
        raise carrier.examining.fault
    finished()
    return carrier.tests


def report_on(
    submission: Submission, setting: Setting, asked: Sequence[Exercise], results: Mapping[str, Result]
) -> Report:
    """The report on what was examined; results: by the names of what was graded."""
    return Report(
        submission=submission.name,
        digest=submission.digest,
        seed=setting.seed,
        isolation=setting.cage.isolation,
        results=tuple(results[exercise.name] for exercise in asked),
        together=results.get(TOGETHER),
        versions=versions(setting),
    )


def arguments(setting: Setting, marks: Sequence[Exercise]) -> list[str]:
    """What pytest is given: the course's own configuration, if it has one, and the exercises' properties."""
    course = setting.course
    files = [str(course.properties(mark.name)) for mark in marks]
    own = course.root / "pyproject.toml"
    configured = [str(own)] if own.is_file() else [str(PLAIN), *OURS]
    return ["-c", *configured, f"--rootdir={course.root}", *CLOSED, *files]


def silently(arguments: Sequence[str], carrier: Carrier) -> Callable[[], None]:
    """Run pytest without a word; the result raises CourseError where it could not run the properties."""
    _forget_others(arguments)
    output = io.StringIO()
    with _no_ambient_option(), redirect_stdout(output), redirect_stderr(output):
        code = pytest.main(list(arguments), plugins=[carrier])

    def finished() -> None:
        if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            raise CourseError(
                f"pytest could not run the properties:\n{output.getvalue()}", "run: grader check"
            )

    return finished


def _forget_others(files: Sequence[str]) -> None:
    """Forget another course's properties of the same name: pytest would take them for these."""
    for file in map(Path, files):
        name = ".".join((*file.parts[-3:-1], file.stem))
        loaded = sys.modules.get(name)
        if file.suffix == ".py" and loaded is not None and loaded.__file__ != str(file):
            del sys.modules[name]


@contextmanager
def _no_ambient_option() -> Iterator[None]:
    """Hides the variables that give pytest options and plugins of whoever has set them."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("PYTEST_")}
    try:
        yield
    finally:
        os.environ.update(hidden)


class Carrier:
    """Carries the examiner into a pytest run, and pytest-json-report's tests out of it."""

    def __init__(self, examining: Examining) -> None:
        self.examining = examining
        self.tests: list[dict[str, Any]] = []

    def pytest_configure(self, config: pytest.Config) -> None:
        config.pluginmanager.register(self.examining, NAME)

    @pytest.hookimpl(optionalhook=True)
    def pytest_json_modifyreport(self, json_report: dict[str, Any]) -> None:
        self.tests = json_report["tests"]


def result(exercise: Exercise, tests: Sequence[dict[str, Any]]) -> Result:
    """An exercise's verdicts from the tests' metadata; a test that left none is the grader's fault.

    Raises CourseError where a test has no outcome, or an exercise has no property.
    """
    verdicts = []
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    origin: tuple[str, tuple[str, ...]] = ("", ())
    for test in tests:
        if Path(test["nodeid"].partition("::")[0]).stem != f"test_{exercise.name}":
            continue
        found = test.get("metadata")
        if found is None:
            raise CourseError(f"{test['nodeid']} gave no outcome: {_crash(test)}", "run: grader check")
        verdict = Verdict(claim_from_plain(found["claim"]), outcome_from_plain(found["outcome"]))
        verdicts.append(verdict)
        findings = findings or findings_from_plain(found)
        notes = tuple(found["notes"])
        origin = found["origin"][0], tuple(found["origin"][1])
    if not verdicts:
        raise CourseError(
            f"{exercise.name} has no properties", f"write tests/properties/test_{exercise.name}.py"
        )
    return Result(exercise, tuple(verdicts), findings, notes, *origin)


def _crash(test: dict[str, Any]) -> str:
    for stage in ("setup", "call", "teardown"):
        if "crash" in test.get(stage, {}):
            crash = test[stage]["crash"]
            return f"{crash['message']} ({crash['path']}, line {crash['lineno']})"
    return str(test["outcome"])


def versions(setting: Setting) -> tuple[tuple[str, str], ...]:
    """Everything whose version a verdict may depend on; of what drew and answered the cases, theirs."""
    course = setting.course
    files = [course.properties(part.name) for part in course.parts]
    drawn = drawn_with(course.subject, files, setting.seed)
    named = ((name, said) for name, said in drawn if said)
    return (("grader", VERSION), ("python", platform.python_version()), *named)


def warm(setting: Setting) -> int:
    """Fill the setting's cache for its seed; how many cases there are."""
    cases = 0
    for exercise in setting.course.parts:
        cases += len(
            setting.bank(exercise, declared_in(setting.course.properties(exercise.name))).request.lengths
        )
        if not exercise.own and setting.course.subject.reading:
            setting.reference(exercise)
    return cases

"""The whole story on one page: a submission's properties are examined, and outcomes make a report.

Properties are tests of pytest. Where it has no say in them but to call them, they are examined without it.
"""

from __future__ import annotations

import io
import platform
import warnings
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from types import ModuleType
from typing import Any

from grader.course.course import TOGETHER, Course
from grader.course.properties import (
    collected,
    configured_as_usual,
    declared_in,
    declares_only,
    loaded,
)
from grader.errors import CourseError, GraderError, of_machine
from grader.examine.cases import drawn_with
from grader.examine.examining import Examiner, as_plain
from grader.examine.setting import Setting
from grader.model import Exercise, Finding, Result, Verdict
from grader.report.evidence import claim_from_plain, findings_from_plain, outcome_from_plain
from grader.report.report import Report
from grader.submission.submission import Submission
from grader.version import VERSION


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
    tests = _declared_only(examiner, marks)
    if tests is None:
        from grader.examine.plugin import run

        return run(examiner, marks)
    return tests


def _declared_only(examiner: Examiner, marks: Sequence[Exercise]) -> list[dict[str, Any]] | None:
    """The same without pytest, which takes longer to load and to go through its tests than judging them does.

    None where pytest has a say in what is run, or in what is told of what is wrong there.
    """
    course = examiner.setting.course
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("error")  # as pytest is told to see them
        try:
            modules = [loaded(course.properties(mark.name)) for mark in marks]
            if not (configured_as_usual(course) and all(map(declares_only, modules))):
                return None
        except KeyboardInterrupt:
            raise
        except BaseException:  # an author's file may raise anything, exit too; pytest says what is wrong
            return None
        try:
            return examined(examiner, [*zip(marks, modules, strict=True)])
        except (OSError, MemoryError) as error:
            raise of_machine(error) from None


def examined(examiner: Examiner, parts: Sequence[tuple[Exercise, ModuleType]]) -> list[dict[str, Any]] | None:
    """Examine exercises, each with its properties' module; as run_properties.

    None where a property raises of its own answer, which is for pytest to tell.
    """
    tests = []
    for mark, module in parts:
        properties = collected(module)
        for prop in properties:
            try:
                outcome = examiner.outcome(mark, properties, prop)
            except (GraderError, OSError, MemoryError):
                raise
            except Exception:
                return None
            told = as_plain(examiner, prop, outcome)
            tests.append({"nodeid": f"{module.__file__}::{prop.claim.name}", "metadata": told})
    return tests


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


def result(exercise: Exercise, tests: Sequence[dict[str, Any]]) -> Result:
    """An exercise's verdicts from the tests' metadata; a test that left none is the grader's fault.

    Raises CourseError where a test has no outcome, or an exercise has no property.
    """
    verdicts = []
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    origin: tuple[str, tuple[str, ...]] = ("", ())
    for test in tests:
        # Asked for every exercise of every test: a Path would take as long as all else here.
        file = test["nodeid"].partition("::")[0].replace("\\", "/").rpartition("/")[2]
        if file != f"test_{exercise.name}.py":
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

"""The pytest plugin: gives property tests the submission to examine, and their outcomes to the JSON report.

Loaded by pyproject.toml, so that properties can be run by hand, one alone or all:
    pytest "tests/properties/test_add.py::test_data_is_the_sum" --submission exercises

PYTEST_DONT_REWRITE: its asserts need no explaining, and the module may be imported before pytest starts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from grader.course.course import here
from grader.course.properties import Property, collected
from grader.errors import CourseError, GraderError, of_machine
from grader.examine.cases import default_folder
from grader.examine.examining import Examiner
from grader.examine.setting import Setting
from grader.model import Exercise, Finding, Kind, NotStarted, Outcome, Passed
from grader.report.evidence import claim_to_plain, findings_to_plain, outcome_to_plain
from grader.report.words import in_full, in_lines, told
from grader.sandbox.cages import choose
from grader.submission.tree import read_given, read_own

FOUND = pytest.StashKey[Outcome]()
NAME = "nanograd-examiner"


class Examining:
    """Carries an examiner through a pytest run.

    by_hand: somebody runs pytest and reads what it says; else only the outcomes are read.
    fault: what kept the grader, not the submission, from a verdict; the caller raises it again.
    """

    def __init__(self, examiner: Examiner, by_hand: bool = False) -> None:
        self.examiner = examiner
        self.by_hand = by_hand
        self.fault: GraderError | None = None

    def outcome(self, item: pytest.Function) -> Outcome:
        """What became of the property behind a test."""
        prop: Property = item.obj.prop
        with self.noting_faults():
            return self.examiner.outcome(self.exercise(item), collected(item.module), prop)

    def findings(self) -> tuple[Finding, ...]:
        """What the code of the exercise whose property was judged last does otherwise than it should."""
        with self.noting_faults():
            return self.examiner.findings()

    @contextmanager
    def noting_faults(self) -> Iterator[None]:
        """Ends pytest at an error of ours, and keeps it."""
        try:
            yield
        except (GraderError, OSError, MemoryError) as error:
            self.fault = error if isinstance(error, GraderError) else of_machine(error)
            raise pytest.exit.Exception(self.fault.what, returncode=self.fault.exit_code) from None

    def exercise(self, item: pytest.Function) -> Exercise:
        name = Path(item.path).stem.removeprefix("test_")
        for exercise in self.examiner.setting.course.parts:
            if exercise.name == name:
                return exercise
        raise CourseError(f"course.toml has no exercise {name}", "add it, or rename the test file")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options for running properties by hand."""
    group = parser.getgroup("nanograd")
    group.addoption("--submission", type=Path, help="the folder to examine (default: exercises)")
    group.addoption("--grading-seed", type=int, default=0, help="which cases are drawn (default: 0)")


@pytest.fixture(scope="session")
def examining(request: pytest.FixtureRequest) -> Iterator[Examining]:
    """The examiner the run was started with, or one for the folder named on the command line."""
    given = request.config.pluginmanager.get_plugin(NAME)
    if given is not None:
        yield given
        return
    option = request.config.option
    try:
        course = here(request.config.rootpath)
        given, own = option.submission, course.work
        submission = read_given(given, course) if given else read_own(own, course)
        setting = Setting(course, choose("auto"), default_folder(), option.grading_seed)
    except GraderError as error:
        pytest.exit(f"{error.what}\n{error.next_step}", returncode=error.exit_code)
    examiner = Examiner(setting, submission)
    yield Examining(examiner, by_hand=True)
    examiner.close()


class Judge:
    """What a property's test calls: finds the outcome, keeps it, and fails the test if it must."""

    def __init__(self, examining: Examining, item: pytest.Function) -> None:
        self.examining = examining
        self.item = item

    def examine(self, prop: Property) -> None:
        outcome = self.examining.outcome(self.item)
        self.item.stash[FOUND] = outcome
        if self.examining.by_hand:
            self._say(prop, outcome)
        elif not isinstance(outcome, Passed) and prop.claim.kind is not Kind.NOTE:
            pytest.fail(in_full(outcome), pytrace=False)

    def _say(self, prop: Property, outcome: Outcome) -> None:
        """End the test as somebody reads it who has written the code."""
        claim = prop.claim
        if isinstance(outcome, NotStarted):
            pytest.skip(outcome.reason)
        elif isinstance(outcome, Passed):
            return
        elif claim.kind is Kind.NOTE:
            pytest.xfail(f"costs nothing: {claim.title}")
        lines = [claim.title, *(["A bonus: it costs no points."] if claim.kind is Kind.BONUS else [])]
        lines += ["", in_full(outcome)]
        shown = told(self.examining.findings())
        if shown is not None:
            lines += ["", *in_lines(shown)]
        pytest.fail("\n".join(lines), pytrace=False)


@pytest.fixture
def student(examining: Examining, request: pytest.FixtureRequest) -> Judge:
    """The submission under examination."""
    assert isinstance(request.node, pytest.Function)
    return Judge(examining, request.node)


@pytest.hookimpl(optionalhook=True)
def pytest_json_runtest_metadata(item: pytest.Item, call: pytest.CallInfo[None]) -> dict[str, Any]:
    """Put the outcome into pytest-json-report's entry for the test."""
    if call.when != "call" or FOUND not in item.stash:
        return {}
    assert isinstance(item, pytest.Function)
    prop: Property = item.obj.prop
    # Only a report asks for the findings: a property run by hand does not pay for it.
    judge = item.funcargs["student"]
    assert isinstance(judge, Judge)
    return {
        "exercise": Path(item.path).stem.removeprefix("test_"),
        "claim": claim_to_plain(prop.claim),
        "outcome": outcome_to_plain(item.stash[FOUND]),
        "findings": findings_to_plain(judge.examining.findings()),
        "notes": list(judge.examining.examiner.notes()),
        "origin": judge.examining.examiner.origin(),
    }

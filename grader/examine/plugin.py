"""The pytest plugin: gives property tests the submission to examine, and their outcomes to the JSON report.

Below it stands how pytest is run with it, where grading.py leaves a course's properties to pytest.

Loaded by pyproject.toml, so that properties can be run by hand, one alone or all:
    pytest "tests/properties/test_add.py::test_data_is_the_sum" --submission exercises

PYTEST_DONT_REWRITE: its asserts need no explaining, and the module may be imported before pytest starts.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from grader.course.course import here
from grader.course.properties import Property, collected
from grader.errors import CourseError, GraderError, of_machine
from grader.examine.cases import default_folder
from grader.examine.examining import Examiner, as_plain
from grader.examine.setting import Setting
from grader.model import Exercise, Finding, Kind, NotStarted, Outcome, Passed
from grader.report.words import in_full, in_lines, told
from grader.sandbox.cages import choose
from grader.submission.tree import read_given, read_own

FOUND = pytest.StashKey[Outcome]()
NAME = "nanograd-examiner"
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
    with judge.examining.noting_faults():
        return as_plain(judge.examining.examiner, prop, item.stash[FOUND])


def run(examiner: Examiner, marks: Sequence[Exercise]) -> list[dict[str, Any]]:
    """Run the exercises' property tests and return the tests of pytest-json-report."""
    carrier = Carrier(Examining(examiner))
    finished = silently(arguments(examiner.setting, marks), carrier)
    if carrier.examining.fault is not None:
        raise carrier.examining.fault
    finished()
    return carrier.tests


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

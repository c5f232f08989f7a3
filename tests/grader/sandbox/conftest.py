"""What tests of a student's code in its own process share."""

import pytest

from grader.autograd.subject import SUBJECT
from grader.examine.setting import parts
from grader.sandbox.cage import Process
from grader.sandbox.runner import Limits, Request, Runner
from tests.grader.sandbox.adding import PRODUCT, PRODUCT_SEEN, SUM
from tests.grader.sandbox.unwalled import leave_out


@pytest.fixture
def cage():
    return Process()


@pytest.fixture
def student_with(cage):
    """Makes students with the given limits, and ends them afterwards."""
    students = []

    def make(lanes=9, patience=1.0, **limits):
        students.append(Runner(cage, Limits(patience=patience, **limits), lanes, SUBJECT.worker))
        return students[-1]

    yield make
    for runner in students:
        runner.close()


@pytest.fixture
def attempting(course):
    """Opens an attempt at one exercise, whose source is the solution where none is given."""
    exercises = {exercise.name: exercise for exercise in course.parts}

    def attempt(runner, name="add", source=None, **helpers):
        text = course.solution(name) if source is None else source
        return runner.attempt(parts(course, {name: text, **helpers}, exercises[name]))

    return attempt


@pytest.fixture
def observed(student_with, attempting):
    """What a source of add gave; the same student then still has to run another exercise rightly."""

    def observe(source, *programs, **limits):
        runner = student_with(**limits)
        with attempting(runner, source=source) as attempt:
            seen = attempt.observe(Request.of(programs or (SUM,)))
        with attempting(runner, "mul") as attempt:
            assert attempt.observe(Request.of([PRODUCT])) == [PRODUCT_SEEN]
        return seen

    return observe


@pytest.fixture
def unfiltered(monkeypatch):
    """Workers whose calls the kernel refuses not: what they start is there to be swept up."""
    leave_out(monkeypatch, "close")

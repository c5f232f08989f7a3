"""What the tests of functions share: the two courses in courses/, and short ways to grade in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course.course import Course
from grader.examine.cases import default_folder
from grader.examine.examining import examine
from grader.examine.setting import Setting
from grader.sandbox.cages import choose
from grader.sandbox.runner import Limits
from grader.submission.submission import Submission

COURSES = Path(__file__).resolve().parents[3] / "courses"


@pytest.fixture(scope="session")
def structures() -> Course:
    return Course.load(COURSES / "structures")


@pytest.fixture(scope="session")
def graded_in():
    """Examines one exercise of a course, handed in as this text; the other files are the solutions."""
    settings = {}

    def run(course, name, source, seconds=5.0):
        key = course.root, seconds
        new = Setting(course, choose("process"), default_folder(), limits=Limits(seconds=seconds))
        setting = settings.setdefault(key, new)
        solutions = {each: course.solution(each) for each in course.names}
        exercise = next(part for part in course.parts if part.name == name)
        return examine(setting, Submission("test", {**solutions, name: source}, {}), exercise)

    return run

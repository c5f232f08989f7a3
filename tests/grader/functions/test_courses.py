"""The two courses in courses/: everything about them is proved, and none needs what it does not name."""

import subprocess
import sys

import pytest

from grader.author.exercises import ENOUGH, findings
from grader.course.course import Course
from grader.course.misconceptions import PLACE, misconceptions
from grader.examine.cases import default_folder
from grader.examine.setting import Setting
from grader.sandbox.cages import choose
from tests.grader.functions.conftest import COURSES

NAMES = sorted(path.parent.name for path in COURSES.glob("*/course.toml"))


def test_there_are_two():
    assert NAMES == ["structures", "tensors"]


@pytest.mark.parametrize("name", NAMES)
def test_course_is_proved(name):
    course = Course.load(COURSES / name)
    assert len(course.exercises) == 4
    assert [*findings(Setting(course, choose("process"), default_folder()))] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_exercise_has_wrong_programs_enough(name):
    course = Course.load(COURSES / name)
    found = {each: len(misconceptions(each, course.root / PLACE)) for each in course.names}
    assert {each: count for each, count in found.items() if count < ENOUGH} == {}


# What is graded where no module of these can be found.
WITHOUT = """
import sys
class Nothing:
    def find_spec(self, name, *_):
        if name.partition(".")[0] in ("torch", "numpy"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Nothing())
from grader.__main__ import main
main()
"""


@pytest.mark.parametrize("name", NAMES)
def test_a_grade_loads_no_torch(name):
    """Of tensors by its recorded answers."""
    root = COURSES / name
    arguments = ["--course", str(root), "grade", str(root / "solutions"), "--sandbox", "process"]
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT, *arguments], capture_output=True, text=True, check=False
    )
    assert (run.returncode, "100/100" in run.stdout) == (0, True), run.stderr

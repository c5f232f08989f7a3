"""What pytest tells of a run becomes results, or is the course's fault."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from grader.course.properties import configured_as_usual, declares_only, loaded
from grader.errors import CourseError
from grader.examine import grading
from grader.examine.grading import result, run_properties
from grader.submission.submission import Submission

ROOT = Path(__file__).resolve().parents[3]

NODE = "tests/properties/test_add.py::test_data_is_the_sum"
CRASH = {"message": "NameError: name 'x' is not defined", "path": "test_add.py", "lineno": 7}


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"outcome": "error", "setup": {"crash": CRASH}}, r"NameError: .* \(test_add.py, line 7\)"),
        ({"outcome": "skipped", "setup": {}}, "skipped"),
    ],
)
def test_property_without_an_outcome_is_the_course_s_fault(told, said, course):
    with pytest.raises(CourseError, match=f"gave no outcome: {said}"):
        result(course.exercises[0], [{"nodeid": NODE, **told}])


def test_exercise_without_properties_is_the_course_s_fault(course):
    with pytest.raises(CourseError, match="mul has no properties"):
        result(course.exercises[1], [{"nodeid": NODE}])


@pytest.mark.parametrize(("exercise", "change"), [("add", ("", "")), ("add", (".grad += ", ".grad = "))])
def test_without_pytest_the_same_is_told(exercise, change, course, setting, monkeypatch):
    source = course.solution(exercise).replace(*change) if change[0] else course.solution(exercise)
    submission = Submission("alike", {exercise: source}, {})
    mark = next(part for part in course.parts if part.name == exercise)
    alone = run_properties(submission, setting, [mark])
    monkeypatch.setattr(grading, "configured_as_usual", lambda _: False)
    by_pytest = run_properties(submission, setting, [mark])
    assert [test["metadata"] for test in alone] == [test["metadata"] for test in by_pytest]
    assert result(mark, alone) == result(mark, by_pytest)


@pytest.mark.parametrize(
    "more",
    [
        "def test_of_no_property(): pass",
        "class TestMore: pass",
        "import unittest\nclass More(unittest.TestCase): pass",
        "import pytest\nexpects = pytest.fixture(lambda: 1)",
        "import pytest\npytestmark = pytest.mark.skip",
        "import pytest\ntest_it = pytest.mark.skip(test_it)",
        "it = test_it",
        "def setup_module(): pass",
    ],
)
def test_file_in_which_pytest_has_a_say_is_left_to_it(more, tmp_path):
    file = tmp_path / "test_one.py"
    plain = (
        "from grader.course.properties import graded\n@graded(1)\ndef test_it(expected, got):\n    'It.'\n"
    )
    file.write_text(plain)
    assert declares_only(loaded(file))
    other = tmp_path / "test_other.py"
    other.write_text(f"{plain}{more}\n")
    assert not declares_only(loaded(other))


@pytest.mark.parametrize(
    ("config", "usual"),
    [
        ((ROOT / "pyproject.toml").read_text("utf-8"), True),
        (None, True),
        ("[project]\nname = 'mine'\n", False),
        ("[tool.pytest.ini_options]\naddopts = ['-p', 'grader.plugin', '-k', 'data']\n", False),
        ((ROOT / "pyproject.toml").read_text("utf-8") + "\n[tool.pytest]\nverbosity = 1\n", False),
    ],
)
def test_course_that_tells_pytest_more_is_left_to_it(config, usual, tmp_path):
    if config is not None:
        (tmp_path / "pyproject.toml").write_text(config)
    assert configured_as_usual(SimpleNamespace(root=tmp_path)) == usual

"""What pytest tells of a run becomes results, or is the course's fault."""

import pytest

from grader.errors import CourseError
from grader.examine.grading import result

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

"""Errors say whose move it is."""

import pytest

from grader.errors import CourseError, GraderError, MachineError, UsageError


@pytest.mark.parametrize(
    ("error", "code"), [(UsageError, 2), (GraderError, 70), (CourseError, 70), (MachineError, 71)]
)
def test_exit_code_says_whose_move_it_is(error, code):
    assert error("it broke").exit_code == code


@pytest.mark.parametrize("error", [UsageError, CourseError, MachineError])
def test_every_error_is_a_grader_error_with_a_next_step(error):
    caught = error("it broke", "mend it")
    assert isinstance(caught, GraderError)
    assert (str(caught), caught.what, caught.next_step) == ("it broke", "it broke", "mend it")


def test_next_step_may_be_left_out():
    assert GraderError("it broke").next_step == ""

"""What tests of engines in shapes of their own share."""

import pytest

from grader.course.properties import declared_in


@pytest.fixture
def banks(course, setting):
    """An exercise's properties with their recorded cases."""

    def recorded(name):
        exercise = next(e for e in course.parts if e.name == name)
        properties = declared_in(course.properties(name))
        return properties, setting.bank(exercise, properties)

    return recorded

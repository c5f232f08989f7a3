"""Which code stands beside a student's: reference siblings, never the reference of the exercise itself."""

from __future__ import annotations

from collections.abc import Mapping
from types import CodeType

from grader.course import GIVEN, Course
from grader.model import Exercise
from grader.student import Parts


def parts(course: Course, sources: Mapping[str, str], exercise: Exercise) -> Parts:
    """The student's file with reference siblings; or, for the last mark, all the student's own.

    The reference of the exercise itself is never among them. Helper modules of the student's own are.
    """
    own = set(course.names) if exercise.own else {exercise.name}
    modules: dict[str, str | CodeType] = {
        name: text for name, text in sources.items() if name not in (*course.names, *GIVEN)
    }
    modules |= {name: code for name, code in course.reference.items() if name not in own}
    modules |= {name: sources[name] for name in own}
    needed = course.names if exercise.own else (*exercise.siblings, exercise.name)
    chosen = (part for part in course.exercises if part.name in needed)
    return Parts(modules, tuple((part.name, part.defines, part.attach) for part in chosen))

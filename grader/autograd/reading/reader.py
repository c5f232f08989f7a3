"""The door to reading: one exercise's findings, from what its code and the reference do alike."""

from __future__ import annotations

from grader.autograd.reading import backward, networks, normal, operations
from grader.autograd.reading.naming import COURSES, Names
from grader.autograd.reading.records import Ask
from grader.model import Exercise, Finding


def read(
    exercise: Exercise, source: str, ask: Ask, reference: Ask, names: Names = COURSES
) -> tuple[Finding, ...]:
    """What an exercise's code does otherwise than it should; nothing where that cannot be read.

    source: the student's file. ask, reference: put questions to an engine with the student's code, and to one
    with the solution. names: what its engine calls things.
    """
    normal.begin()
    if exercise.attach == "backward":
        return backward.read(exercise, source, ask, names)
    if exercise.attach:
        return operations.read(exercise, source, ask, reference, names)
    if exercise.defines in networks.NETS:
        return networks.read(exercise, source, ask, reference)
    return ()

"""The door to reading: one exercise's findings, from what its code and the reference do alike."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import CodeType

from grader.autograd.reading import backward, networks, normal, operations
from grader.autograd.reading.naming import COURSES, Names
from grader.autograd.reading.records import Ask
from grader.model import Exercise, Finding

# What is sent into the cage, in this order; the last answers questions.
SENT = ("tables", "symbols", "record", "nodes", "operations", "backward", "networks", "engines", "serving")


@cache
def code() -> tuple[tuple[str, CodeType], ...]:
    """The modules that are sent, compiled under names in angle brackets that no student's file can have."""
    folder = Path(__file__).parent / "worker"
    texts = ((name, (folder / f"{name}.py").read_text("utf-8")) for name in SENT)
    return tuple(
        (name, compile(text, f"<autograd.reading.worker.{name}>", "exec", optimize=2)) for name, text in texts
    )


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

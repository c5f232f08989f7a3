"""The model for an exercise and what is different in the student's; shown once theirs has passed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import unified_diff

from grader.course import Course
from grader.errors import UsageError
from grader.learner.history import Grade, latest, present
from grader.stubs import BEGIN, END, STEP
from grader.submission import load


@dataclass(frozen=True, slots=True)
class Model:
    """A solution beside a student's.

    source: the model.
    diff: from the student's to the model, a unified diff by lines; empty where there is none.
    """

    exercise: str
    source: str
    diff: tuple[str, ...]


def solution(course: Course, exercise: str, grades: list[Grade], passes: Callable[[], bool]) -> Model:
    """The model for an exercise that has passed.

    grades: the remembered ones; the last one of this very file spares the next.
    passes: grades the exercise as it is now.
    Raises UsageError for an unknown exercise, where the course does not show models, and before a pass.
    """
    if exercise not in course.names:
        raise UsageError(f"there is no exercise '{exercise}'", f"choose from: {', '.join(course.names)}")
    if not course.solutions_after_pass:
        raise UsageError("this course does not show its solutions", "ask whoever teaches it")
    if not _has_passed(course, exercise, grades) and not passes():
        raise UsageError(
            f"{exercise} has not passed yet; its solution is shown after that", f"make hint EX={exercise}"
        )
    theirs = load(course.root / "exercises", course.names).sources.get(exercise, "")
    return compared(exercise, theirs, course.solution(exercise))


def _has_passed(course: Course, exercise: str, grades: list[Grade]) -> bool:
    mark = latest(grades).get(exercise)
    same = mark is not None and mark.file != "" and mark.file == present(course).get(exercise)
    return same and mark is not None and mark.status == "passed"


def compared(exercise: str, theirs: str, solution: str) -> Model:
    """The model beside the student's source; what the stub said and the model says too is no difference."""
    lines = [line.rstrip() for line in solution.splitlines() if line.strip() not in (BEGIN, END)]
    mine = [line.rstrip() for line in theirs.splitlines()]
    model = [_as_todo(line) if _as_todo(line) in mine else line for line in lines]
    diff = unified_diff(mine, model, f"exercises/{exercise}.py", "the model", lineterm="")
    return Model(exercise, "\n".join(lines) + "\n", tuple(diff))


def _as_todo(line: str) -> str:
    """A numbered comment the way the stub has it."""
    return re.sub(r"# (\d+)\. ", r"# TODO \1: ", line, count=1) if STEP.match(line) else line

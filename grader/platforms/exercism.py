"""A test runner as Exercism runs them: an exercise's name and two folders in, results.json out."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from grader.course.course import Course
from grader.errors import GraderError, UsageError, unwritable
from grader.examine.grading import grade
from grader.examine.setting import Setting
from grader.machine.files import whole_file
from grader.printable import printable
from grader.render.results_json import EXERCISM_VERSION, MESSAGE, cut, exercism
from grader.render.text import About
from grader.report.report import not_yet, shown_to_students
from grader.report.rubric import stated
from grader.submission.submission import Wanted
from grader.submission.tree import read

RESULTS = "results.json"
WHOLE = "nanograd"  # the slug under which all exercises are asked for


def run(slug: str, given: Path, to: Path, opened: Callable[[], Setting]) -> None:
    """Grade a folder and write results.json into another; all that goes wrong is told in there.

    slug: an exercise's name, or "nanograd" for all of them.
    opened: makes the setting, and may raise GraderError.
    Raises UsageError only where results.json itself cannot be written.
    """
    try:
        text = _graded(slug, given, opened())
    except GraderError as error:
        text = _broken(f"{error.what}\n{error.next_step}".strip())
    _write(to, text)


def _graded(slug: str, given: Path, setting: Setting) -> str:
    only = _asked(slug, setting.course)
    submission = read(given, Wanted.of(setting.course, only))
    course = setting.course
    if why := not_yet(course.students_see, stated(course).deadline, datetime.now(UTC)):
        raise UsageError(f"not graded here: {why}", "come back then")
    return exercism(shown_to_students(grade(submission, setting, only), course.students_see), About())


def _asked(slug: str, course: Course) -> tuple[str, ...]:
    """The exercises meant; none for all of them, as grade() has it."""
    if slug == WHOLE:
        return ()
    if slug not in course.names:
        raise UsageError(
            f"there is no exercise {printable(slug)!r}", f"choose from: {', '.join((*course.names, WHOLE))}"
        )
    return (slug,)


def _broken(sentence: str) -> str:
    message = cut("\n".join(map(printable, sentence.split("\n"))), MESSAGE)
    return (
        json.dumps({"version": EXERCISM_VERSION, "status": "error", "message": message, "tests": []}) + "\n"
    )


def _write(to: Path, text: str) -> None:
    try:
        to.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(error, f"cannot write to {to}", "name another folder") from None
    with whole_file(to / RESULTS) as stream:
        stream.write(text.encode("utf-8", "backslashreplace"))

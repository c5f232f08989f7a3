"""How each exercise stands: in this notebook, else at the last grade of its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.learner.history import Mark, latest, on_top, present, read
from grader.learner.state import FOLDER
from grader.model import Exercise
from grader.notebook.fragment import Row
from grader.notebook.session import Session
from grader.printable import printable
from grader.render.about import WORDS
from grader.render.wording import brief
from grader.scoring import exercise_status


def rows(session: Session) -> tuple[list[Row], tuple[str, ...]]:
    """The exercises in order, and what stood on top of the last report on all of them together."""
    course = session.course
    grades, files = read(course.root / FOLDER, session.say), present(course)
    marks = latest(grades)
    found = [_row(session, part, marks, files.get(part.name, "")) for part in course.counted]
    return found, on_top(grades, files)


def _row(session: Session, exercise: Exercise, marks: Mapping[str, Mark], file: str) -> Row:
    name, title, points = map(printable, (exercise.name, exercise.title, brief(exercise.points)))
    if result := session.results.get(exercise.name):
        return Row(name, title, points, WORDS[exercise_status(result)], "in this notebook")
    if mark := marks.get(exercise.name):
        more = "changed since" if mark.file and mark.file != file else "at the last grade"
        return Row(name, title, points, WORDS[mark.status], more)
    return Row(name, title, points, "", "")


def as_lines(found: Sequence[Row], notes: Sequence[str]) -> str:
    """The same as text in columns, beneath the notes."""
    cells = [(row.name, row.title, f"{row.points} points", f"{row.word} {row.more}".strip()) for row in found]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )
    return "\n".join([*map(printable, notes), *lines])

"""The door that pasted programs name: your own file with reference siblings, as the grader runs it.

from grader.alone import engine
Value = engine("add").Value
"""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path
from types import SimpleNamespace

from grader.course.course import here
from grader.errors import UsageError
from grader.examine.setting import parts
from grader.sandbox.beside import assembled_here
from grader.submission.tree import read_own


def engine(name: str, folder: Path | str | None = None) -> SimpleNamespace:
    """The engine in which the named exercise is the student's and every other part the reference.

    name: an exercise, or "together" for the student's parts only.
    folder: where the student's files are; by default the exercises/ of the course around the current folder.
    Random numbers are seeded as the grader seeds them, so that a program shows what a report shows.
    Raises UsageError for an unknown name or a missing file, and whatever the file itself raises.
    """
    course = here()
    exercise = next((e for e in course.parts if e.name == name), None)
    if exercise is None:
        raise UsageError(f"there is no exercise {name!r}", f"one of: {', '.join(course.names)}")
    place = Path(folder or course.work)
    submission = read_own(place, course)
    wanted = parts(course, submission.sources, exercise)
    assemble = partial(course.subject.assembled, wanted.needed)
    made = SimpleNamespace(**assembled_here(dict(wanted.modules), submission.folder, assemble))
    random.seed(0)
    return made

"""Puts an exercise back as it was handed out, packs all of them, and shows the model after a pass."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from difflib import unified_diff
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from grader.course.course import BEGIN, END, STEP, Course, handed_out, untouched
from grader.errors import MachineError, UsageError
from grader.learner.history import Grade, latest, present, state_folder
from grader.machine.files import Odd, added, look, replaced, whole_file, with_lf
from grader.printable import invoked
from grader.submission.submission import content
from grader.submission.tree import read_given

BACKUPS = "backups"


def reset(course: Course, exercise: str) -> Path:
    """Restore an exercise, or one of the given files; the backup of what stood there.

    Where no file was, the backup is an empty one. Raises UsageError for an unknown name, or where
    something else than a file stands there, and MachineError, before anything is changed, where the
    backup cannot be written.
    """
    path = exercise_file(course, exercise)
    seen = look(path)
    if isinstance(seen, Odd):
        raise UsageError(f"{path} is a link or a folder, not a file", "rename it, then run this again")
    fresh = handed_out(course)[exercise].encode()
    backup = _backup(state_folder(course) / BACKUPS, exercise, seen or b"")
    try:
        path.parent.mkdir(exist_ok=True)
        replaced(path, fresh)
    except OSError as error:
        raise MachineError(f"cannot write {path}: {error.strerror}", "mend that; nothing is lost") from None
    return backup


def exercise_file(course: Course, exercise: str) -> Path:
    """Where a file that was handed out stands; raises UsageError for a name that was not."""
    names = [name for name in handed_out(course) if name.isidentifier() and not name.startswith("_")]
    if exercise not in names:
        raise UsageError(f"there is no exercise '{exercise}'", f"choose from: {', '.join(course.names)}")
    return course.root / "exercises" / f"{exercise}.py"


def as_handed_out(course: Course, exercise: str) -> bool:
    """Whether an exercise's file is, to the letter, what was handed out; line ends may be others."""
    seen = look(exercise_file(course, exercise))
    return isinstance(seen, bytes) and with_lf(seen) == handed_out(course)[exercise].encode()


def _backup(folder: Path, exercise: str, data: bytes) -> Path:
    """A new file with the data, named for the exercise and the time."""
    moment = f"{exercise}-{datetime.now():%Y-%m-%d-%H%M%S}"
    place, number = folder / f"{moment}.py", 1
    try:
        folder.mkdir(parents=True, exist_ok=True)
        while True:
            try:
                added(place, data)
                return place
            except FileExistsError:
                number += 1
                place = folder / f"{moment}-{number}.py"
    except OSError as error:
        what = f"cannot keep a backup in {folder}: {error.strerror}"
        raise MachineError(what, "nothing was reset; mend that, or copy the file away yourself") from None


HANDED_IN = "hand-in.zip"
# As old as a zip can say: the same work makes the same file.
LONG_AGO = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Packed:
    """What was put into the file to hand in.

    names: the exercises in it. untouched: those of them that are as they were handed out.
    missing: those that have no file. told: what is to be said of where they were found, a sentence each.
    """

    names: tuple[str, ...]
    untouched: tuple[str, ...]
    missing: tuple[str, ...]
    told: tuple[str, ...] = ()


def pack(course: Course, to: Path) -> Packed:
    """Write the file that is handed in: the exercises, and what else of Python is beside them.

    What is graded of a file with another name or place is packed under the name that it should have.
    Raises UsageError, before anything is written, where a file would not be read when it is graded, and where
    no exercise is there.
    """
    folder = course.root / "exercises"
    submission = read_given(folder, course)
    for why in (*submission.unreadable.values(), *submission.unclear.values()):
        raise UsageError(f"{folder}: {why}", f"mend that, so that it can be graded: {invoked('submit')}")
    with whole_file(to) as stream, ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for name in sorted(submission.sources):
            entry = ZipInfo(f"exercises/{name}.py", LONG_AGO)
            entry.external_attr = 0o644 << 16
            if name in submission.taken:
                data = submission.sources[name].encode("utf-8", "surrogatepass")
            else:
                data = content(folder.joinpath(*submission.home, f"{name}.py"))
            archive.writestr(entry, data, ZIP_DEFLATED)
    there = tuple(name for name in course.names if name in submission.sources)
    stubs = tuple(name for name in there if untouched(submission.sources[name], course.stub(name)))
    missing = tuple(name for name in course.names if name not in there)
    return Packed(there, stubs, missing, submission.told())


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
            f"{exercise} has not passed yet; its solution is shown after that", invoked("hint", exercise)
        )
    theirs = read_given(course.root / "exercises", course).sources.get(exercise, "")
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

"""Puts an exercise back as it was handed out; what stood there is kept."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from pathlib import Path

from grader.check import handed_out
from grader.course import Course
from grader.errors import MachineError, UsageError
from grader.files import added, replaced
from grader.handout.placing import Odd, look
from grader.learner.state import state_folder

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
    """Whether an exercise's file is, to the letter, what was handed out."""
    return look(exercise_file(course, exercise)) == handed_out(course)[exercise].encode()


def _backup(folder: Path, exercise: str, data: bytes) -> Path:
    """A new file with the data, named for the exercise and the time."""
    moment = f"{exercise}-{datetime.now():%Y-%m-%d-%H%M%S}"
    names = (f"{moment}{f'-{number}' if number > 1 else ''}.py" for number in count(1))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            try:
                added(folder / name, data)
            except FileExistsError:
                continue
            return folder / name
    except OSError as error:
        what = f"cannot keep a backup in {folder}: {error.strerror}"
        raise MachineError(what, "nothing was reset; mend that, or copy the file away yourself") from None
    raise AssertionError("names do not run out")

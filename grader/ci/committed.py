"""A commit as a submission: what it changed, and its exercises read from git's objects."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from grader.ci.git import Entry, changed, commit, content, entries, origin
from grader.ci.seen import Changes
from grader.course import Course
from grader.errors import UsageError
from grader.model import Exercise
from grader.printable import printable
from grader.submission import LARGEST, Submission, gather

LISTED = 50
POINTER = b"version https://git-lfs.github.com/spec/"


def changes(repository: Path, base: str, head: str, course: Course, folder: str) -> Changes:
    """What a head changed in a folder of exercises, and elsewhere, since its history left the base's.

    Raises UsageError where a commit is not there.
    """
    tip = commit(repository, head)
    start = origin(repository, commit(repository, base), tip)
    paths = changed(repository, start, tip)
    inside = [path for path in map(PurePosixPath, paths) if path.parts[:1] == (folder,)]
    mine = {
        path.stem for path in inside if len(path.parts) == 2 and path.stem in course.names and _python(path)
    }
    helpers = any(len(path.parts) == 2 and _python(path) and path.stem not in course.names for path in inside)
    exercises = tuple(name for name in course.names if name in mine)
    other = [printable(path) for path in paths if _counts_for_nothing(path, folder)]
    graded = course.names if helpers else affected(course.exercises, exercises)
    return Changes(start, tip, exercises, graded, tuple(other[:LISTED]), len(other[LISTED:]))


def _python(path: PurePosixPath) -> bool:
    return path.suffix == ".py"


GIVEN = {"__init__", "value", "module"}


def _counts_for_nothing(path: str, folder: str) -> bool:
    """Whether a path is neither an exercise's nor a helper's of the student's own."""
    pure = PurePosixPath(path)
    return pure.parts[:1] != (folder,) or len(pure.parts) != 2 or not _python(pure) or pure.stem in GIVEN


def affected(exercises: Sequence[Exercise], names: Sequence[str]) -> tuple[str, ...]:
    """The exercises of these names and those that have them among their siblings; all where there is none."""
    touched = [e.name for e in exercises if e.name in names or set(names) & set(e.siblings)]
    return tuple(touched) or tuple(exercise.name for exercise in exercises)


def submission(repository: Path, head: str, folder: str, wanted: tuple[str, ...]) -> Submission:
    """The Python files a commit has in a folder, as they were committed; links are not followed.

    wanted: the exercises' names. What is not there was not handed in.
    Raises UsageError where the folder is something else.
    """
    found = entries(repository, head).get(folder)
    if found is not None and found.kind != "a folder":
        raise UsageError(f"{folder} is {found.kind} in {head}, not a folder", "commit the folder itself")
    files = {} if found is None else entries(repository, f"{head}:{folder}")
    return gather(folder, files, wanted, lambda name: _file(repository, name, files[name]))


def _file(repository: Path, name: str, entry: Entry) -> bytes:
    if entry.kind != "a file":
        raise ValueError(f"{name} is {entry.kind}, not a regular file")
    if entry.size > LARGEST:
        raise ValueError(f"{name} is larger than {LARGEST >> 20} MiB")
    data = content(repository, entry)
    if data.startswith(POINTER):
        raise ValueError(f"{name} is a pointer to Git LFS, not the file itself")
    return data

"""A commit's exercises, read from git's objects: nothing is checked out, filtered or followed.

No hook, filter, attribute, submodule or replacement has a say in what these commands print.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from grader.course.course import Course
from grader.errors import MachineError, UsageError
from grader.machine.processes import program
from grader.model import Exercise
from grader.printable import printable, typed
from grader.submission.submission import LARGEST, Submission, gather

SAFE = (
    "--no-pager",
    "--no-replace-objects",
    "--literal-pathspecs",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "submodule.recurse=false",
)
SURROUNDINGS = {
    # A repository may say that a file lies elsewhere, and which program brings it.
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
SECONDS = 60
ENTRY = re.compile(rb"(\d{6}) (\w+) ([0-9a-f]+) +(\d+|-)\t(.*)", re.DOTALL)
KINDS = {"120000": "a link", "160000": "a submodule", "040000": "a folder"}


@dataclass(frozen=True, slots=True)
class Entry:
    """What a commit has under a name.

    kind: "a file", or what it is instead.
    size: of a file, in bytes; else 0.
    """

    kind: str
    object: str
    size: int


def commit(repository: Path, name: str) -> str:
    """The full name of a commit; raises UsageError where there is none of that name."""
    found = _git(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if found is None:
        raise UsageError(
            f"there is no commit {printable(name)} in {repository}", "fetch it: git fetch origin COMMIT"
        )
    return found.decode("ascii").strip()


def committed_at(repository: Path, head: str) -> datetime | None:
    """When a commit says that it was made."""
    found = _git(repository, "rev-list", "--max-count=1", "--timestamp", head)
    try:
        return None if found is None else datetime.fromtimestamp(int(found.split()[0]), UTC)
    except (ValueError, OverflowError, OSError):
        return None  # it may say what it likes


def origin(repository: Path, base: str, head: str) -> str:
    """Where a head's history left the base's; the base itself where that is not known."""
    found = _git(repository, "merge-base", base, head)
    return base if found is None else found.decode("ascii").split()[0]


def changed(repository: Path, base: str, head: str) -> list[str]:
    """The paths that differ between two commits, as they are printed."""
    found = _git(
        repository,
        *("diff-tree", "-r", "-z", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv"),
        *("--ignore-submodules=none", base, head),
    )
    if found is None:
        raise UsageError(f"{base} and {head} cannot be compared", "fetch both of them with their files")
    return [path.decode("utf-8", "backslashreplace") for path in found.split(b"\0") if path]


def entries(repository: Path, where: str) -> dict[str, Entry]:
    """What a commit, or one of its folders, holds by name; nothing where there is no such folder.

    where: "COMMIT" or "COMMIT:folder".
    """
    listed = _git(repository, "ls-tree", "-z", "--long", "--end-of-options", where)
    return dict(_entries(listed or b""))


def _entries(listed: bytes) -> Iterator[tuple[str, Entry]]:
    for line in listed.split(b"\0"):
        if found := ENTRY.fullmatch(line):
            mode, _, name_of_object, size, name = found.groups()
            kind = KINDS.get(mode.decode(), "a file")
            entry = Entry(kind, name_of_object.decode(), int(size) if size.isdigit() else 0)
            yield name.decode("utf-8", "backslashreplace"), entry


def content(repository: Path, entry: Entry) -> bytes:
    """The bytes of a file, as they were committed; raises ValueError, in words, where they are not there."""
    found = _git(repository, "cat-file", "blob", entry.object)
    if found is None:
        raise ValueError("it was not fetched")
    return found


def _git(repository: Path, *arguments: str) -> bytes | None:
    """What a command printed; None where it failed."""
    found = program("git")
    if found is None:
        raise MachineError("git is not installed", "install git")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        run = subprocess.run(
            [found, "-C", str(repository), *SAFE, *arguments],
            env=kept | SURROUNDINGS,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise MachineError(f"git took longer than {SECONDS} seconds", "try again") from None
    if b"dubious ownership" in run.stderr:
        raise UsageError(
            f"{repository} belongs to another user, so git does not read it",
            f"if you trust it: git config --global --add safe.directory {typed(repository.resolve())}",
        )
    if b"not a git repository" in run.stderr:
        raise UsageError(f"{repository} is no git repository", "give its folder: --repo DIR")
    return None if run.returncode else run.stdout


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


@dataclass(frozen=True, slots=True)
class Changes:
    """What a commit changed.

    base, head: the commits, in hexadecimal; base is where the head's history left the base's.
    exercises: whose files changed, in the course's order.
    graded: these and those that depend on them; all where none changed.
    elsewhere: the other files that changed, which count for nothing, by their paths as they are printed.
    more: how many files there are beyond those in elsewhere.
    """

    base: str
    head: str
    exercises: tuple[str, ...]
    graded: tuple[str, ...]
    elsewhere: tuple[str, ...] = ()
    more: int = 0

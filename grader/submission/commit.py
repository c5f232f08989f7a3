"""A commit's exercises, read from git's objects: nothing is checked out, filtered or followed.

No hook, filter, attribute, submodule or replacement has a say in what these commands print.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath

from grader.course.course import INIT, Course
from grader.errors import MachineError, UsageError
from grader.machine.processes import program
from grader.model import Exercise
from grader.printable import printable, typed
from grader.submission.choice import chosen, instead, shown
from grader.submission.hand_in import leftover, without_ending
from grader.submission.submission import LARGEST, FolderPath, Sought, Submission, gather, sought

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
FETCH = "check it out without a filter, or run: git fetch --refetch --no-filter origin"
SECONDS = 60
ENTRY = re.compile(rb"(\d{6}) (\w+) ([0-9a-f]+)\t(.*)", re.DOTALL)
KINDS = {"120000": "a link", "160000": "a submodule", "040000": "a folder"}


@dataclass(frozen=True, slots=True)
class Entry:
    """What a commit has under a name.

    kind: "a file", or what it is instead.
    """

    kind: str
    object: str


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


def entries(repository: Path, where: str, *, deep: bool = False) -> dict[str, Entry]:
    """What a commit, or one of its folders, holds by name.

    where: "COMMIT" or "COMMIT:folder", from the top of the repository. deep: with what is in its folders.
    Raises MachineError where that is not there to be read.
    """
    also = ("-r",) if deep else ()
    listed = _git(repository, "ls-tree", "-z", "--full-tree", *also, "--end-of-options", where)
    if listed is None:
        raise MachineError(f"what {printable(where)} holds was not fetched", FETCH)
    return dict(_entries(listed))


def _entries(listed: bytes) -> Iterator[tuple[str, Entry]]:
    for line in listed.split(b"\0"):
        if found := ENTRY.fullmatch(line):
            mode, _, name_of_object, name = found.groups()
            kind = KINDS.get(mode.decode(), "a file")
            yield name.decode("utf-8", "backslashreplace"), Entry(kind, name_of_object.decode())


def content(repository: Path, entry: Entry, name: str = "a file") -> bytes:
    """The bytes of a file, as they were committed.

    Raises ValueError, in words, where they are too many, and MachineError where they were not fetched.
    """
    size = _git(repository, "cat-file", "-s", entry.object)
    if size is not None and int(size) > LARGEST:
        raise ValueError(f"{name} is larger than {LARGEST >> 20} MiB")
    found = None if size is None else _git(repository, "cat-file", "blob", entry.object)
    if found is None:
        raise MachineError(f"{name} of this commit was not fetched", FETCH)
    return found


def folder_of(repository: Path) -> FolderPath:
    """Where a folder lies in its repository; nothing for the top."""
    found = _git(repository, "rev-parse", "--show-prefix") or b""
    return tuple(part for part in found.decode("utf-8", "backslashreplace").strip("\n").split("/") if part)


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


PACKED = "is an archive, and none is opened in a commit: commit the files themselves"
LISTED = 50
POINTER = b"version https://git-lfs.github.com/spec/"


def changes(
    repository: Path, base: str, head: str, course: Course, folder: str, given: Submission | None = None
) -> Changes:
    """What a head changed in a folder of exercises, and elsewhere, since its history left the base's.

    given: the head's submission, where its exercises may lie elsewhere.
    Raises UsageError where a commit is not there.
    """
    tip = commit(repository, head)
    start = origin(repository, commit(repository, base), tip)
    paths = changed(repository, start, tip)
    home = PurePosixPath(*given.home) if given else PurePosixPath(folder)
    places = {home / f"{name}.py": name for name in course.names}
    if given:
        places |= {PurePosixPath(*path): name for name, path in given.places.items()}
    mine = {places[path] for path in map(PurePosixPath, paths) if path in places}
    others = [path for path in paths if PurePosixPath(path) not in places]
    helpers = [path for path in others if _is_helper(PurePosixPath(path), home, course)]
    exercises = tuple(name for name in course.names if name in mine)
    other = [printable(path) for path in others if path not in helpers]
    graded = course.names if helpers else affected(course.exercises, exercises)
    return Changes(start, tip, exercises, graded, tuple(other[:LISTED]), len(other[LISTED:]))


def _is_helper(path: PurePosixPath, home: PurePosixPath, course: Course) -> bool:
    """Whether a path is that of a module of the student's own beside the exercises."""
    return path.parent == home and path.suffix == ".py" and path.stem not in (INIT, *course.common)


def affected(exercises: Sequence[Exercise], names: Sequence[str]) -> tuple[str, ...]:
    """The exercises of these names and those that have them among their siblings; all where there is none."""
    touched = [e.name for e in exercises if e.name in names or set(names) & set(e.siblings)]
    return tuple(touched) or tuple(exercise.name for exercise in exercises)


def submission(
    repository: Path, head: str, folder: str, wanted: Sought, *, within: FolderPath = (), must: bool = False
) -> Submission:
    """The Python files a commit has in a folder, as they were committed; links are not followed.

    folder: where the exercises should be; what is missing there is looked for elsewhere.
    within: the part of the repository that counts. must: nothing elsewhere does.
    Raises UsageError where the folder is something else, or no exercise is to be found, and MachineError
    where what is needed was not fetched.
    """
    wanted, asked = sought(wanted), (*within, *PurePosixPath(folder).parts)
    listed = entries(repository, head, deep=True)
    found = {tuple(name.split("/")): entry for name, entry in listed.items()}
    if (other := found.get(asked)) is not None:
        raise UsageError(
            f"{printable(folder)} is {other.kind} in {head}, not a folder", "commit the folder itself"
        )
    home = asked if must or not wanted.defines else within
    files = {
        path: partial(_file, repository, path[-1], entry)
        for path, entry in found.items()
        if path[: len(home)] == home and not any(map(leftover, path))
    }
    if not wanted.defines:
        own = {path[-1]: read for path, read in files.items() if path[:-1] == asked}
        return gather(folder, own, wanted, lambda name: own[name]())
    where = f"the commit {head[:12]}"
    closed = {path: f"{shown(path)} {PACKED}" for path in files if without_ending(path[-1])}
    there = chosen(files, wanted, where, folder, asked, closed)
    if there is None:
        places = f" in {shown(asked)}" if must else f", neither in {shown(asked)} nor elsewhere"
        said = "".join(f"; {why}" for why in [*closed.values()][:1]) or instead(files)
        raise UsageError(
            f"{where} has none of the exercises ({wanted.listed}){places}{said}",
            "name the folder that they are in: grader ci --folder DIR, or ci_folder in course.toml",
        )
    away = {name: shown(path) for name, path in there.places.items() if path[:-1] != asked}
    return replace(there, taken={**away, **there.taken})


def _file(repository: Path, name: str, entry: Entry) -> bytes:
    if entry.kind != "a file":
        raise ValueError(f"{name} is {entry.kind}, not a regular file")
    data = content(repository, entry, name)
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

"""A hand-in as names and bytes: a folder, an archive or loose files, read by the same rules."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from grader.errors import MachineError, UsageError
from grader.machine.files import FOLDER, Root, below, regular
from grader.printable import printable, shortened
from grader.submission.archive import (
    DAMAGE,
    DAMAGED,
    Kind,
    Limits,
    Member,
    OverBudget,
    Refused,
    in_words,
    members,
)
from grader.submission.hand_in import Layout, leftover, of_environment, without_ending
from grader.submission.submission import LARGEST, Submission, allowed, content, gather

MOST_ENTRIES = 200_000


def read_folder(handle: int, where: str, title: str, wanted: tuple[str, ...]) -> Submission:
    """What the folder holds, or a folder in it, or the one archive that is all it has.

    handle: a descriptor of the folder.
    Raises UsageError, and OSError for the folder itself.
    """
    walk = _Walk(handle, where, wanted)
    holders = walk.holders()
    if holders:
        with below(handle, one(holders, where)) as folder:
            return gather(title, os.listdir(folder), wanted, lambda name: content(name, folder))
    if walk.python or not walk.archives:
        raise nothing(where, wanted, walk.python, walk.links)
    inner = one_archive(walk.archives, where)
    return read_archive(handle, inner, f"{where}/{printable(inner)}", title, wanted)


class _Walk:
    """A look into a folder and the folders in it, no deeper than it has to be.

    python: whether any file that could be a submission's was seen.
    archives: those of the folder itself.
    links: a link to a folder, or anything else that was passed over as a link.
    """

    def __init__(self, handle: int, where: str, wanted: tuple[str, ...]) -> None:
        self.handle, self.where = handle, where
        self.wanted = {f"{name}.py" for name in wanted}
        self.left = MOST_ENTRIES
        self.python = False
        self.archives: list[str] = []
        self.links: list[str] = []

    def holders(self) -> list[FolderPath]:
        """The folders that hold a wanted file, all of them equally deep, the least deep there are."""
        level: list[FolderPath] = [()]
        for _ in range(DEEPEST + 1):
            found, deeper = [], []
            for parts in level:
                names, folders = self._look(parts)
                found += [parts] if names & self.wanted else []
                deeper += [(*parts, name) for name in sorted(folders)]
            if found:
                return found
            level = deeper
        return []

    def _look(self, parts: FolderPath) -> tuple[set[str], list[str]]:
        names, folders = set(), []
        with below(self.handle, parts) as folder, os.scandir(folder) as entries:
            listed = list(self._counted(entries))
            beside = {entry.name for entry in listed}
            for entry in listed:
                if allowed(entry.name):
                    names.add(entry.name)
                if leftover(entry.name) or of_environment(entry.name, beside):
                    continue
                if entry.is_symlink():
                    self.links.append("/".join((*parts, entry.name)))
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(entry.name)
                elif not parts and without_ending(entry.name) and entry.is_file(follow_symlinks=False):
                    self.archives.append(entry.name)
        self.python = self.python or bool(names)
        return names, folders

    def _counted(self, entries: Iterator[os.DirEntry[str]]) -> Iterator[os.DirEntry[str]]:
        for entry in entries:
            self.left -= 1
            if self.left < 0:
                raise UsageError(f"{self.where} holds more than {MOST_ENTRIES:,} files and folders", NEXT)
            yield entry


LIMITS = Limits(packed=4 << 30, members=MOST_ENTRIES, read=64 << 20, passed=4 << 30)
# An archive in an archive in an archive is opened, and is read whole before.
INSIDE = 2
INNER = 64 << 20
SHOWN = 100  # characters of a name: an archive may have any
Reader = Callable[[], bytes]


def read_archive(above: int, name: str, where: str, title: str, wanted: tuple[str, ...]) -> Submission:
    """What a file of a folder holds, given that it is a zip or tar archive.

    above: a descriptor of the folder.
    Raises UsageError, and OSError or ValueError for the file itself.
    """
    with regular(name, above) as file:
        return _unpacked(file, where, title, wanted, INSIDE)


def _unpacked(file: BinaryIO, where: str, title: str, wanted: tuple[str, ...], inside: int) -> Submission:
    """What an archive holds; inside: how many archives in one another may still be opened."""
    with in_words(where):
        held = _Held(file, wanted)
        if held.files or not held.nested:
            return _chosen(held, where, title, wanted)
        inner = one_archive(held.nested, where)
        if not inside:
            raise UsageError(
                f"{where} holds an archive, {shortened(inner, SHOWN)}, and no exercise file",
                "hand in the innermost archive",
            )
        # A tar is read but once from its beginning to its end, so it is begun anew.
        found = next(member for member in members(file, LIMITS) if member.name == inner)
        data = found.read(INNER + 1)
        if len(data) > INNER:
            raise Refused(f"holds an archive of more than {INNER >> 20} MiB: {shortened(inner, SHOWN)}")
        return _unpacked(BytesIO(data), f"{where}/{shortened(inner, SHOWN)}", title, wanted, inside - 1)


def one_archive(names: Sequence[str], where: str) -> str:
    """The one archive that is all somebody handed in; raises UsageError where there are more."""
    if len(names) > 1:
        raise UsageError(f"{where} holds {len(names)} archives, and no word which one counts", NEXT)
    return names[0]


class _Held:
    """What an archive holds, as far as it may be wanted.

    files: the Python files, by path. nested: the archives in it. twice: of which files there are two.
    """

    def __init__(self, file: BinaryIO, wanted: tuple[str, ...]) -> None:
        self.files: dict[FolderPath, Reader] = {}
        self.nested: list[str] = []
        self.twice: set[FolderPath] = set()
        self._wanted = wanted
        beside: dict[FolderPath, set[str]] = {}
        for member in members(file, LIMITS):
            if path := self._path(member):
                for at, part in enumerate(path):
                    beside.setdefault(path[:at], set()).add(part)
                self._take(member, path)
        odd = [path for path in self.files if _in_environment(path, beside)]
        for path in odd:
            del self.files[path]

    @property
    def holders(self) -> set[FolderPath]:
        """The folders with a wanted file."""
        return {path[:-1] for path in self.files if path[-1].removesuffix(".py") in self._wanted}

    def _path(self, member: Member) -> FolderPath | None:
        """Where a member lies; None for what nobody wants. Raises Refused for a wanted one that leads out."""
        try:
            path = safe_path(member.name)
        except Refused:
            # What it is called for whoever stops at a NUL, or reads "C:" as a place.
            name = re.split("[/:]", member.name.partition("\0")[0])[-1]
            if name.removesuffix(".py") in self._wanted:
                raise
            return None
        return None if any(map(leftover, path)) else path

    def _take(self, member: Member, path: FolderPath) -> None:
        if member.kind is Kind.FOLDER:
            return
        if allowed(path[-1]) and len(path) <= DEEPEST + 1:
            if path in self.files:
                self.twice.add(path)
            self.files[path] = _reader(member, path[-1], path[-1].removesuffix(".py") in self._wanted)
        elif without_ending(path[-1]) and member.kind is Kind.FILE:
            self.nested.append(member.name)


def _in_environment(path: FolderPath, beside: Mapping[FolderPath, set[str]]) -> bool:
    """Whether a member lies in what belongs to an environment of Python's.

    beside: the names that each folder has in it.
    """
    return any(of_environment(path[at], beside.get(path[:at], ())) for at in range(len(path) - 1))


def _reader(member: Member, name: str, needed: bool) -> Reader:
    """Reads a member: now, where it cannot be read later.

    needed: whether nothing is graded without it; of another the trouble is its own.
    """
    if member.kind is not Kind.FILE:
        return partial(_refuse, f"{name} is a link or a device, not a regular file")

    def read() -> bytes:
        try:
            return member.read(LARGEST + 1)
        except OverBudget:
            raise
        except (Refused, *DAMAGE) as error:
            why = str(error) if isinstance(error, Refused) else DAMAGED
            if needed:
                raise Refused(why) from None
            raise ValueError(f"{name} {why}") from None

    return read if member.lasting else _now(read)


def _now(read: Reader) -> Reader:
    """What reading gives or raises, found out at once."""
    try:
        return partial(bytes, read())
    except (Refused, ValueError) as error:
        return partial(_raise, error)


def _raise(error: Exception) -> bytes:
    raise error


def _refuse(reason: str) -> bytes:
    raise ValueError(reason)


def _chosen(held: _Held, where: str, title: str, wanted: tuple[str, ...]) -> Submission:
    files, holders = held.files, held.holders
    if not holders:
        raise nothing(where, wanted, bool(files))
    least = min(map(len, holders))
    holder = one(sorted(path for path in holders if len(path) == least), where)
    names = [path[-1] for path in files if path[:-1] == holder]
    if twice := sorted(path for path in held.twice if path[:-1] == holder):
        raise Refused(f"holds {shortened('/'.join(twice[0]), SHOWN)} twice")
    return gather(title, names, wanted, lambda name: files[(*holder, name)]())


def safe_path(name: str) -> FolderPath:
    """A member's path, taken apart; raises Refused for one that could lead out of the archive."""
    path = tuple(part for part in name.split("/") if part not in ("", "."))
    if name.startswith("/") or ".." in path or "\0" in name or name[1:2] == ":":
        raise Refused(f"holds a path that leads out of it or is not plain: {shortened(name, SHOWN)}")
    return path or (".",)


# The folder of the exercises may be in a folder of a folder.
DEEPEST = 2
# Where two folders are equally deep: what a course's own folder of exercises is called.
USUAL = "exercises"
NEXT = "hand in the folder that holds the exercise files"

FolderPath = tuple[str, ...]


def one(holders: Sequence[FolderPath], where: str) -> FolderPath:
    """The one folder that counts among equally deep ones; raises UsageError where that is open."""
    usual = [path for path in holders if path and path[-1] == USUAL]
    for choice in (holders, usual):
        if len(choice) == 1:
            return choice[0]
    first, second = (printable("/".join(path)) for path in holders[:2])
    raise UsageError(f"{where} has the exercises in two places, {first} and {second}", NEXT)


class NoExercise(UsageError):
    """A hand-in has none of the wanted files."""


def nothing(where: str, wanted: Sequence[str], python: bool, links: Sequence[str] = ()) -> NoExercise:
    """What is said of a hand-in without a wanted file.

    python: whether it has any other Python file.
    links: what was passed over.
    """
    files = ", ".join(f"{name}.py" for name in wanted)
    what = f"holds none of the exercises ({files})" if python else f"holds no Python file; wanted are {files}"
    passed = f"; {printable(links[0])} is a link, and links are not followed" if links else ""
    return NoExercise(f"{where} {what}{passed}", NEXT)


def read_path(
    root: Root, path: FolderPath, title: str, wanted: tuple[str, ...], layout: Layout | None = None
) -> Submission:
    """The submission that a folder or an archive holds; raises UsageError.

    path: its names below the root.
    title: what the submission is called; wanted as in grader.submission.submission.load.
    layout: what else it may be, where it has none of the wanted files.
    """
    if (
        layout is not None
        and path[-1].endswith(".py")
        and (alone := layout.read(root.path.joinpath(*path), title))
    ):
        return alone
    try:
        found = _as_exercises(root, path, title, wanted)
    except NoExercise:
        other = layout.read(root.path.joinpath(*path), title) if layout else None
        if other is None:
            raise
        return other
    if layout is not None and layout.rather(found):
        return layout.read(root.path.joinpath(*path), title) or found
    return found


def _as_exercises(root: Root, path: FolderPath, title: str, wanted: tuple[str, ...]) -> Submission:
    where = printable("/".join(path))
    try:
        with root.folder(path[:-1]) as above:
            return _read(above, path[-1], where, title, wanted)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(
            f"{where} cannot be read: {reason}", "check what it is, and its permissions"
        ) from None


def read_loose(
    root: Root, files: Mapping[str, str], where: str, title: str, wanted: tuple[str, ...]
) -> Submission:
    """The submission that single files of the root make up; raises UsageError.

    files: the name each has among them, and the name it has in the root.
    """
    try:
        with root.folder(()) as above:
            submission = gather(title, files, wanted, lambda name: content(files[name], above))
    except OSError as error:
        raise UsageError(f"{where} cannot be read: {error.strerror}", "check its permissions") from None
    if not {*submission.sources, *submission.unreadable} & set(wanted):
        raise nothing(where, wanted, any(map(allowed, files)))
    return submission


def _read(above: int, name: str, where: str, title: str, wanted: tuple[str, ...]) -> Submission:
    mode = os.stat(name, dir_fd=above, follow_symlinks=False).st_mode
    if stat.S_ISLNK(mode):
        raise UsageError(f"{where} is a link, and links are not followed", "put the work itself there")
    if not stat.S_ISDIR(mode):
        return read_archive(above, name, where, title, wanted)
    handle = os.open(name, FOLDER | os.O_NOFOLLOW, dir_fd=above)
    try:
        return read_folder(handle, where, title, wanted)
    finally:
        os.close(handle)


def read(folder: Path, wanted: tuple[str, ...]) -> Submission:
    """The submission: files, a folder of files, or one archive; no path of this machine is told of it.

    Raises UsageError where it holds none that is wanted, MachineError where the folder is not there.
    """
    try:
        handle = os.open(folder, FOLDER)
    except OSError as error:
        raise MachineError(f"cannot open {folder}: {error.strerror}", "is it mounted?") from None
    try:
        return read_folder(handle, "the submission", "submission", wanted)
    except OSError as error:
        raise UsageError(f"the submission cannot be read: {error.strerror}", "hand it in again") from None
    finally:
        os.close(handle)

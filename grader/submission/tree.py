"""A hand-in as names and bytes: a folder, an archive or loose files, read by the same rules."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from grader.errors import MachineError, UsageError, refuse_of_machine
from grader.machine.folders import Held, Root, below, hold, let_go, regular, state_of
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
from grader.submission.choice import NEXT, Files, NoExercise, Reader, chosen, instead, likely, packed
from grader.submission.hand_in import Layout, leftover, of_environment, without_ending
from grader.submission.submission import (
    LARGEST,
    FolderPath,
    Sought,
    Submission,
    Wanted,
    allowed,
    content,
    load,
    sought,
)

MOST_ENTRIES = 200_000
# How many folders may be around the exercises: of a course of which only names are known, and of any other.
DEEPEST, VERY_DEEP = 2, 30


def read_folder(
    handle: Held, where: str, title: str, wanted: Sought, home: FolderPath | None = None
) -> Submission:
    """What the folder holds, or a folder in it, or the one archive that is all it has.

    handle: the folder, held. home: as in chosen().
    Raises UsageError, and OSError for the folder itself.
    """
    wanted = sought(wanted)
    walk = _Walk(handle, where)
    files = reachable(walk.files, wanted)
    found = chosen(files, wanted, where, title, home)
    archives = walk.archives if wanted.defines else [path for path in walk.archives if len(path) == 1]
    if found is not None and (complete(found, wanted) or not archives):
        return found
    if found is None and (not archives or (not wanted.defines and any(allowed(p[-1]) for p in files))):
        raise nothing(where, wanted, files, walk.links)
    if found is None:
        inner = one_archive(archives, where)
        with below(handle, inner[:-1]) as above:
            return read_archive(above, inner[-1], f"{where}/{printable('/'.join(inner))}", title, wanted)
    return _with_archives(handle, archives, files, wanted, where, title, home) if wanted.defines else found


def _with_archives(
    handle: Held,
    archives: Sequence[FolderPath],
    files: Files,
    wanted: Wanted,
    where: str,
    title: str,
    home: FolderPath | None,
) -> Submission:
    """What a folder and the archives in it hold together, where it lacks an exercise."""
    more, closed = dict(files), {}
    with ExitStack() as opened:
        for path in archives[:MOST_ARCHIVES]:
            name = f"{where}/{printable('/'.join(path))}"
            try:
                with below(handle, path[:-1]) as above:
                    file = opened.enter_context(regular(path[-1], above))
                with in_words(name):
                    held = _Held(file, wanted)
            except (UsageError, OSError, ValueError) as error:
                closed[path] = error.what if isinstance(error, UsageError) else f"{name} cannot be read"
            else:
                more |= {(*path, *inner): read for inner, read in held.files.items()}
        found = chosen(more, wanted, where, title, home, closed)
    assert found is not None
    return found


def complete(found: Submission, wanted: Wanted) -> bool:
    """Whether nothing is missing of what was looked for."""
    return {*found.sources, *found.unreadable} >= {*wanted.names}


def reachable(files: Files, wanted: Wanted) -> Files:
    """The files that are not too deep."""
    deepest = VERY_DEEP if wanted.defines else DEEPEST
    return {path: read for path, read in files.items() if len(path) <= deepest + 1}


class _Walk:
    """All that is in a folder and in those in it, without what programs have left behind.

    files: by path, not read yet.
    archives: which of them are archives by their names.
    links: a link to a folder, or anything else that was passed over as a link.
    """

    def __init__(self, handle: Held, where: str) -> None:
        self.handle, self.where = handle, where
        self.left = MOST_ENTRIES
        self.files: dict[FolderPath, Reader] = {}
        self.archives: list[FolderPath] = []
        self.links: list[str] = []
        level: list[FolderPath] = [()]
        for _ in range(VERY_DEEP + 1):
            level = [(*parts, name) for parts in level for name in sorted(self._look(parts))]

    def _look(self, parts: FolderPath) -> list[str]:
        """The folders in one, whose files are noted."""
        folders = []
        with below(self.handle, parts) as folder, os.scandir(folder) as entries:
            listed = list(self._counted(entries))
        beside = {entry.name for entry in listed}
        for entry in sorted(listed, key=lambda entry: entry.name):
            if leftover(entry.name) or of_environment(entry.name, beside):
                continue
            path = (*parts, entry.name)
            is_folder = entry.is_dir(follow_symlinks=False)
            if entry.is_symlink():
                self.links.append("/".join(path))
            elif is_folder:
                folders.append(entry.name)
            elif without_ending(entry.name) and entry.is_file(follow_symlinks=False):
                self.archives.append(path)
            if not is_folder or allowed(entry.name):
                self.files[path] = partial(self._read, path)
        return folders

    def _read(self, path: FolderPath) -> bytes:
        with below(self.handle, path[:-1]) as folder:
            return content(path[-1], folder)

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
MOST_ARCHIVES = 5  # that are looked into beside files


def read_archive(above: Held, name: str, where: str, title: str, wanted: Sought) -> Submission:
    """What a file of a folder holds, given that it is a zip or tar archive.

    above: the folder, held.
    Raises UsageError, and OSError or ValueError for the file itself.
    """
    with regular(name, above) as file:
        return _unpacked(file, where, title, sought(wanted), INSIDE)


def _unpacked(file: BinaryIO, where: str, title: str, wanted: Wanted, inside: int) -> Submission:
    """What an archive holds; inside: how many archives in one another may still be opened."""
    with in_words(where):
        held = _Held(file, wanted)
        if (found := held.chosen(where, title)) is not None:
            return found
        if not held.nested or (not wanted.defines and held.files):
            raise nothing(where, wanted, held.files)
        inner = one_archive(held.nested, where)
        if not inside:
            raise UsageError(
                f"{where} holds an archive, {shortened('/'.join(inner), SHOWN)}, and no exercise file",
                "hand in the innermost archive",
            )
        # A tar is read but once from its beginning to its end, so it is begun anew.
        again = (member for member in members(file, LIMITS) if _plain_path(member.name) == inner)
        data = next(again).read(INNER + 1)
        if len(data) > INNER:
            raise Refused(
                f"holds an archive of more than {INNER >> 20} MiB: {shortened('/'.join(inner), SHOWN)}"
            )
        return _unpacked(
            BytesIO(data), f"{where}/{shortened('/'.join(inner), SHOWN)}", title, wanted, inside - 1
        )


def one_archive(paths: Sequence[FolderPath], where: str) -> FolderPath:
    """The one archive that is all somebody handed in; raises UsageError where there are more."""
    if len(paths) > 1:
        raise UsageError(f"{where} holds {len(paths)} archives, and no word which one counts", NEXT)
    return paths[0]


class _Held:
    """What an archive holds, as far as it may be wanted.

    files: by path; of those that are not likely to be Python only that they are there.
    nested: the archives in it. twice: the further ones of files that are there more than once.
    """

    def __init__(self, file: BinaryIO, wanted: Wanted) -> None:
        self.files: dict[FolderPath, Reader] = {}
        self.nested: list[FolderPath] = []
        self.twice: dict[FolderPath, list[Reader]] = {}
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

    def chosen(self, where: str, title: str) -> Submission | None:
        """The submission among these; raises Refused where a file of it is there twice, and they differ."""
        closed = {path: f"{printable('/'.join(path))} in it was not opened" for path in self.nested}
        found = chosen(self.files, self._wanted, where, title, closed=closed)
        if found is not None:
            own = {(*found.home, file) for file in self._wanted.files} | {
                (*found.home, f"{name}.py") for name in found.sources
            }
            for path in sorted(self.twice.keys() & own):
                if any(read() != self.files[path]() for read in self.twice[path]):
                    raise Refused(f"holds {shortened('/'.join(path), SHOWN)} twice, and they differ")
        return found

    def _path(self, member: Member) -> FolderPath | None:
        """Where a member lies; None for what nobody wants. Raises Refused for a wanted one that leads out."""
        try:
            path = safe_path(member.name)
        except Refused:
            # What it is called for whoever stops at a NUL, or reads "C:" as a place.
            name = re.split("[/:]", member.name.partition("\0")[0])[-1]
            # A way out is no accident of a program's; that a place is written in full may be one.
            if name in self._wanted.files or ".." in member.name.split("/"):
                raise
            return None
        return None if any(map(leftover, path)) else path

    def _take(self, member: Member, path: FolderPath) -> None:
        if member.kind is Kind.FOLDER:
            return
        name = path[-1]
        if without_ending(name) and member.kind is Kind.FILE:
            self.nested.append(path)
        elif len(path) > (VERY_DEEP if self._wanted.defines else DEEPEST) + 1:
            return
        elif allowed(name) or (self._wanted.defines and likely(name)):
            read = _reader(member, name, name in self._wanted.files)
            if path in self.files:
                self.twice.setdefault(path, []).append(read)
            else:
                self.files[path] = read
        elif self._wanted.defines:
            self.files[path] = partial(_refuse, f"{name} does not look like Python, so it was not read")


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
            if isinstance(error, OSError):
                refuse_of_machine(error)
            why = str(error) if isinstance(error, Refused) else DAMAGED
            if needed:
                raise Refused(why) from None
            raise ValueError(f"{name} {why}") from None

    # What has been read is kept: a second time would count as more.
    return cache(read) if member.lasting else _now(read)


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


def _plain_path(name: str) -> FolderPath | None:
    with suppress(Refused):
        return safe_path(name)
    return None


def safe_path(name: str) -> FolderPath:
    """A member's path, taken apart; raises Refused for one that could lead out of the archive."""
    path = tuple(part for part in name.split("/") if part not in ("", "."))
    if name.startswith("/") or ".." in path or "\0" in name or name[1:2] == ":":
        raise Refused(f"holds a path that leads out of it or is not plain: {shortened(name, SHOWN)}")
    return path or (".",)


def nothing(where: str, wanted: Wanted, files: Files, links: Sequence[str] = ()) -> NoExercise:
    """What is said of a hand-in without a wanted file.

    files: what it has. links: what was passed over.
    """
    python = any(allowed(path[-1]) for path in files)
    what = (
        f"holds none of the exercises ({wanted.listed})"
        if python
        else f"holds no Python file; wanted are {wanted.listed}"
    )
    passed = f"; {printable(links[0])} is a link, and links are not followed" if links else ""
    there = instead(files) if wanted.defines else ""
    return NoExercise(f"{where} {what}{passed}{there}", NEXT)


def read_path(
    root: Root, path: FolderPath, title: str, wanted: Sought, layout: Layout | None = None
) -> Submission:
    """The submission that a folder or an archive holds; raises UsageError.

    path: its names below the root.
    title: what the submission is called.
    layout: what else it may be, where it has none of the wanted files.
    """
    wanted = sought(wanted)
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


def _as_exercises(root: Root, path: FolderPath, title: str, wanted: Wanted) -> Submission:
    where = printable("/".join(path))
    try:
        with root.folder(path[:-1]) as above:
            return _read(above, path[-1], where, title, wanted)
    except (OSError, ValueError) as error:
        if isinstance(error, OSError):
            refuse_of_machine(error)
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(
            f"{where} cannot be read: {reason}", "check what it is, and its permissions"
        ) from None


def read_loose(root: Root, files: Mapping[str, str], where: str, title: str, wanted: Sought) -> Submission:
    """The submission that single files of the root make up; raises UsageError.

    files: the name each has among them, and the name it has in the root.
    """
    wanted = sought(wanted)
    try:
        with root.folder(()) as above:
            readers: Files = {(name,): partial(content, files[name], above) for name in files}
            submission = chosen(readers, wanted, where, title)
            if submission is None:
                raise nothing(where, wanted, readers)
    except OSError as error:
        refuse_of_machine(error)
        raise UsageError(f"{where} cannot be read: {error.strerror}", "check its permissions") from None
    return submission


def read_parts(reads: Sequence[Callable[[], Submission]], wanted: Wanted) -> Submission:
    """What several parts of one hand-in hold: each file from the first of them that has it.

    reads: read one part each; further ones are asked only while a wanted file is missing.
    Raises UsageError where one that is asked cannot be read, or none of them holds a wanted file.
    """
    found: Submission | None = None
    lacks: UsageError | None = None
    for read in reads:
        try:
            part = read()
        except NoExercise as error:
            lacks = lacks or error
            continue
        if part.shape is not None:
            return found or part
        found = part if found is None else found.with_more(part)
        if complete(found, wanted):
            break
    if found is None:
        raise lacks or UsageError("nothing was handed in", NEXT)
    return found


def _read(above: Held, name: str, where: str, title: str, wanted: Wanted) -> Submission:
    mode = state_of(name, above).st_mode
    if stat.S_ISLNK(mode):
        raise UsageError(f"{where} is a link, and links are not followed", "put the work itself there")
    if not stat.S_ISDIR(mode):
        if wanted.defines and without_ending(name) is None:
            return _file(above, name, where, title, wanted)
        return _opened(above, name, where, title, wanted)
    handle = hold(name, above)
    try:
        return read_folder(handle, where, title, wanted)
    finally:
        let_go(handle)


def _opened(above: Held, name: str, where: str, title: str, wanted: Wanted) -> Submission:
    """What an archive holds; one that is called as another kind of archive is told as what it is."""
    try:
        return read_archive(above, name, where, title, wanted)
    except UsageError:
        if wanted.defines and (kind := packed(name, partial(content, name, above))):
            raise UsageError(f"{where} is {kind}, which is not read", "hand in a zip") from None
        raise


def _file(above: Held, name: str, where: str, title: str, wanted: Wanted) -> Submission:
    """What a file that is no archive by its name is: exercises, or an archive all the same."""
    files: Files = {(name,): partial(content, name, above)}
    if (found := chosen(files, wanted, where, title)) is not None:
        return found
    if kind := packed(name, files[name,]):
        raise NoExercise(f"{where} is {kind}, which is not read", "hand in a zip")
    if likely(name):
        raise NoExercise(f"{where} defines none of the exercises ({wanted.listed})", NEXT)
    return read_archive(above, name, where, title, wanted)


def read_given(path: Path, wanted: Sought) -> Submission:
    """What somebody names as their work: a folder, an archive or a file.

    Of a folder that holds an exercise, the folder itself counts, and not one in it.
    Raises UsageError where it cannot be read, NoExercise where it holds none that is wanted.
    """
    wanted = sought(wanted)
    title = printable(path.resolve().name)
    try:
        handle = hold(path if path.is_dir() else path.parent)
    except OSError:
        return load(path, wanted)  # which says why not
    try:
        if path.is_dir():
            return read_folder(handle, str(path), title, wanted, home=())
        if not (likely(path.name) or without_ending(path.name) or packed(path.name, partial(content, path))):
            return load(path, wanted)  # the same
        return _read(handle, path.name, str(path), title, wanted)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(
            f"{path} cannot be read: {reason}", "check what it is, and its permissions"
        ) from None
    finally:
        let_go(handle)


def read_own(folder: Path, wanted: Sought) -> Submission:
    """The same for whoever runs code of their own: it says where it lies, so that breakpoints in it bind."""
    return lying_there(read_given(folder, wanted), folder)


def lying_there(given: Submission, folder: Path) -> Submission:
    """What was read from a folder, with the place of its files; none where one is called otherwise."""
    return given if given.taken else replace(given, folder=str(folder.resolve().joinpath(*given.home)))


def read(folder: Path, wanted: Sought) -> Submission:
    """The submission: files, a folder of files, or one archive; no path of this machine is told of it.

    Raises UsageError where it holds none that is wanted, MachineError where the folder is not there.
    """
    try:
        handle = hold(folder)
    except OSError as error:
        raise MachineError(f"cannot open {folder}: {error.strerror}", "is it mounted?") from None
    try:
        return read_folder(handle, "the submission", "submission", wanted)
    except OSError as error:
        refuse_of_machine(error)
        raise UsageError(f"the submission cannot be read: {error.strerror}", "hand it in again") from None
    finally:
        let_go(handle)

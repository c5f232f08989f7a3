"""A learning platform's download that is still one archive: what may be needed of it, in a private folder."""

from __future__ import annotations

import errno
from pathlib import Path

from grader.errors import MachineError, UsageError
from grader.intake.archives import Limits, in_words, members
from grader.intake.choosing import DEEPEST
from grader.intake.member import Kind, Member, Refused
from grader.intake.names import METADATA, METADATA_MOST, leftover, without_ending
from grader.intake.packed import LIMITS as INNER
from grader.intake.packed import safe_path
from grader.intake.root import Root, temporary
from grader.printable import printable, shortened
from grader.submission import LARGEST

LIMITS = Limits(packed=16 << 30, members=2_000_000, unpacked=8 << 30)
# A folder around everything, one a submission, those in it, and the file.
LONGEST = 1 + 1 + DEEPEST + 1
DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
Troubles = list[tuple[str, str]]
UNSAFE = "left out: its path leads out of the archive or is not plain"


def unpack(archive: Path) -> tuple[Root, Troubles]:
    """A temporary folder with the archive's submissions, and what was left out of it.

    Unpacked are Python files and the archives in it, which stay archives; of all other files only that they
    are there. Nothing is longer than what is read of it later, and no link is ever made.
    Raises UsageError, and MachineError where there is no room.
    """
    root, troubles = temporary(), []
    where = printable(str(archive))
    try:
        with archive.open("rb") as file, in_words(where):
            for member in members(file, LIMITS):
                if reason := _take(member, root.path):
                    troubles.append((shortened(member.name.removeprefix("./")), reason))
    except OSError as error:
        raise UsageError(f"{where} cannot be read: {error.strerror}", "check its permissions") from None
    return root, troubles


def _take(member: Member, root: Path) -> str:
    """Write a member, if it may be needed; why it is left out, where somebody should know."""
    try:
        path = safe_path(member.name)
    except Refused:
        return UNSAFE
    if any(map(leftover, path)) or len(path) > LONGEST:
        return ""
    if member.kind is Kind.OTHER:
        return "left out: it is a link or a device" if len(path) < 2 or _most(path[-1]) else ""
    data = member.read(_most(path[-1])) if member.kind is Kind.FILE else None
    try:
        _write(root.joinpath(*path), data)
    except FileExistsError:
        return "left out: the archive holds it twice, and the first one was taken"
    except OSError as error:
        if error.errno in DISK:
            raise MachineError(f"there is no room to unpack in: {error.strerror}", "set TMPDIR") from None
        return f"left out: no file can be called that here ({error.strerror})"
    return ""


def _write(target: Path, data: bytes | None) -> None:
    """Make a file of these bytes, or a folder where there are none."""
    (target if data is None else target.parent).mkdir(parents=True, exist_ok=True)
    if data is not None:
        with target.open("xb") as file:
            file.write(data)


def _most(name: str) -> int:
    """How many bytes are needed of a file of this name."""
    if name.endswith(".py"):
        return LARGEST + 1
    if name == METADATA:
        return METADATA_MOST + 1
    return INNER.packed + 1 if without_ending(name) else 0

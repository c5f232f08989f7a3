"""Reading a hand-in that is an archive, without ever writing one of its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from grader.errors import UsageError
from grader.intake.archives import Limits, in_words, members
from grader.intake.choosing import DEEPEST, Path, nothing, one
from grader.intake.member import Kind, Member, Refused
from grader.intake.names import leftover, without_ending
from grader.intake.root import regular
from grader.printable import shortened
from grader.submission import LARGEST, Submission, allowed, gather

LIMITS = Limits(packed=64 << 20, members=10_000, unpacked=64 << 20)
SHOWN = 100  # characters of a name: an archive may have any
Reader = Callable[[], bytes]


def read_archive(above: int, name: str, where: str, title: str, wanted: tuple[str, ...]) -> Submission:
    """What a file of a folder holds, given that it is a zip or tar archive.

    above: a descriptor of the folder.
    Raises UsageError, and OSError or ValueError for the file itself.
    """
    files: dict[Path, Reader] = {}
    nested: list[str] = []
    with regular(name, above) as handle, open(handle, "rb", closefd=False) as file, in_words(where):
        for member in members(file, LIMITS):
            path = safe_path(member.name)
            if member.kind is Kind.FOLDER or any(map(leftover, path)):
                continue
            if allowed(path[-1]) and len(path) <= DEEPEST + 1:
                if path in files:
                    raise Refused(f"holds {shortened(member.name, SHOWN)} twice")
                files[path] = _reader(member, path[-1])
            elif without_ending(path[-1]):
                nested.append(member.name)
    return _chosen(files, nested, where, title, wanted)


def _reader(member: Member, name: str) -> Reader:
    if member.kind is Kind.FILE:
        return partial(bytes, member.read(LARGEST + 1))
    return partial(_refuse, f"{name} is a link or a device, not a regular file")


def _refuse(reason: str) -> bytes:
    raise ValueError(reason)


def _chosen(
    files: Mapping[Path, Reader],
    nested: list[str],
    where: str,
    title: str,
    wanted: tuple[str, ...],
) -> Submission:
    holders = {path[:-1] for path in files if path[-1].removesuffix(".py") in wanted}
    if not holders:
        if nested and not files:
            raise UsageError(
                f"{where} holds an archive, {shortened(nested[0], SHOWN)}, and no exercise file",
                "hand in the inner archive; one inside another is not opened",
            )
        raise nothing(where, wanted, bool(files))
    least = min(map(len, holders))
    holder = one(sorted(path for path in holders if len(path) == least), where)
    names = [path[-1] for path in files if path[:-1] == holder]
    return gather(title, names, wanted, lambda name: files[(*holder, name)]())


def safe_path(name: str) -> Path:
    """A member's path, taken apart; raises Refused for one that could lead out of the archive."""
    path = tuple(part for part in name.split("/") if part not in ("", "."))
    if name.startswith("/") or ".." in path or "\\" in name or "\0" in name or name[1:2] == ":":
        raise Refused(f"holds a path that leads out of it or is not plain: {shortened(name, SHOWN)}")
    return path or (".",)

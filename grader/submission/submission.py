"""A submission: a student's sources, read once and carefully."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from grader.errors import UsageError
from grader.machine.files import regular
from grader.printable import printable

UTF16 = (b"\xff\xfe", b"\xfe\xff")  # how it begins, in either order of bytes
LARGEST = 1 << 20
MOST_FILES = 100


@dataclass(frozen=True, slots=True)
class AnyShape:
    """That a submission is an implementation in a shape of its own, and what a person says of it.

    value: the class that counts, as "module:Class" or "Class"; empty to have it found.
    names: what its attributes and methods are called: ("data", "val").
    """

    value: str = ""
    names: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Submission:
    """What was handed in.

    name: the folder's name.
    sources: the text of each Python file, by its name without ".py", or by its path where shape is set.
    unreadable: why a file of that name could not be taken, in words.
    shape: None where the files are named after the exercises.
    folder: where the files lie, if the code may know that: it is run by the one who wrote it.
    """

    name: str
    sources: Mapping[str, str]
    unreadable: Mapping[str, str]
    shape: AnyShape | None = None
    folder: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 over names and texts: equal for equal work, whatever the folder is called."""
        digest = hashlib.sha256()
        for name, text in sorted(self.sources.items()):
            for piece in (name, text):
                data = piece.encode("utf-8", "surrogatepass")
                digest.update(len(data).to_bytes(8, "big") + data)
        return digest.hexdigest()


def load(folder: Path, wanted: tuple[str, ...]) -> Submission:
    """Read the Python files of a folder, without following links out of it.

    wanted: the exercises' names; one of them at least should be there.
    Raises UsageError for a folder that is missing, unreadable, no folder, or has none of them.
    """
    names = _names(folder)
    submission = gather(printable(folder.resolve().name), names, wanted, lambda name: content(folder / name))
    if not {*submission.sources, *submission.unreadable} & set(wanted):
        raise UsageError(
            f"{folder} has none of the exercises ({', '.join(f'{name}.py' for name in wanted)})",
            "give the folder that holds them: grader grade exercises",
        )
    return submission


def load_own(folder: Path, wanted: tuple[str, ...]) -> Submission:
    """The same for whoever runs code of their own: it says where it lies, so that breakpoints in it bind."""
    return replace(load(folder, wanted), folder=str(folder.resolve()))


def gather(
    title: str, names: Iterable[str], wanted: tuple[str, ...], read: Callable[[str], bytes]
) -> Submission:
    """A submission of those among the files that may be part of one.

    title: what the submission is called.
    names: the files' names, without folders; wanted as in load.
    read: gives a file's content, or no more than LARGEST + 1 bytes of it; raises OSError, or ValueError
        whose text says why the file is refused.
    """
    sources, unreadable = {}, {}
    for name in _kept(names, wanted):
        try:
            sources[name.removesuffix(".py")] = text(name, read(name))
        except ValueError as error:
            unreadable[name.removesuffix(".py")] = str(error)
        except OSError as error:
            unreadable[name.removesuffix(".py")] = f"{name} cannot be read: {error.strerror}"
    return Submission(title, sources, unreadable)


def allowed(name: str) -> bool:
    """Whether a file of this name may be part of a submission."""
    return name.endswith(".py") and name[:-3].isidentifier() and name.isascii() and name != "__init__.py"


def _kept(names: Iterable[str], wanted: tuple[str, ...]) -> list[str]:
    # The exercises come first, so that no number of other files can hide them.
    kept = sorted(filter(allowed, names), key=lambda name: (name[:-3] not in wanted, name))
    return kept[:MOST_FILES]


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        raise UsageError(f"there is no folder {folder}", "check the path") from None
    except NotADirectoryError:
        raise UsageError(
            f"{folder} is a file, not a folder", "give the folder that holds the exercises"
        ) from None
    except OSError as error:
        raise UsageError(
            f"the folder {folder} cannot be read: {error.strerror}", "check its permissions"
        ) from None


def content(path: Path | str, within: int | None = None) -> bytes:
    """The bytes of a regular file, LARGEST + 1 at most; links are not followed, and nothing is waited for.

    within: the descriptor of the folder that path is relative to.
    Raises OSError, and ValueError, in words, for anything but a regular file.
    """
    with regular(path, within, f"{os.path.basename(path)} is not a regular file") as file:
        return file.read(LARGEST + 1)


def text(name: str, data: bytes) -> str:
    """The text of a Python file; raises ValueError, in words, where it is none."""
    if len(data) > LARGEST:
        raise ValueError(f"{name} is larger than {LARGEST >> 20} MiB")
    if data.startswith(UTF16) or (
        b"\0" in data and len(data) % 2 == 0 and data[1::2].count(0) > len(data) / 4
    ):
        raise ValueError(f"{name} is saved as UTF-16; save it as UTF-8")
    if b"\0" in data:
        raise ValueError(f"{name} holds a NUL byte, so it is no Python source")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{name} is not UTF-8 text") from None

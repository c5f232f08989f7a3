"""A submission: a student's sources, read once and carefully."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import UsageError

LARGEST = 1 << 20
MOST_FILES = 100


@dataclass(frozen=True, slots=True)
class Submission:
    """What was handed in.

    name: the folder's name.
    sources: the text of each Python file, by its name without ".py".
    unreadable: why a file of that name could not be taken, in words.
    """

    name: str
    sources: Mapping[str, str]
    unreadable: Mapping[str, str]

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
    sources, unreadable = {}, {}
    for name in _names(folder, wanted):
        try:
            sources[name.removesuffix(".py")] = _text(folder / name)
        except ValueError as error:
            unreadable[name.removesuffix(".py")] = str(error)
        except OSError as error:
            unreadable[name.removesuffix(".py")] = f"{name} cannot be read: {error.strerror}"
    if not {*sources, *unreadable} & set(wanted):
        raise UsageError(
            f"{folder} has none of the exercises ({', '.join(f'{name}.py' for name in wanted)})",
            "give the folder that holds them: grader grade exercises",
        )
    return Submission(folder.resolve().name, sources, unreadable)


def _names(folder: Path, wanted: tuple[str, ...]) -> list[str]:
    try:
        names = sorted(os.listdir(folder))
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
    kept = [name for name in names if name.endswith(".py") and name[:-3].isidentifier() and name.isascii()]
    # The exercises come first, so that no number of other files can hide them.
    kept.sort(key=lambda name: (name[:-3] not in wanted, name))
    return [name for name in kept if name != "__init__.py"][:MOST_FILES]


def _text(path: Path) -> str:
    """The text of a regular file; raises ValueError, in words, for anything else."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise ValueError(f"{path.name} is not a regular file")
    with os.fdopen(handle, "rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ValueError(f"{path.name} is larger than {LARGEST >> 20} MiB")
    if b"\0" in data:
        raise ValueError(f"{path.name} holds a NUL byte, so it is no Python source")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} is not UTF-8 text") from None

"""What an archive is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto


class Refused(Exception):
    """An archive will not be read; the text goes on where its name left off: "is encrypted"."""


class Kind(Enum):
    """What a member is."""

    FILE = auto()
    FOLDER = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an archive.

    name: its path, as the archive has it.
    read: gives its content, or so many bytes of it; works until the next member is asked for.
    """

    name: str
    kind: Kind
    read: Callable[[int], bytes]

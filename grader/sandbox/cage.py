"""What every cage promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Inside:
    """The walls that a cage leaves to the worker itself, before anything of a student's is there.

    root: the folder that becomes the root of all files; empty where that stays as it is.
    user: the number of the user it becomes; 0 where it stays who it is.
    listed: the folders whose names it may list. read: the files and folders it may read.
    """

    root: str
    user: int
    listed: list[str]
    read: list[str]


class Caged(Protocol):
    """A running worker."""

    def kill(self) -> None:
        """End it and everything it started; may be called more than once."""


class Cage(Protocol):
    """A way to start a worker.

    isolation: what the report says of it: full, reduced or none.
    lacking: why it is reduced, in a sentence; nothing where it is not.
    inside: what the worker itself has to do; None where the cage does all.
    """

    @property
    def isolation(self) -> str: ...

    @property
    def lacking(self) -> str: ...

    @property
    def inside(self) -> Inside | None: ...

    def start(self, arguments: Sequence[str], pass_fds: Sequence[int]) -> Caged:
        """Start a bare Python interpreter with these arguments and only these descriptors.

        Raises MachineError where that is not possible.
        """

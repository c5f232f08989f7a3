"""What every cage promises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Caged(Protocol):
    """A running worker."""

    def kill(self) -> None:
        """End it and everything it started; may be called more than once."""


class Cage(Protocol):
    """A way to start a worker.

    isolation: what the report says of it: full, reduced or none.
    seen: the folders whose names a worker may list and the files and folders it may read, where it is the
        worker itself that has to close its eyes to the rest; None where the cage does that.
    """

    isolation: str

    @property
    def seen(self) -> tuple[list[str], list[str]] | None: ...

    def start(self, arguments: Sequence[str], pass_fds: Sequence[int]) -> Caged:
        """Start a bare Python interpreter with these arguments and only these descriptors.

        Raises MachineError where that is not possible.
        """

"""Programs ready to send to a worker."""

from __future__ import annotations

import marshal
from collections.abc import Sequence
from dataclasses import dataclass

from grader.program import Packed, Program, pack


@dataclass(frozen=True, slots=True)
class Request:
    """Programs packed once, however many submissions they go to.

    packed: the programs as marshal.
    lengths: how many numbers each observes.
    """

    packed: bytes
    lengths: tuple[int, ...]

    @classmethod
    def of(cls, programs: Sequence[Program]) -> Request:
        return cls(marshal.dumps([pack(p) for p in programs]), tuple(p.length for p in programs))

    def programs(self) -> list[Packed]:
        """The programs, as they were packed."""
        programs: list[Packed] = marshal.loads(self.packed)
        return programs

"""What a reading asks a cage, and what comes back: records of numbers, in which nothing is trusted.

A question is a program like any other: its answer is as many numbers as it says. So whatever the code under
test does to the process that it runs in, all that can arrive are numbers, and a reader looks each up in a
list of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from grader.autograd.reading.normal import Expression
from grader.autograd.reading.worker.record import ARITY, KINDS, NODES, OPERATIONS
from grader.model import Observation

MOST_DEEP = 40


@dataclass(frozen=True, slots=True)
class Question:
    """What a worker is asked to look at: kind, as in worker/serving.py, and the details that it takes."""

    tag: ClassVar[str] = "reading"
    kind: str
    details: tuple[Any, ...]
    length: int


# Asks one engine: each question in turn, in one process.
Ask = Callable[[Sequence[Question]], list[Observation]]


class Unreadable(Exception):
    """A record says what no worker of ours says."""


class Reader:
    """Takes a record's numbers one after the other; raises Unreadable where they mean nothing."""

    def __init__(self, numbers: Sequence[float]) -> None:
        self._numbers = numbers
        self._at = 0

    def number(self) -> float:
        """Any number; NaN where there was none."""
        if self._at >= len(self._numbers):
            raise Unreadable("the record is too short")
        self._at += 1
        return self._numbers[self._at - 1]

    def whole(self, most: int = 1 << 30) -> int:
        """A whole number from -1 to most."""
        number = self.number()
        if not -1 <= number <= most or number != int(number):
            raise Unreadable(f"{number} is no whole number from -1 to {most}")
        return int(number)

    def flag(self) -> bool:
        return self.whole(1) == 1

    def kind(self) -> str:
        """What kind of thing something is, with its article."""
        return self.kind_of(self.whole(len(KINDS) - 1))

    def kind_of(self, code: int) -> str:
        """The kind of that place in the list."""
        if not 0 <= code < len(KINDS):
            raise Unreadable(f"there is no kind {code}")
        return KINDS[code]

    def tree(self, names: Sequence[str], nodes: int = NODES) -> Expression | None:
        """An expression over these symbols, or None where there is none or it was too large."""
        count, start = self.whole(nodes), self._at
        self._at += 2 * nodes
        flat = self._numbers[start : self._at]
        if count <= 0:
            return None
        made, end = self._node(flat, 0, names, 0)
        if end != 2 * count:
            raise Unreadable("an expression does not end where it should")
        return made

    def _node(
        self, flat: Sequence[float], at: int, names: Sequence[str], depth: int
    ) -> tuple[Expression, int]:
        if depth > MOST_DEEP or at + 1 >= len(flat):
            raise Unreadable("an expression goes on too long")
        code, detail = flat[at], flat[at + 1]
        if code not in range(len(OPERATIONS)):
            raise Unreadable(f"there is no operation {code}")
        op = OPERATIONS[int(code)]
        if op == "num":
            if not abs(detail) < float("inf"):
                raise Unreadable(f"{detail} is no number to compute with")
            return ("num", int(detail) if detail == int(detail) and abs(detail) < 1e15 else detail), at + 2
        if op == "sym":
            if detail not in range(len(names)):
                raise Unreadable(f"there is no symbol {detail}")
            return ("sym", names[int(detail)]), at + 2
        arguments = []
        end = at + 2
        for _ in range(ARITY.get(op, 1)):
            argument, end = self._node(flat, end, names, depth + 1)
            arguments.append(argument)
        return (op, *arguments), end

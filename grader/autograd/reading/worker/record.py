"""What is seen, as numbers: a record has as many places as were asked for, and a reader knows each.

An expression lies flat, operation before arguments: two numbers a node, its operation and its index among the
symbols, or its value. One that does not fit is left out, and said to be.
"""

from __future__ import annotations

from . import symbols
from .symbols import plain
from .tables import CODES, KINDS, NODES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NAN = float("nan")


class Record:
    """Numbers one after the other, filled up to a length."""

    def __init__(self, names: dict[str, int]) -> None:
        self.numbers: list[float] = []
        self.names = names

    def put(self, *numbers: Any) -> None:
        self.numbers += [float(x) for x in numbers]

    def number(self, x: Any) -> None:
        """A number, or NaN for anything else and for what is none."""
        self.put(number(x))

    def tree(self, e: Any, nodes: int = NODES) -> None:
        """An expression in 1 + 2 * nodes places; 0 nodes where it does not fit."""
        flat: list[float] = []
        try:
            self._flat(e, flat, 2 * nodes)
        except (symbols.TooMuch, KeyError, OverflowError, RecursionError):
            flat = []
        self.put(len(flat) // 2, *flat, *[0.0] * (2 * nodes - len(flat)))

    def _flat(self, e: Any, flat: list[float], room: int) -> None:
        if len(flat) >= room:
            raise symbols.TooMuch
        op = e[0]
        if op == "sym":
            flat += [0.0, float(self.names[e[1]])]
        elif op == "num":
            flat += [1.0, float(e[1])]
        else:
            flat += [float(CODES[op]), 0.0]
            for argument in e[1:]:
                self._flat(argument, flat, room)

    def filled(self, length: int) -> list[float]:
        """All of it, in so many places."""
        return self.numbers[:length] + [0.0] * (length - len(self.numbers))


def number(x: Any) -> float:
    """A real number as a float, NaN for anything else."""
    if not isinstance(x, (int, float)):
        return NAN
    try:
        return float(plain(x))
    except OverflowError:
        return NAN


def kind(x: Any, value: type) -> int:
    """What kind of thing it is, as a place in KINDS."""
    if isinstance(x, bool):
        return KINDS.index("a bool")
    if isinstance(x, (int, float)):
        return 0
    if isinstance(x, value):
        return 1
    if x is None:
        return 2
    if isinstance(x, complex):
        return KINDS.index("a complex number")
    name = {"str": "a string", "method": "a function", "builtin_function_or_method": "a function"}.get(
        type(x).__name__, f"a {type(x).__name__}"
    )
    # Another class of that name is none of ours.
    return KINDS.index(name) if name in KINDS and name != "a Value" else len(KINDS) - 1

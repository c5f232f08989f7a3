"""What is seen, as numbers: a record has as many places as were asked for, and a reader knows each.

An expression lies flat, operation before arguments: two numbers a node, its operation and its index among the
symbols, or its value. One that does not fit is left out, and said to be. What stands where is read by both
sides; nothing of what is seen runs here.
"""

from __future__ import annotations

from . import symbols
from .symbols import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NODES = 90  # of an expression that fits
TREE = 1 + 2 * NODES  # places of an expression: how many nodes, then an operation and its detail for each
# An operation is known by its place here; its detail is the index of a symbol, or a number's value.
OPERATIONS = (
    "sym", "num", "+", "-", "*", "/", "**", "//", "%", "^", "neg", "abs", "int", "floor", "ceil", "round",
    "log", "exp", "sqrt", "tanh", "sin", "cos", "sinh", "cosh", "log2", "log10", "relu", "sign",
)  # fmt: skip
CODES = {name: code for code, name in enumerate(OPERATIONS)}
ARITY = dict.fromkeys(("+", "-", "*", "/", "**", "//", "%", "^"), 2)
KINDS = (
    "a number", "a Value", "None", "a list", "a tuple", "a generator", "a function", "a string", "a set",
    "a dict", "a bool", "a complex number", "something else",
)  # fmt: skip

# An operation's symbols: its operands' data, their gradients before and (once set) after, what arrives at the
# result, its data, the gradient that a node has while it is made, a plain number as operand.
NAMES = ("a", "b", "A", "B", "A_", "B_", "g", "out", "early", "k")
SIGNS = ("<", "<=", ">", ">=", "==", "!=")
ASKED, ASKED_NODES = 6, 12  # how many comparisons are noted, and of what size
FACTS = (
    *(f"forward changes {n}.{what}" for n in "ab" for what in ("data", "grad", "_prev")),
    *(f"rule stored on {n}" for n in "ab"),
    "rule stored in grad",
    *(f"runs the rule of {n}" for n in "ab"),
    *(f"rule changes {n}.data" for n in "ab"),
    "rule changes out.grad",
    "wraps a Value",
)  # fmt: skip
PLAIN_RECORD = 16
SYMBOLIC_RECORD = PLAIN_RECORD + 3 * TREE + 1 + ASKED * (1 + 2 * (1 + 2 * ASKED_NODES))

# What backward() does to a node, by its place here: it has its turn, something of it is set, or backward()
# is called for it. An event takes EVENT numbers: what, which node (-1 for one of an earlier graph), the new
# gradient or that at its turn, and the line.
EVENTS = ("turn", "grad", "data", "_prev", "call")
EVENT, MOST_EVENTS = 4, 100
MOST_STEPS = 3_000  # until a walk is held to be endless
ENDS = ("returned", "endless", "not tried")
TRACES = ("other operands", "other data", "a mark")  # what one call can leave on a node


def walk_record(nodes: int) -> int:
    """Places of one walk: its end, how many events, each node's gradient and traces, the events."""
    return 2 + 2 * nodes + EVENT * MOST_EVENTS


# A network's symbols: its weights and biases in order, its inputs, and what each call of a neuron or layer
# gave. Of longer lists only so much is looked at.
PARAMETERS, INPUTS, CALLS, OUTS, UNITS, WEIGHTS = 40, 6, 10, 6, 6, 10
NETWORK_NAMES = (
    *(f"p{i}" for i in range(PARAMETERS)),
    *(f"x{i}" for i in range(INPUTS)),
    *(f"c{call}.{i}" for call in range(CALLS) for i in range(OUTS)),
)
OUT_NODES, INPUT_NODES = 70, 10
CHANGES = ("gradients", "weights", "bias")
MADE_RECORD = 2_000
LISTED, LISTED_RECORD = 60, 2 * 60 + 10
PLAIN_CALL_RECORD = 3 + 3 * OUTS + 2 + 2 * (PARAMETERS + INPUTS) + 1 + CALLS * (4 + OUTS)
CALL_RECORD = PLAIN_CALL_RECORD + OUTS * (1 + 2 * OUT_NODES) + CALLS * INPUTS * (1 + 2 * INPUT_NODES)
# What parameters() may list: a number of the network itself, a list, a copy, another Value, a part of the
# network, its plain number, and anything else.
OWN, NESTED, COPY, OTHER, UNIT, PLAIN, STRANGE = range(7)

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

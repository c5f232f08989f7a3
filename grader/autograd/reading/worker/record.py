"""Numbers that remember how they came about, and what is seen of them as a record of numbers.

An expression is a nested tuple: ("sym", name), ("num", number) or (operation, argument, ...). A number that
carries one is a real float or int, so that code which looks at types sees nothing new. Comparisons decide by
the number and are noted. A symbol that gets lost on the way, in float() or in a function written in C, is
found again by its number: all of them are odd enough to be nobody else's.

A record has as many places as were asked for, and a reader knows each. There an expression lies flat,
operation before arguments: two numbers a node, its operation and its index among the symbols, or its value.
One that does not fit is left out, and said to be. What stands where is read by both sides; nothing of what is
seen runs here.
"""

from __future__ import annotations

import math
import operator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Expr = tuple[Any, ...]

MOST_SYMBOLS = 20_000  # symbolic numbers in one run
LARGEST = 1 << 256


class TooMuch(BaseException):
    """More was computed than a reading follows; not to be caught by the code that is read."""


class Run:
    """What one run notes.

    asked: each comparison as (sign, left, right), in the order they were made.
    known: the numbers by which a lost symbol is found again.
    made: how many symbolic numbers there have been.
    """

    asked: list[tuple[str, Expr, Expr]]
    known: dict[float, Expr]
    made: int


def begin() -> None:
    """Forget the last run."""
    Run.asked, Run.known, Run.made = [], {}, 0


begin()


def expression(x: Any) -> Expr:
    """How a number came about; a plain one is itself, or the symbol that has its value."""
    if type(x) in FOLLOWED:
        e: Expr = x.e
        return e
    number = int(x) if isinstance(x, int) else float(x)
    return Run.known.get(number) or ("num", number)


def plain(x: Any) -> Any:
    """The number without its history."""
    return float.__pos__(x) if isinstance(x, float) else int.__pos__(x)


def lift(value: Any, e: Expr) -> Any:
    """The number with a history; what is no real number stays as it is."""
    Run.made += 1
    if Run.made > MOST_SYMBOLS:
        raise TooMuch
    if isinstance(value, float):
        made: Any = Sym(value, e)
    elif isinstance(value, int):
        value = int(value)
        if abs(value) > LARGEST:
            raise OverflowError("too large to follow")
        made = IntSym(value, e)
    else:
        return value
    if _odd(value):
        Run.known.setdefault(value, e)
    return made


def symbol(name: str, value: Any) -> Any:
    """A number that is known by a name."""
    return lift(value, ("sym", name))


def _odd(value: Any) -> bool:
    """Whether nobody would write that number in code of their own."""
    if isinstance(value, int):
        return abs(value) > 16
    return value == value and not value.is_integer() and len(repr(value)) >= 6


NUMBERS = (int, float)


def _binary(op: str, function: Callable[..., Any], reflected: bool) -> Callable[..., Any]:
    def method(self: Any, other: Any, *modulus: Any) -> Any:
        if not isinstance(other, NUMBERS) or modulus:
            return NotImplemented
        one, two = (other, self) if reflected else (self, other)
        return lift(function(plain(one), plain(two)), (op, expression(one), expression(two)))

    return method


def _comparison(sign: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Any, other: Any) -> Any:
        if not isinstance(other, NUMBERS):
            return NotImplemented
        Run.asked.append((sign, self.e, expression(other)))
        return function(plain(self), plain(other))

    return method


def _unary(op: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Any, *more: Any) -> Any:
        arguments = [x for x in more if x is not None]
        return lift(function(plain(self), *arguments), (op, self.e, *[("num", x) for x in arguments]))

    return method


def _losing(op: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """int() and its kin must give a plain int; a large enough one is found again by its value."""

    def method(self: Any) -> Any:
        number = function(plain(self))
        if abs(number) > 3:
            Run.known.setdefault(number, (op, self.e))
        return number

    return method


def _truth(self: Any) -> bool:
    Run.asked.append(("!=", self.e, ("num", 0)))
    return bool(plain(self))


BINARY = {"+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod", "**": "pow"}
COMPARED = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}


def _methods(whole: bool) -> dict[str, Any]:
    methods: dict[str, Any] = {}
    for op, name in (BINARY | {"^": "xor"} if whole else BINARY).items():
        function = getattr(operator, name)
        methods[f"__{name}__"] = _binary(op, function, reflected=False)
        methods[f"__r{name}__"] = _binary(op, function, reflected=True)
    for sign, name in COMPARED.items():
        methods[f"__{name}__"] = _comparison(sign, getattr(operator, name))
    methods |= {
        "__neg__": _unary("neg", operator.neg),
        "__abs__": _unary("abs", abs),
        "__round__": _unary("round", round),
        "__floor__": _unary("floor", math.floor),
        "__ceil__": _unary("ceil", math.ceil),
        "__trunc__": _losing("int", int),
        "__int__": _losing("int", int),
        "__bool__": _truth,
        "__pos__": lambda self: self,
        "__copy__": lambda self: self,
        "__deepcopy__": lambda self, _: self,
        "__reduce__": lambda self: (type(plain(self)), (plain(self),)),
    }
    return methods


def _new(cls: Any, value: Any, e: Expr | None = None) -> Any:
    made: Any = cls.__mro__[1].__new__(cls, value)
    made.e = e if e is not None else ("num", value)
    return made


Sym: Any = type("float", (float,), {"__new__": _new, "__hash__": float.__hash__, **_methods(whole=False)})
IntSym: Any = type("int", (int,), {"__new__": _new, "__hash__": int.__hash__, **_methods(whole=True)})
FOLLOWED: tuple[Any, ...] = (Sym, IntSym)


# ---- functions written in C would lose every symbol

UNARY_MATH = ("log", "exp", "sqrt", "fabs", "tanh", "sin", "cos", "sinh", "cosh", "log2", "log10")


def follow_math() -> None:
    """Make the functions of math follow symbols; plain numbers they treat as before."""
    for name in UNARY_MATH:
        setattr(math, name, _followed("abs" if name == "fabs" else name, getattr(math, name)))
    math.pow = _followed("**", math.pow)
    math.fsum = _summed(math.fsum)


def _followed(op: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def function(*arguments: Any) -> Any:
        if not any(type(x) in FOLLOWED for x in arguments):
            return real(*arguments)
        return lift(real(*map(plain, arguments)), (op, *map(expression, arguments)))

    return function


def _summed(real: Callable[..., Any]) -> Callable[..., Any]:
    def function(numbers: Any) -> Any:
        listed = list(numbers)
        return sum(listed) if any(type(x) in FOLLOWED for x in listed) else real(listed)

    return function


class _AnyInt(type):
    def __instancecheck__(cls, x: Any) -> bool:
        return isinstance(x, int)

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(other, int)


class Whole(int, metaclass=_AnyInt):
    """Stands for int in the code that is read while symbols run: int(x) keeps the symbol."""

    def __new__(cls, x: Any = 0, *more: Any) -> Any:
        if type(x) in FOLLOWED and not more:
            return lift(int(plain(x)), ("int", expression(x)) if isinstance(x, float) else expression(x))
        return int(x, *more)


# ---- records

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
        except (TooMuch, KeyError, OverflowError, RecursionError):
            flat = []
        self.put(len(flat) // 2, *flat, *[0.0] * (2 * nodes - len(flat)))

    def _flat(self, e: Any, flat: list[float], room: int) -> None:
        if len(flat) >= room:
            raise TooMuch
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

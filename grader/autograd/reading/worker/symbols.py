"""Numbers that remember how they came about: floats and ints that carry an expression.

An expression is a nested tuple: ("sym", name), ("num", number) or (operation, argument, ...). Such a number
is a real float or int, so that code which looks at types sees nothing new. Comparisons decide by the number
and are noted. A symbol that gets lost on the way, in float() or in a function written in C, is found again by
its number: all of them are odd enough to be nobody else's.
"""

from __future__ import annotations

import math
import operator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Expr = tuple[Any, ...]

MOST = 20_000  # symbolic numbers in one run
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
    if type(x) in KINDS:
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
    if Run.made > MOST:
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
KINDS: tuple[Any, ...] = (Sym, IntSym)


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
        if not any(type(x) in KINDS for x in arguments):
            return real(*arguments)
        return lift(real(*map(plain, arguments)), (op, *map(expression, arguments)))

    return function


def _summed(real: Callable[..., Any]) -> Callable[..., Any]:
    def function(numbers: Any) -> Any:
        listed = list(numbers)
        return sum(listed) if any(type(x) in KINDS for x in listed) else real(listed)

    return function


class _AnyInt(type):
    def __instancecheck__(cls, x: Any) -> bool:
        return isinstance(x, int)

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(other, int)


class Whole(int, metaclass=_AnyInt):
    """Stands for int in the code that is read while symbols run: int(x) keeps the symbol."""

    def __new__(cls, x: Any = 0, *more: Any) -> Any:
        if type(x) in KINDS and not more:
            return lift(int(plain(x)), ("int", expression(x)) if isinstance(x, float) else expression(x))
        return int(x, *more)

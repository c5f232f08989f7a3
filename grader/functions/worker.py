"""Makes calls to functions and classes of plain data, and turns what they gave into numbers.

Plain data are None, bool, int, float, str, bytes, list, tuple, dict and set, of exactly these types, down to
a depth and up to a size. A value is a kind and what it takes to tell it, all of them numbers:

    NONE FALSE TRUE NAN INF MINUS_INF MINUS_ZERO    nothing more
    INT, FLOAT                                      the number itself
    BIG                                             0 or 1 where it is negative, how many digits, the digits
    STR, BYTES                                      how many, then code points or bytes
    LIST, TUPLE, SET                                how many, then the values
    DICT                                            how many, then keys and values in turn

Each value has one such form only, so that equal forms are the same value: 1, 1.0 and True have three, -0.0 is
not 0.0, and every NaN is the same. The values of a set stand in the order of their forms.
Both ends use this module: programs bring their arguments in the same form.
"""

from __future__ import annotations

import builtins
import math

from ..worker.child import PACKAGE, Missing, defined, describe, import_, placed
from ..worker.wire import Misfit, a

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

COUNTED = True  # how many numbers a program gives is said before them, see wire.Answer
NONE, FALSE, TRUE, INT, BIG, FLOAT, NAN, INF, MINUS_INF, MINUS_ZERO = range(10)
STR, BYTES, LIST, TUPLE, DICT, SET = range(10, 16)
# Of a call: that it raised, that it made the object of the calls that follow, that it was not made.
RAISED, OBJECT, SKIPPED = range(16, 19)
BARE = {NONE: None, FALSE: False, TRUE: True, NAN: math.nan, INF: math.inf, MINUS_INF: -math.inf}
BARE[MINUS_ZERO] = -0.0
MOST = 4096  # numbers that a program may give
DEPTH = 40
EXACT = 1 << 53  # up to here every whole number is a float
DIGIT = 32  # bits of a digit of a larger one
BITS = 2048
SAID = 400  # characters of what is said of an exception
ORDERED: dict[type, int] = {list: LIST, tuple: TUPLE}
CALL, MAKE, METHOD = "call", "make", "method"


class TooMuch(Misfit):
    """It is plain data, and there is more of it than may be sent."""


def encode(value: Any, most: int = MOST, sorted_keys: bool = False) -> list[float]:
    """The form of a value; raises Misfit where it is no plain data.

    sorted_keys: dicts with the same entries have the same form, in whatever order they were made.
    """
    form: list[float] = []
    _Writer(form, most, sorted_keys).write(value)
    return form


class _Writer:
    """Appends forms; no method of a value's own class is called, as only exact types are looked into."""

    def __init__(self, form: list[float], most: int, sorted_keys: bool) -> None:
        self.form = form
        self.most = most
        self.sorted_keys = sorted_keys
        self.around: set[int] = set()

    def write(self, value: Any) -> None:
        """Append the form of a value."""
        kind = type(value)
        if kind in ORDERED or kind is dict or kind is set:
            if id(value) in self.around:
                raise Misfit("contains itself")
            if len(self.around) == DEPTH:
                raise TooMuch(f"is nested deeper than {DEPTH}")
            self.around.add(id(value))
            self._write_container(value, kind)
            self.around.discard(id(value))
        elif kind is int:
            self._write_int(value)
        elif kind is float:
            self._write_float(value)
        elif kind is str:
            self._room(len(value))
            self.form += [STR, len(value), *map(ord, value)]
        elif kind is bytes:
            self._room(len(value))
            self.form += [BYTES, len(value), *value]
        elif value is None or value is True or value is False:
            self.form.append(NONE if value is None else TRUE if value else FALSE)
        else:
            raise Misfit(f"has {a(value)} in it, which is no plain data" if self.around else _no(value))
        self._room(0)

    def _room(self, more: int) -> None:
        if len(self.form) + more > self.most:
            raise TooMuch(f"is too large: it takes more than {self.most} numbers")

    def _write_container(self, value: Any, kind: type) -> None:
        self._room(len(value))
        if kind is set:
            # The order in which a set gives its values differs from process to process.
            self.form += [SET, len(value)]
            for form in sorted(self._apart(each) for each in value):
                self.form += form
                self._room(0)
        elif kind is dict:
            self.form += [DICT, len(value)]
            pairs = list(value.items())
            for key, each in sorted(pairs, key=self._key) if self.sorted_keys else pairs:
                self.write(key)
                self.write(each)
        else:
            self.form += [ORDERED[kind], len(value)]
            for each in value:
                self.write(each)

    def _apart(self, value: Any) -> list[float]:
        """The form of a value by itself, with what is around it known."""
        form: list[float] = []
        inner = _Writer(form, self.most, self.sorted_keys)
        inner.around = self.around
        inner.write(value)
        return form

    def _key(self, pair: tuple[Any, Any]) -> list[float]:
        return self._apart(pair[0])

    def _write_int(self, value: int) -> None:
        if -EXACT <= value <= EXACT:
            self.form += [INT, value]
            return
        if value.bit_length() > BITS:
            raise TooMuch(f"has an int of more than {BITS} bits")
        left, digits = abs(value), []
        while left:
            digits.append(left & ((1 << DIGIT) - 1))
            left >>= DIGIT
        self.form += [BIG, int(value < 0), len(digits), *digits]

    def _write_float(self, value: float) -> None:
        if value != value:
            self.form.append(NAN)
        elif value in (math.inf, -math.inf):
            self.form.append(INF if value > 0 else MINUS_INF)
        elif value == 0 and math.copysign(1.0, value) < 0:
            self.form.append(MINUS_ZERO)
        else:
            self.form += [FLOAT, value]


def _no(value: Any) -> str:
    if value is NotImplemented or value is Ellipsis:
        return f"is {value!r}, which is no plain data"
    return f"is {a(value)}, which is no plain data"


class Malformed(ValueError):
    """Numbers that are the form of nothing."""


class Reader:
    """Reads forms, one after the other; raises Malformed for what is none. Nothing is executed for it."""

    def __init__(self, form: Sequence[float]) -> None:
        self.form = form
        self.at = 0

    @property
    def done(self) -> bool:
        """Whether everything has been read."""
        return self.at == len(self.form)

    def whole(self, below: int, least: int = 0) -> int:
        """The next number, which is whole and within these bounds."""
        number = self.number()
        if not (least <= number < below and number == int(number)):
            raise Malformed(f"{number!r} is out of place")
        return int(number)

    def number(self) -> float:
        """The next number, whichever it is."""
        if self.at >= len(self.form):
            raise Malformed("it ends too early")
        self.at += 1
        return self.form[self.at - 1]

    def value(self, depth: int = 0) -> Any:
        """The next value."""
        kind = self.whole(SET + 1)
        if kind in BARE:
            return BARE[kind]
        if kind == INT:
            return self.whole(EXACT + 1, -EXACT)
        if kind == FLOAT:
            return self._float()
        if kind == BIG:
            return self._big()
        count = self.whole(MOST)
        if kind == STR:
            return "".join([chr(self.whole(0x110000)) for _ in range(count)])
        if kind == BYTES:
            return bytes([self.whole(256) for _ in range(count)])
        if depth == DEPTH:
            raise Malformed("it is nested too deep")
        if kind == DICT:
            return self._hashed({}, count, depth)
        if kind == SET:
            return self._hashed(set(), count, depth)
        values = [self.value(depth + 1) for _ in range(count)]
        return tuple(values) if kind == TUPLE else values

    def _float(self) -> float:
        value = float(self.number())
        if not math.isfinite(value) or (value == 0 and math.copysign(1.0, value) < 0):
            raise Malformed("this float has a kind of its own")
        return value

    def _big(self) -> int:
        negative = self.whole(2)
        digits = [self.whole(1 << DIGIT) for _ in range(self.whole(BITS // DIGIT + 1, 2))]
        value = sum(digit << (DIGIT * place) for place, digit in enumerate(digits))
        if not digits[-1] or value <= EXACT:
            raise Malformed("this int is written longer than it is")
        return -value if negative else value

    def _hashed(self, made: Any, count: int, depth: int) -> Any:
        starts = []
        for _ in range(count):
            start = self.at
            key = self.value(depth + 1)
            starts.append(list(self.form[start : self.at]))
            try:
                if type(made) is set:
                    made.add(key)
                else:
                    made[key] = self.value(depth + 1)
            except TypeError:
                raise Malformed("no such thing can stand in a set, or be a key") from None
        if len(made) != count or (type(made) is set and starts != sorted(starts)):
            raise Malformed("its values stand twice, or in another order")
        return made


def decode(form: Sequence[float]) -> Any:
    """The value of a form; raises Malformed where it is none."""
    reader = Reader(form)
    value = reader.value()
    if not reader.done:
        raise Malformed("there is more than a value")
    return value


def assembled(needed: list[tuple[str, str, str]]) -> dict[str, Any]:
    """What the exercises define, by name. The parts must be found by imports.

    Raises whatever the student's source raises, and Missing where it lacks its definition.
    """
    engine = {}
    package = import_(PACKAGE)
    for name, definition, _ in needed:
        engine[definition] = defined(import_(f"{PACKAGE}.{name}"), definition)
        setattr(package, definition, engine[definition])
    return engine


def assemble(head: dict[str, Any]) -> dict[str, Any]:
    """The engine that a request's head tells of; raises whatever the source in it raises."""
    placed(head)
    return assembled(head["needed"])


def run(packed: tuple[Any, ...], engine: dict[str, Any]) -> list[float]:
    """What each call of a program gave, one after the other; raises Misfit for what is no plain data.

    A call that raises is an observation like any other, and the next is made. Without its object none is.
    """
    _, steps = packed
    form: list[float] = []
    made: Any = None
    for number, (name, arguments, kind, watched) in enumerate(steps):
        given = list(decode(arguments))
        function = None if kind == METHOD else _defined(engine, name)
        try:
            result = (getattr(made, name) if function is None else function)(*given)
        except Exception as error:
            form += raised(error)
            if kind == MAKE:
                form += [SKIPPED] * (len(steps) - number - 1)
                break
        else:
            if kind == MAKE:
                made = result
                form.append(OBJECT)
            else:
                form += _told(result, f"{name}() gave a result that", MOST - len(form))
        if watched:
            form += _told(tuple(given), f"{name}() has left an argument that", MOST - len(form))
    if len(form) > MOST:
        raise TooMuch(f"what the calls gave is too large: it takes more than {MOST} numbers")
    return form


def _defined(engine: dict[str, Any], name: str) -> Any:
    if name not in engine:
        raise Missing(f"no exercise defines {name}")
    return engine[name]


def _told(value: Any, what: str, most: int) -> list[float]:
    """The form of a value; raises Misfit with what it is said of."""
    try:
        return encode(value, most)
    except TooMuch as error:
        raise TooMuch(f"{what} {error}") from None
    except Misfit as error:
        raise Misfit(f"{what} {error}") from None


def raised(error: Exception) -> list[float]:
    """The form of an exception: the built-in class that it is of, and what is said of it."""
    classes = type.mro(type(error))
    names = [kind.__name__ for kind in classes if vars(builtins).get(_name(kind)) is kind]
    said = describe(error)
    return [RAISED, *encode(names[0] if names else "Exception"), *encode(said[:SAID])]


def _name(kind: type) -> str:
    name = type.__dict__["__name__"].__get__(kind)
    return str(name)

"""Libraries that are not there, and NumPy's kinds of numbers."""

from __future__ import annotations

import math
import struct
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class Needed(Exception):
    """Code cannot do without a library that is not here."""


def _refusing(self: Any, *_: Any) -> Any:
    library = object.__getattribute__(self, "_name").partition(".")[0]
    raise Needed(f"{library} is needed for this, and it is not installed where code is graded")


class Inert:
    """Anything of a library that is not here: plots, progress bars and data sets may be asked for in vain.

    waits: modules are loaded, and what is asked for now is needed.
    """

    _name: str
    waits = False

    def __init__(self, name: str) -> None:
        object.__setattr__(self, "_name", name)

    def __getattr__(self, name: str) -> Inert:
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert(f"{self._name}.{name}")

    def __setattr__(self, name: str, value: Any) -> None:
        """Forget what is set."""

    def __call__(self, *given: Any, **named: Any) -> Any:
        # A decorator leaves what it decorates as it is.
        return given[0] if len(given) == 1 and not named and _defined(given[0]) else Inert(self._name)

    def __mro_entries__(self, bases: Any) -> tuple[type, ...]:
        return ()

    def __iter__(self) -> Iterator[Any]:
        if Inert.waits:
            _refusing(self)
        return iter(())

    def __enter__(self) -> Inert:
        return self

    def __exit__(self, *_: Any) -> None:
        return None

    def __getitem__(self, _: Any) -> Inert:
        return Inert(self._name)

    def __setitem__(self, *_: Any) -> None:
        """Forget what is set."""

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __neg__ = _refusing
    __truediv__ = __rtruediv__ = __pow__ = __rpow__ = __matmul__ = __lt__ = __gt__ = _refusing
    __float__ = __int__ = __index__ = __abs__ = _refusing


def _defined(thing: Any) -> bool:
    return isinstance(thing, type) or hasattr(thing, "__code__")


class InertModule(ModuleType):
    """A library's module with everything in it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert(f"{self.__name__}.{name}")


SINGLE = struct.Struct("f")
ARITHMETIC = ("add", "sub", "mul", "truediv", "pow", "mod", "floordiv")


class Scalar:
    """What NumPy's numbers have besides being numbers: they look like arrays of no dimensions."""

    shape: tuple[int, ...] = ()
    ndim, size = 0, 1

    @property
    def dtype(self) -> type:
        return type(self)

    @property
    def T(self) -> Any:  # noqa: N802 (NumPy's name)
        return self

    def item(self) -> Any:
        return self.__class__.plain(self)  # type: ignore[attr-defined]  # each of them has it

    def astype(self, dtype: Any, **_: Any) -> Any:
        return kind(dtype)(self)

    def _itself(self, *_: Any, **__: Any) -> Any:
        return self

    sum = mean = max = min = copy = reshape = squeeze = _itself
    tolist = item


class float64(Scalar, float):  # noqa: N801 (NumPy's name)
    """A float."""

    plain = float


class float32(Scalar, float):  # noqa: N801 (NumPy's name)
    """A float rounded to single precision after every operation."""

    plain = float

    def __new__(cls, number: Any = 0.0) -> float32:
        return float.__new__(cls, single(float(number)))


class int64(Scalar, int):  # noqa: N801 (NumPy's name)
    """A whole number."""

    plain = int


class bool_(Scalar, int):  # noqa: N801 (NumPy's name)
    """Whether something is so."""

    plain = bool

    def __invert__(self) -> bool_:
        return bool_(not self)


KINDS: dict[str, Any] = {
    **dict.fromkeys(("float64", "double"), float64),
    **dict.fromkeys(("float32", "float16", "single"), float32),
    **dict.fromkeys(("int64", "int32"), int64),
}


def single(number: float) -> float:
    """The number rounded to single precision."""
    if math.isfinite(number) and abs(number) > 3.4e38:
        return math.copysign(math.inf, number)
    return float(SINGLE.unpack(SINGLE.pack(number))[0])


def kind(dtype: Any) -> Any:
    """The type of numbers that a dtype, or its name, stands for; object where it is no number's."""
    name = dtype if isinstance(dtype, str) else getattr(dtype, "__name__", "")
    return (KINDS | {"float": float64, "int": int64, "bool": bool_}).get(name, object)


def number(value: Any) -> Any:
    """The value as NumPy would hold it, if it is a plain number; anything else as it is."""
    if type(value) is float:
        return float64(value)
    if type(value) is bool:
        return bool_(value)
    return int64(value) if type(value) is int else value


def _wider(one: Any, other: Any) -> type:
    """The type of what two numbers make: a plain number leaves the other's type as it is."""
    if isinstance(one, float32) and (isinstance(other, float32) or type(other) in (int, float, bool)):
        return float32
    return float64


def _lifted(name: str, base: type) -> Any:
    plain = getattr(base, name)
    swapped = name.startswith("__r")

    def operation(self: Any, other: Any) -> Any:
        if not isinstance(other, (int, float)):
            return NotImplemented
        try:
            result = plain(self, other)
            if result is NotImplemented:
                result = getattr(float, name)(float(self), float(other))
        except ZeroDivisionError:
            return float64(math.nan if not self or swapped else math.copysign(math.inf, self))
        if type(result) is int:
            return int64(result)
        return _wider(self, other)(result)

    return operation


def _kept(function: Any) -> Any:
    return lambda self: type(self)(function(self))


for _type, _base in ((float64, float), (float32, float), (int64, int)):
    for _name in ARITHMETIC:
        setattr(_type, f"__{_name}__", _lifted(f"__{_name}__", _base))
        setattr(_type, f"__r{_name}__", _lifted(f"__r{_name}__", _base))
    for _name in ("neg", "abs", "pos"):
        setattr(_type, f"__{_name}__", _kept(getattr(_base, f"__{_name}__")))

"""Libraries that are not there."""

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


class NeedsNumPy(Needed):
    """That library is NumPy, which is there wherever it is installed."""


def needed(library: str) -> Needed:
    """What is raised where code cannot go on without a library."""
    if library == "numpy":
        return NeedsNumPy("this engine needs NumPy, which is not installed here: pip install numpy")
    return Needed(f"{library} is needed for this, and it is not installed where code is graded")


def _refusing(self: Any, *_: Any) -> Any:
    raise needed(object.__getattribute__(self, "_name").partition(".")[0])


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

    def __instancecheck__(self, _: Any) -> bool:
        return False  # nothing is made by what is not there

    def __or__(self, _: Any) -> Inert:
        return self  # a union in an annotation

    __ror__ = __or__

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


def single(number: float) -> float:
    """The number rounded to single precision."""
    if math.isfinite(number) and abs(number) > 3.4e38:
        return math.copysign(math.inf, number)
    return float(SINGLE.unpack(SINGLE.pack(number))[0])

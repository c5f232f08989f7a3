"""How an implementation keeps its numbers: by themselves, in arrays of one, or in objects of its own."""

from __future__ import annotations

import math
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def attributes(thing: Any) -> dict[str, Any]:
    """The instance's own attributes by name, slots included."""
    found = dict(getattr(thing, "__dict__", {}))
    for cls in type(thing).__mro__:
        slots = cls.__dict__.get("__slots__", ())
        for name in [slots] if isinstance(slots, str) else slots:
            place = f"_{cls.__name__.lstrip('_')}{name}" if _private(name) else name
            try:
                found.setdefault(place, getattr(thing, place))
            except AttributeError:
                continue  # a slot that is not filled yet
    return found


def _private(name: str) -> bool:
    return name.startswith("__") and not name.endswith("__")


def properties(cls: type) -> list[str]:
    """The names of a class's properties."""
    return [name for base in cls.__mro__ for name, thing in vars(base).items() if isinstance(thing, property)]


def put(thing: Any, name: str, value: Any) -> None:
    """Set an attribute, also where the class forbids it."""
    try:
        setattr(thing, name, value)
    except Exception:
        object.__setattr__(thing, name, value)


def put_number(thing: Any, name: str, number: Any) -> None:
    """Set what an attribute keeps a number in to another one."""
    held = getattr(thing, name, None)
    if inner := _box(held):
        put_number(held, inner, number)
    else:
        put(thing, name, as_kept(held, number))


def as_kept(held: Any, number: Any) -> Any:
    """A number as one is kept: in an array of the same shape, or by itself."""
    if not is_array(held) or not hasattr(number, "__float__"):
        return number
    array = held.copy() if held.dtype.kind == "f" else held.astype(float)
    array[...] = number
    return array


def is_array(thing: Any) -> bool:
    """Whether it is one of NumPy's arrays."""
    return type(thing).__name__ == "ndarray" and hasattr(thing, "dtype")


def number_in(thing: Any) -> Any:
    """The number in an array of one, or in an object that has just one; all else as it is."""
    if is_array(thing):
        return thing.item() if thing.size == 1 else thing
    inner = _box(thing)
    return number_in(getattr(thing, inner)) if inner else thing


def _box(thing: Any) -> str:
    """The attribute in which an object that is no number keeps one, if it has just one such; else empty."""
    if thing is None or callable(thing) or hasattr(thing, "__float__") or isinstance(thing, PLAIN):
        return ""
    kept = [name for name, held in attributes(thing).items() if _is_number(held)]
    return kept[0] if len(kept) == 1 else ""


PLAIN = (str, bytes, list, tuple, dict, set, frozenset)


def _is_number(held: Any) -> bool:
    if is_array(held):
        return bool(held.size == 1)
    return hasattr(held, "__float__") and not isinstance(held, bool)


SINGLE = struct.Struct("f")


def single(number: float) -> float:
    """The number rounded to single precision."""
    if math.isfinite(number) and abs(number) > 3.4e38:
        return math.copysign(math.inf, number)
    return float(SINGLE.unpack(SINGLE.pack(number))[0])

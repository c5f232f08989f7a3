"""Operations over all items of small arrays, which get their operators here."""

from __future__ import annotations

import operator

from .arrays import asarray, broadcast, ndarray
from .scalars import kind, number
from .standins import Needed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def each(function: Callable[..., Any], *values: Any) -> Any:
    """The function over all items; a single number where no array is among the values."""
    if not any(isinstance(value, (ndarray, list)) for value in values):
        for value in values:
            if not isinstance(value, (int, float)):
                raise Needed(
                    f"numpy is needed to compute with {type(value).__name__}, and it is not installed here"
                )
        return _like(values, function(*values))
    arrays = [asarray(value) for value in values]
    shape = max((a.shape for a in arrays), key=len)
    if len({a.ndim for a in arrays}) == 1:
        shape = tuple(map(max, zip(*(a.shape for a in arrays))))
    rows = zip(*(broadcast(a, shape) for a in arrays))
    items = [_like(row, function(*row)) for row in rows]
    # Without dimensions a result is a number, as in NumPy.
    return ndarray(items, shape) if shape else items[0]


def _like(given: Any, result: Any) -> Any:
    """The result in the type of what was given: single precision stays that."""
    narrow = any(type(x).__name__ == "float32" for x in given)
    wide = any(type(x).__name__ in ("float64", "float") for x in given)
    return kind("float32")(result) if narrow and not wide and isinstance(result, float) else number(result)


def _operation(name: str) -> None:
    function = getattr(operator, name)

    def forward(self: ndarray, other: Any) -> Any:
        return each(function, self, other) if _fits(other) else NotImplemented

    def backward(self: ndarray, other: Any) -> Any:
        return each(function, other, self) if _fits(other) else NotImplemented

    def in_place(self: ndarray, other: Any) -> Any:
        result = asarray(each(function, self, other))
        self.items = broadcast(result, self.shape)
        return self

    setattr(ndarray, f"__{name}__", forward)
    if name in ("add", "sub", "mul", "truediv", "pow"):
        setattr(ndarray, f"__r{name}__", backward)
        setattr(ndarray, f"__i{name}__", in_place)


def _fits(other: Any) -> bool:
    return isinstance(other, (int, float, list, ndarray))


for _name in ("add", "sub", "mul", "truediv", "pow", "gt", "lt", "ge", "le", "eq", "ne"):
    _operation(_name)
for _name, _function in (("neg", operator.neg), ("abs", abs)):
    setattr(ndarray, f"__{_name}__", lambda self, _function=_function: each(_function, self))

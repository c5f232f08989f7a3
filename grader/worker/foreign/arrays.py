"""NumPy's arrays, small and slow: a flat list and a shape."""

from __future__ import annotations

import operator

from .scalars import Scalar, kind, number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

Shape = tuple[int, ...]


class ndarray:  # noqa: N801 (NumPy's name)
    """Items in the order of the last index; they may be anything."""

    __array_priority__ = 0

    def __init__(self, items: list[Any], shape: Shape) -> None:
        self.items, self.shape = items, shape

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return len(self.items)

    @property
    def dtype(self) -> type:
        return type(self.items[0]) if self.items else float

    @property
    def T(self) -> ndarray:  # noqa: N802 (NumPy's name)
        if self.ndim < 2:
            return self
        rows, columns = self.shape
        return ndarray(
            [self.items[r * columns + c] for c in range(columns) for r in range(rows)], (columns, rows)
        )

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, index: Any) -> Any:
        first, *rest = index if isinstance(index, tuple) else (index,)
        if first is Ellipsis or index == ():
            return self if self.shape else self.items[0]
        if isinstance(first, slice):
            picked = [self[i] for i in range(*first.indices(len(self)))]
            return array([each_[tuple(rest)] for each_ in picked] if rest else picked)
        place = operator.index(first)
        if not -len(self) <= place < len(self):
            raise IndexError(f"index {place} is out of bounds for axis 0 with size {len(self)}")
        inner = self.shape[1:]
        width = _count(inner)
        start = place % len(self) * width
        found = ndarray(self.items[start : start + width], inner) if inner else self.items[start]
        return found[tuple(rest)] if rest else found

    def __setitem__(self, index: Any, value: Any) -> None:
        if not self.shape or index is Ellipsis:
            self.items = broadcast(asarray(value), self.shape)
            return
        first, *rest = index if isinstance(index, tuple) else (index,)
        width = _count(self.shape[1:])
        places = range(*first.indices(len(self))) if isinstance(first, slice) else [first % len(self)]
        for place in places:
            row = ndarray(self.items[place * width : (place + 1) * width], self.shape[1:])
            row[tuple(rest) if rest else ...] = value
            self.items[place * width : (place + 1) * width] = row.items

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __bool__(self) -> bool:
        return bool(self.item())

    __hash__ = None  # type: ignore[assignment]  # as NumPy's

    def __repr__(self) -> str:
        return f"array({self.tolist()})"

    def item(self) -> Any:
        if len(self.items) != 1:
            raise TypeError("only arrays with one item can be converted to a number")
        only = self.items[0]
        return only.item() if isinstance(only, Scalar) else only

    def tolist(self) -> Any:
        if not self.shape:
            return self.item()
        return [x.tolist() if isinstance(x, (ndarray, Scalar)) else x for x in self]

    def ravel(self) -> Any:
        return ndarray(self.items[:], (len(self.items),))

    flatten = ravel

    def copy(self) -> ndarray:
        return ndarray(self.items[:], self.shape)

    def astype(self, dtype: Any, **_: Any) -> ndarray:
        return ndarray([kind(dtype)(x) for x in self.items], self.shape)

    def reshape(self, *shape: Any) -> ndarray:
        wanted = list(shape[0] if len(shape) == 1 and isinstance(shape[0], tuple) else shape)
        if -1 in wanted:
            known = _count(tuple(n for n in wanted if n != -1))
            wanted[wanted.index(-1)] = len(self.items) // known
        return ndarray(self.items[:], tuple(wanted))

    def _folded(self, fold: Callable[[Any, Any], Any], axis: int | None) -> Any:
        if axis is None or self.ndim < 2:
            total = self.items[0]
            for item in self.items[1:]:
                total = fold(total, item)
            return total
        lines = self.T if axis % 2 == 0 else self
        return array([line._folded(fold, None) for line in lines])

    def sum(self, axis: int | None = None, **_: Any) -> Any:
        return self._folded(operator.add, axis) if self.items else number(0.0)

    def mean(self, axis: int | None = None, **_: Any) -> Any:
        return self.sum(axis) / (len(self.items) if axis is None else self.shape[axis])

    def max(self, axis: int | None = None, **_: Any) -> Any:
        return self._folded(max, axis)

    def min(self, axis: int | None = None, **_: Any) -> Any:
        return self._folded(min, axis)

    def dot(self, other: Any) -> Any:
        return self @ asarray(other)

    def __matmul__(self, other: Any) -> Any:
        if self.ndim == 2:
            return array([line @ other for line in self])
        if other.ndim == 2:
            return array([self @ column for column in other.T])
        if len(self) != len(other):
            raise ValueError(f"shapes {self.shape} and {other.shape} not aligned")
        total, *rest = (x * y for x, y in zip(self.items, other.items))
        for term in rest:
            total = total + term
        return total


def array(things: Any, dtype: Any = None, **_: Any) -> Any:
    """An array of numbers or of anything; a single thing makes one without dimensions."""
    made = _made(things)
    if dtype is not None and kind(dtype) is not object:
        return ndarray([kind(dtype)(x) for x in made.items], made.shape)
    return made


def _made(things: Any) -> ndarray:
    if isinstance(things, ndarray):
        return things.copy()
    if not isinstance(things, (list, tuple, range)):
        return ndarray([number(things)], ())
    parts = [_made(thing) for thing in things]
    inner = {part.shape for part in parts} or {()}
    if len(inner) > 1:
        raise ValueError("setting an array element with a sequence of other shapes")
    return ndarray([item for part in parts for item in part.items], (len(parts), *inner.pop()))


def asarray(things: Any, dtype: Any = None, **_: Any) -> Any:
    """The array itself, or one made of these things."""
    return things if isinstance(things, ndarray) and dtype is None else array(things, dtype)


def shaped(shape: Any, make: Callable[[], Any], dtype: Any = None) -> Any:
    """An array of that shape with made items."""
    sizes = shape if isinstance(shape, tuple) else () if shape is None else (shape,)
    hold = number if dtype is None or kind(dtype) is object else kind(dtype)
    return ndarray([hold(make()) for _ in range(_count(sizes))], sizes)


def _count(shape: Shape) -> int:
    count = 1
    for size in shape:
        count *= size
    return count


def broadcast(one: ndarray, shape: Shape) -> list[Any]:
    """The items, as many as the shape has; raises ValueError where that does not fit."""
    if one.shape == shape:
        return one.items[:]
    own = (1,) * (len(shape) - one.ndim) + one.shape
    if len(own) > len(shape) or any(a not in (1, b) for a, b in zip(own, shape)):
        raise ValueError(f"operands could not be broadcast together with shapes {one.shape} {shape}")
    items = []
    for number_of in range(_count(shape)):
        place, at, step = number_of, 0, 1
        for a, b in zip(reversed(own), reversed(shape)):
            place, index = divmod(place, b)
            at += (index if a > 1 else 0) * step
            step *= a
        items.append(one.items[at])
    return items

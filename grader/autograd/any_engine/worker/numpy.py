"""As much of NumPy as engines use, where it is not installed."""

from __future__ import annotations

import math
import operator
import random
from functools import reduce

from .libraries import KINDS, InertModule, Needed, Scalar, bool_, float32, float64, int64, kind, number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType
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
        width = math.prod(inner)
        start = place % len(self) * width
        found = ndarray(self.items[start : start + width], inner) if inner else self.items[start]
        return found[tuple(rest)] if rest else found

    def __setitem__(self, index: Any, value: Any) -> None:
        if not self.shape or index is Ellipsis:
            self.items = broadcast(asarray(value), self.shape)
            return
        first, *rest = index if isinstance(index, tuple) else (index,)
        width = math.prod(self.shape[1:])
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
            known = math.prod(tuple(n for n in wanted if n != -1))
            wanted[wanted.index(-1)] = len(self.items) // known
        return ndarray(self.items[:], tuple(wanted))

    def _folded(self, fold: Callable[[Any, Any], Any], axis: int | None) -> Any:
        if axis is None or self.ndim < 2:
            return reduce(fold, self.items)
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
        return reduce(operator.add, (x * y for x, y in zip(self.items, other.items)))


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
    return ndarray([hold(make()) for _ in range(math.prod(sizes))], sizes)


def broadcast(one: ndarray, shape: Shape) -> list[Any]:
    """The items, as many as the shape has; raises ValueError where that does not fit."""
    if one.shape == shape:
        return one.items[:]
    own = (1,) * (len(shape) - one.ndim) + one.shape
    if len(own) > len(shape) or any(a not in (1, b) for a, b in zip(own, shape)):
        raise ValueError(f"operands could not be broadcast together with shapes {one.shape} {shape}")
    items = []
    for number_of in range(math.prod(shape)):
        place, at, step = number_of, 0, 1
        for a, b in zip(reversed(own), reversed(shape)):
            place, index = divmod(place, b)
            at += (index if a > 1 else 0) * step
            step *= a
        items.append(one.items[at])
    return items


def each(function: Callable[..., Any], *values: Any) -> Any:
    """The function over all items; a single number where no array is among the values."""
    if not any(isinstance(value, (ndarray, list)) for value in values):
        for value in values:
            if not isinstance(value, (int, float)):
                raise Needed(
                    f"numpy is needed to compute with {type(value).__name__}, and it is not installed here"
                )
        return _as_given(values, function(*values))
    arrays = [asarray(value) for value in values]
    shape = max((a.shape for a in arrays), key=len)
    if len({a.ndim for a in arrays}) == 1:
        shape = tuple(map(max, zip(*(a.shape for a in arrays))))
    rows = zip(*(broadcast(a, shape) for a in arrays))
    items = [_as_given(row, function(*row)) for row in rows]
    # Without dimensions a result is a number, as in NumPy.
    return ndarray(items, shape) if shape else items[0]


def _as_given(given: Any, result: Any) -> Any:
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


def module() -> ModuleType:
    """What "import numpy" gives; names that are not here are inert."""
    numpy = InertModule("numpy")
    numpy.__path__ = []
    vars(numpy).update(TYPES | CONSTANTS | FUNCTIONS)
    vars(numpy).update({name: _elementwise(f) for name, f in (ELEMENTWISE | PAIRWISE).items()})
    numpy.random = _random()  # type: ignore[attr-defined]  # a module of many faces
    return numpy


def _elementwise(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *values, **_: each(function, *values)


def _sign(x: Any) -> float:
    return float((x > 0) - (x < 0))


def _larger(x: Any, y: Any) -> Any:
    return x if x >= y else y


def _smaller(x: Any, y: Any) -> Any:
    return x if x <= y else y


def _exp(x: Any) -> float:
    # NumPy gives infinity where Python raises.
    return math.exp(x) if x < 709 else math.inf


def _log(x: Any) -> float:
    return math.log(x) if x > 0 else (-math.inf if x == 0 else math.nan)


def _sqrt(x: Any) -> float:
    return math.sqrt(x) if x >= 0 else math.nan


ELEMENTWISE: dict[str, Callable[..., Any]] = {
    "exp": _exp,
    "log": _log,
    "sqrt": _sqrt,
    "arctan": math.atan,
    "abs": abs,
    "absolute": abs,
    "sign": _sign,
    "square": lambda x: x * x,
    "negative": lambda x: -x,
    "round": round,
}
# Those that math has by the same name, and does the same with.
ELEMENTWISE |= {
    name: getattr(math, name)
    for names in (
        ("log2", "log10", "log1p", "expm1", "tanh", "sinh", "cosh", "sin", "cos", "tan"),
        ("fabs", "isnan", "isfinite", "isinf", "floor", "ceil"),
    )
    for name in names
}
PAIRWISE: dict[str, Callable[..., Any]] = {
    "maximum": _larger,
    "minimum": _smaller,
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
    "heaviside": lambda x, y: 1.0 if x > 0 else 0.0 if x < 0 else y,
    "where": lambda condition, x, y: x if condition else y,
    "clip": lambda x, low, high: _smaller(_larger(x, low), high),
}


def _filled(number: Any) -> Callable[..., Any]:
    return lambda shape=(), dtype=None, **_: shaped(shape, lambda: number, dtype)


def _like(number: Any) -> Callable[..., Any]:
    return lambda like, dtype=None, **_: shaped(asarray(like).shape, lambda: number, dtype)


def _range(*limits: Any, dtype: Any = None) -> Any:
    start, stop, step = (0, *limits, 1) if len(limits) == 1 else (*limits, 1)[:3]
    count = max(0, math.ceil((stop - start) / step))
    return array([start + i * step for i in range(count)], dtype)


def _spaced(start: Any, stop: Any, count: int = 50, **_: Any) -> Any:
    return array([start + (stop - start) * i / max(1, count - 1) for i in range(count)])


def _near(x: Any, y: Any, rtol: float = 1e-5, atol: float = 1e-8) -> Any:
    return each(lambda a, b: abs(a - b) <= atol + rtol * abs(b), x, y)


def _folding(name: str) -> Callable[..., Any]:
    return lambda x, axis=None, **_: getattr(asarray(x), name)(axis)


FUNCTIONS: dict[str, Any] = {
    "array": array,
    "asarray": asarray,
    "zeros": _filled(0.0),
    "ones": _filled(1.0),
    "empty": _filled(0.0),
    "zeros_like": _like(0.0),
    "ones_like": _like(1.0),
    "full": lambda shape, number, dtype=None: shaped(shape, lambda: number, dtype),
    "full_like": lambda like, number, dtype=None: shaped(asarray(like).shape, lambda: number, dtype),
    "arange": _range,
    "linspace": _spaced,
    "dot": lambda x, y: asarray(x) @ asarray(y),
    "matmul": lambda x, y: asarray(x) @ asarray(y),
    "isscalar": lambda x: isinstance(x, (int, float)),
    "isclose": _near,
    "allclose": lambda x, y, **limits: all(asarray(_near(x, y, **limits)).ravel()),
    **{name: _folding(name) for name in ("sum", "mean", "max", "min")},
    "ndim": lambda x: asarray(x).ndim,
    "shape": lambda x: asarray(x).shape,
    "errstate": lambda **_: InertModule("numpy").errstate,
}
TYPES: dict[str, Any] = {
    "ndarray": ndarray,
    **KINDS,
    "float_": float64,
    "int_": int64,
    "bool_": bool_,
    "floating": float,
    "integer": int,
    "number": (float, int),
    "generic": (float64, float32, int64),
    "object_": object,
}
CONSTANTS = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan, "newaxis": None}


def _random() -> ModuleType:
    """numpy.random, on Python's own generator, so that the same program draws the same numbers."""
    drawing = InertModule("numpy.random")
    drawing.__path__ = []
    functions: dict[str, Any] = {
        "uniform": lambda low=0.0, high=1.0, size=(): _drawn(size, lambda: random.uniform(low, high)),
        "normal": lambda loc=0.0, scale=1.0, size=(): _drawn(size, lambda: random.gauss(loc, scale)),
        "standard_normal": lambda size=(): _drawn(size, lambda: random.gauss(0, 1)),
        "rand": lambda *shape: _drawn(shape, random.random),
        "randn": lambda *shape: _drawn(shape, lambda: random.gauss(0, 1)),
        "random": lambda size=(): _drawn(size, random.random),
        "random_sample": lambda size=(): _drawn(size, random.random),
        "randint": _whole,
        "integers": _whole,
        "seed": lambda *_: None,
        "choice": lambda things, *_: random.choice(list(things)),
        "shuffle": random.shuffle,
    }
    functions["default_rng"] = functions["RandomState"] = lambda *_: drawing
    vars(drawing).update(functions)
    return drawing


def _whole(low: int, high: int | None = None, size: Any = ()) -> Any:
    start, stop = (0, low) if high is None else (low, high)
    return _drawn(size, lambda: random.randrange(start, stop))


def _drawn(shape: Any, make: Callable[[], Any]) -> Any:
    """An array of random numbers, or a single one where no shape is given."""
    return number(make()) if shape in ((), None) else shaped(shape, make)

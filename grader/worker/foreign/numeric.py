"""A stand-in for as much of NumPy as engines of scalars use: its numbers, small arrays, functions."""

from __future__ import annotations

import math
import random

from .arrays import array, asarray, ndarray, shaped
from .elementwise import each
from .scalars import float32, float64, int64, number
from .standins import InertModule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any


def module() -> ModuleType:
    """What "import numpy" gives; names that are not here are inert."""
    numpy = InertModule("numpy")
    numpy.__path__ = []
    things = dict(TYPES | CONSTANTS | FUNCTIONS)
    things |= {name: _elementwise(function) for name, function in ELEMENTWISE.items()}
    things |= {name: _elementwise(function) for name, function in PAIRWISE.items()}
    for name, thing in things.items():
        setattr(numpy, name, thing)
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
    "log2": math.log2,
    "log10": math.log10,
    "log1p": math.log1p,
    "expm1": math.expm1,
    "sqrt": _sqrt,
    "tanh": math.tanh,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "arctan": math.atan,
    "abs": abs,
    "absolute": abs,
    "fabs": math.fabs,
    "sign": _sign,
    "square": lambda x: x * x,
    "negative": lambda x: -x,
    "isnan": math.isnan,
    "isfinite": math.isfinite,
    "isinf": math.isinf,
    "floor": math.floor,
    "ceil": math.ceil,
    "round": round,
}
PAIRWISE: dict[str, Callable[..., Any]] = {
    "maximum": _larger,
    "minimum": _smaller,
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "divide": lambda x, y: x / y,
    "power": lambda x, y: x**y,
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
    "sum": lambda x, axis=None, **_: asarray(x).sum(axis),
    "mean": lambda x, axis=None, **_: asarray(x).mean(axis),
    "max": lambda x, axis=None, **_: asarray(x).max(axis),
    "min": lambda x, axis=None, **_: asarray(x).min(axis),
    "isscalar": lambda x: isinstance(x, (int, float)),
    "isclose": _near,
    "allclose": lambda x, y, **limits: all(asarray(_near(x, y, **limits)).ravel()),
    "ndim": lambda x: asarray(x).ndim,
    "shape": lambda x: asarray(x).shape,
    "errstate": lambda **_: InertModule("numpy").errstate,
}
TYPES: dict[str, Any] = {
    "ndarray": ndarray,
    "float64": float64,
    "double": float64,
    "float_": float64,
    "float32": float32,
    "single": float32,
    "float16": float32,
    "int64": int64,
    "int32": int64,
    "int_": int64,
    "bool_": bool,
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
    for name, function in functions.items():
        setattr(drawing, name, function)
    return drawing


def _whole(low: int, high: int | None = None, size: Any = ()) -> Any:
    start, stop = (0, low) if high is None else (low, high)
    return _drawn(size, lambda: random.randrange(start, stop))


def _drawn(shape: Any, make: Callable[[], Any]) -> Any:
    """An array of random numbers, or a single one where no shape is given."""
    return number(make()) if shape in ((), None) else shaped(shape, make)

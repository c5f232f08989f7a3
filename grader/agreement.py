"""When two numbers count as equal: the one place that holds the tolerances."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

RELATIVE = 1e-9
ABSOLUTE = 1e-12


def close(got: float, expected: float) -> bool:
    """Whether got is a finite number within tolerance of expected; NaN never is."""
    return isfinite(got) and isfinite(expected) and abs(got - expected) <= ABSOLUTE + RELATIVE * abs(expected)


def agree(got: Sequence[float], expected: Sequence[float]) -> bool:
    """Whether both have the same length and every pair is close."""
    return len(got) == len(expected) and all(map(close, got, expected))

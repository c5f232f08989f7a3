from __future__ import annotations

from collections.abc import Sequence

from .value import Number, Value


def weighted_sum(weights: Sequence[Value], x: Sequence[Value | Number], start: Value) -> Value:
    for w, x_i in zip(weights, x):
        start = start + w * x_i
    return start

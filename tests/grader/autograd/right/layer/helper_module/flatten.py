from __future__ import annotations

from collections.abc import Iterable

from .value import Value


def flatten(lists: Iterable[Iterable[Value]]) -> list[Value]:
    flat: list[Value] = []
    for values in lists:
        flat.extend(values)
    return flat

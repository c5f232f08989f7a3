"""`make test` takes a part of what there are many of, spread evenly; `make test-all` takes the whole."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
WHOLE = os.environ.get("TESTS") == "all"


def some(things: Sequence[T], most: int) -> list[T]:
    """The things at even distances, the first and the last among them; all where the whole is tested."""
    if WHOLE or len(things) <= most:
        return list(things)
    return [things[round(n * (len(things) - 1) / (most - 1))] for n in range(most)]

from __future__ import annotations

from .value import Value


def as_list(out: list[Value] | Value) -> list[Value]:
    return [out] if isinstance(out, Value) else out

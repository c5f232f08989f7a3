"""An implementation in a few lines, each a name and what it is; the parent trusts none of them."""

from __future__ import annotations

from .names import UNARY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .kinds import Kind


def described(serving: Any) -> str:
    """The lines; lists are separated by spaces."""
    return "\n".join(f"{name}={value}" for name, value in _lines(serving))


def _lines(serving: Any) -> Iterator[tuple[str, Any]]:
    values = serving.values
    yield "class", values.cls.__name__
    yield "file", values.file
    yield "data", values.data
    yield "grad", values.grad
    yield "backward", values.backward
    yield "graph", serving.graph.kind if serving.graph else ""
    yield "refused", " ".join(sorted(serving.refused))
    yield "stubs", " ".join(sorted(values.stubs))
    yield "resets", int(serving.resets)
    yield "extras", " ".join(name for name in UNARY if name not in serving.refused)
    yield "needs", " ".join(sorted(path for path in serving.troubles))
    for name, kind in serving.modules.kinds.items():
        if kind is not None:
            yield from ((f"{name}.{key}", value) for key, value in _module(kind))


def _module(kind: Kind) -> Iterator[tuple[str, Any]]:
    yield "class", kind.cls.__name__
    yield "file", kind.cls.__module__.partition(".")[2].replace(".", "/")
    yield "stub", int(kind.is_stub)
    yield "made", int(kind.can_be_made)
    yield "activation", kind.activation
    yield "last", kind.last
    yield "flag", int(kind.off is not None)
    yield "parameters", int(bool(kind.parameters))

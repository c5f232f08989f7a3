"""Which activation a module has, found by numbers: weight one, bias zero, and look what comes out."""

from __future__ import annotations

import math

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

PROBES = (-2.0, -0.5, 0.75, 2.0)
CLOSE = 1e-4
KNOWN: dict[str, Callable[[float], float]] = {
    "linear": lambda x: x,
    "relu": lambda x: max(0.0, x),
    "tanh": math.tanh,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "leaky_relu": lambda x: x if x > 0 else 0.01 * x,
    "softplus": lambda x: math.log1p(math.exp(x)),
    "silu": lambda x: x / (1 + math.exp(-x)),
    "sin": math.sin,
    "exp": math.exp,
}


def recognised(function: Callable[[float], Any], after: str = "linear", sign: float = 1.0) -> list[str]:
    """The names of the activations that a function may be, when another one comes after it.

    sign: what it is multiplied with in between.
    """
    try:
        seen = [float(function(x)) for x in PROBES]
    except Exception:
        return []
    last = KNOWN[after]
    pairs = list(zip(PROBES, seen))
    return [n for n, known in KNOWN.items() if all(abs(y - last(sign * known(x))) < CLOSE for x, y in pairs)]


def mentioned(names: Iterable[str], otherwise: str) -> str:
    """The activation that code names, where its numbers do not tell."""
    lower = {name.lower() for name in names}
    return next((name for name in ("relu", "tanh", "sigmoid") if name in lower), otherwise)

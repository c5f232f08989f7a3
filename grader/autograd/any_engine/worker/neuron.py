"""A right Neuron, for layers; not sent where neurons are what is examined."""

from __future__ import annotations

import random

from .stand_ins import Right, in_its_names, output, split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .modules import Kind
    from .stand_ins import Probe


def neuron(kind: Kind, probe: Probe) -> Any:
    """A right Neuron under the code's own names."""
    values = kind.family.values

    class Neuron(Right):
        def __init__(self, *given: Any, **named: Any) -> None:
            (nin,), given, named = split(probe.cls, 1, given, named)
            self.activation = probe((1,), given, named)
            weights, bias = [values.make(random.uniform(-1, 1)) for _ in range(nin)], values.make(0.0)
            self.parts = weights, bias
            setattr(self, kind.weights, [*weights, bias] if kind.joined else weights)
            if not kind.joined:
                setattr(self, kind.bias, bias)

        def listed(self) -> list[Any]:
            return [*self.parts[0], self.parts[1]]

        def __call__(self, x: Any) -> Any:
            return output(*self.parts, x, self.activation)

    return in_its_names(Neuron, kind)

"""A right Layer, for networks; not sent where layers are what is examined."""

from __future__ import annotations

import random

from .stand_ins import Right, in_its_names, output, split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .modules import Kind
    from .stand_ins import Probe


def layer(kind: Kind, probe: Probe) -> Any:
    """A right Layer under the code's own names."""
    neurons = kind.family.kinds["Neuron"]
    bare, inside = kind.bare(), kind.inside or "neurons"
    values = kind.family.values

    class Row(Right):
        def __init__(self, nin: int, activation: str) -> None:
            self.activation = activation
            self.w = [values.make(random.uniform(-1, 1)) for _ in range(nin)]
            self.b = values.make(0.0)
            self.parts = self.w, self.b
            if neurons is not None:
                setattr(self, neurons.bias, self.b)
                setattr(self, neurons.weights, [*self.w, self.b] if neurons.joined else self.w)

    class Layer(Right):
        def __init__(self, *given: Any, **named: Any) -> None:
            (nin, nout), given, named = split(probe.cls, 2, given, named)
            activation = probe((1, 2), given, named)
            setattr(self, inside, [Row(nin, activation) for _ in range(nout)])

        def listed(self) -> list[Any]:
            return [p for row in getattr(self, inside) for p in (*row.parts[0], row.parts[1])]

        def __call__(self, x: Any) -> Any:
            return [self.of(row) for row in x] if kind.takes_rows else self.of(x)

        def of(self, x: Any) -> Any:
            outs = []
            for row in getattr(self, inside):
                weights, bias = row.parts
                outs.append(output(weights, bias, x, row.activation))
            return outs[0] if bare and len(outs) == 1 else outs

    return in_its_names(Layer, kind)

"""Puts right Neurons and Layers in place of an implementation's own, for what is built of them."""

from __future__ import annotations

import random

from .activations import mentioned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType
    from typing import Any

    from .kinds import Kind
    from .modules import Modules


def stand_in(modules: Modules, name: str) -> None:
    """Put a right Neuron or Layer in place of the code's own, for what is built of them."""
    kind = modules.kinds[name]
    if kind is None:
        return
    places = Places(modules.modules, kind.cls)
    made = _neuron(kind, places) if name == "Neuron" else _layer(kind, places)
    places.hold(made)
    kind.cls = made


class Places:
    """Where modules have a class by name, so that another one can be put there."""

    def __init__(self, modules: Iterable[ModuleType], cls: Any) -> None:
        self.places = [(m, name) for m in modules for name, thing in list(vars(m).items()) if thing is cls]

    def hold(self, cls: Any) -> None:
        """Let this class be found there."""
        for module, name in self.places:
            setattr(module, name, cls)


def _activated(total: Any, activation: str) -> Any:
    return total if activation == "linear" else getattr(total, activation)()


class Right:
    """What the two have in common: parameters by the code's own name, and the call."""

    def listed(self) -> list[Any]:
        raise NotImplementedError

    def __call__(self, x: Any) -> Any:
        raise NotImplementedError

    def zero_grad(self) -> None:
        for p in self.listed():
            p.grad = 0.0


def _neuron(kind: Kind, places: Places) -> Any:
    values = kind.family.values
    probe = Probe(kind, places)

    class Neuron(Right):
        def __init__(self, nin: int, *given: Any, **named: Any) -> None:
            self.activation = probe((1,), given, named)
            weights, bias = [values.make(random.uniform(-1, 1)) for _ in range(nin)], values.make(0.0)
            self.parts = weights, bias
            setattr(self, kind.weights, [*weights, bias] if kind.joined else weights)
            if not kind.joined:
                setattr(self, kind.bias, bias)

        def listed(self) -> list[Any]:
            return [*self.parts[0], self.parts[1]]

        def __call__(self, x: Any) -> Any:
            weights, total = self.parts
            for w, xi in zip(weights, x):
                total = total + w * xi
            return _activated(total, self.activation)

    return _named(Neuron, kind)


def _layer(kind: Kind, places: Places) -> Any:
    neurons = kind.family.kinds["Neuron"]
    probe, bare, inside = Probe(kind, places), kind.bare(), kind.inside or "neurons"
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
        def __init__(self, nin: int, nout: int, *given: Any, **named: Any) -> None:
            activation = probe((1, 1), given, named)
            setattr(self, inside, [Row(nin, activation) for _ in range(nout)])

        def listed(self) -> list[Any]:
            return [p for row in getattr(self, inside) for p in (*row.parts[0], row.parts[1])]

        def __call__(self, x: Any) -> Any:
            outs = []
            for row in getattr(self, inside):
                weights, total = row.parts
                for w, xi in zip(weights, x):
                    total = total + w * xi
                outs.append(_activated(total, row.activation))
            return outs[0] if bare and len(outs) == 1 else outs

    return _named(Layer, kind)


class Probe:
    """Remembers which activation the code's own class has with which arguments."""

    def __init__(self, kind: Kind, places: Places) -> None:
        self.kind, self.cls, self.places = kind, kind.cls, places
        self.known: list[tuple[Any, str]] = []

    def __call__(self, sizes: tuple[int, ...], given: tuple[Any, ...], named: dict[str, Any]) -> str:
        asked = (given, named)
        if self.kind.name == "Neuron" and self.kind.turned_off(self.cls, given, named):
            return "linear"
        for known, activation in self.known:
            if known == asked:
                return activation
        kind, before = self.kind, (self.kind.cls, self.kind.form)
        kind.cls, kind.form = self.cls, lambda small, _: (*small, *given)
        self.places.hold(self.cls)  # its own code may name it
        try:
            found = kind.seen(sizes, named) or kind.activation or mentioned((), "relu")
        finally:
            kind.cls, kind.form = before
            self.places.hold(kind.cls)
        self.known.append((asked, found))
        return found


def _named(made: Any, kind: Kind) -> Any:
    """The class with its call and its parameters under the code's own names."""
    made.__name__ = kind.cls.__name__
    if kind.call != "__call__":
        setattr(made, kind.call, made.__call__)
    name = kind.parameters or "parameters"
    own = getattr(kind.cls, name, None)
    setattr(made, name, made.listed if own is None or callable(own) else property(made.listed))
    return made

"""Finds Neuron, Layer and MLP beside a class of numbers."""

from __future__ import annotations

from .activations import KNOWN, mentioned
from .kinds import Kind, own_names
from .parts import CALLS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType
    from typing import Any

    from .values import Values

NAMES = {
    "Neuron": ("Neuron", "Perceptron", "Unit", "Node"),
    "Layer": ("Layer", "Linear", "Dense", "LinearLayer", "DenseLayer", "FullyConnected"),
    "MLP": ("MLP", "Net", "Network", "NeuralNetwork", "NN", "NeuralNet", "Model", "MultiLayerPerceptron"),
}


class Modules:
    """The modules there are, by our names."""

    def __init__(self, values: Values, modules: Iterable[ModuleType]) -> None:
        self.values = values
        self.modules = list(modules)
        self.kinds: dict[str, Any] = {"Neuron": None, "Layer": None, "MLP": None}
        classes = _classes(self.modules, values.cls)
        for name, usual in NAMES.items():
            cls = next((classes[n] for n in usual if n in classes), None)
            if cls is not None:
                self.kinds[name] = Kind(self, name, cls)
                del classes[cls.__name__]
        for name in self.kinds:
            if self.kinds[name] is None:
                self._by_behaviour(name, classes)

    def _by_behaviour(self, name: str, classes: dict[str, Any]) -> None:
        """Take the first class that looks like one from inside, whatever it is called."""
        for own, cls in list(classes.items()):
            if any(callable(getattr(cls, call, None)) for call in CALLS if call in own_names(cls)):
                kind = Kind(self, name, cls)
                if kind.fits:
                    self.kinds[name] = kind
                    del classes[own]
                    return

    def look_at_activations(self) -> None:
        """Find every module's activation, the neuron's first."""
        default = mentioned(vars(self.values.cls), "relu")
        for kind in filter(None, self.kinds.values()):
            kind.look_at_activation()
            default = kind.activation or default
            kind.settle(default)

    def activations(self) -> list[Any]:
        """What the code itself may have for an argument that names an activation."""
        found = []
        for module in self.modules:
            for name, thing in vars(module).items():
                own = getattr(thing, "__module__", None) == module.__name__
                if own and name.lower() in (*KNOWN, "identity", "none_", "lin") and callable(thing):
                    found.append(thing)
        return [*found, "relu", "tanh", "sigmoid"]


def _classes(modules: Iterable[ModuleType], value: type) -> dict[str, Any]:
    return {
        name: thing
        for module in modules
        for name, thing in vars(module).items()
        if isinstance(thing, type) and thing.__module__ == module.__name__ and not issubclass(thing, value)
    }

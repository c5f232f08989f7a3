"""What a right Neuron and a right Layer have in common that stand in for an implementation's own."""

from __future__ import annotations

from .modules import mentioned
from .values import arguments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType
    from typing import Any

    from .modules import Kind


class Places:
    """Where modules have a class by name, so that another one can be put there."""

    def __init__(self, modules: Iterable[ModuleType], cls: Any) -> None:
        self.places = [(m, name) for m in modules for name, thing in list(vars(m).items()) if thing is cls]

    def hold(self, cls: Any) -> None:
        """Let this class be found there."""
        for module, name in self.places:
            setattr(module, name, cls)


def output(weights: list[Any], bias: Any, x: Any, activation: str) -> Any:
    """What a right neuron of these makes of its inputs."""
    total = bias
    for w, xi in zip(weights, x):
        total = total + w * xi
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


class Probe:
    """Remembers which activation the code's own class has with which arguments.

    usual: whatever it has, it is relu, unless the arguments ask for none.
    """

    def __init__(self, kind: Kind, places: Places, usual: bool) -> None:
        self.kind, self.cls, self.places, self.usual = kind, kind.cls, places, usual
        self.known: list[tuple[Any, str]] = []

    def __call__(self, sizes: tuple[int, ...], given: tuple[Any, ...], named: dict[str, Any]) -> str:
        if not self.usual:
            return self._own(sizes, given, named)
        if not (given or named):
            return "relu"
        flag = self.kind.flagged(self.cls, given, named)
        on = self._own(sizes, given, named) != "linear" if flag is None else flag
        return "relu" if on else "linear"

    def _own(self, sizes: tuple[int, ...], given: tuple[Any, ...], named: dict[str, Any]) -> str:
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
            found = kind.seen(sizes, named)
            if not found and kind.flagged(self.cls, given, named) is False:
                found = "linear"
            found = found or kind.activation or mentioned((), "relu")
        finally:
            kind.cls, kind.form = before
            self.places.hold(kind.cls)
        self.known.append((asked, found))
        return found


def split(cls: Any, count: int, given: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, Any, Any]:
    """The sizes among the arguments of the code's own class, by place or by name, and all others."""
    known = arguments(cls.__init__)
    names = known[0][1 : 1 + count] if known else []
    left, rest = list(given), dict(named)
    sizes = [rest.pop(name) if name in rest else left.pop(0) for name in names]
    return sizes, tuple(left), rest


def in_its_names(made: Any, kind: Kind) -> Any:
    """The class with its call and its parameters under the code's own names."""
    made.__name__ = kind.cls.__name__
    if kind.call != "__call__":
        setattr(made, kind.call, made.__call__)
    name = kind.parameters or "parameters"
    setattr(made, name, made.listed if kind.calls_for_parameters else property(made.listed))
    return made

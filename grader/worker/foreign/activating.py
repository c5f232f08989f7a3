"""Finds a module's activation, and how to be without one, by making modules and looking at what comes out."""

from __future__ import annotations

from .activations import mentioned, recognised
from .reading import arguments, code_of, keywords, names_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


SINGLE = {"Neuron": (1,), "Layer": (1, 1), "MLP": (1, 1)}
VAR_KEYWORDS = 0x08  # a function's flag for **kwargs
Made = dict[str, "Any"]


class Activated:
    """What a kind of module knows of activations; see Kind.

    on, off: what is given by name for an activation, and for none; None where that cannot be had.
    activation, last: its activation; of an MLP that of hidden layers, and of the last.
    flag: an argument that should switch the activation off, and does not.
    """

    family: Any
    name: str
    cls: Any
    call: str
    on: Made
    off: Made | None = None
    activation = last = flag = ""

    def part(self, sizes: tuple[int, ...], nonlin: bool = True, nouts: Any = None) -> Any:
        """A new module under our names."""
        raise NotImplementedError

    def look_at_activation(self) -> None:
        """Find the activation, and how to be without one."""
        if self.name == "MLP":
            self.last = self.seen((1, 1), self.on)
            # Some activations undo others that come before; not both of a number and of its opposite.
            names = self._names((1, 2, 1), self.on, self.last or "linear")
            both = self._names((1, 2, 1), self.on, self.last or "linear", -1.0)
            self.activation = next((name for name in names if name in both), "")
            return
        self.activation = self.seen(SINGLE[self.name], self.on)
        for given in self._options():
            seen = self.seen(SINGLE[self.name], self.on | given)
            if seen == "linear" and self.off is None:
                self.off = self.on | given
            elif self.activation == "linear" and seen not in ("", "linear"):
                self.off = self.on
                self.on, self.activation = self.on | given, seen
                return
            if self.off is not None and self.activation != "linear":
                return
        self.flag = self._flag() if self.off is None else ""
        self.off = self.on | {self.flag: False} if self.flag else self.off

    def _flag(self) -> str:
        """A flag for linear modules that is there by its name, although it changes nothing."""
        shape = arguments(self.cls.__init__)
        names = [*(shape[0] if shape else []), *keywords(self.cls.__init__)]
        return next((name for name in names if "nonlin" in name.lower()), "")

    def turned_off(self, cls: Any, given: tuple[Any, ...], named: Made) -> bool:
        """Whether these arguments of the code's own class ask for a linear neuron by that flag."""
        return bool(self.flag) and self._given(cls, given, named).get(self.flag) is False

    def flagged(self, cls: Any, given: tuple[Any, ...], named: Made) -> bool | None:
        """What these arguments say by a flag whose name tells what it is for; None where there is none."""
        known = self._given(cls, given, named)
        return next((bool(known[name]) for name in known if "nonlin" in name.lower()), None)

    def _given(self, cls: Any, given: tuple[Any, ...], named: Made) -> Made:
        """Arguments by their names, without sizes."""
        shape = arguments(cls.__init__)
        return dict(zip(shape[0][1 + len(SINGLE[self.name]) :] if shape else (), given)) | named

    def _options(self) -> Iterator[Made]:
        """What may be given by name to have another activation, or none."""
        shape = arguments(self.cls.__init__)
        names = [*(shape[0][1:] if shape else []), *keywords(self.cls.__init__)]
        sizes = {"Neuron": 1, "Layer": 2}[self.name]
        code = code_of(self.cls.__init__)
        if code is not None and code.co_flags & VAR_KEYWORDS and self.name == "Layer":
            neuron = self.family.kinds["Neuron"]
            if neuron and neuron.off:
                yield neuron.off
        values = [
            False,
            None,
            "linear",
            "none",
            "identity",
            "",
            "Linear",
            *self.family.activations(),
            _itself,
            True,
        ]
        for name in names[sizes:]:
            for value in values:
                yield {name: value}

    def seen(self, sizes: tuple[int, ...], given: Made) -> str:
        """The activation with weights of one and biases of zero; empty where it is none that is known."""
        return next(iter(self._names(sizes, given)), "")

    def _names(self, sizes: Any, given: Made, after: str = "linear", sign: float = 1.0) -> list[str]:
        before, self.on = self.on, given
        try:
            return recognised(lambda x: self._through(sizes, x, sign), after, sign)
        finally:
            self.on = before

    def _through(self, sizes: tuple[int, ...], x: float, sign: float) -> Any:
        part = self.part(sizes)
        layers = part.layers if self.name == "MLP" else [part]
        for layer in layers:
            for neuron in layer.neurons if self.name != "Neuron" else [layer]:
                for place, w in enumerate(neuron.w):
                    w.data = (sign if layer is layers[-1] else 1.0) * (place == 0)
                neuron.b.data = 0.0
        out = part([self.family.values.make(x)])
        return (out[0] if isinstance(out, list) else out).data

    def settle(self, otherwise: str) -> None:
        """Name an activation also where the numbers did not: the one that the code mentions."""
        names = names_in(getattr(self.cls, self.call, None))
        fallback = mentioned(names, otherwise)
        self.activation = self.activation or fallback
        if self.name == "MLP":
            self.last = self.last or "linear"


def _itself(x: Any) -> Any:
    return x

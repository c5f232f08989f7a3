"""One class of modules, Neuron, Layer or MLP: how it is made, called and looked into."""

from __future__ import annotations

from contextlib import suppress

from .activating import Activated, Made
from .parts import CALLS, PARAMETERS, PARTS, Part, Row
from .reading import arguments, attributes, is_stub, sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

WEIGHTS = ("w", "weights", "weight", "ws", "W")
BIAS = ("b", "bias", "bias_", "B", "biases")
TRIED = {"Neuron": (3,), "Layer": (3, 2), "MLP": (3, 2, 4)}


class Kind(Activated):
    """One class of modules.

    family: all of them. name: what it is by our names.
    weights, bias: of a Neuron. inside: the list of neurons or layers in the other two.
    """

    def __init__(self, family: Any, name: str, cls: Any) -> None:
        self.family, self.name, self.cls = family, name, cls
        self.form: Callable[[Any, Any], tuple[Any, ...]] = _apart
        self.weights, self.bias, self.inside = "w", "b", ""
        self.call = next(
            (n for n in CALLS if callable(getattr(cls, n, None)) and n in own_names(cls)), "__call__"
        )
        self.parameters = next((n for n in PARAMETERS if hasattr(cls, n)), "")
        self.on: Made = self._required()
        self.fits = self.joined = False
        self._look()

    def _required(self) -> Made:
        """What has to be given besides sizes."""
        shape = arguments(self.cls.__init__)
        if shape is None:
            return {}
        sizes = {"Neuron": 1, "Layer": 2, "MLP": 2}[self.name]
        return {name: self._guess(name) for name in shape[0][1 + sizes : shape[1]]}

    def _guess(self, name: str) -> Any:
        lower = name.lower()
        if "act" in lower or "nonlin" in lower or "func" in lower:
            return next(iter(self.family.activations()), True)
        return ""

    def make(self, sizes: tuple[int, ...], nonlin: bool = True, nouts: Any = None) -> Any:
        """A new module; nouts is the caller's own list of them, for an MLP."""
        given = self.on if nonlin or self.off is None else self.off
        if self.name == "MLP" and nouts is None:
            nouts = list(sizes[1:])
        return self.cls(*self.form(sizes, nouts), **given)

    def part(self, sizes: tuple[int, ...], nonlin: bool = True, nouts: Any = None) -> Part:
        return PARTS[self.name](self.make(sizes, nonlin, nouts), self)

    def _look(self) -> None:
        made = self._first_made()
        self.made = made is not None
        if made is None:
            return
        if not self.parameters:
            self.parameters = next((n for n in PARAMETERS if hasattr(made, n)), "")
        if self.name == "Neuron":
            self._look_into_neuron(made)
        else:
            self._look_for_list(made)

    def _first_made(self) -> Any:
        made = None
        for form in (_apart, _together, _spread) if self.name == "MLP" else (_apart,):
            self.form = form
            with suppress(Exception):
                made = self.make(TRIED[self.name])
                if self.name != "MLP" or self._has_layers(made, 2):
                    return made
        self.form = _apart
        return made

    def _has_layers(self, made: Any, count: int) -> bool:
        lists = (sequence(thing) for thing in attributes(made).values())
        return any(
            len([x for x in things if not isinstance(x, (int, str))]) >= count for things in lists if things
        )

    def _look_into_neuron(self, made: Any) -> None:
        values, own = self.family.values, attributes(made)
        listed = {n: things for n, thing in own.items() if (things := sequence(thing))}
        fit = [n for n, things in listed.items() if len(things) == 3 and isinstance(things[0], values.cls)]
        near = [n for n, things in listed.items() if isinstance(things[0], (values.cls, float))]
        single = [n for n, thing in own.items() if isinstance(thing, values.cls)]
        alone = [n for n, things in listed.items() if len(things) == 1 and isinstance(things[0], values.cls)]
        joined = [
            n for n, things in listed.items() if len(things) == 4 and isinstance(things[-1], values.cls)
        ]
        self.joined = bool(joined) and not fit and not single and not alone
        self.fits = bool(fit) or self.joined
        self.weights = _best([*fit, *near], WEIGHTS) or "w"
        self.bias = _best([*single, *alone, *(n for n in own if n in BIAS)], BIAS) or "b"

    def _look_for_list(self, made: Any) -> None:
        wanted = self.family.kinds["Neuron" if self.name == "Layer" else "Layer"]
        best, most, count = "", 0.0, TRIED[self.name][-1] if self.name == "Layer" else 2
        for name, thing in attributes(made).items():
            things = sequence(thing) or []
            fit = sum(
                2.0 if wanted and isinstance(t, wanted.cls) else isinstance(t, (list, tuple)) for t in things
            )
            fit += 0.5 if name in ("neurons", "layers") and things else 0.0
            if fit > most and not (self.name == "Layer" and self.rows(made)):
                best, most = name, fit
                self.fits = fit >= 2 * count
        self.inside = best

    def rows(self, made: Any) -> list[Row] | None:
        """The neurons of a layer that keeps weights as rows of a matrix, and biases as a list."""
        cls, own = self.family.values.cls, attributes(made)
        lists = {n: things for n, thing in own.items() if (things := sequence(thing))}
        for name, things in lists.items():
            matrix = [sequence(row) for row in things]
            if not all(row and isinstance(row[0], cls) for row in matrix):
                continue
            biases = next((b for n, b in lists.items() if n != name and isinstance(b[0], cls)), None)
            if biases and len(biases) == len(matrix):
                return [Row(list(row or ()), b) for row, b in zip(matrix, biases)]
            if biases and len(biases) == len(matrix[0] or ()):
                return [Row([(row or [])[j] for row in matrix], b) for j, b in enumerate(biases)]
        return None

    @property
    def can_be_made(self) -> bool:
        """Whether sizes are enough to make one; where they should be, and are not, that is a mistake."""
        shape = arguments(self.cls.__init__)
        sizes = {"Neuron": 1, "Layer": 2, "MLP": 2}[self.name]
        return self.made or shape is None or shape[1] - 1 <= sizes

    @property
    def is_stub(self) -> bool:
        """Whether it is still to be written."""
        made, called = self.cls.__init__, getattr(self.cls, self.call, None)
        return is_stub(made, self.cls.__name__) and (called is None or is_stub(called, self.cls.__name__))

    def bare(self) -> bool:
        """Whether one output comes without a list."""
        try:
            part = self.part((2, 1))
            return not isinstance(part([1.0, 1.0]), (list, tuple))
        except Exception:
            return True


def own_names(cls: type) -> set[str]:
    """The names that a class and its bases define themselves."""
    return {name for base in cls.__mro__ if base is not object for name in vars(base)}


def _best(names: list[str], preferred: tuple[str, ...]) -> str:
    return next((n for n in preferred if n in names), names[0] if names else "")


def _apart(sizes: Any, nouts: Any) -> tuple[Any, ...]:
    """MLP(2, [4, 1]), Layer(2, 4) and Neuron(2)."""
    return sizes if nouts is None else (sizes[0], nouts)


def _together(sizes: Any, nouts: Any) -> tuple[Any, ...]:
    """MLP([2, 4, 1])."""
    del nouts
    return ([*sizes],)


def _spread(sizes: Any, nouts: Any) -> tuple[Any, ...]:
    """MLP(2, 4, 1)."""
    del nouts
    return tuple(sizes)

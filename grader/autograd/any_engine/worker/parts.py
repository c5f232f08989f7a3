"""An implementation's modules under our names."""

from __future__ import annotations

from .kept import attributes
from .values import sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Part:
    """A module under our names: neurons, layers, parameters(), zero_grad(), and a call.

    inner: the module itself, or the bare list of neurons that some take for a layer.
    """

    def __init__(self, inner: Any, kind: Any) -> None:
        self.inner, self.kind = inner, kind

    def __call__(self, x: Any) -> Any:
        call = getattr(self.inner, self.kind.call)
        out = next(iter(call([x]))) if self.kind.takes_rows else call(x)
        listed = sequence(out)
        if listed is None and hasattr(out, "__next__"):
            listed = list(out)
        return out if listed is None else [_only(item) for item in listed]

    @property
    def w(self) -> Any:
        held = _plain(getattr(self.inner, self.kind.weights))
        return held[:-1] if self.kind.joined else held

    @property
    def b(self) -> Any:
        if self.kind.joined:
            return _plain(getattr(self.inner, self.kind.weights))[-1]
        return _only(getattr(self.inner, self.kind.bias))

    @property
    def neurons(self) -> Any:
        return self._listed("Neuron")

    @property
    def layers(self) -> Any:
        return self._listed("Layer")

    def _listed(self, of: str) -> Any:
        if isinstance(self.inner, (list, tuple)):
            return [_part(thing, self.kind.family.kinds[of]) for thing in self.inner]
        if not self.kind.inside:
            rows = self.kind.rows(self.inner)
            return rows if rows is not None else getattr(self.inner, of.lower() + "s")
        things = sequence(getattr(self.inner, self.kind.inside))
        if things is None:
            return getattr(self.inner, self.kind.inside)
        return [_part(thing, self.kind.family.kinds[of]) for thing in things if _counts(thing)]

    def parameters(self) -> Any:
        listed = getattr(self.inner, self.kind.parameters or "parameters")
        return listed() if callable(listed) else listed

    def zero_grad(self) -> None:
        for p in self.parameters():
            if isinstance(p, self.kind.family.values.cls):
                self.kind.family.values.set_to_zero(p)


# A complaint names the class, and should not name ours.
PARTS: dict[str, type[Part]] = {name: type(name, (Part,), {}) for name in ("Neuron", "Layer", "MLP")}


class Row:
    """One neuron of a layer that keeps its weights as a matrix."""

    def __init__(self, w: list[Any], b: Any) -> None:
        self.w, self.b = w, b


def _part(thing: Any, kind: Any) -> Any:
    """The thing under our names; as it is, where there is no kind and it has them."""
    return thing if kind is None else PARTS[kind.name](thing, kind)


def _plain(thing: Any) -> Any:
    listed = sequence(thing)
    return thing if listed is None else listed


def _only(thing: Any) -> Any:
    """What is alone in a list, or the thing itself."""
    listed = sequence(thing)
    return listed[0] if listed is not None and len(listed) == 1 else thing


def _counts(thing: Any) -> bool:
    """Whether it is a layer or a neuron, not an activation that stands between two of them."""
    return isinstance(thing, (list, tuple)) or bool(attributes(thing))

"""What a worker does with an implementation in any shape: say what it is, or run programs on it."""

from __future__ import annotations

import signal

from ..running import run
from .choosing import Loaded, NotFound
from .graph import Graph
from .memory import Memory, Numbering
from .modules import Modules
from .scalars import single
from .standins import Inert, Needed
from .trials import graph_of, refused, resets
from .values import Values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

TRIAL = 0.5  # seconds of processor time for one thing that is tried out
SIZE = 6000  # bytes of a description, as many as the parent waits for


class Unfinished(BaseException):
    """Something that was tried out does not come to an end."""


class Serving:
    """One implementation in one process.

    given: what the parent sends: files, whole, value, map, and for an exercise rules, made, backward,
        stand_in, usual.
    """

    def __init__(self, given: dict[str, Any]) -> None:
        self.given = given
        loaded = Loaded(given["files"], given["whole"], given["value"])
        self.troubles = loaded.troubles
        self.values = _chosen(loaded, given)
        related = loaded.related(self.values.cls)
        self.memory = Memory(related)
        self.values.look_for_stubs()
        self.values.rename(related)
        self.values.look_for_stubs()
        self.numbering = Numbering(self.values.cls, self.values.make(1.0))
        self.refused = _in_time(lambda: refused(self.values), set())
        self.graph: Graph | None = _in_time(lambda: graph_of(self.values), None)
        if self.graph is not None and _in_time(self.values.is_single, False):
            self.graph.rounded = single
        self.modules = Modules(self.values, related)
        self.resets = bool(given["describe"]) and _in_time(lambda: resets(self.values, self.graph), False)
        if not given["describe"]:
            self.isolate()
        self.engine = self._engine()
        self.endless = False
        self.memory.look()

    def isolate(self) -> None:
        """Put our parts beside the one that is examined, and look at networks as they then are."""
        self._replace()
        if self.given["networks"]:
            _in_time(self.modules.look_at_activations, None)
            if self.given["stand_in"]:
                self._stand_in(self.given["stand_in"])

    def _replace(self) -> None:
        rules, backward, made = (self.given[name] for name in ("rules", "backward", "made"))
        if not rules or self.graph is None:
            return
        from .siblings import attach, start_at_zero

        attach(self.values, self.graph, rules, self.modules.modules, backward, made)
        if backward:
            from .order import backward as right

            graph = self.graph
            start_at_zero(self.values)
            self.values.cls.backward = lambda node: right(graph, node)

    def _stand_in(self, name: str) -> None:
        """Put a right Neuron or Layer in place of the code's own, for what is built of them."""
        from .standing import Places, Probe

        kind = self.modules.kinds[name]
        if kind is None:
            return
        places = Places(self.modules.modules, kind.cls)
        probe = Probe(kind, places, self.given["usual"])
        if name == "Neuron":
            from .neuron import neuron as right
        else:
            from .layer import layer as right

        kind.cls = right(kind, probe)
        places.hold(kind.cls)

    def _engine(self) -> dict[str, Any]:
        engine: dict[str, Any] = {"Value": _maker(self.values)}
        for name in ("Neuron", "Layer"):
            if kind := self.modules.kinds[name]:
                engine[name] = lambda *sizes, nonlin=True, kind=kind: kind.part(sizes, nonlin)
        if mlp := self.modules.kinds["MLP"]:
            engine["MLP"] = lambda nin, nouts: mlp.part((nin, *nouts), nouts=nouts)
        return engine

    def run(self, packed: tuple[Any, ...]) -> list[Any]:
        """What a program observes; the program "found" observes a description."""
        if packed[0] == "found":
            from .describing import described

            self.isolate()
            text = described(self).encode()[:SIZE]
            return [*text, *[0] * (SIZE - len(text))]
        if self.given["describe"]:
            return self._briefly(packed)
        return self._observed(packed)

    def _briefly(self, packed: tuple[Any, ...]) -> list[Any]:
        """A program of a checkup, which is not waited for long; after one that was, none is tried."""
        if self.endless:
            raise Unfinished
        with Alarm() as alarm:
            try:
                return self._observed(packed)
            finally:
                self.endless = alarm.rang

    def _observed(self, packed: tuple[Any, ...]) -> list[Any]:
        self.memory.restore()
        self.numbering.restart()
        return [_number(value) for value in run(packed, self.engine)]


def _chosen(loaded: Loaded, given: dict[str, Any]) -> Values:
    try:
        return loaded.values(given["value"], given["map"])
    except NotFound as missing:
        # What kept a file from being loaded says more than that nothing was found in the others.
        for error in loaded.troubles.values():
            raise error from None
        raise missing from None


def _maker(values: Values) -> Any:
    """The class itself; where it wants more than a number, something that is called and asked like it."""
    if not values.extra:
        return values.cls

    class Made(type):
        def __call__(cls, number: Any) -> Any:
            return values.make(number)

        def __instancecheck__(cls, thing: Any) -> bool:
            return isinstance(thing, values.cls)

    return Made("Value", (), {})


def _number(value: Any) -> Any:
    if value is None:
        return 0.0  # a gradient that nothing has arrived at yet
    if isinstance(value, Inert):
        raise Needed(f"{value._name.partition('.')[0]} is needed for this, and it is not installed here")
    return value


class Alarm:
    """Raises Unfinished in what takes too long, again and again."""

    rang = False

    def _ring(self, *_: Any) -> None:
        self.rang = True
        raise Unfinished

    def __enter__(self) -> Alarm:
        self.before = signal.signal(signal.SIGVTALRM, self._ring)
        signal.setitimer(signal.ITIMER_VIRTUAL, TRIAL, TRIAL)
        return self

    def __exit__(self, *_: Any) -> None:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, self.before)


def _in_time(attempt: Callable[[], Any], otherwise: Any) -> Any:
    """What an attempt gives, or the other thing where it takes too long or fails."""
    with Alarm():
        try:
            return attempt()
        except (Exception, Unfinished):
            return otherwise

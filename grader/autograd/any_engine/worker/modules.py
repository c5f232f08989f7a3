"""An implementation's Neuron, Layer and MLP: their parts, names and activations."""

from __future__ import annotations

import math
from contextlib import suppress
from itertools import pairwise, product

from .kept import attributes, put_number
from .values import arguments, code_of, is_stub, keywords, names_in, sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import ModuleType
    from typing import Any

    from .values import Values

# The smallest sizes that show an activation; of a layer whose last neuron goes another way, its first's.
SINGLE = {"Neuron": (1,), "Layer": (1, 2), "MLP": (1, 1)}
VAR_KEYWORDS = 0x08  # a function's flag for **kwargs
Made = dict[str, "Any"]


CALLS = ("__call__", "forward", "predict", "feedforward", "feed_forward", "activate", "output")
PARAMETERS = (
    *("parameters", "parameter", "params", "get_parameters", "get_params", "parameters_list"),
    "weights_and_biases",
)


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
        named = {name: [classes.pop(n) for n in usual if n in classes] for name, usual in NAMES.items()}
        # The neuron first: what is made of others is known by them.
        for name, there in named.items():
            kinds = [Kind(self, name, cls) for cls in there]
            # One that cannot be made may be what others have in common.
            self.kinds[name] = next((kind for kind in kinds if kind.made), next(iter(kinds), None))
            if not kinds:
                self._by_behaviour(name, classes)

    def _by_behaviour(self, name: str, classes: dict[str, Any]) -> None:
        """Take the first class that looks like one from inside, whatever it is called."""
        for own, cls in list(classes.items()):
            if any(callable(getattr(cls, call, None)) for call in CALLS if call in own_names(cls)):
                kind = Kind(self, name, cls)
                if kind.fits and (kind.listed_itself or kind.answers()):
                    self.kinds[name] = kind
                    del classes[own]
                    return

    def refused(self) -> set[str]:
        """What networks turn down when they are made: "shallow" is one of a single layer."""
        with suppress(Exception):
            try:
                self.kinds["MLP"].make((2, 1))
            except (AssertionError, ValueError, NotImplementedError):
                return {"shallow"}
        return set()

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


class Each:
    """What is given for each layer but the last, and for that."""

    def __init__(self, inner: Any, last: Any) -> None:
        self.inner, self.last = inner, last

    def listed(self, layers: int) -> list[Any]:
        """One for each of so many layers."""
        return [*[self.inner] * (layers - 1), self.last]


WEIGHTS = ("w", "weights", "weight", "ws", "W")
BIAS = ("b", "bias", "bias_", "B", "biases")
TRIED = {"Neuron": (3,), "Layer": (3, 2), "MLP": (3, 2, 4)}


class Kind:
    """One class of modules.

    family: all of them. name: what it is by our names.
    weights, bias: of a Neuron. inside: the list of neurons or layers in the other two.
    on, off: what is given by name for an activation, and for none; None where that cannot be had.
    activation, last: its activation; of an MLP that of hidden layers, and of the last.
    flag: an argument that should switch the activation off, and does not.
    calls_for_parameters: they are given by a method, and not listed in an attribute.
    across: a layer's matrix has a column for each neuron, and not a row.
    takes_rows: it is called with a list of inputs, each a list of numbers, and gives as many lists.
    """

    off: Made | None = None
    activation = last = flag = ""
    across = takes_rows = False
    calls_for_parameters = True

    def __init__(self, family: Any, name: str, cls: Any) -> None:
        self.family, self.name, self.cls = family, name, cls
        self.form: Callable[[Any, Any], tuple[Any, ...]] = _apart
        self.weights, self.bias, self.inside = "w", "b", ""
        self.call = next(
            (n for n in CALLS if callable(getattr(cls, n, None)) and n in own_names(cls)), "__call__"
        )
        self.parameters = next((n for n in PARAMETERS if hasattr(cls, n)), "")
        self._sizes = len(SINGLE[name])
        self.on: Made = {}
        self.fits = self.joined = False
        self._look()

    def _required(self) -> Iterator[Made]:
        """What may have to be given besides sizes; for a network also a list of it, one for each layer."""
        shape = arguments(self.cls.__init__)
        names = [] if shape is None else shape[0][1 + self._sizes : shape[1]]
        given = {name: self._guess(name) for name in names}
        yield given
        if given and self.name == "MLP":
            for last in ("linear", ""):
                yield {name: Each(value, last or value) for name, value in given.items()}

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
        placed, shape = self.form(sizes, nouts), arguments(self.cls.__init__)
        filled = shape[0][1 : 1 + len(placed)] if shape else []
        each = {name: thing for name, thing in given.items() if name not in filled}
        layers = len(sizes) - 1
        named = {name: x.listed(layers) if isinstance(x, Each) else x for name, x in each.items()}
        return self.cls(*placed, **named)

    def part(self, sizes: tuple[int, ...], nonlin: bool = True, nouts: Any = None) -> Part:
        return PARTS[self.name](self.make(sizes, nonlin, nouts), self)

    def _look(self) -> None:
        made = self._first_made()
        self.made = made is not None
        if made is None:
            return
        self.parameters = self.parameters or next((n for n in PARAMETERS if hasattr(made, n)), "")
        self.calls_for_parameters = callable(getattr(made, self.parameters or "parameters", callable))
        if self.name == "Neuron":
            self._look_into_neuron(made)
        else:
            self._look_for_list(made)
            self.takes_rows = self._takes_rows(made)

    def _takes_rows(self, made: Any) -> bool:
        """Whether it can be called with rows of inputs, and not with the inputs of one."""
        call, values = getattr(made, self.call, None), self.family.values
        row = [values.make(1.0) for _ in range(TRIED[self.name][0])]
        with suppress(Exception):
            assert call is not None
            call(row)
            return False
        with suppress(Exception):
            assert call is not None
            (outs,) = call([row])
            return all(isinstance(out, values.cls) for out in outs)
        return False

    def _first_made(self) -> Any:
        made = None
        whole = (
            *(_apart, _together, _spread, _between),
            *(self._stacked, lambda *given: self._stacked(*given)[0]),
        )
        for form, on in product(whole if self.name == "MLP" else (_apart,), self._required()):
            self.form, self.on = form, on
            with suppress(Exception):
                made = self.make(TRIED[self.name])
                if self.name != "MLP" or self._has_layers(made, 2):
                    return made
        self.form, self.on = _apart, next(self._required())
        return made

    def _stacked(self, sizes: Any, nouts: Any) -> tuple[Any, ...]:
        """MLP([Layer(2, 4), Layer(4, 1)])."""
        layer, widths = self.family.kinds["Layer"], [sizes[0], *(sizes[1:] if nouts is None else nouts)]
        return ([layer.make(pair) for pair in pairwise(widths)],)

    def _has_layers(self, made: Any, count: int) -> bool:
        layer = self.family.kinds["Layer"]
        lists = [sequence(thing) or [] for thing in attributes(made).values()]
        if layer is not None and any(isinstance(x, layer.cls) for things in lists for x in things):
            # What was taken for something else than it is shows in how many there are.
            return any(sum(isinstance(x, layer.cls) for x in things) == count for things in lists)
        return any(len([x for x in things if not isinstance(x, (int, str))]) >= count for things in lists)

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
        best, most, count = "", (0, 0.0), TRIED[self.name][-1] if self.name == "Layer" else 2
        if self.name == "Layer" and self._has_rows(made):
            return
        for name, thing in attributes(made).items():
            things = sequence(thing) or []
            own = sum(wanted is not None and isinstance(t, wanted.cls) for t in things)
            lists = sum(isinstance(t, (list, tuple)) for t in things)
            # Parameters may be kept in lists, too.
            fit = own, lists + 0.5 * (name in ("neurons", "layers") and bool(things))
            if fit > most:
                best, most = name, fit
                self.fits = 2 * own + lists >= 2 * count
        self.inside = best

    def _has_rows(self, made: Any) -> bool:
        """Whether there are rows of weights; a layer that is not square tells which way they lie."""
        for self.across in (False, True):
            if self.rows(made):
                return True
        self.across = False
        return False

    def rows(self, made: Any) -> list[Row] | None:
        """The neurons of a layer that keeps weights as rows of a matrix, and biases as a list."""
        cls, own = self.family.values.cls, attributes(made)
        lists = {n: things for n, thing in own.items() if (things := sequence(thing))}
        for name, things in lists.items():
            matrix = [sequence(row) or [] for row in things]
            if not all(row and isinstance(row[0], cls) for row in matrix):
                continue
            biases = next((b for n, b in lists.items() if n != name and isinstance(b[0], cls)), None)
            neurons = [list(column) for column in zip(*matrix)] if self.across else matrix
            if biases and len(biases) == len(neurons):
                return [Row(weights, bias) for weights, bias in zip(neurons, biases)]
        return None

    @property
    def can_be_asked(self) -> bool:
        """Whether its neurons are found in it; a stub has none yet, and is told as that."""
        if self.name == "Neuron" or not self.made or self.is_stub:
            return True
        if self.name == "MLP":
            layer = self.family.kinds["Layer"]
            return layer.can_be_asked if layer else self._has_neurons()
        if self.inside:
            return True
        with suppress(Exception):
            made = self.make(TRIED[self.name])
            return self.rows(made) is not None or hasattr(made, "neurons")
        return True

    def _has_neurons(self) -> bool:
        with suppress(Exception):
            layers = self.part(TRIED[self.name]).layers
            return all(neuron.w is not None for layer in layers for neuron in layer.neurons)
        return False

    @property
    def can_be_made(self) -> bool:
        """Whether sizes are enough to make one; where they should be, and are not, that is a mistake."""
        shape = arguments(self.cls.__init__)
        if self.made or shape is None:
            return True
        if shape[1] - 1 > self._sizes or len(shape[0]) == 1:
            return False
        with suppress(Exception):
            return self.name != "MLP" or self.cls(3, 4) is None  # of its inputs and outputs alone
        return True

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
        works = self.answers()
        for given in self._options():
            seen = self.seen(SINGLE[self.name], self.on | given)
            if not works and seen not in ("", "linear"):
                # What was guessed of an argument that it must have is nothing that it can use.
                self.on, self.activation, works = self.on | given, seen, True
            elif seen == "linear" and self.off is None:
                self.off = self.on | given
            elif self.activation == "linear" and seen not in ("", "linear"):
                self.off = self.on
                self.on, self.activation = self.on | given, seen
                return
            if works and self.off is not None and self.activation != "linear":
                return
        self.flag = self._flag() if self.off is None else ""
        self.off = self.on | {self.flag: False} if self.flag else self.off

    @property
    def listed_itself(self) -> bool:
        """Whether what it has in it is its own, and not what it was given."""
        return self.form in (_apart, _together, _spread, _between)

    def answers(self) -> bool:
        """Whether one that is made of what was guessed gives anything when it is called."""
        try:
            part = self.part(SINGLE[self.name])
            part([self.family.values.make(1.0)] * SINGLE[self.name][0])
        except Exception:
            return False
        return True

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
        return dict(zip(shape[0][1 + self._sizes :] if shape else (), given)) | named

    def _options(self) -> Iterator[Made]:
        """What may be given by name to have another activation, or none."""
        shape = arguments(self.cls.__init__)
        names = [*(shape[0][1:] if shape else []), *keywords(self.cls.__init__)]
        code = code_of(self.cls.__init__)
        if code is not None and code.co_flags & VAR_KEYWORDS and self.name == "Layer":
            neuron = self.family.kinds["Neuron"]
            if neuron and neuron.off:
                yield neuron.off
        none = (False, None, "linear", "none", "identity", "", "Linear")
        # Functions on numbers of the engine's own may be asked for, too.
        values = [*none, *self.family.activations(), lambda x: x, lambda x: x.relu(), True]
        for name in names[self._sizes :]:
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
        part, values = self.part(sizes), self.family.values
        layers = part.layers if self.name == "MLP" else [part]
        for layer in layers:
            for neuron in layer.neurons if self.name != "Neuron" else [layer]:
                for place, w in enumerate(neuron.w):
                    put_number(w, values.data, (sign if layer is layers[-1] else 1.0) * (place == 0))
                put_number(neuron.b, values.data, 0.0)
        out = part([values.make(x)])
        return values.number(out[0] if isinstance(out, (list, tuple)) else out)

    def settle(self, otherwise: str) -> None:
        """Name an activation also where the numbers did not: the one that the code mentions."""
        names = names_in(getattr(self.cls, self.call, None))
        fallback = mentioned(names, otherwise)
        self.activation = self.activation or fallback
        if self.name == "MLP":
            self.last = self.last or "linear"


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


def _between(sizes: Any, nouts: Any) -> tuple[Any, ...]:
    """MLP(2, [4], 1)."""
    del nouts
    return sizes[0], list(sizes[1:-1]), sizes[-1]


def _spread(sizes: Any, nouts: Any) -> tuple[Any, ...]:
    """MLP(2, 4, 1)."""
    del nouts
    return tuple(sizes)

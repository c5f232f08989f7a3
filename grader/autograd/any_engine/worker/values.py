"""An implementation's Value, by whatever names it goes."""

from __future__ import annotations

import sys
from contextlib import suppress

from .kept import as_kept, attributes, is_array, number_in, properties, put, put_number, single
from .loading import Bell, Inert

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import CodeType, ModuleType
    from typing import Any

    # How it is called, in words; what goes back from a root; and what that is made of, if it is not as it is.
    Way = tuple[str, Callable[[Any], Any], Any]

TRIAL = 0.5  # seconds of processor time for one thing that is tried out


class Unfinished(BaseException):
    """Something that was tried out does not come to an end."""


class Alarm:
    """Raises Unfinished in what takes too long, again and again."""

    rang = False

    def __init__(self) -> None:
        self.bell = Bell()

    def _ring(self, *_: Any) -> None:
        self.rang = True
        raise Unfinished

    def __enter__(self) -> Alarm:
        self.bell.set(self._ring, TRIAL, TRIAL)
        return self

    def __exit__(self, *_: Any) -> None:
        self.bell.stop()


def in_time(attempt: Callable[[], Any], otherwise: Any) -> Any:
    """What an attempt gives, or the other thing where it takes too long or fails."""
    with Alarm():
        try:
            return attempt()
        except (Exception, Unfinished):
            return otherwise


class Missing(Exception):
    """The class lacks something without which nothing can be graded."""


class Values:
    """One class of numbers in a graph.

    leaf: the class that is made of a number; file: where it is defined. cls: what it has in common with the
        results of its operations, mostly the same class.
    data, grad: the attributes' own names; asked: names that a person has given for them.
    backward: how it is called, in words; empty where there is none. back: goes back from a root. steps: what
    its nodes call backward is something else. endless: it did not come to an end when it was tried.
    arrives: a gradient gets to a leaf by it.
    dimensions: of the array of one that a leaf is made of; less than 0 where it is made of a number.
    floats: it is made of floats alone, as NumPy would keep whole numbers as such, and turn down gradients.
    """

    dimensions = -1
    floats = False

    def __init__(self, cls: Any, file: str, asked: dict[str, str]) -> None:
        self.leaf, self.cls, self.file, self.asked = cls, cls, file, asked
        self.extra = _required(cls)
        self.data = self._data()
        self.grad = self._grad()
        self.cls = self._common()
        self.floats = getattr(getattr(self.make(3), self.data), "dtype", None) in ("int32", "int64")
        self.backward = ""
        self.back: Callable[[Any], Any] = lambda root: root.backward()
        self.steps = self.endless = self.arrives = False
        self.stubs: set[str] = set()

    def make(self, number: Any) -> Any:
        """A leaf that holds the number."""
        if self.dimensions >= 0:
            number = self._array(number)
        return self.leaf(float(number) if self.floats else number, **self.extra)

    def _array(self, number: Any) -> Any:
        for _ in range(self.dimensions):
            number = [number]
        return sys.modules["numpy"].array(number, dtype=float)

    @property
    def maker(self) -> Callable[[Any], Any]:
        """What makes a leaf of a number: the class itself, where that is all that it wants."""
        return self.make if self.extra or self.dimensions >= 0 or self.floats else self.leaf

    def look_for_arrays(self) -> None:
        """Give it arrays of one number instead of numbers, where more of it works with those."""
        if not hasattr(sys.modules.get("numpy"), "ndarray"):
            return
        works: list[tuple[int, int]] = []
        for self.dimensions in (-1, 0, 1, 2):
            works.append((in_time(self._working, 0), -self.dimensions))
            if works[0][0] == 2 * len((*STEPS, *MORE_STEPS)):
                break  # with numbers all of it works, and nothing can do better
        self.dimensions = -max(works)[1]

    def _working(self) -> int:
        """How many operations and ways back from their results go through without an exception."""
        return sum(self._goes_through(step) for step in (*STEPS, *MORE_STEPS))

    def _goes_through(self, step: Callable[[Any, Any], Any]) -> int:
        done = 0
        with suppress(Exception):
            operands = [self.make(number) for number in TRIED]
            root = step(*operands)
            done += isinstance(root, self.cls) and self.holds(root)
            self.back(root)
            done += all(isinstance(self.gradient(each), float) for each in operands)
        return done

    def _common(self) -> Any:
        given = []
        for step in STEPS:
            with suppress(Exception):
                given.append(step(*(self.make(number) for number in TRIED)))
        for out in filter(self.holds, given):
            return next(base for base in self.leaf.__mro__ if isinstance(out, base))
        if any(type(out).__module__ == self.leaf.__module__ for out in given):
            raise Missing("what its operations give has no number until it is asked for")
        return self.leaf

    def _data(self) -> str:
        leaves = [(self.make(number), number) for number in TRIED]
        names = [self.asked["data"]] if "data" in self.asked else []
        names = names or [*DATA, *attributes(leaves[0][0]), *properties(self.cls)]
        for name in names:
            if all(_reads(leaf, name, number) for leaf, number in leaves) and _writes(leaves[0][0], name):
                return name
        for held in attributes(leaves[0][0]).values():
            if isinstance(held, Inert):
                float(held)  # says which library it is that is needed
        raise Missing("none of its attributes holds the number that it is made with")

    def _grad(self) -> str:
        leaf = self.make(TRIED[0])
        names = [self.asked["grad"]] if "grad" in self.asked else []
        own = attributes(leaf)
        for name in names or GRAD:
            if name != self.data and (
                name in own or name in properties(self.cls) or hasattr(type(leaf), name)
            ):
                if callable(getattr(leaf, name, None)):
                    continue
                return name
        likely = [n for n, held in own.items() if "grad" in n.lower() and not _is_flag(held)]
        return likely[0] if likely else ""

    def holds(self, node: Any) -> bool:
        """Whether a node has its number, as what is computed only when it is asked for has not."""
        try:
            held = getattr(node, self.data)
            float(number_in(held))
        except (TypeError, ValueError, AttributeError):
            return False
        return not isinstance(held, self.cls)

    def number(self, thing: Any) -> Any:
        """The number in what is kept for one; the thing itself where there is no such number in it."""
        if isinstance(thing, float):
            return thing
        return number_in(getattr(thing, self.data) if isinstance(thing, self.cls) else thing)

    def gradient(self, node: Any) -> float:
        """What has arrived at a node."""
        return float(self.number(getattr(node, self.grad)) or 0.0)

    def kept(self) -> Callable[[Any], Any] | None:
        """Makes a gradient as it is kept of a number, where numbers are kept in arrays; else None."""
        leaf = self.make(TRIED[0])
        like = next(
            (x for x in (getattr(leaf, self.grad, None), getattr(leaf, self.data)) if is_array(x)), None
        )
        return None if like is None else lambda number: as_kept(like, number_in(number))

    @property
    def keeps_objects(self) -> bool:
        """Whether numbers or gradients lie in objects that are no numbers."""
        leaf = self.make(TRIED[0])
        held = getattr(leaf, self.data), getattr(leaf, self.grad, None)
        return any(not is_array(x) and number_in(x) is not x for x in held)

    def set_to_zero(self, node: Any) -> None:
        """Give a node the gradient that a new one has, or zero where that is another."""
        new, held = getattr(self.make(TRIED[0]), self.grad), getattr(node, self.grad)
        if new is not None and is_array(held):
            put(node, self.grad, as_kept(held, 0.0))
        else:
            put(node, self.grad, 0.0 if isinstance(new, (int, float)) or self.number(new) else new)

    def has(self, name: str) -> bool:
        """Whether the class itself has a method, written rather than still to be written."""
        method = getattr(self.cls, name, None)
        return callable(method) and method is not getattr(object, name, None) and name not in self.stubs

    def rename(self, modules: Iterable[ModuleType]) -> None:
        """Give the class the names that programs use, besides its own."""
        functions = {name: f for module in modules for name, f in _functions(module).items()}
        for name, others in METHODS.items():
            self._take(name, others, functions)
        self._take("relu", RELU, functions)
        for name in UNARY:
            self._take(name, (name,), functions)
        self._find_way_back(functions)
        if self.data != "data":
            self.cls.data = _alias(self.data)
        if self.grad and self.grad != "grad":
            self.cls.grad = _alias(self.grad)

    def settle(self) -> None:
        """Do what is left to do to a class once it is the one that counts."""
        if not self.grad:
            self.cls.grad = 0.0  # nothing arrives, and nothing is asked of it
        if self.backward and not self.endless:
            self.look_for_arrays()

    def _take(self, name: str, others: tuple[str, ...], functions: dict[str, Any]) -> None:
        """A method under the name programs use, where the code has it under another or as a function."""
        if name in self.asked:
            others = (self.asked[name],)
        elif self.has(name):
            return
        spelt = {other.lower() for other in others}
        own = [known for known in dir(self.cls) if known.lower() in spelt and self.has(known)]
        method = next((getattr(self.cls, known) for known in own), None)
        if method is None:
            there = [function for known, function in functions.items() if known.lower() in spelt]
            method = self._function(there[0]) if there else None
        if method is not None:
            setattr(self.cls, name, method)

    def _function(self, function: Any) -> Callable[..., Any]:
        """A function, or a class whose instances are called, as a method."""

        def method(*operands: Any) -> Any:
            return (function() if isinstance(function, type) else function)(*operands)

        if not isinstance(function, type):
            method.__wrapped__ = function  # type: ignore[attr-defined]  # where it is looked for
        return method

    def _find_way_back(self, functions: dict[str, Any]) -> None:
        """Take what lets a gradient arrive; where nothing does, what is named like that."""
        asked = self.asked.get("backward", "")
        backs = [name for name in functions if "back" in name.lower() and name not in BACKWARD]
        likely = [asked] if asked else [*BACKWARD, *backs]
        named = [way for name in likely for way in self._ways(name, functions)]
        # One that does not come to an end is not tried again, and stays the one.
        found = next((way for way in named if self._arrives(way) is not False), None)
        if found is None and not asked:
            names = [name for name in (*vars(self.cls), *functions) if name not in (*BACKWARD, *KNOWN)]
            ways = (way for n in names if not n.startswith("__") for way in self._ways(n, functions))
            found = next(filter(self._arrives, ways), None)
        self.arrives = found is not None
        if found is None and named and not asked:
            found = named[0]
        if found is not None:
            self.backward, back, own = found
            # What its nodes call so may be their own step: then that stays what it is.
            self.steps = "backward" in attributes(self.make(TRIED[0]))
            if own is not None:
                self.go_back_by(back)

    def _ways(self, name: str, functions: dict[str, Any]) -> Iterator[Way]:
        method, leaf = getattr(self.cls, name, None), self.make(TRIED[0])
        held = getattr(leaf, name, None)
        seeds = (1.0,) * len(_arguments(held))
        if callable(method) and callable(held) and len(seeds) <= 1:
            plain = name == "backward" and not seeds
            yield f"{name}()", _calls(method, seeds), None if plain else method
        elif callable(held) and not seeds:
            yield f"{name}()", lambda root: getattr(root, name)(), None if name == "backward" else held
        if name in functions and len(_arguments(functions[name])) == 1:
            yield f"{name}(value)", _spread(functions[name], self.grad), functions[name]

    def _arrives(self, way: Way) -> bool | None:
        """Whether a gradient gets to a leaf that is two operations away; None where that takes too long."""
        for step in STEPS:
            with Alarm() as alarm, suppress(Exception, Unfinished):
                if self._gets_there(way, step):
                    return True
            if alarm.rang:
                self.endless = True
                return None
        return False

    def _gets_there(self, way: Way, step: Callable[[Any, Any], Any]) -> bool:
        leaf, other = (self.make(number) for number in TRIED)
        root, before = step(step(leaf, other), other), self.gradient(leaf)
        way[1](root)
        return self.gradient(leaf) != before

    def go_back_by(self, back: Callable[[Any], Any]) -> None:
        """Let this be how programs go back from a root."""
        self.back = back
        if not self.steps:
            self.cls.backward = back

    def look_for_stubs(self) -> None:
        """Note which methods are still to be written."""
        for name in (*METHODS, "relu", "backward"):
            method = getattr(self.cls, name, None)
            method = getattr(method, "__wrapped__", method)
            if method is not None and is_stub(method, self.cls.__name__):
                empty = not names_in(method) - {"NotImplementedError"}
                if empty if name == "backward" else self._gives_nothing(name):
                    self.stubs.add(name)

    def _gives_nothing(self, name: str) -> bool:
        operands = [self.make(number) for number in TRIED]
        given = {"relu": [], "__neg__": [], "__pow__": [2]}.get(name, operands[1:])
        try:
            return getattr(operands[0], name)(*given) is None
        except NotImplementedError:
            return True
        except Exception:
            return False

    def is_single(self) -> bool:
        """Whether a leaf keeps its number or its gradient in single precision; our parts then do so, too."""
        if float(self.number(getattr(self.make(0.1), self.data))) == single(0.1):
            return True
        if self.endless or not self.grad:
            return False
        leaf = self.make(1.0)
        with suppress(Exception):
            self.back(leaf * self.make(0.1))
        return self.gradient(leaf) == single(0.1)


def _reads(thing: Any, name: str, number: float) -> bool:
    try:
        held = getattr(thing, name)
        return not callable(held) and not isinstance(held, (str, bool)) and float(number_in(held)) == number
    except Exception:
        return False


def _is_flag(held: Any) -> bool:
    """Whether an attribute holds a wish, a function or an object, and no gradient."""
    return callable(held) or isinstance(held, (bool, str)) or not (held is None or hasattr(held, "__float__"))


def _writes(thing: Any, name: str) -> bool:
    try:
        before = getattr(thing, name)
        put_number(thing, name, 7.0)
        written = float(number_in(getattr(thing, name))) == 7.0
        put(thing, name, before)
        return written
    except Exception:
        return False


def _alias(name: str) -> property:
    def get(self: Any) -> Any:
        return getattr(self, name)

    return property(get, lambda self, value: put_number(self, name, value))


def _required(cls: Any) -> dict[str, Any]:
    """What must be given by name besides the number: a label, no operands, the wish for a gradient."""
    made: Any = cls.__init__
    shape = arguments(made)
    if shape is None:
        return {}
    names, needed = shape[0][1:], shape[1] - 1
    wanted = {name: _usual(name) for name in names[1:needed]}
    trainable = [
        n for n in (*names[1:], *keywords(made)) if n in ("requires_grad", "trainable", "needs_grad")
    ]
    return wanted | dict.fromkeys(trainable, True)


def _usual(name: str) -> Any:
    lower = name.lower().strip("_")
    if "grad" in lower:
        return 0.0
    if any(word in lower for word in ("label", "name", "op")):
        return ""
    return (
        () if any(word in lower for word in ("child", "parent", "prev", "input", "args", "operand")) else None
    )


def _functions(module: ModuleType) -> dict[str, Any]:
    """A module's own functions, and classes that are named like activations."""
    return {
        name: thing
        for name, thing in vars(module).items()
        if getattr(thing, "__module__", None) == module.__name__
        and (hasattr(thing, "__code__") or (isinstance(thing, type) and name.lower() == "relu"))
    }


def _arguments(method: Any) -> list[str]:
    """The names of the arguments that a call has to give."""
    shape = arguments(method)
    return shape[0][: shape[1]] if shape else []


def _calls(method: Any, given: tuple[float, ...]) -> Callable[[Any], Any]:
    def back(root: Any) -> None:
        method(root, *given)

    back.__wrapped__ = method  # type: ignore[attr-defined]  # where it is looked for
    return back


def _spread(function: Callable[[Any], Any], grad: str) -> Callable[[Any], None]:
    """A function's gradients on the nodes themselves, where it returns them in a dict."""

    def backward(root: Any) -> None:
        given = function(root)
        if isinstance(given, dict):
            for node, share in given.items():
                before = getattr(node, grad or "grad", 0.0)
                put(node, grad or "grad", (before or 0.0) + share)

    backward.__wrapped__ = function  # type: ignore[attr-defined]  # where it is looked for
    return backward


DATA = ("data", "value", "val", "v", "x", "num", "scalar", "_data", "_value", "_val", "item", "n")
GRAD = (
    *("grad", "gradient", "_grad", "derivative", "grad_value", "deriv", "der", "adjoint", "bar"),
    *("g", "d", "dv"),
)
BACKWARD = (
    *("backward", "backprop", "backward_pass", "backpropagate", "back_prop", "back_propagate"),
    *("backpropagation", "run_backward", "compute_gradients", "compute_grads", "compute_grad"),
    *("calc_grads", "get_gradients", "gradients", "back"),
)
# What a class may have besides.
UNARY = (
    *("tanh", "exp", "log", "sigmoid", "sqrt", "sin", "cos", "tan", "abs", "softplus", "gelu"),
    *("silu", "atan", "sinh", "cosh", "square", "reciprocal"),
)
RELU = ("relu", "relu_", "rectify")
METHODS = {
    "__add__": ("add", "plus", "sum"),
    "__mul__": ("mul", "times", "multiply", "prod"),
    "__pow__": ("pow", "power"),
    "__sub__": ("sub", "minus", "subtract"),
    "__truediv__": ("div", "divide", "truediv"),
    "__neg__": ("neg", "negate"),
}
STEPS: tuple[Callable[[Any, Any], Any], ...] = (
    lambda one, other: one + other,
    lambda one, other: one * other,
    lambda one, _: one**2,
    lambda one, _: one.relu(),
)
MORE_STEPS: tuple[Callable[[Any, Any], Any], ...] = (
    lambda one, other: one - other,
    lambda one, other: one / other,
    lambda one, _: -one,
)
# What is called so is no way back.
KNOWN = {*METHODS, *(name for others in METHODS.values() for name in others), *UNARY, *RELU}
TRIED = (2.5, -3.25)  # exact in single precision, too
REFUSALS = (TypeError, AttributeError, AssertionError, NotImplementedError, ValueError)


# What a function may mention that only checks or wraps what it was given.
IDLE = {
    *("isinstance", "int", "float", "super", "__init__", "list", "print"),
    *("NotImplementedError", "NotImplemented"),
}


def place_of(function: Any) -> str:
    """Where a function is written: its file, its line and its name; empty where that is not in Python."""
    code = code_of(getattr(function, "__wrapped__", function))
    return f"{code.co_filename}:{code.co_firstlineno}:{code.co_name}" if code else ""


def code_of(function: Any) -> CodeType | None:
    """The code behind a function or a bound method; None where it is not Python's."""
    code: CodeType | None = getattr(getattr(function, "__func__", function), "__code__", None)
    return code


def arguments(function: Any) -> tuple[list[str], int] | None:
    """The names of a Python function's arguments without self, and how many of them have no default."""
    if hasattr(function, "func") and hasattr(function, "keywords"):  # a functools.partial
        inner = arguments(function.func)
        given = len(function.args)
        return inner and (inner[0][given:], max(0, inner[1] - given - len(function.keywords)))
    code = code_of(function)
    if code is None:
        return None
    plain = getattr(function, "__func__", function)
    bound = plain is not function
    names = list(code.co_varnames[: code.co_argcount])[bound:]
    return names, max(0, len(names) - len(plain.__defaults__ or ()))


def keywords(function: Any) -> list[str]:
    """The names of a Python function's arguments that are given by name only."""
    code = code_of(function)
    if code is None:
        return []
    return list(code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount])


def names_in(function: Any) -> set[str]:
    """Every name that a function mentions, inner functions included."""
    code = code_of(function)
    found: set[str] = set()
    todo = [code] if code else []
    while todo:
        each = todo.pop()
        found |= {*each.co_names}
        todo += [const for const in each.co_consts if hasattr(const, "co_names")]
    return found


def is_stub(function: Any, own: str) -> bool:
    """Whether a function is still to be written: it looks at nothing and makes nothing.

    own: the name of the class, as a stub may wrap what it is given.
    """
    code = code_of(function)
    if code is None:
        return False
    inner = any(hasattr(const, "co_names") for const in code.co_consts)
    loops = "for" in code.co_varnames
    return not inner and not loops and names_in(function) <= IDLE | {own}


def sequence(thing: Any) -> list[Any] | None:
    """The items of a list, a tuple, a set, a dict's values or an array; None for anything else."""
    if isinstance(thing, (list, tuple, set, frozenset)):
        return list(thing)
    if isinstance(thing, dict):
        return list(thing.values())
    array = type(thing).__name__ == "ndarray" and thing.shape
    return list(thing) if array else None

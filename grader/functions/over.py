"""What an author of properties imports: calls as data, what they are drawn from, and ways to compare.

    @graded(points=3, over=calls("merge", sorted_lists(), sorted_lists()), first=[call("merge", [1], [2])])
    def test_everything_is_there_in_order(expected, got):
        \"\"\"merge(a, b) holds all of a and of b, in order.\"\"\"
        assert got.result == expected.result

The strategies are hypothesis' own, by name; it is imported only when cases are drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import Any, ClassVar

from grader.agreement import close
from grader.course.properties import Deferred, bonus, graded, made, noted
from grader.errors import CourseError
from grader.functions.worker import CALL, MAKE, METHOD, MOST, encode
from grader.worker.wire import Misfit

__all__ = [
    "Raised",
    "binary",
    "bonus",
    "booleans",
    "call",
    "calls",
    "dictionaries",
    "floats",
    "graded",
    "integers",
    "just",
    "lists",
    "near",
    "new",
    "none",
    "noted",
    "one_of",
    "permutations",
    "same",
    "sampled_from",
    "sequences",
    "sets",
    "sorted_lists",
    "strategy",
    "text",
    "tuples",
]


@dataclass(frozen=True, slots=True)
class Step:
    """One call.

    name: of the function, the class or the method. arguments: a tuple, in the worker's form.
    kind: CALL of a function, MAKE an object, or a METHOD of that. watched: the arguments are looked at again
        when it is over.
    """

    name: str
    arguments: tuple[float, ...]
    kind: str
    watched: bool = False


@dataclass(frozen=True, slots=True)
class Calls:
    """A short sequence of calls: one to a function, or several to an object that the first one makes.

    Any method that is called on it stands there as one call more: new("Heap").push(3).pop().
    """

    tag: ClassVar[str] = "calls"
    steps: tuple[Step, ...]

    @property
    def length(self) -> int:
        """Only the calls tell how many numbers they give; this many at most."""
        return -MOST

    def then(self, name: str, *arguments: Any) -> Calls:
        """With one more call to a method, whatever its name is."""
        return Calls((*self.steps, Step(name, given(name, arguments), METHOD)))

    def __getattr__(self, name: str) -> Callable[..., Calls]:
        if name.startswith("_"):
            raise AttributeError(name)
        return partial(self.then, name)


def given(name: str, arguments: tuple[Any, ...]) -> tuple[float, ...]:
    """Arguments as a program has them; raises CourseError where they are no plain data."""
    try:
        return tuple(encode(arguments))
    except Misfit as error:
        what = f"{name}() is called with what is no plain data: a tuple that {error}"
        raise CourseError(what, "mend the properties that call it") from None


def call(name: str, *arguments: Any, watched: bool = False) -> Calls:
    """One call to a function. watched: what it does to its arguments is observed, see View.arguments."""
    return Calls((Step(name, given(name, arguments), CALL, watched),))


def new(name: str, *arguments: Any) -> Calls:
    """An object of that class; the methods that are called on it follow."""
    return Calls((Step(name, given(name, arguments), MAKE),))


def calls(name: str, *each: Any, arguments: Any = None, watched: bool = False) -> Deferred:
    """One call to a function with arguments drawn from these strategies.

    each: a strategy for each argument. arguments: one that draws them all, as a tuple, in place of these.
    """

    def make() -> Any:
        st = _strategies()
        together = st.tuples(*map(made, each)) if arguments is None else made(arguments)
        return together.map(lambda given: call(name, *given, watched=watched))

    return Deferred(make)


def strategy(of: Callable[[Any], Any]) -> Deferred:
    """A strategy of the author's own: decorates a function that makes it with hypothesis.strategies."""
    return Deferred(lambda: of(_strategies()))


def sequences(
    name: str, *arguments: Any, steps: tuple[int, int] = (1, 8), **methods: Sequence[Any]
) -> Deferred:
    """An object of that class, made with these, and calls to its methods.

    steps: the fewest calls and the most. methods: for each method the strategies of its arguments.
    """

    def make() -> Any:
        st = _strategies()
        each = [st.tuples(st.just(method), st.tuples(*map(made, its))) for method, its in methods.items()]
        several = st.lists(st.one_of(each), min_size=steps[0], max_size=steps[1])
        return st.builds(partial(_sequence, name), st.tuples(*map(made, arguments)), several)

    return Deferred(make)


def _sequence(name: str, arguments: tuple[Any, ...], several: list[tuple[str, tuple[Any, ...]]]) -> Calls:
    whole = new(name, *arguments)
    for method, its in several:
        whole = whole.then(method, *its)
    return whole


def _strategies() -> Any:
    return import_module("hypothesis.strategies")


def _named(name: str) -> Callable[..., Deferred]:
    def named(*arguments: Any, **options: Any) -> Deferred:
        def make() -> Any:
            its = {key: made(value) for key, value in options.items()}
            return getattr(_strategies(), name)(*map(made, arguments), **its)

        return Deferred(make)

    return named


binary, booleans, dictionaries, floats, integers = map(
    _named, ("binary", "booleans", "dictionaries", "floats", "integers")
)
just, lists, none, one_of, permutations = map(_named, ("just", "lists", "none", "one_of", "permutations"))
sampled_from, sets, text, tuples = map(_named, ("sampled_from", "sets", "text", "tuples"))


def sorted_lists(elements: Deferred | None = None, max_size: int = 6) -> Deferred:
    """Lists in order, of small whole numbers where nothing is said."""
    return lists(integers(-9, 9) if elements is None else elements, max_size=max_size).map(sorted)


@dataclass(frozen=True, slots=True)
class Raised:
    """What stands in place of a result where a call raised; two are equal that raised the same.

    kind: the built-in class that the exception is of, also where it is of one of the student's own below it.
    message: its line as Python shows it; frames: where, innermost last. Neither counts.
    """

    kind: str
    message: str = field(default="", compare=False)
    frames: tuple[str, ...] = field(default=(), compare=False)


def same(got: Any, expected: Any) -> bool:
    """Whether both are the same to the last bit: of the same types, -0.0 not 0.0, and NaN the same as NaN.

    == is Python's own, by which 1, 1.0 and True are equal, -0.0 and 0.0 are, and no NaN equals anything.
    """
    if isinstance(got, Raised) or isinstance(expected, Raised):
        return bool(got == expected)
    return encode(got, sorted_keys=True) == encode(expected, sorted_keys=True)


def near(got: Any, expected: Any) -> bool:
    """Whether both are built alike, and every number is within the tolerance of agreement.py of the other.

    An int may stand for a float. NaN and the infinities are near nothing.
    """
    if isinstance(expected, float) or isinstance(got, float):
        numbers = {type(got), type(expected)} <= {int, float}
        return numbers and close(got, expected)
    if type(got) is not type(expected):
        return False
    if isinstance(expected, list | tuple):
        return len(got) == len(expected) and all(map(near, got, expected))
    if isinstance(expected, dict):
        return got.keys() == expected.keys() and all(near(got[key], expected[key]) for key in expected)
    return same(got, expected)

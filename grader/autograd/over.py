"""What properties are claimed over: the strategies by name, made only when cases are drawn.

A grade that replays recorded cases draws none, and importing hypothesis would take longer than
examining an exercise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True, slots=True)
class Deferred:
    """A strategy that make() will make."""

    make: Callable[[], Any]

    def map(self, function: Callable[[Any], Any]) -> Deferred:
        """Deferred as well: what a strategy's method of that name does."""
        return Deferred(lambda: self.make().map(function))

    def __or__(self, other: Deferred) -> Deferred:
        return Deferred(lambda: self.make() | other.make())


def made(over: Any) -> Any:
    """The strategy itself, whether deferred or not; anything else as it is."""
    return over.make() if isinstance(over, Deferred) else over


def _named(name: str) -> Deferred:
    return Deferred(lambda: getattr(import_module("grader.autograd.strategies"), name))


def _calling(name: str) -> Callable[..., Deferred]:
    def call(*arguments: Any, **options: Any) -> Deferred:
        def make() -> Any:
            strategy = getattr(import_module("grader.autograd.strategies"), name)
            return strategy(*map(made, arguments), **{key: made(value) for key, value in options.items()})

        return Deferred(make)

    return call


NUMBERS, NEGATIVE, POSITIVE, SMALL, LARGE = map(_named, ("NUMBERS", "NEGATIVE", "POSITIVE", "SMALL", "LARGE"))
expressions, twice, shapes = map(_calling, ("expressions", "twice", "shapes"))
forwards, nudges, trainings = map(_calling, ("forwards", "nudges", "trainings"))

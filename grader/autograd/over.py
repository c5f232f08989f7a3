"""What properties are claimed over: the strategies of strategies.py, by name.

Each is made only when cases are drawn. Until then nothing imports hypothesis, which a grade of recorded cases
does without: it would take longer than the grade.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from grader.course.properties import Deferred, made


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
expressions, apart, twice, shapes = map(_calling, ("expressions", "apart", "twice", "shapes"))
forwards, nudges, trainings = map(_calling, ("forwards", "nudges", "trainings"))

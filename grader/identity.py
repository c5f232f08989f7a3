"""Answers kept by the very object they are about: for frozen things that are costly to compare."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, TypeVar

Thing = TypeVar("Thing")
Answer = TypeVar("Answer")
Rest = ParamSpec("Rest")


class _Same:
    """Equal to another only if both hold one and the same object."""

    __slots__ = ("thing",)

    def __init__(self, thing: object) -> None:
        self.thing = thing

    def __hash__(self) -> int:
        return id(self.thing)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.thing is other.thing


def once_each(
    most: int,
) -> Callable[
    [Callable[Concatenate[Thing, Rest], Answer]],
    Callable[Concatenate[Thing, Rest], Answer],
]:
    """Makes a pure function remember its last answers, by the identity of its first argument.

    most: how many answers are kept. A kept answer keeps its object alive, so no other can come to have
    the same identity. The other arguments have to be hashable.
    """

    def decorate(
        function: Callable[Concatenate[Thing, Rest], Answer],
    ) -> Callable[Concatenate[Thing, Rest], Answer]:
        @lru_cache(maxsize=most)
        def kept(same: _Same, *rest: Rest.args, **named: Rest.kwargs) -> Answer:
            return function(same.thing, *rest, **named)  # type: ignore[arg-type]  # what _Same was given

        @wraps(function)
        def asked(thing: Thing, /, *rest: Rest.args, **named: Rest.kwargs) -> Answer:
            return kept(_Same(thing), *rest, **named)  # type: ignore[arg-type]  # hashable, as is said above

        return asked

    return decorate

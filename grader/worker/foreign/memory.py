"""Lets every program begin as the first one did: tapes are cleared, and sets of nodes have one order."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType
    from typing import Any

HOLDERS = (list, dict, set)


class Memory:
    """What modules and classes hold besides their code, as it was right after loading."""

    def __init__(self, modules: Iterable[ModuleType]) -> None:
        self.held = [(thing, thing.copy()) for module in modules for thing in _held(module)]
        self.grows: list[tuple[Any, Any]] = []

    def look(self) -> None:
        """Remember what has changed by now: that is what programs leave behind."""
        self.grows = [(thing, before) for thing, before in self.held if len(thing) != len(before)]

    def restore(self) -> None:
        """Put it back as it was."""
        for thing, before in self.grows:
            thing.clear()
            if isinstance(thing, list):
                thing.extend(before)
            else:
                thing.update(before)


def _held(module: ModuleType) -> Iterator[Any]:
    name = module.__name__
    for key, thing in list(vars(module).items()):
        if key.startswith("__"):
            continue
        if isinstance(thing, HOLDERS):
            yield thing
        elif getattr(thing, "__module__", None) == name and isinstance(thing, type):
            yield from (
                x for k, x in vars(thing).items() if isinstance(x, HOLDERS) and not k.startswith("__")
            )
        elif getattr(type(thing), "__module__", "").partition(".")[0] == name.partition(".")[0]:
            yield from (x for x in getattr(thing, "__dict__", {}).values() if isinstance(x, HOLDERS))


class Numbering:
    """Hashes by order of appearance instead of addresses, which differ from run to run."""

    def __init__(self, cls: Any, leaf: Any) -> None:
        self.numbers: dict[int, int] = {}
        if _by_address(leaf):
            numbers = self.numbers

            def appearance(node: Any) -> int:
                return numbers.setdefault(id(node), len(numbers))

            cls.__hash__ = appearance

    def restart(self) -> None:
        self.numbers.clear()


def _by_address(leaf: Any) -> bool:
    try:
        return hash(leaf) in (object.__hash__(leaf), id(leaf))
    except TypeError:
        return False

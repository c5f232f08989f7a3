"""Loads an implementation and chooses the class that counts, if there are several."""

from __future__ import annotations

import sys

from . import loading
from .modules import NAMES
from .names import BACKWARD, METHODS, RELU
from .standins import Needed
from .values import Missing, Values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType
    from typing import Any

APART = ("test", "tests", "setup", "conftest", "docs", "examples", "example", "benchmarks", "demo", "demos")
NET_NAMES = {name for names in NAMES.values() for name in names}


class NotFound(Exception):
    """No class of numbers was found among the files."""


class Loaded:
    """An implementation in memory.

    modules: by path. troubles: what kept a file from being loaded, by path.
    """

    def __init__(self, files: dict[str, str], whole: bool, wanted: str) -> None:
        self.files = files
        self.modules: dict[str, ModuleType] = {}
        self.troubles: dict[str, BaseException] = {}
        finder = loading.begin(files, whole)
        for path in _order(files, wanted):
            try:
                self.modules[path] = loading.load(path)
            except BaseException as error:
                self.troubles[path] = error
            finder.forget_aliases()
        loading.done()
        self.modules |= {p: m for p, m in finder.modules.items() if p in files or f"{p}/__init__" in files}

    def values(self, asked: str, names: dict[str, str]) -> Values:
        """The class that counts: the one asked for, else the one that can do most."""
        found: list[tuple[float, str, Values]] = []
        reasons: list[str] = []
        for path, cls in self._classes():
            if asked and not _fits(asked, path, cls.__name__):
                continue
            try:
                values = Values(cls, path, names)
            except Needed as error:
                self.troubles.setdefault(path, error)
            except Missing as error:
                reasons.append(f"{cls.__name__}: {error}")
            except Exception as error:
                reasons.append(f"{cls.__name__}: {type(error).__name__}: {error}")
            else:
                score = _score(values) + self._beside(cls)
                if score >= 1 or asked:
                    found.append((-score, path, values))
        if not found:
            raise NotFound((reasons or [f"there is no class {asked}"])[0] if asked else "")
        return min(found, key=lambda each: each[:2])[2]

    def _classes(self) -> Iterator[tuple[str, Any]]:
        for path, module in self.modules.items():
            for thing in list(vars(module).values()):
                own = getattr(thing, "__module__", None) == module.__name__
                if own and isinstance(thing, type) and not issubclass(thing, BaseException):
                    yield path, thing

    def _beside(self, cls: Any) -> float:
        """A little for every network class that is built on it."""
        return 0.1 * sum(len(NET_NAMES & set(vars(m))) for m in self.related(cls))

    def related(self, cls: Any) -> list[ModuleType]:
        """The modules that the class is used in, directly or by what they import."""
        modules = list(dict.fromkeys(self.modules.values()))
        related = [sys.modules[cls.__module__]]
        more = True
        while more:
            names = {m.__name__ for m in related}
            new = [m for m in modules if m not in related and _uses(m, cls, names)]
            related += new
            more = bool(new)
        return related


def _uses(module: ModuleType, cls: Any, names: set[str]) -> bool:
    for thing in vars(module).values():
        if thing is cls or getattr(thing, "__module__", None) in names:
            return True
        if getattr(thing, "__name__", None) in names and hasattr(thing, "__spec__"):
            return True
    return False


def _order(files: dict[str, str], wanted: str) -> list[str]:
    """Which files are loaded without being imported by others, the likeliest first."""
    likely = [path for path in sorted(files) if not _apart(path) and "class " in files[path]]
    asked = [path for path in sorted(files) if wanted and _fits(wanted, path, wanted.rpartition(":")[2])]
    return [*asked, *sorted((p for p in likely if p not in asked), key=lambda path: _unlikely(files[path]))]


def _unlikely(source: str) -> bool:
    return not any(f"def {name}" in source for name in ("__add__", "__mul__", "backward", "add", "mul"))


def _apart(path: str) -> bool:
    """Whether a file is there for tests, demos or installing, and is loaded only where it is imported."""
    *folders, stem = path.lower().split("/")
    return stem.startswith("test_") or stem.endswith("_test") or any(p in APART for p in (*folders, stem))


def _fits(asked: str, path: str, name: str) -> bool:
    """Whether "module:Class", or "Class", names this one."""
    module, _, cls = asked.rpartition(":")
    wanted = module.removesuffix(".py").replace(".", "/")
    return cls == name and (not wanted or path == wanted or path.endswith(f"/{wanted}"))


def _score(values: Values) -> float:
    """How much of an engine a class has: operations, and a way back."""
    operations = sum(values.has(name) or any(map(values.has, others)) for name, others in METHODS.items())
    relu = any(map(values.has, RELU))
    back = 2 * any(callable(getattr(values.cls, name, None)) for name in BACKWARD)
    return operations + relu + back + 2 * bool(values.grad)

"""Assembles an engine from a package's parts: some the student's source, some reference code."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PACKAGE = "exercises"


class Missing(Exception):
    """A part does not define what it should."""


class Parts:
    """Finds the package's modules among parts that were sent, before or after they are compiled.

    parts: module name to source text (the student's) or code (the reference's).
    A helper module of the student's own is found as exercises.name, .name and, where the standard
    library has no module of that name, plain name. Meets the protocols of importlib.abc's MetaPathFinder
    and Loader without importing them, which would double the worker's start.
    """

    def __init__(self, parts: dict[str, str | CodeType]) -> None:
        self.parts = parts

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:  # noqa: ARG002 (the protocol's)
        if fullname == PACKAGE:
            return ModuleSpec(fullname, self, is_package=True)  # type: ignore[arg-type]  # see above
        if fullname.removeprefix(PACKAGE + ".") in self.parts:
            return ModuleSpec(fullname, self)  # type: ignore[arg-type]  # see above
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:  # noqa: ARG002 (the protocol's)
        return None

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__.removeprefix(PACKAGE + ".")
        # A student's exercises.py does not stand in for the package around it.
        part = "" if name == PACKAGE else self.parts.get(name, "")
        code = compile(part, f"{name}.py", "exec", dont_inherit=True) if isinstance(part, str) else part
        exec(code, module.__dict__)


def assemble(needed: list[tuple[str, str, str]]) -> dict[str, Any]:
    """The engine's classes by name: Value with the needed operations, and the needed modules.

    needed: a module, what it defines, and the attribute of Value that this becomes, or "" for a class.
    The parts must be on sys.meta_path. Raises whatever the student's source raises, and Missing where
    it lacks its definition.
    """
    _import(PACKAGE)
    value = _import(f"{PACKAGE}.value").Value
    engine = {"Value": value}
    for name, definition, attribute in needed:
        defined = _defined(_import(f"{PACKAGE}.{name}"), definition)
        if attribute:
            setattr(value, attribute, defined)
        else:
            engine[definition] = defined
    for name, thing in engine.items():
        setattr(sys.modules[PACKAGE], name, thing)
    return engine


def _import(fullname: str) -> ModuleType:
    __import__(fullname)
    return sys.modules[fullname]


def _defined(module: ModuleType, name: str) -> Any:
    try:
        return getattr(module, name)
    except AttributeError:
        file = module.__name__.rpartition(".")[2]
        raise Missing(f"{file}.py defines no {name}") from None

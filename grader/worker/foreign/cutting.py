"""A module without its demo: what defines things stays, what only tries them out goes.

Trees are read with _ast alone, as importing ast would take longer than grading an exercise.
"""

from __future__ import annotations

import _ast as tree
import builtins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType
    from typing import Any

ONLY_TREE = 0x400  # compile()'s flag for that
MAKERS = (tree.FunctionDef, tree.AsyncFunctionDef, tree.ClassDef)
DEFINING = (*MAKERS, tree.Import, tree.ImportFrom)
BLOCKS = (tree.For, tree.While, tree.With)
SETTING_UP = ("sys", "random", "np", "numpy", "warnings", "setattr", "torch")
ASKING = ("open", "input", "exit", "quit", "print", "breakpoint")


def compiled(source: str, file: str, whole: bool) -> tuple[CodeType, set[str]]:
    """The module's code, all of it or only what defines, and the libraries it can do without.

    Raises what compile() raises.
    """
    module: Any = compile(source, file, "exec", ONLY_TREE, dont_inherit=True)
    optional = {name for stmt in module.body if isinstance(stmt, tree.Try) for name in _tried(stmt)}
    if not whole:
        module.body = Cut(module.body).kept()
    return compile(module, file, "exec", dont_inherit=True), optional


def _tried(stmt: Any) -> set[str]:
    """The modules that are imported where an ImportError is caught."""
    caught = {n.id for handler in stmt.handlers for n in _walk(handler) if isinstance(n, tree.Name)}
    if not caught & {"ImportError", "ModuleNotFoundError", "Exception"} and all(
        h.type for h in stmt.handlers
    ):
        return set()
    names = {alias.name for part in stmt.body if isinstance(part, tree.Import) for alias in part.names}
    names |= {part.module or "" for part in stmt.body if isinstance(part, tree.ImportFrom) and not part.level}
    return {name.partition(".")[0] for name in names}


class Cut:
    """Decides about the statements of one module."""

    def __init__(self, body: list[Any]) -> None:
        self.body = _without_main(body)
        self.made = {stmt.name for stmt in self.body if isinstance(stmt, MAKERS)}
        self.classes = {stmt.name for stmt in self.body if isinstance(stmt, tree.ClassDef)}
        imported = {name for stmt in self.body if isinstance(stmt, tree.ImportFrom) for name in _bound(stmt)}
        self.made |= imported
        self.holders = self.classes | imported
        self.demo: set[str] = set()

    def kept(self) -> list[Any]:
        """The statements that stay, in their order."""
        stays = [self._stays(stmt) for stmt in self.body]
        wanted = list(self._free_in_classes())
        seen: set[str] = set()
        while wanted:
            name = wanted.pop()
            for place, stmt in enumerate(self.body):
                if not stays[place] and name in _bound(stmt) and name not in seen:
                    stays[place] = True
                    wanted += _loaded(stmt)
            seen.add(name)
        return [stmt for stmt, stay in zip(self.body, stays) if stay]

    def _stays(self, stmt: Any) -> bool:
        if isinstance(stmt, DEFINING):
            return True
        if isinstance(stmt, (tree.If, tree.Try)):
            return all(map(self._stays, [*stmt.body, *stmt.orelse]))
        stay = False
        if isinstance(stmt, (tree.Assign, tree.AnnAssign, tree.AugAssign)):
            stay = self._on_class(stmt) or self._plain(stmt)
        elif isinstance(stmt, tree.Expr):
            value = stmt.value
            stay = isinstance(value, tree.Constant) or (
                isinstance(value, tree.Call) and _root(value) in SETTING_UP
            )
        elif isinstance(stmt, BLOCKS):
            stay = any(self._on_class(inner) or _root(inner) == "setattr" for inner in _walk(stmt))
        if not stay:
            self.demo |= _bound(stmt)
        return stay

    def _on_class(self, stmt: Any) -> bool:
        """Whether it gives a class an attribute."""
        targets = getattr(stmt, "targets", [getattr(stmt, "target", None)])
        return any(isinstance(t, tree.Attribute) and _root(t) in self.holders for t in targets)

    def _plain(self, stmt: Any) -> bool:
        """Whether it neither calls what the module itself makes nor uses what was left out."""
        if stmt.value is None:
            return False
        stored = {n.id for n in _walk(stmt) if isinstance(n, tree.Name) and isinstance(n.ctx, tree.Store)}
        for node in _walk(stmt):
            if isinstance(node, tree.Name) and node.id in stored and not isinstance(node.ctx, tree.Load):
                continue
            if isinstance(node, tree.Call) and _root(node) in (*self.made, *ASKING):
                return False
            if isinstance(node, tree.Name) and node.id in self.demo:
                return False
        return True

    def _free_in_classes(self) -> Iterator[str]:
        functions = {stmt.name: stmt for stmt in self.body if isinstance(stmt, MAKERS)}
        todo = [name for name in functions if name in self.classes]
        done = set(todo)
        while todo:
            for name in _free(functions[todo.pop()], frozenset()):
                if name in functions and name not in done:
                    done.add(name)
                    todo.append(name)
                elif not hasattr(builtins, name):
                    yield name


def _without_main(body: list[Any]) -> list[Any]:
    kept = []
    for stmt in body:
        if isinstance(stmt, tree.If) and any(
            isinstance(node, tree.Name) and node.id == "__name__" for node in _walk(stmt.test)
        ):
            kept += stmt.orelse
        else:
            kept.append(stmt)
    return kept


def _walk(node: Any) -> Iterator[Any]:
    todo = [node]
    while todo:
        node = todo.pop()
        yield node
        for field in node._fields:
            inner = getattr(node, field, None)
            if isinstance(inner, list):
                todo += [each for each in inner if isinstance(each, tree.AST)]
            elif isinstance(inner, tree.AST):
                todo.append(inner)


def _root(node: Any) -> str:
    """The name that a call or an attribute begins with: np of np.random.seed(1)."""
    while not isinstance(node, tree.Name):
        inner = getattr(node, "func", None) or getattr(node, "value", None)
        if not isinstance(inner, tree.AST):
            return ""
        node = inner
    return str(node.id)


def _bound(stmt: Any) -> set[str]:
    """The names that a statement gives a value, in the module itself."""
    if isinstance(stmt, MAKERS):
        return {stmt.name}
    if isinstance(stmt, (tree.Import, tree.ImportFrom)):
        return {alias.asname or alias.name.partition(".")[0] for alias in stmt.names}
    return {n.id for n in _walk(stmt) if isinstance(n, tree.Name) and isinstance(n.ctx, tree.Store)}


def _loaded(stmt: Any) -> list[str]:
    return [n.id for n in _walk(stmt) if isinstance(n, tree.Name) and isinstance(n.ctx, tree.Load)]


def _free(node: Any, known: frozenset[str]) -> set[str]:
    """The names that a function or a class takes from the module around it."""
    if isinstance(node, (*MAKERS, tree.Lambda)):
        inner = node.body if isinstance(node.body, list) else [node.body]
        if not isinstance(node, tree.ClassDef):
            known |= _own(node, inner)
        outside = [*getattr(node, "decorator_list", ()), *getattr(node, "bases", ())]
        outside += (
            [d for d in (*node.args.defaults, *node.args.kw_defaults) if d] if hasattr(node, "args") else []
        )
        return set().union(*(_free(part, known) for part in (*inner, *outside)))
    if isinstance(node, tree.Name):
        return {node.id} - known if isinstance(node.ctx, tree.Load) else set()
    found: set[str] = set()
    for field in node._fields:
        value = getattr(node, field, None)
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, tree.AST):
                found |= _free(part, known)
    return found


def _own(function: Any, body: list[Any]) -> frozenset[str]:
    """The names that are a function's own: its arguments and all that it sets."""
    a = function.args
    names = {arg.arg for arg in (*a.posonlyargs, *a.args, *a.kwonlyargs, a.vararg, a.kwarg) if arg}
    for stmt in body:
        names |= {stmt.name} if isinstance(stmt, MAKERS) else _bound(stmt)
        names |= {n.name for n in _walk(stmt) if isinstance(n, MAKERS)}
    return frozenset(names)

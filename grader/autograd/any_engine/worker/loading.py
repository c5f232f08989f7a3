"""Loads an implementation's modules under whatever names it uses, without their demos.

Trees are read with _ast alone, as importing ast would take longer than grading an exercise.
"""

from __future__ import annotations

import _ast as tree
import builtins
import collections
import collections.abc
import signal
import sys
from _thread import interrupt_main, start_new_thread
from importlib.machinery import ModuleSpec
from time import process_time, sleep
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType
    from typing import Any

ROOT = "submission"
# Never taken for a name of one's own package, whatever files there are.
LIBRARIES = (
    *("numpy", "matplotlib", "torch", "sklearn", "graphviz", "tqdm", "networkx", "IPython", "pandas"),
    *("scipy", "seaborn", "pytest", "tensorflow", "jax", "pydot", "plotly", "rich", "setuptools", "nose"),
    *("micropip", "nbdev", "fastcore", "typing_extensions", "PIL", "cv2"),
)
NOTEBOOK = ".ipynb"
PATIENCE = 2.0  # seconds of processor time for a module's own demo


class Slow(BaseException):
    """A module computes for too long when it is imported."""


class Needed(Exception):
    """Code cannot do without a library that is not here."""


class NeedsNumPy(Needed):
    """That library is NumPy, which is there wherever it is installed."""


def needed(library: str) -> Needed:
    """What is raised where code cannot go on without a library."""
    if library == "numpy":
        return NeedsNumPy("this engine needs NumPy, which is not installed here: pip install numpy")
    return Needed(f"{library} is needed for this, and it is not installed where code is graded")


def _refusing(self: Any, *_: Any) -> Any:
    raise needed(object.__getattribute__(self, "_name").partition(".")[0])


class Inert:
    """Anything of a library that is not here: plots, progress bars and data sets may be asked for in vain.

    waits: modules are loaded, and what is asked for now is needed.
    """

    _name: str
    waits = False

    def __init__(self, name: str) -> None:
        object.__setattr__(self, "_name", name)

    def __getattr__(self, name: str) -> Inert:
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert(f"{self._name}.{name}")

    def __setattr__(self, name: str, value: Any) -> None:
        """Forget what is set."""

    def __call__(self, *given: Any, **named: Any) -> Any:
        # A decorator leaves what it decorates as it is.
        return given[0] if len(given) == 1 and not named and _defined(given[0]) else Inert(self._name)

    def __instancecheck__(self, _: Any) -> bool:
        return False  # nothing is made by what is not there

    def __or__(self, _: Any) -> Inert:
        return self  # a union in an annotation

    __ror__ = __or__

    def __mro_entries__(self, bases: Any) -> tuple[type, ...]:
        return ()

    def __iter__(self) -> Iterator[Any]:
        if Inert.waits:
            _refusing(self)
        return iter(())

    def __enter__(self) -> Inert:
        return self

    def __exit__(self, *_: Any) -> None:
        return None

    def __getitem__(self, _: Any) -> Inert:
        return Inert(self._name)

    def __setitem__(self, *_: Any) -> None:
        """Forget what is set."""

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __neg__ = _refusing
    __truediv__ = __rtruediv__ = __pow__ = __rpow__ = __matmul__ = __lt__ = __gt__ = _refusing
    __float__ = __int__ = __index__ = __abs__ = _refusing


def _defined(thing: Any) -> bool:
    return isinstance(thing, type) or hasattr(thing, "__code__")


class InertModule(ModuleType):
    """A library's module with everything in it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert(f"{self.__name__}.{name}")


class Files:
    """Finds modules among files; each is one module, under however many names it is imported.

    files: the path of each, with slashes and without ".py", and its source.
    whole: run the modules whole, demos and all, instead of what only defines.
    Meets importlib's protocols, as engine.Parts does.
    """

    def __init__(self, files: dict[str, str], whole: bool) -> None:
        self.files, self.whole = files, whole
        self.modules: dict[str, ModuleType] = {}
        self.optional: set[str] = set()
        self.folders = {path.rpartition("/")[0] for path in files} | {""}
        for folder in list(self.folders):
            while folder := folder.rpartition("/")[0]:
                self.folders.add(folder)

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:  # noqa: ARG002 (the protocol's)
        above: Any = sys.modules.get(fullname.rpartition(".")[0])
        # A file beside a folder of its name is asked for what lies in that, and for nothing else.
        beside = self._is_own(above) and not self._is_package(above.__spec__.loader_state)
        place = self._exactly(fullname.replace(".", "/")) if beside else self._place(fullname)
        if place is not None:
            canonical = name_of(place)
            spec = ModuleSpec(canonical if canonical in sys.modules else fullname, self, is_package=True)  # type: ignore[arg-type]  # see above
            spec.name = fullname
            spec.loader_state = place
            return spec
        if beside or fullname.partition(".")[0] in self.optional or not _asked_by_them():
            return None
        return ModuleSpec(fullname, Absent(self), is_package=True)  # type: ignore[arg-type]  # see above

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self.modules.get(spec.loader_state) or sys.modules.get(name_of(spec.loader_state))

    def exec_module(self, module: ModuleType) -> None:
        place = module.__spec__.loader_state if module.__spec__ else ""
        if place in self.modules:
            return
        self.modules[place] = module
        module.__name__ = name_of(place)
        package = self._is_package(place)
        module.__package__ = module.__name__ if package else module.__name__.rpartition(".")[0]
        sys.modules[module.__name__] = module
        file = f"{place}/__init__" if package else place
        source = self.files.get(file.lstrip("/"), "")
        module.__file__ = f"/{ROOT}/{whole_name(file)}"
        for name in ("get_ipython", "display"):
            module.__dict__.setdefault(name, Inert("IPython"))
        path = whole_name(file)
        try:
            code, optional = compiled(source, path, self.whole)
            self.optional |= optional
            try:
                exec(code, module.__dict__)
            except NameError:
                # An annotation may name what comes later, as from Python 3.14 on.
                exec(compiled(source, path, self.whole, LATER_ANNOTATIONS)[0], module.__dict__)
        except BaseException as error:
            del self.modules[place]
            if isinstance(error, ImportError):  # Python names modules in it as only we call them
                error.msg = str(error.msg).replace(f"/{ROOT}/", "").replace(f"{ROOT}.", "")
            raise

    def _is_own(self, module: Any) -> bool:
        return any(module is own for own in self.modules.values())

    def _is_package(self, place: str) -> bool:
        """Whether a folder is meant: as in Python, a file beside one without __init__.py comes first."""
        return place in self.folders and (place not in self.files or f"{place}/__init__" in self.files)

    def _place(self, fullname: str) -> str | None:
        """The path that a module's name stands for: a file without its ending, or a folder."""
        parts = fullname.split(".")
        if parts[0] == ROOT:
            return self._exactly("/".join(parts[1:]))
        if parts[0] in LIBRARIES:
            return None
        near = _asking().partition(".")[2].rpartition(".")[0].replace(".", "/")
        for start in range(len(parts)):
            wanted = "/".join(parts[start:])
            known = [p for p in (*self.files, *self.folders) if p == wanted or p.endswith(f"/{wanted}")]
            if known:
                return min(known, key=lambda p: (p.rpartition("/")[0] != near, p.count("/"), p))
        return None

    def forget_aliases(self) -> None:
        """Let the next file that imports by a bare name find what lies beside it."""
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] != ROOT and self._is_own(module):
                del sys.modules[name]

    def _exactly(self, path: str) -> str | None:
        known = [p for p in (*self.files, *self.folders) if _named(p) == path]
        return known[0] if known else None


class Absent:
    """Loads what is not there: a library, or a package that the files were taken out of."""

    def __init__(self, files: Files) -> None:
        self.files = files

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return (
            InertModule(spec.name)
            if spec.name.partition(".")[0] in LIBRARIES
            else Shell(spec.name, self.files)
        )

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing to run."""


class Shell(InertModule):
    """A package that is not there: its things are looked for among the files."""

    def __init__(self, name: str, files: Files) -> None:
        super().__init__(name)
        self.__files = files

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        for path in sorted(self.__files.files):
            if f"class {name}" in self.__files.files[path] or f"def {name}(" in self.__files.files[path]:
                return getattr(load(path), name)
        return super().__getattr__(name)


def _named(path: str) -> str:
    """A path with no dot in it, as a dot in a module's name means a folder."""
    return path.replace(".", "_")


def whole_name(file: str) -> str:
    """The name that a file has outside: a notebook keeps its ending, and all else is Python."""
    return file.lstrip("/") + ("" if file.endswith(NOTEBOOK) else ".py")


def name_of(place: str) -> str:
    """The one name that a module really has."""
    place = place.removesuffix("/__init__") if place != "__init__" else ""
    return ".".join([ROOT, *filter(None, _named(place).split("/"))])


class Bell:
    """Calls something in the midst of what runs, after seconds of processor time.

    Where there is no timer for that, as on Windows, a thread looks at the time, and feigns a signal.
    """

    def __init__(self) -> None:
        self.timer = hasattr(signal, "setitimer")
        self.signal = signal.SIGVTALRM if self.timer else signal.SIGTERM
        self.before: Any = None
        self.turn = 0

    def set(self, ring: Callable[..., Any], seconds: float, again: float = 0.0) -> None:
        """Ring after these seconds, and again after others where they are not 0."""
        self.before = signal.signal(self.signal, ring)
        if self.timer:
            signal.setitimer(signal.ITIMER_VIRTUAL, seconds, again)
        else:
            self.turn += 1
            start_new_thread(self._wait, (self.turn, seconds, again))

    def _wait(self, turn: int, seconds: float, again: float) -> None:
        by = process_time() + seconds
        while self.turn == turn:
            if process_time() >= by:
                interrupt_main(self.signal)
                if not again:
                    return
                by = process_time() + again
            sleep(seconds / 20)

    def stop(self) -> None:
        """Ring no more; who listened before does so again."""
        self.turn += 1
        if self.timer:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(self.signal, self.before or signal.SIG_DFL)


BELL = Bell()


def load(path: str) -> ModuleType:
    """The module of a file, loaded now or before; raises whatever it raises."""
    name = name_of(path)
    __import__(name)
    return sys.modules[name]


def begin(files: dict[str, str], whole: bool) -> Files:
    """Make the files importable; another call forgets all that was loaded before."""
    for name in [n for n in sys.modules if n.partition(".")[0] == ROOT]:
        del sys.modules[name]
    before = [finder for finder in sys.meta_path if isinstance(finder, Files)]
    for finder in before:
        sys.meta_path.remove(finder)
        for name in [n for n, m in sys.modules.items() if m in finder.modules.values()]:
            del sys.modules[name]
    found = Files(files, whole)
    sys.meta_path.append(found)
    _as_it_was()
    if any("subprocess" in source for source in files.values()):
        _without_programs()
    if whole:
        BELL.set(_too_slow, PATIENCE)
    return found


def done() -> None:
    """No module is being loaded any more."""
    Inert.waits = True
    BELL.stop()


def _asked_by_them() -> bool:
    """Whether the import that is under way stands in one of the files."""
    return _asking().partition(".")[0] == ROOT


def _asking() -> str:
    """The name of the module in which the import that is under way stands."""
    frame = sys._getframe(2)
    while frame is not None and frame.f_code.co_filename.startswith(
        ("<frozen importlib", "<autograd.any_engine.worker.loading")
    ):
        frame = frame.f_back  # type: ignore[assignment]  # the outermost has none
    return str(frame.f_globals.get("__name__", "")) if frame is not None else ""


def _too_slow(*_: Any) -> None:
    raise Slow(f"it computes for more than {PATIENCE:g} seconds when it is imported")


def _as_it_was() -> None:
    """Give old code the names that Python has moved or dropped."""
    for name in ("Iterable", "Sequence", "Callable", "Mapping", "MutableMapping", "Hashable"):
        if not hasattr(collections, name):
            setattr(collections, name, getattr(collections.abc, name))
    for name, now in (("xrange", range), ("unicode", str), ("long", int)):
        if not hasattr(builtins, name):
            setattr(builtins, name, now)


def _without_programs() -> None:
    """Let each program that code would start be one that is not there, as code is prepared for.

    In a cage none can be started, and what that raises is something else.
    """
    from subprocess import Popen

    def start(*_: Any, **__: Any) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    Popen.__init__ = start  # type: ignore[method-assign]


ONLY_TREE = 0x400  # compile()'s flag for that
LATER_ANNOTATIONS = 0x1000000  # for annotations as texts, as by __future__
MAKERS = (tree.FunctionDef, tree.AsyncFunctionDef, tree.ClassDef)
DEFINING = (*MAKERS, tree.Import, tree.ImportFrom)
BLOCKS = (tree.For, tree.While, tree.With)
SETTING_UP = ("sys", "random", "np", "numpy", "warnings", "setattr", "torch")
ASKING = ("open", "input", "exit", "quit", "print", "breakpoint")


def compiled(source: str, file: str, whole: bool, flags: int = 0) -> tuple[CodeType, set[str]]:
    """The module's code, all of it or only what defines, and the libraries it can do without.

    flags: compile()'s. Raises what compile() raises.
    """
    module: Any = compile(source, file, "exec", ONLY_TREE, dont_inherit=True)
    optional = {name for stmt in module.body if isinstance(stmt, tree.Try) for name in _tried(stmt)}
    if not whole:
        module.body = Cut(module.body).kept()
    return compile(module, file, "exec", flags, dont_inherit=True), optional


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
            sets_up = isinstance(value, tree.Call) and _root(value) in SETTING_UP
            stay = isinstance(value, tree.Constant) or (sets_up and not self.demo & {*_loaded(stmt)})
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

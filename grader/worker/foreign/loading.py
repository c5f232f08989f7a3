"""Loads the modules of an implementation under whatever names its own imports give them."""

from __future__ import annotations

import builtins
import collections
import collections.abc
import signal
import sys
from importlib.machinery import ModuleSpec

from .cutting import compiled
from .standins import Inert, InertModule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

ROOT = "submission"
# Never taken for a name of one's own package, whatever files there are.
LIBRARIES = (
    *(
        "numpy",
        "matplotlib",
        "torch",
        "sklearn",
        "graphviz",
        "tqdm",
        "networkx",
        "IPython",
        "pandas",
        "scipy",
    ),
    *("seaborn", "pytest", "tensorflow", "jax", "pydot", "plotly", "rich", "setuptools", "nose", "micropip"),
    *("nbdev", "fastcore", "typing_extensions", "PIL", "cv2"),
)
PATIENCE = 2.0  # seconds of processor time for a module's own demo


class Slow(BaseException):
    """A module computes for too long when it is imported."""


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
        place = self._place(fullname)
        if place is not None:
            canonical = name_of(place)
            package = place in self.folders or place.endswith("__init__") or place == ""
            spec = ModuleSpec(canonical if canonical in sys.modules else fullname, self, is_package=package)  # type: ignore[arg-type]  # see above
            spec.name = fullname
            spec.loader_state = place
            return spec
        if fullname.partition(".")[0] in self.optional or not _asked_by_them():
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
        package = place in self.folders
        module.__package__ = module.__name__ if package else module.__name__.rpartition(".")[0]
        sys.modules[module.__name__] = module
        file = f"{place}/__init__" if package else place
        source = self.files.get(file.lstrip("/"), "")
        module.__file__ = f"/{ROOT}/{file.lstrip('/')}.py"
        for name in ("get_ipython", "display"):
            module.__dict__.setdefault(name, Inert("IPython"))
        try:
            code, optional = compiled(source, f"{file}.py".lstrip("/"), self.whole)
            self.optional |= optional - {"numpy"}
            exec(code, module.__dict__)
        except BaseException:
            del self.modules[place]
            raise

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
            if name.partition(".")[0] != ROOT and any(module is own for own in self.modules.values()):
                del sys.modules[name]

    def _exactly(self, path: str) -> str | None:
        known = [p for p in (*self.files, *self.folders) if _named(p) == path]
        return known[0] if known else None


class Absent:
    """Loads what is not there: a library, or a package that the files were taken out of."""

    def __init__(self, files: Files) -> None:
        self.files = files

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        if spec.name == "numpy":
            from .numeric import module

            return module()
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


def name_of(place: str) -> str:
    """The one name that a module really has."""
    place = place.removesuffix("/__init__") if place != "__init__" else ""
    return ".".join([ROOT, *filter(None, _named(place).split("/"))])


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
    if whole:
        signal.signal(signal.SIGVTALRM, _too_slow)
        signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE)
    return found


def done() -> None:
    """No module is being loaded any more."""
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _asked_by_them() -> bool:
    """Whether the import that is under way stands in one of the files."""
    return _asking().partition(".")[0] == ROOT


def _asking() -> str:
    """The name of the module in which the import that is under way stands."""
    frame = sys._getframe(2)
    while frame is not None and frame.f_code.co_filename.startswith(
        ("<frozen importlib", "<foreign.loading")
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

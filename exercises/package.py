"""Makes one package of the files here, however one of them is started: given, nothing to write here."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).resolve().parent


class BothNames:
    """Finds value as the package's own .value, so that it is one module under both names."""

    folder = HERE

    def __init__(self, module: ModuleType) -> None:
        self.module = module

    @classmethod
    def find_spec(cls, name: str, *_: object) -> ModuleSpec | None:
        if not (HERE / f"{name}.py").is_file():
            return None
        # Imported here, before anything stands under the other name: the package may ask for that as well.
        module = import_module(f"{HERE.name}.{name}")
        sys.modules.pop(name, None)  # where it has asked; Python would load the module once more
        return ModuleSpec(name, cls(module))

    def create_module(self, _: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        sys.modules[module.__name__] = self.module


def run_by_itself(main: ModuleType) -> None:
    """Let a file that was started as "python exercises/add.py" find the package that it belongs to."""
    name = Path(main.__file__ or "").stem
    grade = "make grade EX=" if (HERE.parent / "Makefile").is_file() else "grader grade --exercise "
    print(f"{name}.py is run by itself. To have it graded: {grade}{name}", file=sys.stderr)
    sys.path[0] = str(HERE.parent)
    main.__package__ = HERE.name
    main.__spec__ = ModuleSpec(f"{HERE.name}.{name}", None)


# Last, so that it hides nothing; and once, also where the package is imported anew.
sys.meta_path[:] = [one for one in sys.meta_path if getattr(one, "folder", None) != HERE] + [BothNames]
if not __package__:
    run_by_itself(sys.modules["__main__"])

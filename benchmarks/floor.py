"""The floor: bare CPython runs the recorded programs on the solutions once; the least any grader can do.

    python -I -S floor.py INPUT

INPUT is marshal, written by bench.py: the code of the runner's modules and the sources of the package, both
as pairs in an order in which they can be loaded, and a list of banks, each programs as marshal.
The runner is the worker's own, so that grader and floor do the same work for a program. Nothing is packed,
sent or compared.
"""

from __future__ import annotations

import gc
import marshal
import sys
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing typing would be a part of the floor
    from typing import Any

PACKAGE = "submission"
CLASSES = ("Value", "Neuron", "Layer", "MLP")


def main(path: str) -> None:
    """Run every program of the file."""
    with open(path, "rb") as file:
        runner, sources, banks = marshal.load(file)
    running = load_runner(runner)
    engine = load(sources)
    # As the worker does: with the usual thresholds, looking for garbage is half the time.
    gc.freeze()
    gc.set_threshold(50_000, 1_000, 1_000)
    for bank in banks:
        for packed in marshal.loads(bank):
            running.run(packed, engine)


def load_runner(modules: list[tuple[str, Any]]) -> ModuleType:
    """The last of the runner's modules, which imports the others."""
    module = sys.modules["runner"] = ModuleType("runner")
    for name, code in modules:
        *packages, _ = names = ["runner", *name.split("/")]
        for depth in range(1, len(packages) + 1):
            package = ".".join(packages[:depth])
            sys.modules.setdefault(package, ModuleType(package)).__path__ = []
        module = sys.modules[".".join(names)] = ModuleType(".".join(names))
        module.__package__ = ".".join(packages)
        setattr(sys.modules[module.__package__], names[-1], module)
        exec(code, module.__dict__)
    return module


def load(sources: list[tuple[str, str]]) -> dict[str, Any]:
    """Compile and execute the package's modules; the classes that programs use, by name."""
    package = sys.modules[PACKAGE] = ModuleType(PACKAGE)
    package.__path__ = []
    for name, text in sources:
        module = package
        if name != "__init__":
            module = sys.modules[f"{PACKAGE}.{name}"] = ModuleType(f"{PACKAGE}.{name}")
        module.__package__, module.__file__ = PACKAGE, f"{name}.py"
        exec(compile(text, f"{name}.py", "exec", dont_inherit=True), module.__dict__)
    return {name: getattr(package, name) for name in CLASSES}


if __name__ == "__main__":
    main(sys.argv[1])

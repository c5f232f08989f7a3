"""The probes as the doctor uses them: which there are, and each as a module for a worker to load."""

from __future__ import annotations

import ast
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "probes"
# The kinds in the order they are told, with what they are called.
KINDS = {
    "files": "files",
    "processes": "processes",
    "network": "network",
    "limits": "memory and limits",
    "environment": "environment",
    "interpreter": "interpreter",
    "privileges": "privileges",
    "leftovers": "leftovers",
    "pipe": "the pipe",
}
LEFTOVERS, LIMITS, PIPE = "leftovers", "limits", "pipe"
# Another processor has no such calls.
ONLY_ON = {"old_calls": ("x86_64", "AMD64")}
# The outcome is two numbers: whether it escaped, and the error number it was refused with.
OUTCOME = """
try:
    outcome = (float(bool({name}(scene))), 0.0)
except OSError as error:
    outcome = (0.0, float(error.errno or 0))
except MemoryError:
    outcome = (0.0, 12.0)
"""


@dataclass(frozen=True, slots=True)
class Probe:
    """One way to escape.

    name, kind: the function and the file in which it is found.
    title: what code in the cage does if it succeeds: "Reads a private file."
    source: the file.
    """

    name: str
    kind: str
    title: str
    source: str

    def module(self, scene: Mapping[str, str | int | float | list[str]]) -> str:
        """Python that makes the attempt as it is imported, and keeps how that went as outcome.

        scene: what there is to reach.
        """
        return f"{self.source}\nscene = {dict(scene)!r}\n{OUTCOME.format(name=self.name)}"


@cache
def probes() -> tuple[Probe, ...]:
    """All probes that can be tried on this processor, kind by kind."""
    return tuple(probe for kind in KINDS for probe in _of(kind) if _can_be_tried(probe))


def _of(kind: str) -> Iterator[Probe]:
    source = (FOLDER / f"{kind}.py").read_text("utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield Probe(node.name, kind, ast.get_docstring(node) or node.name, source)


def _can_be_tried(probe: Probe) -> bool:
    return platform.machine() in ONLY_ON.get(probe.name, (platform.machine(),))

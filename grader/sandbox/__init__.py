"""The cage a worker runs in, and the choice between the cages this machine has."""

from __future__ import annotations

from grader.errors import MachineError
from grader.sandbox.cage import Cage
from grader.sandbox.process import Process

# Strongest first; "auto" takes the first that works here.
CAGES: dict[str, type[Cage]] = {"process": Process}
NAMES = ("auto", "bwrap", "uid", "process")


def choose(name: str) -> Cage:
    """The cage of that name, or the strongest there is for "auto".

    Raises MachineError where the named cage cannot be had.
    """
    for known, cage in CAGES.items():
        if name in (known, "auto"):
            return cage()
    raise MachineError(
        f"the sandbox '{name}' is not available here",
        "use --sandbox process, which limits accidents but is no cage, or --sandbox auto",
    )

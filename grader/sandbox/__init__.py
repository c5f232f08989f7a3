"""The cage a worker runs in, and the choice between the cages this machine has."""

from __future__ import annotations

from grader.errors import MachineError
from grader.sandbox.cage import Cage
from grader.sandbox.process import Process

# Strongest first; "auto" takes the first that works here.
CAGES: dict[str, type[Cage]] = {"process": Process}
NAMES = ("auto", "bwrap", "uid", "process")


def choose(name: str, strangers: bool = False) -> Cage:
    """The cage of that name, or the strongest there is for "auto".

    strangers: the code is not one's own, so that "auto" refuses what is no cage.
    Raises MachineError where such a cage cannot be had.
    """
    if name in CAGES:
        return CAGES[name]()
    if name == "auto":
        for cage in CAGES.values():
            if not (strangers and cage.isolation == "none"):
                return cage()
        raise MachineError(
            "this machine has no sandbox, and a class is code of strangers",
            "on a machine that may be lost, say so: --sandbox process, which limits accidents but is no cage",
        )
    raise MachineError(
        f"the sandbox '{name}' is not available here",
        "use --sandbox process, which limits accidents but is no cage, or --sandbox auto",
    )

"""The cage a worker runs in, and the choice between the cages this machine has."""

from __future__ import annotations

import sys
from collections.abc import Callable

from grader.errors import MachineError
from grader.machine.files import clear_scratch
from grader.sandbox.bwrap import Bwrap, Seatbelt, why_no_seatbelt
from grader.sandbox.bwrap import why_not as no_bwrap
from grader.sandbox.cage import Cage, Process
from grader.sandbox.uid import Uid
from grader.sandbox.uid import why_not as no_uid

# Strongest first, each with what says why it cannot be had here.
CAGES: dict[str, tuple[type[Cage], Callable[[], str]]] = {
    "bwrap": (Bwrap, no_bwrap),
    "uid": (Uid, no_uid),
    "seatbelt": (Seatbelt, why_no_seatbelt),
    "process": (Process, lambda: ""),
}
NAMES = ("auto", *CAGES)
OWN_WORK = (Seatbelt, Process)  # of these none is fit for the work of others


def choose(name: str, strangers: bool = False) -> Cage:
    """The cage of that name, or for "auto" the strongest that works here, which is tried.

    strangers: the code is not one's own, so that "auto" refuses what is no strong cage.
    Raises MachineError where such a cage cannot be had.
    """
    clear_scratch()
    if strangers and sys.platform == "win32":
        raise MachineError(
            "a class is code of strangers, and on Windows there is no sandbox for it",
            "grade it on Linux, for instance in WSL or in a container; docs/class.md says how",
        )
    reasons = []
    for known, (cage, why_not) in CAGES.items():
        if name == known or (name == "auto" and not (strangers and cage in OWN_WORK)):
            if not (reason := why_not()):
                return cage()
            reasons.append(reason)
    if name == "auto":
        raise MachineError(
            f"this machine has no sandbox, and a class is code of strangers: {'; '.join(reasons)}",
            "run: grader doctor, which says what to install; or, on a machine that may be lost: "
            "--sandbox process",
        )
    raise MachineError(
        f"the sandbox '{name}' is not available here" + "".join(f": {reason}" for reason in reasons),
        "use --sandbox process, which limits accidents but is no cage, or --sandbox auto",
    )

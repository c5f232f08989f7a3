"""What cages are known not to hold: the one table for every test that meets such a limit.

docs/SECURITY.md says each in words, in its section on what remains possible.
"""

from __future__ import annotations

from grader.sandbox.cage import Cage

# Landlock hides what is in a file, and not that it is there.
NAMES_OF_FILES = "names of files"
# By limit, the isolations of the cages that do not hold it, and the doctor's probes that show it.
NOT_HELD = {NAMES_OF_FILES: ("none", "reduced")}
SHOWN_BY = {NAMES_OF_FILES: {("files", "presence")}}


def is_held(limit: str, cage: Cage) -> bool:
    """Whether a cage keeps a submission from that; every cage holds what is no known limit."""
    return cage.isolation not in NOT_HELD.get(limit, ())


def probes_that_escape(cage: Cage) -> set[tuple[str, str]]:
    """The doctor's probes that this cage is known not to hold, each with its kind."""
    return set().union(*(probes for limit, probes in SHOWN_BY.items() if not is_held(limit, cage)))

"""One hostile submission, and what it deserves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LINES = {
    1: "exit and signals",
    2: "equality and types",
    3: "forging",
    4: "tampering",
    5: "stealing",
    6: "exhaustion",
    7: "files",
    8: "output injection",
    9: "hard-coding",
    10: "repositories",
    11: "choosing the judge",
    12: "leaning on our parts",
}
# What a word is worth of an exercise.
NOTHING, FULL = 0.0, 1.0


@dataclass(frozen=True, slots=True)
class Deserved:
    """What an exercise deserves.

    share: of its points, from 0 to 1; at_most: or less, where that depends on how quick the machine is.
    ends: the statuses it may have; which one it is can depend on who is quicker.
    """

    share: float
    ends: tuple[str, ...]
    at_most: bool = False


@dataclass(frozen=True, slots=True)
class Attack:
    """A submission: the solutions of all exercises, with the attack's files over them.

    Where any_shape is set it is one file instead: a right engine, with the attack's own after it.

    name: its folder in attacks/, or its maker in making.py.
    line: its line in the list of attacks, see LINES.
    tries: what it tries, for a reader.
    marks: by exercise what it deserves; every exercise not named deserves full marks.
    id: what its submission is called; the name where nothing is said.
    refused: the whole submission is not read, in a line of words; then there are no marks.
    limit: the known limit of a cage that it uses, see tests/limits.py.
    noted: what the note says that then stands on top of the report on all parts.
    """

    name: str
    line: int
    tries: str
    marks: Mapping[str, Deserved] = field(default_factory=dict)
    id: str = ""
    refused: bool = False
    limit: str = ""
    noted: str = ""
    any_shape: bool = False

    @property
    def person(self) -> str:
        return self.id or self.name


def nothing(*ends: str, exercise: str = "add") -> dict[str, Deserved]:
    """No point for the exercise."""
    return {exercise: Deserved(NOTHING, ends)}


def full(*exercises: str) -> dict[str, Deserved]:
    """All points: it computed the right numbers, whatever else it tried."""
    return {name: Deserved(FULL, ("passed",)) for name in exercises or ("add",)}


def part(share: float, exercise: str = "add") -> dict[str, Deserved]:
    """Some points, for what its numbers are right in."""
    return {exercise: Deserved(share, ("failed", "crashed"))}


def up_to(share: float, *exercises: str) -> dict[str, Deserved]:
    """No more than that, for what its numbers happen to be right in."""
    return {name: Deserved(share, ("failed", "crashed", "timed_out"), at_most=True) for name in exercises}

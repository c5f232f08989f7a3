"""Which property catches which misconception: nothing is run, kept signatures are judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.cases import Bank
from grader.diagnosis import Signature
from grader.judging import holds
from grader.model import Kind
from grader.observation import Numbers
from grader.properties import Property


@dataclass(frozen=True, slots=True)
class Matrix:
    """An exercise's graded properties by name, and for each misconception those that catch it."""

    properties: tuple[str, ...]
    caught: dict[str, frozenset[str]]

    def alone(self, prop: str) -> list[str]:
        """The misconceptions that only this property catches."""
        return [id_ for id_, names in self.caught.items() if names == {prop}]

    def needless(self) -> list[str]:
        """Properties that catch nothing at all."""
        return [prop for prop in self.properties if not any(prop in names for names in self.caught.values())]

    def near_escape(self) -> list[str]:
        """Misconceptions that two properties or fewer catch."""
        return [id_ for id_, names in self.caught.items() if len(names) <= 2]


def matrix(bank: Bank, properties: Sequence[Property], signatures: Sequence[Signature]) -> Matrix:
    """Judge every misconception by every graded property."""
    graded = [(n, prop) for n, prop in enumerate(properties) if prop.claim.kind is Kind.GRADED]
    return Matrix(
        tuple(prop.claim.name for _, prop in graded),
        {
            known.id: frozenset(
                prop.claim.name for n, prop in graded if _catches(bank, bank.places(n), prop, known)
            )
            for known in signatures
        },
    )


def _catches(bank: Bank, places: range, prop: Property, known: Signature) -> bool:
    return any(
        place in known.words or not holds(prop, bank, place, Numbers(bank.cut(known.values, place)))
        for place in places
    )


def as_text(exercise: str, found: Matrix) -> str:
    """The matrix to read: a column a property, a row a misconception, the fewest catches first."""
    lines = [f"{exercise}: properties"]
    for number, prop in enumerate(found.properties, start=1):
        catches = sum(prop in names for names in found.caught.values())
        lines.append(f"  {number:2}  {prop}: catches {catches}, {len(found.alone(prop))} of them alone")
    width = max(map(len, found.caught), default=0)
    for id_, names in sorted(found.caught.items(), key=lambda pair: (len(pair[1]), pair[0])):
        marks = " ".join("x" if prop in names else "." for prop in found.properties)
        lines.append(f"  {id_:<{width}}  {marks}")
    return "\n".join(lines)

"""What was found of the cages of a machine, as frozen nouns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.doctor.probing import Probe


@dataclass(frozen=True, slots=True)
class Tried:
    """A probe that has been run in a cage.

    held: it was refused; what could not be tried has not been held.
    how: how it went, in words.
    """

    probe: Probe
    held: bool
    how: str


@dataclass(frozen=True, slots=True)
class Absent:
    """A cage that cannot be had here, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Examined:
    """A cage that can be had here, and what it held.

    claims: the isolation that reports say of it.
    tried: every probe, at least one.
    lacking: which wall it has to do without, in a sentence; nothing where it has all.
    """

    name: str
    claims: str
    tried: tuple[Tried, ...]
    lacking: str = ""

    def __post_init__(self) -> None:
        if not self.tried:
            raise ValueError("a cage that nothing was tried in has held nothing")

    @property
    def escapes(self) -> tuple[Tried, ...]:
        """What it did not hold."""
        return tuple(one for one in self.tried if not one.held)

    @property
    def isolation(self) -> str:
        """full, reduced or none, as it was found."""
        return "reduced" if self.claims == "full" and self.escapes else self.claims

    @property
    def broken(self) -> bool:
        """Whether it claims more than it holds."""
        return self.claims == "full" and self.isolation != "full"


Finding = Absent | Examined


def recommended(findings: Sequence[Finding]) -> str | None:
    """The strongest cage that is fit for the work of others, or none."""
    fit = (one.name for one in findings if isinstance(one, Examined) and one.isolation == "full")
    return next(fit, None)


def sound(findings: Sequence[Finding]) -> bool:
    """Whether every cage holds what it claims."""
    return not any(isinstance(one, Examined) and one.broken for one in findings)

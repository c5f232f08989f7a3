"""What running one program gave; everything in it comes from untrusted code and is only data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Numbers:
    """The program ran; the values it observed, as many as the program says."""

    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Misfit:
    """Something came back in another form than promised; {i} in the reason stands for value i."""

    reason: str


@dataclass(frozen=True, slots=True)
class Raised:
    """The code raised; the exception in a line and where, innermost last."""

    error: str
    frames: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """The process was gone, or answered out of turn, before this program's answer was complete.

    busy: this is the program it was busy with, as far as is known; the later ones were never tried.
    """

    reason: str
    busy: bool


@dataclass(frozen=True, slots=True)
class Overtime:
    """The limit was reached before this program's answer; busy as in Ended."""

    limit: float
    busy: bool


Observation = Numbers | Misfit | Raised | Ended | Overtime

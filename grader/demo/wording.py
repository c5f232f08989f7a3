"""Numbers of the demo as people read them."""

from __future__ import annotations


def percent(part: float) -> str:
    """A part of one; 100 % is said only of the whole."""
    return f"{min(99, round(100 * part)) if part < 1 else 100} %"


def listed(names: tuple[str, ...]) -> str:
    """Names in a sentence."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def power(number: float) -> str:
    """A small number in one digit, as people write it: 1e-9."""
    return f"{number:.1g}".replace("e-0", "e-")

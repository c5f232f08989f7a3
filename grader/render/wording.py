"""Text for other programs: nothing invisible, no formula, numbers that are read as they are meant."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from fractions import Fraction

from grader.printable import printable

# What a spreadsheet takes for a formula, also behind spaces and quotes, also where it cuts a cell at ";".
FORMULA = re.compile("(^|;)(?=[\\s\"'\u201c\u2018]*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20])")
# Steps that floating point adds without any rounding.
BINARY = 1024


def lines_of(text: str) -> str:
    """Printable text of several lines, which stay lines: valid in XML 1.0 and in UTF-8."""
    return "\n".join(map(printable, text.split("\n")))


def cell(text: str) -> str:
    """A cell of text in a CSV file: an apostrophe stands before whatever would be a formula."""
    return printable(FORMULA.sub(r"\1'", text))


def brief(points: Fraction) -> str:
    """Points for people: 7 or 7.5, with two decimals at most."""
    return two_decimals(points).rstrip("0").removesuffix(".")


def signed(points: Fraction) -> str:
    """Points that are added or taken away, for people: +3 or -7.5."""
    return brief(points) if points < 0 else f"+{brief(points)}"


def two_decimals(points: Fraction) -> str:
    """Points as gradebooks write them: 7.50; halves are rounded to even."""
    cents = round(points * 100)
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


def decimal(points: Fraction) -> str:
    """Points for another program, exact where six decimals do; never with an exponent."""
    if points.denominator == 1:
        return str(points.numerator)
    return f"{float(points):.6f}".rstrip("0").rstrip(".")


def number(points: Fraction) -> int | float:
    """Points as a JSON number."""
    return points.numerator if points.denominator == 1 else float(points)


def binary(points: Fraction) -> int | float:
    """Points to be added up by a program that only knows floating point, so that the sum has no crumbs.

    They are rounded to a multiple of 1/1024; such numbers add up exactly.
    """
    return number(Fraction(round(points * BINARY), BINARY))


def stamp(when: datetime) -> str:
    """A point in time in UTC: 2026-01-31T23:59:00Z."""
    return f"{when.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"

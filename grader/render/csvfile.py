"""Rows to a CSV file, one after the other, and what its columns share."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from fractions import Fraction
from io import TextIOWrapper
from typing import BinaryIO

from grader.standing import Standing, Standings


def write_rows(rows: Iterable[Sequence[str]], to: BinaryIO) -> None:
    """Writes the rows as UTF-8; whatever may be text in them has gone through wording.cell() before."""
    text = TextIOWrapper(to, "utf-8", newline="", write_through=False)
    csv.writer(text, lineterminator="\n").writerows(rows)
    text.flush()
    text.detach()


def most(standings: Standings) -> Fraction:
    """What full marks are worth."""
    return sum((part.points for part in standings.parts), Fraction(0))


def nothing_came(standing: Standing) -> bool:
    """Whether somebody handed in nothing at all, as far as is known."""
    missing = standing.report is None and standing.handed_in is None
    return missing and not standing.attempts and not standing.trouble

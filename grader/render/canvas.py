"""A CSV file that Canvas's gradebook imports: one assignment, matched by the people's SIS ids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from grader.render.about import summed
from grader.render.csvfile import most, write_rows
from grader.render.wording import cell, two_decimals
from grader.standing import Standing, Standings

COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
# Canvas takes any row whose first cell says so for the one that sets what assignments are worth.
SETS_POINTS = "Points Possible"


def write_class(standings: Standings, to: BinaryIO) -> None:
    """Writes the class; whoever has no report has no grade, rather than a zero.

    The assignment is named after the course; an instructor who has it in Canvas adds its id in parentheses.
    """
    write_rows(_rows(standings), to)


def _rows(standings: Standings) -> Iterator[list[str]]:
    yield [*COLUMNS, cell(standings.title)]
    yield [f"    {SETS_POINTS}", *("" for _ in COLUMNS[1:]), two_decimals(most(standings))]
    for standing in standings.each():
        yield _row(standing)


def _row(standing: Standing) -> list[str]:
    """One person; ID stays empty, for it is Canvas's own, and a number of ours might be somebody else's."""
    person = standing.person
    name = (person.name or person.id).replace(SETS_POINTS, SETS_POINTS.replace(" ", "_"))
    grade = "" if standing.report is None else two_decimals(summed(standing.report).final)
    return [cell(name), "", cell(person.id), cell(person.email or person.id), "", grade]

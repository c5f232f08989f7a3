"""Scores what is stored by another rubric: outcomes are read, nothing is run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.gradebook.reading import Reader, reading
from grader.gradebook.writing import writing
from grader.printable import harmless, printable
from grader.rubric import Rubric


@dataclass(frozen=True, slots=True)
class Change:
    """What a new rubric has changed.

    rubric: whether it is another one at all.
    people: how many have a score.
    moved: whose score has changed, with the points before and after.
    """

    rubric: bool
    people: int
    moved: tuple[tuple[str, float, float], ...]


def rescored(book: Path, rubric: Rubric) -> Change:
    """Make a gradebook score by a rubric from now on.

    Raises CourseError where the rubric asks for outcomes that are not there, and changes nothing then.
    """
    with writing(book, make=False) as writer:
        with reading(book) as reader:
            before = _points(reader)
        with reading(book, rubric) as reader:
            after = _points(reader)
        new = writer.score_by(rubric)
    moved = tuple(
        (harmless(printable(id_)), old, after[id_]) for id_, old in before.items() if old != after[id_]
    )
    return Change(new, len(after), moved)


def _points(reader: Reader) -> dict[str, float]:
    standings = reader.standings().each()
    return {s.person.id: float(s.report.final) for s in standings if s.report is not None}

"""Which of the attempts in a gradebook count: those that were graded with the seed that counts."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

# Where no batch has said it, as in gradebooks of older graders, the seed that was graded with last.
SEED = """
SELECT coalesce((SELECT seed FROM seeds ORDER BY id DESC LIMIT 1),
                (SELECT seed FROM attempts ORDER BY id DESC LIMIT 1))
"""
LEFT_OUT = """
SELECT coalesce(sum(unseen), 0), coalesce(sum(nothing_else), 0) FROM (
    SELECT sum(NOT seen) AS unseen, NOT max(seen) AS nothing_else FROM (
        SELECT person, max(seed = ?) AS seen FROM attempts GROUP BY person, submission, handed_in
    ) GROUP BY person
)
"""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What was graded with other seeds only, and does not count.

    attempts: how many there are.
    people: how many have nothing else.
    """

    attempts: int
    people: int

    def __str__(self) -> str:
        """In words; empty where there is nothing."""
        if not self.attempts:
            return ""
        return (
            f"Attempts that were graded with another seed only, and do not count: {self.attempts:,};"
            f" people who have no other: {self.people:,}. Give these attempts to grader batch again to have"
            " them graded with the seed that counts."
        )


def last_seed(connection: sqlite3.Connection) -> int | None:
    """The seed that counts; None where nothing was graded yet."""
    seed: int | None = connection.execute(SEED).fetchone()[0]
    return seed


def left_out(connection: sqlite3.Connection) -> LeftOut:
    """What the seed that counts has not seen."""
    return LeftOut(*connection.execute(LEFT_OUT, (last_seed(connection),)).fetchone())

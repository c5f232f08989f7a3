"""The nouns of intake."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path as FilePath
from typing import Protocol

from grader.model import Person
from grader.submission import Submission


@dataclass(frozen=True, slots=True)
class Handin:
    """One thing that somebody handed in, not read yet.

    where: its path below the folder, made printable.
    handed_in: when, with its time zone; None where that is not known. What an archive says of its
        members' age is the student's own clock, so it is not taken.
    number: 1, 2, … among what the same person handed in, in order.
    read: opens and reads it now; raises UsageError in one sentence where that cannot be done, or where it
        holds none of the wanted files.
    """

    person: Person
    where: str
    handed_in: datetime | None
    number: int
    read: Callable[[], Submission]


@dataclass(frozen=True, slots=True)
class Found:
    """What there is.

    handins: in the order of the persons' ids, then numbers.
    absent: who is in the roster and handed in nothing, in the roster's order.
    troubles: where, and a sentence, for whatever the caller should know of.
    """

    handins: Sequence[Handin]
    absent: Sequence[Person]
    troubles: Sequence[tuple[str, str]]


class Layout(Protocol):
    """Another way in which a hand-in may be laid out than as files named after the exercises."""

    def fits(self, path: FilePath) -> bool:
        """Whether a Python file by itself is a hand-in."""

    def rather(self, submission: Submission) -> bool:
        """Whether what was read only looks as if its files were named after exercises."""

    def read(self, path: FilePath, title: str) -> Submission | None:
        """What lies there, read this way; None where it is not laid out so. Raises UsageError."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A hand-in before anybody has looked into the roster.

    person: as far as the names and the metadata tell.
    paths: the files or folders it consists of, below the folder, as the file system has them.
    series: equal for what a learning platform calls attempts at one and the same thing; empty where it
        says nothing of that.
    """

    person: Person
    paths: tuple[str, ...]
    handed_in: datetime | None
    read: Callable[[], Submission]
    series: str = ""

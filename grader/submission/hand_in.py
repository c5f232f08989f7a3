"""The nouns of what is handed in, and what learning platforms say with the names of its files."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Protocol

from grader.machine.folders import Root
from grader.model import Person
from grader.submission.submission import Submission

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Handin:
    """One thing that somebody handed in, not read yet.

    where: its path below the folder, made printable.
    handed_in: when, with its time zone; None where that is not known, or not in which zone. What an archive
        says of its members' age is the student's own clock, so it is not taken.
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
    nobodys: how many files there are that somebody seems to have handed in, though nobody knows who.
    """

    handins: Sequence[Handin]
    absent: Sequence[Person]
    troubles: Sequence[tuple[str, str]]
    nobodys: int = 0


class Layout(Protocol):
    """Another way in which a hand-in may be laid out than as files named after the exercises."""

    def fits(self, path: FilePath) -> bool:
        """Whether a Python file by itself is a hand-in."""

    def rather(self, submission: Submission) -> bool:
        """Whether what was read may only look as if it were exercises; read() tells."""

    def read(self, path: FilePath, title: str) -> Submission | None:
        """What lies there, read this way; None where it is not laid out so. Raises UsageError."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A hand-in before anybody has looked into the roster.

    person: as far as the names and the metadata tell.
    paths: the files or folders it consists of, below the folder, as the file system has them.
    series: equal for what a learning platform calls attempts at one and the same thing; empty where it
        says nothing of that.
    also: ids of which one is the person's, the longest first; a roster says which.
    stray: what is told of a file that is somebody's only if there is somebody of its name; empty for others.
    """

    person: Person
    paths: tuple[str, ...]
    handed_in: datetime | None
    read: Callable[[], Submission]
    series: str = ""
    stray: str = ""
    also: tuple[str, ...] = ()


ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
# What Gradescope says of its export, and how many bytes of that are read.
METADATA = "submission_metadata.yml"
METADATA_MOST = 128 << 20
LEFTOVERS = ("__macosx", "__pycache__", "thumbs.db", "desktop.ini")
# Where other people's packages are installed, wherever that is.
INSTALLED = ("site-packages", "dist-packages", "node_modules")
# A folder with one of these is an environment of Python's, and this is what the environment has in it. What a
# student has put beside stays a student's.
ENVIRONMENT = ("pyvenv.cfg", "conda-meta")
ENVIRONMENTS = (
    "bin",
    "conda-meta",
    "dlls",
    "etc",
    "include",
    "lib",
    "lib64",
    "libs",
    "pkgs",
    "scripts",
    "share",
)
# Canvas removes everything but letters, digits and underscores from a name, turns it to lower case, and
# makes sure that it holds no number between underscores. The last number counts uploads.
CANVAS = r"(\w+?)(_LATE)?_([0-9]+)_([0-9]+)_(.+)"
CANVAS_ANONYMOUS = r"()(LATE_)?(anon_[A-Za-z0-9]+)_([0-9]+)_(.+)"
# A text that was typed in, or a link, comes without a number of its own.
CANVAS_TYPED = r"(?:\w+?(?:_LATE)?_[0-9]+|(?:LATE_)?anon_[A-Za-z0-9]+)_(?:text|link)\.html"
# A team without a group has no number in Moodle.
MOODLE = r"(.+?)(?:_([0-9]+))?_assignsubmission_([a-z]+)(?:_(.*))?"
# The assignment's name comes first, then the user's; both may have underscores. Without a file: a receipt.
BLACKBOARD = r"(.+)_attempt_([0-9]{4}(?:-[0-9]{2}){5})(?:_(.+)|\.txt)"
# Of the numbers one may be the person's, the other may be the folder's, or both the same for everybody.
BRIGHTSPACE = r"([0-9]+)-([0-9]+) ?- (.+?) ?- ([^-]*?[0-9]{4}[^-]*?)(?: - (.+))?"
# Beyond these no zone has a name for a moment.
YEARS = range(1900, 9000)
# How the months begin in English, German, French, Spanish, Portuguese, Italian and Dutch.
MONTHS: tuple[str, ...] = ("jan ene gen", "feb fév fev", "mar mär maa", "apr abr avr", "may mai mei mag")
MONTHS += (
    "jun juin giu",
    "jul juil lug",
    "aug ago aoû",
    "sep set",
    "oct okt out ott",
    "nov",
    "dec dez dic déc",
)
WEEKDAY, MONTH, NUMBER = r"(?:[^\W\d_][\w-]*\.?,? )?", r"([^\W\d_]{3,})\.?,?", r"([0-9]{1,2})\.?,?"
TIME = r"(?: de)? ([0-9]{4}),? ([0-9]{1,2}):?([0-9]{2})(?: ?([ap])\.?m\.?)?"
MONTH_FIRST = f"{WEEKDAY}{MONTH} {NUMBER}{TIME}"
DAY_FIRST = f"{WEEKDAY}{NUMBER}(?: de)? {MONTH}{TIME}"
AGAIN = r"(.+?)-([0-9]{1,9})(\.py)"


@dataclass(frozen=True, slots=True)
class Named:
    """What a learning platform says with a name.

    system: Canvas, Moodle, Blackboard or Brightspace.
    id: the platform's number for the person, or the name where there is none; in Blackboard with the
        assignment's name before it.
    file: the name the student gave; empty where a folder is named, or nothing but a text was handed in.
    upload: which of two files was uploaded later.
    late: whether the platform marks it as late.
    attempt: when this attempt was made, by the platform's clock; None where that is not known.
    numbers: in Brightspace, those that may be the person's.
    """

    system: str
    id: str
    name: str
    file: str
    upload: int = 0
    late: bool = False
    attempt: datetime | None = None
    numbers: tuple[str, ...] = ()


def named(name: str) -> Named | None:
    """What the name of a file or folder says, if a learning platform gave it; see also typed_in."""
    if match := re.fullmatch(MOODLE, name):
        person, number, _, file = match.groups()
        return Named("Moodle", number or person, person, file or "")
    if (match := re.fullmatch(BLACKBOARD, name)) and (at := _numeric(match[2])):
        return Named("Blackboard", match[1], "", match[3] or "", attempt=at)
    if match := re.fullmatch(BRIGHTSPACE, name):
        first, second, person, moment, file = match.groups()
        numbers = first, second
        return Named("Brightspace", person, person, file or "", attempt=spoken(moment), numbers=numbers)
    if match := re.fullmatch(CANVAS_ANONYMOUS, name) or re.fullmatch(CANVAS, name):
        person, late, number, upload, file = match.groups()
        return Named("Canvas", number, person, file, upload=_count(upload), late=late is not None)
    return None


def _numeric(text: str) -> datetime | None:
    """A moment as Blackboard writes it, "2026-03-03-11-00-00", in a zone that it does not say."""
    try:
        return datetime(*map(int, text.split("-")))  # type: ignore[arg-type]
    except ValueError:
        return None


def spoken(text: str) -> datetime | None:
    """A moment in words, in a zone that they do not say; None where they are in no language of MONTHS.

    Brightspace has "Mar 3, 2026 1100 AM", Moodle "Tuesday, 3 March 2026, 11:00 AM"; the day may come first.
    """
    said = " ".join(text.lower().split())
    if found := re.fullmatch(MONTH_FIRST, said):
        month, day, year, hour, minute, half = found.groups()
    elif found := re.fullmatch(DAY_FIRST, said):
        day, month, year, hour, minute, half = found.groups()
    else:
        return None
    hours = int(hour) % 12 + 12 * (half == "p") if half else int(hour)
    numbers = [at for at, words in enumerate(MONTHS, 1) if month.startswith(tuple(words.split()))]
    try:
        return datetime(int(year), numbers[0], int(day), hours, int(minute)) if numbers else None
    except ValueError:
        return None


def stated(text: str) -> datetime | None:
    """A moment as Classroom 50 writes it, "2026-12-01T09:00:00Z"; None for all else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo and moment.year in YEARS else None


def in_zone(clock: datetime | None, zone: ZoneInfo | None) -> datetime | None:
    """The moment when a zone's clocks show this; the earlier of two, where they are put back over it.

    Nobody is charged for what nobody can know. None where one of the two is not known.
    """
    if clock is None or zone is None or clock.year not in YEARS:
        return None
    return min(clock.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))


def _count(digits: str) -> int:
    # Python refuses to read a number of thousands of digits, and a name may be any.
    return int(digits[:18])


def typed_in(name: str) -> bool:
    """Whether this is a text or a link that was handed in instead of a file."""
    match = re.fullmatch(MOODLE, name)
    return match[3] != "file" if match else bool(re.fullmatch(CANVAS_TYPED, name))


def uploaded(file: str) -> tuple[str, int]:
    """The name a student gave to a Python file, and how often Canvas had one of that name before."""
    match = re.fullmatch(AGAIN, file)
    return (match[1] + match[3], int(match[2])) if match else (file, 0)


def without_ending(name: str) -> str | None:
    """The name of an archive without its ending; None where it is no archive's."""
    lower = name.lower()
    for ending in ENDINGS:
        if lower.endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return None


def leftover(name: str) -> bool:
    """Whether a program left this behind, so that nobody means to hand it in."""
    return name.startswith(".") or name.lower() in (*LEFTOVERS, *INSTALLED)


def of_environment(name: str, beside: Container[str]) -> bool:
    """Whether a folder is part of an environment of Python's, by its name and the names beside it."""
    return name.lower() in ENVIRONMENTS and any(sign in beside for sign in ENVIRONMENT)


def as_id(name: str) -> str:
    """A file's name as an id: itself, with bytes that are no text written out."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


class Sort(Enum):
    """What an entry is, links not followed."""

    FOLDER = auto()
    FILE = auto()
    LINK = auto()
    OTHER = auto()


def listing(root: Root) -> list[tuple[str, Sort]]:
    """The entries by name, without what programs left behind; raises OSError."""
    with root.folder(()) as folder, os.scandir(folder) as entries:
        return sorted(
            ((entry.name, _sort(entry)) for entry in entries if not leftover(entry.name)),
            key=lambda pair: pair[0],
        )


def _sort(entry: os.DirEntry[str]) -> Sort:
    if entry.is_symlink():
        return Sort.LINK
    if entry.is_dir(follow_symlinks=False):
        return Sort.FOLDER
    return Sort.FILE if entry.is_file(follow_symlinks=False) else Sort.OTHER

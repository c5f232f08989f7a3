"""What is remembered of one person's grades on this machine, and where.

The environment variable NANOGRAD_HISTORY=off, or the file that turn() makes, ends it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from grader.course.course import TOGETHER, Course
from grader.errors import UsageError
from grader.machine.files import free, look, replaced
from grader.model import Finding, Result
from grader.printable import printable
from grader.report.evidence import (
    STATUS,
    diagnosis_to_plain,
    findings_from_plain,
    findings_to_plain,
    fraction,
    text,
)
from grader.report.report import Report, Seed
from grader.report.report import read as read_seed
from grader.report.scoring import NOT_BEGUN, exercise_status, score
from grader.submission.submission import Submission
from grader.submission.tree import read_given

FOLDER = ".nanograd"
SILENT = "nothing is remembered until that is mended"
Say = Callable[[str], None]


def aloud(sentence: str) -> None:
    """Say a sentence on standard error."""
    print(f"grader: {printable(sentence)}", file=sys.stderr)


def state_folder(course: Course) -> Path:
    """The course's folder of memories, made where it is not there, with no commit ever taking it up.

    Never raises: where it cannot be made, whatever is written there says so.
    """
    folder = course.root / FOLDER
    with suppress(OSError):
        folder.mkdir(exist_ok=True)
        with (folder / ".gitignore").open("x", encoding="utf-8") as file:
            file.write("*\n")
    return folder


def unwritten(path: Path, error: OSError) -> str:
    """A sentence for what could not be written."""
    return f"cannot write {path}: {error.strerror}; {SILENT}"


NAME, OFF = "history.jsonl", "history.off"
NO = ("off", "0", "no", "false")
MACHINES = ("CI", "GITHUB_ACTIONS")
# Of a longer file only the end is read; a grade takes one or two kilobytes.
MOST = 1 << 26
YEARS = range(2000, 9000)  # of others, a time zone could lead out of the calendar


@dataclass(frozen=True, slots=True)
class Mark:
    """What an exercise had at one grade.

    points, most: bonus points where it brings no others.
    file: the digest of the student's file; empty where that is not known.
    findings: the first thing that its code did otherwise than it should; none where nothing was found.
    """

    exercise: str
    status: str
    points: Fraction
    most: Fraction
    file: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Grade:
    """One grade.

    at: when it began, with its time zone.
    seconds: how long it took.
    marks: of the exercises that were graded.
    notes: what stood on top of the report, a sentence each.
    """

    at: datetime
    seconds: float
    seed: Seed
    marks: tuple[Mark, ...]
    notes: tuple[str, ...] = ()


def remembering(course: Course, folder: Path, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether grades of this folder are remembered: it is the course's own, and nobody has said no."""
    return own(course, folder) and not declined(course.root / FOLDER, environment)


def own(course: Course, folder: Path) -> bool:
    """Whether a folder is the course's own, where its student works."""
    return folder.resolve() == (course.root / "exercises").resolve()


def declined(state: Path, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether nothing is to be remembered: somebody has said so, or this is continuous integration."""
    said = environment.get("NANOGRAD_HISTORY", "").lower()
    machine = any(environment.get(name, "").lower() not in ("", *NO) for name in MACHINES)
    return said in NO or machine or (state / OFF).exists()


def remember(
    report: Report,
    course: Course,
    now: datetime,
    seconds: float,
    environment: Mapping[str, str] = os.environ,
    say: Say = aloud,
) -> None:
    """Add a grade of the course's own exercises, unless that was declined.

    Never raises: say is told in a sentence where it cannot be written.
    """
    if declined(course.root / FOLDER, environment):
        return
    state, files = state_folder(course), _graded_files(report, course)
    marks = tuple(_mark(result, files) for result in report.marks)
    grade = Grade(now.astimezone(UTC), seconds, report.seed, marks, report.notes)
    line = json.dumps(_to_plain(grade), separators=(",", ":")) + "\n"
    try:
        _append(state / NAME, line.encode())
    except OSError as error:
        say(f"{unwritten(state / NAME, error)}; NANOGRAD_HISTORY=off spares you this line")


def read(state: Path, say: Say = aloud) -> list[Grade]:
    """The grades in the order they were given; damaged lines are left out.

    Never raises: say is told in a sentence where the file cannot be read.
    """
    try:
        with (state / NAME).open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - MOST))
            lines = file.read().splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        say(f"cannot read {state / NAME}: {error.strerror}")
        return []
    return [grade for line in lines if (grade := _from_line(line)) is not None]


def latest(grades: Iterable[Grade]) -> dict[str, Mark]:
    """What each exercise had when it was graded last."""
    return {mark.exercise: mark for grade in grades for mark in grade.marks}


def unfinished(grades: Sequence[Grade], names: Sequence[str]) -> str | None:
    """The exercise to look at next: the first that the last grade saw unfinished, else of them all.

    What was written and does not hold comes before what nobody has begun, as in the report.
    """
    known = latest(grades)
    open_ = [mark for mark in grades[-1].marks if mark.status != "passed"] if grades else []
    seen = [mark.exercise for mark in sorted(open_, key=lambda mark: mark.status in NOT_BEGUN)]
    left = (name for name in names if name not in known or known[name].status != "passed")
    return next((name for name in (*seen, *left) if name in names), None)


def standing(grades: Iterable[Grade], names: Sequence[str]) -> list[Fraction]:
    """The points of these exercises together after each grade; what was not graded keeps its own."""
    had: dict[str, Fraction] = {}
    found = []
    for grade in grades:
        had |= {mark.exercise: mark.points for mark in grade.marks if mark.exercise in names}
        found.append(sum(had.values(), Fraction(0)))
    return found


def on_top(grades: Sequence[Grade], files: Mapping[str, str]) -> tuple[str, ...]:
    """What stood on top of the last report on all parts; nothing once any of its files is another now."""
    for grade in reversed(grades):
        if any(mark.exercise == TOGETHER for mark in grade.marks):
            same = all(mark.file == files.get(mark.exercise, "") for mark in grade.marks)
            return grade.notes if same else ()
    return ()


def found(course: Course, exercise: str, grades: Iterable[Grade]) -> Finding | None:
    """The first thing that the last grade found in an exercise's code, if its file is still the same."""
    mark = latest(grades).get(exercise)
    if not mark or not mark.findings or not mark.file or mark.file != present(course).get(exercise):
        return None
    return mark.findings[0]


def present(course: Course) -> dict[str, str]:
    """The digests of the files in exercises/ as they are now; none where they cannot be read."""
    try:
        return _digests(read_given(course.root / "exercises", course))
    except UsageError:
        return {}


def passed_now(course: Course, state: Path, folder: Path) -> set[str]:
    """The exercises whose files in a folder are as they were when the last grade saw them pass."""
    if not own(course, folder):
        return set()
    marks, files = latest(read(state, lambda _: None)), present(course)
    return {name for name, mark in marks.items() if mark.status == "passed" and mark.file == files.get(name)}


def turn(state: Path, on: bool) -> None:
    """Have grades remembered from now on, or not; raises OSError where that cannot be written."""
    if on:
        (state / OFF).unlink(missing_ok=True)
    else:
        (state / OFF).touch()


def forget(state: Path) -> None:
    """Remove every grade; raises OSError where that cannot be done."""
    (state / NAME).unlink(missing_ok=True)


def _graded_files(report: Report, course: Course) -> dict[str, str]:
    """The digests of the files that were graded; none where they have been written in since."""
    with suppress(UsageError):
        given = read_given(course.root / "exercises", course)
        return _digests(given) if given.digest == report.digest else {}
    return {}


def _digests(given: Submission) -> dict[str, str]:
    pairs = given.sources.items()
    return {name: sha256(source.encode("utf-8", "surrogatepass")).hexdigest() for name, source in pairs}


def _mark(result: Result, files: Mapping[str, str]) -> Mark:
    marks, name = score(result), result.exercise.name
    points, most = (marks.points, marks.most) if marks.most else (marks.bonus, marks.most_bonus)
    return Mark(name, exercise_status(result), points, most, files.get(name, ""), result.findings[:1])


def _append(path: Path, line: bytes) -> None:
    """Add a line in a single write, which two processes can do at once; raises OSError."""
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o666), "r+b", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        # A line that was cut short, by a full disk for instance, spoils only itself.
        torn = size > 0 and os.pread(file.fileno(), 1, size - 1) != b"\n"
        file.write(b"\n" * torn + line)


def _to_plain(grade: Grade) -> dict[str, Any]:
    at, marks = grade.at.isoformat(timespec="seconds"), [_mark_to_plain(mark) for mark in grade.marks]
    plain = {"at": at, "seconds": grade.seconds, "seed": grade.seed, "marks": marks}
    return plain | ({"notes": list(grade.notes)} if grade.notes else {})


def _mark_to_plain(mark: Mark) -> dict[str, Any]:
    return {
        "exercise": mark.exercise,
        "status": mark.status,
        "points": str(mark.points),
        "most": str(mark.most),
        "file": mark.file,
        # For older versions, which read this file, too.
        "diagnosis": diagnosis_to_plain(mark.findings[0] if mark.findings else None),
        "findings": findings_to_plain(mark.findings),
    }


def _from_line(line: bytes) -> Grade | None:
    try:
        return _grade(json.loads(line))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        return None


def _grade(plain: Any) -> Grade:
    at = datetime.fromisoformat(plain["at"])
    if at.tzinfo is None or at.year not in YEARS:
        raise ValueError(f"{at} is no time of a grade")
    marks, notes = tuple(map(_known, plain["marks"])), tuple(map(text, plain.get("notes", ())))
    return Grade(at, float(plain["seconds"]), read_seed(plain["seed"]), marks, notes)


def _known(plain: Any) -> Mark:
    name, status = text(plain["exercise"]), plain["status"]
    if not (name.isidentifier() and name.isascii()) or status not in STATUS.values():
        raise ValueError(f"{name!r:.40} is no exercise, or {status!r:.40} no status")
    points, most = fraction(plain["points"]), fraction(plain["most"])
    return Mark(name, status, points, most, text(plain["file"]), findings_from_plain(plain))


Thing = TypeVar("Thing")


def recalled(path: Path, parsed: Callable[[Any], Thing], fresh: Thing, say: Say) -> Thing:
    """What a JSON file holds; fresh, where there is none or it is damaged, which is then kept aside.

    parsed: makes the thing from plain values; raises ValueError, TypeError, KeyError or AttributeError
        for any that are none.
    """
    try:
        data = look(path)
        return fresh if data is None else parsed(json.loads(data if isinstance(data, bytes) else b""))
    except UsageError as error:
        say(f"{error.what}; {SILENT}")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        say(_begun_anew(path))
    return fresh


def saved(path: Path, plain: object, say: Say) -> None:
    """Write a JSON file; where that fails, say so."""
    try:
        replaced(path, json.dumps(plain).encode())
    except OSError as error:
        say(unwritten(path, error))


def _begun_anew(path: Path) -> str:
    """Move a damaged file out of the way, and a sentence for that."""
    aside = free(path, "damaged")
    try:
        path.rename(aside)
    except OSError as error:
        return unwritten(path, error)
    return f"{path} was damaged and is begun anew; the old one is kept as {aside.name}"

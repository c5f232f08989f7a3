"""What grades a folder for others: GitLab's reports, the hook before a commit, and a runner as Exercism's.

The last is given an exercise's name and two folders, and writes results.json.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from grader.course.course import Course
from grader.errors import GraderError, UsageError, unwritable
from grader.examine.grading import grade
from grader.examine.setting import Setting
from grader.machine.files import whole_file
from grader.model import Exercise, Finding
from grader.printable import printable
from grader.render.export import code_quality as codequality
from grader.render.export import junit
from grader.render.results_json import EXERCISM_VERSION, MESSAGE, cut, exercism
from grader.render.text import About
from grader.report.report import Report, named, not_yet, shown_to_students
from grader.report.rubric import stated, weighed
from grader.report.words import line_of as line_found
from grader.submission.choice import NoExercise, defines_any, likely, said_by
from grader.submission.submission import Submission, Wanted, content
from grader.submission.tree import read, read_given


@dataclass(frozen=True, slots=True)
class Graded:
    """A folder's report, and what else of it GitLab is shown.

    title: the course's. lines: where to look in each exercise's file.
    """

    report: Report
    title: str
    lines: dict[str, int]


def graded(folder: Path, setting: Setting) -> Graded:
    """Grade a folder; raises GraderError where that cannot be done."""
    _no_link(folder)
    submission = read_given(folder, setting.course)
    report = weighed(grade(submission, setting), stated(setting.course))
    report = replace(report, seed=named(setting.seed))
    report = shown_to_students(report, setting.course.students_see)
    return Graded(report, setting.course.title, lines_of(submission, setting.course, report))


def write(graded: Graded, folder: Path, to_junit: Path, to_codequality: Path) -> None:
    """Write both reports; raises UsageError where that cannot be done."""
    _write(to_junit, junit(graded.report, About(title=graded.title)))
    # GitLab asks for paths from the top of the repository, which is where the job runs.
    _write(to_codequality, codequality(graded.report, graded.lines, folder.as_posix()))


def _no_link(folder: Path) -> None:
    """A repository can hold a link in place of the folder, and it would lead to what is not handed in."""
    above = () if folder.is_absolute() else folder.parents
    if any(part.is_symlink() for part in (folder, *above)):
        raise UsageError(f"{folder} is a link, or lies behind one", "commit the folder itself")


def lines_of(submission: Submission, course: Course, report: Report) -> dict[str, int]:
    """For each exercise the line, from 1, of its first finding, else where its definition begins, else 1."""
    findings = {result.exercise.name: result.findings for result in report.results}
    return {
        exercise.name: _line(submission.sources.get(exercise.name, ""), exercise, findings)
        for exercise in course.exercises
    }


def _line(source: str, exercise: Exercise, findings: Mapping[str, Sequence[Finding]]) -> int:
    found = line_found(findings.get(exercise.name, ()), source.count("\n") + 1)
    return found or line_of(source, exercise.defines)


def line_of(source: str, defined: str) -> int:
    """The line, from 1, of a function or class; found without parsing what may be hostile, or else 1."""
    begins = re.compile(rf"\s*(?:def|class)\s+{re.escape(defined)}\b")
    return next((number for number, line in enumerate(source.split("\n"), 1) if begins.match(line)), 1)


def _write(to: Path, text: str) -> None:
    with whole_file(to) as stream:
        stream.write(text.encode("utf-8", "backslashreplace"))


@dataclass(frozen=True, slots=True)
class Asked:
    """What is graded of a folder: the exercises, in the course's order, among which a file has changed."""

    folder: Path
    submission: Submission
    names: tuple[str, ...]


def asked(files: Iterable[Path], course: Course) -> list[Asked]:
    """The exercises among the files by the folder they are in.

    Other files, and those that are gone, are passed over.
    Raises UsageError where files of a folder are meant for exercises, and none of them plainly is.
    """
    there: dict[Path, list[Path]] = {}
    for file in filter(Path.is_file, files):
        if likely(file.name):
            there.setdefault(file.parent, []).append(file)
    found = [_asked(folder, changed, course) for folder, changed in sorted(there.items())]
    return [each for each in found if each.names]


def _asked(folder: Path, changed: Sequence[Path], course: Course) -> Asked:
    wanted = Wanted.of(course)
    # Where no name says anything, as among somebody's notes, what a file defines is no exercise.
    if not any(likely(name) and list(said_by(name, course.names)) for name in os.listdir(folder)):
        return Asked(folder, NOTHING, ())
    try:
        submission = read_given(folder, course)
    except NoExercise:
        if any(defines_any(file.name, partial(content, file), wanted) for file in changed):
            raise
        return Asked(folder, NOTHING, ())
    places = {folder.joinpath(*path): name for name, path in submission.places.items()}
    meant = {places[file] for file in changed if file in places}
    meant |= {name for file in changed for name in said_by(file.name, submission.unclear)}
    return Asked(folder, submission, tuple(name for name in course.names if name in meant))


NOTHING = Submission("", {}, {})


RESULTS = "results.json"
WHOLE = "nanograd"  # the slug under which all exercises are asked for


def run_exercise(slug: str, given: Path, to: Path, opened: Callable[[], Setting]) -> None:
    """Grade a folder and write results.json into another; all that goes wrong is told in there.

    slug: an exercise's name, or "nanograd" for all of them.
    opened: makes the setting, and may raise GraderError.
    Raises UsageError only where results.json itself cannot be written.
    """
    try:
        text = _as_exercism(slug, given, opened())
    except GraderError as error:
        text = _broken(f"{error.what}\n{error.next_step}".strip())
    _write_results(to, text)


def _as_exercism(slug: str, given: Path, setting: Setting) -> str:
    only = _asked_for(slug, setting.course)
    submission = read(given, Wanted.of(setting.course, only))
    course = setting.course
    if why := not_yet(course.students_see, stated(course).deadline, datetime.now(UTC)):
        raise UsageError(f"not graded here: {why}", "come back then")
    return exercism(shown_to_students(grade(submission, setting, only), course.students_see), About())


def _asked_for(slug: str, course: Course) -> tuple[str, ...]:
    """The exercises meant; none for all of them, as grade() has it."""
    if slug == WHOLE:
        return ()
    if slug not in course.names:
        raise UsageError(
            f"there is no exercise {printable(slug)!r}", f"choose from: {', '.join((*course.names, WHOLE))}"
        )
    return (slug,)


def _broken(sentence: str) -> str:
    message = cut("\n".join(map(printable, sentence.split("\n"))), MESSAGE)
    return (
        json.dumps({"version": EXERCISM_VERSION, "status": "error", "message": message, "tests": []}) + "\n"
    )


def _write_results(to: Path, text: str) -> None:
    try:
        to.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(error, f"cannot write to {to}", "name another folder") from None
    with whole_file(to / RESULTS) as stream:
        stream.write(text.encode("utf-8", "backslashreplace"))

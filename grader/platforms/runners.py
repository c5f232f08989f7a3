"""What grades a folder for others: GitLab's reports, the hook before a commit, Exercism's runner, Gradescope.

Exercism's is given an exercise's name and two folders, and writes results.json; Gradescope has an archive
uploaded, and runs what is in it.
"""

from __future__ import annotations

import json
import os
import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from grader.author.release import handout
from grader.course.course import Course, own_root
from grader.errors import CourseError, GraderError, MachineError, UsageError, unwritable
from grader.examine.grading import grade, result, run_properties, versions
from grader.examine.setting import Setting
from grader.machine.files import whole_file
from grader.machine.folders import hold, let_go, regular
from grader.model import Exercise, Finding, Result
from grader.printable import printable
from grader.render.export import code_quality as codequality
from grader.render.export import junit
from grader.render.results_json import EXERCISM_VERSION, MESSAGE, cut, exercism, gradescope
from grader.render.text import About, with_items
from grader.report.report import Report, named, not_yet, shown_to_students
from grader.report.rubric import Policy, adjusted, stated, weighed
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


# ---- Gradescope: the run in its folder, the archive that is uploaded, and when something was handed in

UNDATED = "When this was handed in cannot be read, so the time of grading counts."
Tell = Callable[[str], None]


def run_gradescope(
    root: Path, opened: Callable[[], Setting], now: datetime, tell: Tell, key: bytes = b""
) -> int:
    """Grade what lies under Gradescope's root, and give the exit code; nothing is raised.

    opened: makes the setting, and may raise GraderError.
    now: with its time zone; counts where the time of handing in cannot be read.
    tell: says something that only instructors may read.
    key: under which results name the seed; see report/report.py.
    """
    try:
        results = Results(root)
        results.start()
        return _settled(root, results, opened, now, tell, key)
    except (GraderError, OSError) as error:
        tell(f"cannot write results.json: {error}")
        return MachineError.exit_code


def _settled(
    root: Path, results: Results, opened: Callable[[], Setting], now: datetime, tell: Tell, key: bytes
) -> int:
    """Grade, and leave a results.json whatever happens on the way; raises only where it cannot be written."""
    graded: list[Report] = []
    try:
        return _graded(root, results, opened(), now, graded, key)
    except UsageError as error:
        tell(error.what)
        results.refuse(f"Not graded: {error.what}\n{error.next_step}")
        return error.exit_code
    except GraderError as error:
        tell(f"{error.what}\n{error.next_step}")
        code = error.exit_code
    except Exception:
        # Whatever it is, the student gets a sentence, and the instructor all there is to know.
        tell(traceback.format_exc())
        code = GraderError.exit_code
    results.give_up(graded[-1] if graded else None)
    return code


def _graded(
    root: Path, results: Results, setting: Setting, now: datetime, graded: list[Report], key: bytes
) -> int:
    """Grade part by part; graded takes every report on the way."""
    started = perf_counter()
    submission = read(root / "submission", setting.course)
    policy, at = stated(setting.course), handed_in(root)
    note = UNDATED if at is None and policy.deadline else ""
    results.later = bool(not_yet(setting.course.students_see, policy.deadline, now))
    for report, left in _growing(submission, setting, policy, at or now, key):
        graded.append(report)
        if left:
            results.grow(report, left)
    about = About(seconds=round(perf_counter() - started, 3))
    results.finish(graded[-1], about, note)
    return 0 if graded[-1].all_passed else 1


def _growing(
    submission: Submission, setting: Setting, policy: Policy, at: datetime, key: bytes
) -> Iterator[tuple[Report, tuple[str, ...]]]:
    """A report after each part, adjusted, and the names of the parts that are still open."""
    course = setting.course
    done: tuple[Result, ...] = ()
    names = [part.name for part in course.parts]
    empty = Report(
        submission=submission.name,
        digest=submission.digest,
        seed=named(setting.seed, key),
        isolation=setting.cage.isolation,
        results=(),
        together=None,
        versions=versions(setting),
    )
    for number, part in enumerate(course.parts, start=1):
        found = result(part, run_properties(submission, setting, [part]))
        if part.own:
            report = replace(empty, results=done, together=found)
        else:
            done = (*done, found)
            report = replace(empty, results=done)
        shown = shown_to_students(adjusted(report, policy, at), course.students_see)
        yield shown, tuple(names[number:])


STARTED = "Grading is under way. Nothing is graded yet."
OURS = (
    "The grader could not finish, and that is not your fault. What was graded before is below. Please tell "
    "your instructor, who can see the reason and can have this submission graded again."
)


class Results:
    """The file under the root's results; every call replaces it whole, or raises MachineError.

    later: whether students see nothing of it before Gradescope's due date.
    """

    def __init__(self, root: Path) -> None:
        self.later = False
        self._file = root / "results" / "results.json"
        self._file.parent.mkdir(parents=True, exist_ok=True)

    def start(self) -> None:
        self._write(_bare(STARTED))

    def grow(self, report: Report, open_parts: Sequence[str]) -> None:
        """What is graded so far, and what is not."""
        left = ", ".join(open_parts)
        self._write(self._rendered(report, About(), f"Grading is under way. Not graded yet: {left}."))

    def finish(self, report: Report, about: About, note: str = "") -> None:
        """The last word; note is a paragraph above it."""
        self._write(self._rendered(report, about, note))

    def _rendered(self, report: Report, about: About, note: str) -> str:
        return gradescope(report, about, note, later=self.later)

    def refuse(self, sentence: str) -> None:
        """There is nothing to grade, and the student is told why."""
        self._write(_bare("\n".join(map(printable, sentence.split("\n")))))

    def give_up(self, report: Report | None) -> None:
        """Something of ours broke; what is graded already stays."""
        self._write(_bare(OURS) if report is None else self._rendered(report, About(), OURS))

    def _write(self, text: str) -> None:
        try:
            with whole_file(self._file) as stream:
                # A half of a surrogate pair becomes JSON's escape for it.
                stream.write(text.encode("utf-8", "backslashreplace"))
        except UsageError as error:
            # It is not the student who chose this place.
            raise MachineError(error.what, error.next_step) from None


def _bare(output: str) -> str:
    """A results.json without any test."""
    head = {
        "score": 0,
        "output": output,
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
    }
    return with_items(head, "tests", ())


SCRIPTS = ("setup.sh", "run_autograder")
FROM = Path("platforms") / "gradescope"
PROJECT = "project"
# The oldest date that a zip can hold: the same course makes the same archive, whenever that is.
DATE = (1980, 1, 1, 0, 0, 0)
# One address, in letters that end neither a line nor a word of pip's configuration.
INDEX = re.compile(r"https://[\w.~%/:+@-]+", re.ASCII)


def build_gradescope(course: Course, to: Path, seed: int, index: str = "", key: bytes = b"") -> None:
    """Write the archive, whole or not at all; the reference in it is sealed as it is for students.

    seed: draws the cases on Gradescope.
    index: the address of one more package index, such as that of PyTorch's builds without GPU support.
    key: under which results name a secret seed; see report/report.py.
    Raises UsageError where it cannot be written or the address is none, CourseError where a file is missing.
    """
    course.authors_only()
    files = _scripts(course) | {"seed": f"{seed}\n".encode()}
    if key:
        files["key"] = f"{key.hex()}\n".encode()
    if index:
        files["pip.conf"] = _pip(index)
    if seed and (needed := course.subject.versions):
        files["drawing.txt"] = "".join(f"{name}\n" for name in needed).encode()
    files |= {f"{PROJECT}/{place.as_posix()}": data for place, data in handout(course, hidden=True).items()}
    to.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(to) as stream, ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(_entry(name), data)


def _scripts(course: Course) -> dict[str, bytes]:
    try:
        around = course.root if (course.root / FROM).is_dir() else own_root()
        return {name: (around / FROM / name).read_bytes() for name in SCRIPTS}
    except OSError as error:
        raise CourseError(f"cannot read {error.filename}: {error.strerror}", "restore the file") from None


def _pip(index: str) -> bytes:
    if not INDEX.fullmatch(index):
        raise UsageError("the index is no address that begins with https://", "leave out --index, or mend it")
    return f"[global]\nextra-index-url = {index}\n".encode()


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, DATE)
    entry.compress_type = ZIP_DEFLATED
    entry.create_system = 3  # Unix: only then does whoever unpacks it look at the mode
    entry.external_attr = (0o100755 if name in SCRIPTS else 0o100644) << 16
    return entry


NAME = "submission_metadata.json"
# It holds the results of every earlier attempt; some hundred of them fit.
MOST = 64 << 20


def handed_in(root: Path) -> datetime | None:
    """When the submission was handed in; None where the file does not say that in a way to be read.

    root: the folder that the file is in. Names, titles and earlier attempts are not looked at.
    """
    try:
        return _time(json.loads(_text(root))["created_at"])
    except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError, OverflowError):
        return None


def _text(root: Path) -> bytes:
    above = hold(root)
    try:
        with regular(NAME, above) as file:
            data = file.read(MOST + 1)
    finally:
        let_go(above)
    if len(data) > MOST:
        raise ValueError(f"{NAME} is larger than {MOST >> 20} MiB")
    return data


def _time(text: Any) -> datetime:
    """A time as Gradescope writes it, 2026-01-31T23:59:00.365935-07:00; without a zone it is UTC's."""
    if not isinstance(text, str):
        raise TypeError("a time is text")
    time = datetime.fromisoformat(text)
    time = time if time.tzinfo else time.replace(tzinfo=UTC)
    # A time at either end of the calendar has no equal in UTC; that is raised here and not later.
    return time.astimezone(UTC)

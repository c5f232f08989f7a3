"""What a learner asks for: hints, a search over the exercises, the stub back, the model, all files packed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import unified_diff
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from grader.course.course import BEGIN, END, STEP, Course, handed_out, untouched
from grader.course.properties import declared_in
from grader.errors import CourseError, MachineError, UsageError
from grader.learner.history import Grade, Say, aloud, latest, present, recalled, saved, state_folder
from grader.machine.files import Odd, added, look, replaced, whole_file, with_lf
from grader.model import Exercise, Finding, Kind
from grader.printable import invoked, printable
from grader.report.evidence import text, whole
from grader.report.words import guessed
from grader.report.words import told as told_of
from grader.submission.submission import content
from grader.submission.tree import read_given

NAME = "hints.json"
ALMOST_CODE = 3  # the first level that says almost as much as the solution
LEVELS = 4
HEADING = re.compile(r"#{1,3} (.+)")
MARKUP = re.compile(r"[\\`*_|<>\[\]~&#]")


@dataclass(frozen=True, slots=True)
class Hint:
    """One hint.

    level: from 1 up to of; 0 for what helps with what the code does, which stands before them all.
    text: Markdown.
    """

    exercise: str
    level: int
    of: int
    title: str
    text: str

    @property
    def last(self) -> bool:
        return self.level == self.of


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody has been told about an exercise.

    level: the highest one.
    findings: those whose own hints were given, by their ids.
    """

    level: int = 0
    findings: tuple[str, ...] = ()


def next_hint(
    course: Course, state: Path, exercise: str, finding: Finding | None = None, say: Say = aloud
) -> Hint:
    """One level more than the last time, the last one again and again; this is remembered in state.

    finding: the first thing that the code does otherwise than it should; its own hint comes first, once.
    say: told in a sentence where the state is damaged or cannot be written.
    Raises UsageError for an unknown exercise, CourseError where HINTS.md lacks its hints.
    """
    known = _given_so_far(state, say)
    given = known.get(exercise, Given())
    if finding is not None and finding.finding not in given.findings:
        hint = _on_finding(course, exercise, finding)
        given = replace(given, findings=(*given.findings, finding.finding))
    else:
        hint = hint_at(course, exercise, min(given.level + 1, LEVELS))
        given = replace(given, level=hint.level)
    plain = {name: _to_plain(each) for name, each in {**known, exercise: given}.items()}
    saved(state / NAME, plain, say)
    return hint


def told(state: Path) -> frozenset[str]:
    """The exercises of which almost the code has been told, so that a report may say what it should do.

    Nothing is said of a damaged state: whoever asks for the next hint is told.
    """
    known = _given_so_far(state, lambda _: None) if (state / NAME).is_file() else {}
    return frozenset(name for name, given in known.items() if given.level >= ALMOST_CODE)


def _given_so_far(state: Path, say: Say) -> dict[str, Given]:
    nobody: dict[str, Given] = {}
    return recalled(state / NAME, _from_plain, nobody, say)


def hint_at(course: Course, exercise: str, level: int) -> Hint:
    """The hint of a level, from 1 up; nothing is remembered.

    Raises UsageError for an unknown exercise or level, CourseError where HINTS.md lacks the hint.
    """
    if exercise not in course.names:
        raise UsageError(f"there is no exercise '{exercise}'", f"choose from: {', '.join(course.names)}")
    if not 1 <= level <= LEVELS:
        raise UsageError(f"there is no level {level}", f"hints have levels 1 to {LEVELS}")
    title = f"{exercise}: {course.subject.headings[level - 1]}"
    found = sections(course).get(title)
    if found is None:
        raise CourseError(f"HINTS.md has no section '{title}'", "restore HINTS.md, or read it as it is")
    return Hint(exercise, level, LEVELS, title, found)


def _on_finding(course: Course, exercise: str, finding: Finding) -> Hint:
    """What the code does, why that goes wrong, and the section of HINTS.md that goes on from there."""
    said = [f"**{'Probably: ' * guessed(finding)}{_literal(finding.name)}**", *_seen(finding)]
    said.append(_literal(finding.explanation))
    if section := sections(course).get(finding.hint):
        said += [f"**{_literal(finding.hint)}**", section]
    return Hint(exercise, 0, LEVELS, f"{exercise}: what yours does", "\n\n".join(said))


def _seen(finding: Finding) -> Iterator[str]:
    """The part and what the code does there, as a table of one row says it."""
    shown = told_of([finding])
    if shown is None or not shown.rows:
        return
    (row,) = shown.rows
    place = ", ".join(filter(None, (_literal(row.part), f"line {row.line}" if row.line else "")))
    # Four spaces make it code, which Markdown shows as it stands.
    yield f"In {place}, your code does this:" if place else "Your code does this:"
    yield "\n".join(f"    {line}" for line in (row.does, row.where) if line)
    if row.should:
        yield "It should do this:"
        yield f"    {row.should}"


def _literal(text: str) -> str:
    """Text that Markdown shows as it stands."""
    return MARKUP.sub(r"\\\g<0>", printable(text))


def sections(course: Course) -> Mapping[str, str]:
    """The sections of HINTS.md by their headings, in order; raises CourseError where it cannot be read."""
    path = course.root / "HINTS.md"
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"cannot read {path}: {error}", "restore the file") from error
    found: dict[str, list[str]] = {}
    fenced, current = False, ""
    for line in lines:
        fenced ^= line.startswith("```")
        if not fenced and (heading := HEADING.fullmatch(line)):
            current = heading[1]
        else:
            found.setdefault(current, []).append(line)
    return {title: "\n".join(body).strip() for title, body in found.items()}


def _from_plain(plain: Any) -> dict[str, Given]:
    return {text(name): _given(each) for name, each in plain.items()}


def _given(plain: Any) -> Given:
    level = whole(plain["level"])
    if not 0 <= level <= LEVELS:
        raise ValueError(f"{level} is no level")
    return Given(level, tuple(map(text, plain["diagnoses"])))


def _to_plain(given: Given) -> dict[str, Any]:
    """As former versions have kept it, which called findings diagnoses."""
    return {"level": given.level, "diagnoses": list(given.findings)}


@dataclass(frozen=True, slots=True)
class Found:
    """An exercise, and the properties' titles and hints' headings that speak of what was searched."""

    exercise: Exercise
    properties: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


def search(course: Course, wanted: str) -> list[Found]:
    """The exercises that speak of it, in their order; all that count where nothing is wanted."""
    if not wanted.split():
        return [Found(part) for part in course.counted]
    return list(_found(course, wanted))


def background(course: Course, wanted: str) -> list[str]:
    """Headings in HINTS.md that belong to no exercise and speak of it."""
    found = _speaking(course, wanted) if wanted.split() else []
    return [title for title in found if title.partition(":")[0] not in course.names]


def speaks(text: str, wanted: str) -> bool:
    """Whether every word that is wanted occurs in the text, in any order and case."""
    return all(word in text.casefold() for word in wanted.casefold().split())


def _found(course: Course, wanted: str) -> Iterator[Found]:
    headings = _speaking(course, wanted)
    for exercise in course.counted:
        claims = (prop.claim for prop in declared_in(course.properties(exercise.name)))
        titles = [c.title for c in claims if c.kind is not Kind.NOTE and speaks(c.title, wanted)]
        hints = [title for title in headings if title.startswith(f"{exercise.name}: ")]
        task = exercise.name in course.names and mentions(course.stub(exercise.name), wanted)
        if titles or hints or task or speaks(f"{exercise.name} {exercise.title}", wanted):
            yield Found(exercise, tuple(titles), tuple(hints))


def mentions(text: str, wanted: str) -> bool:
    """Whether what is wanted stands in a longer text as it is, in any case and wherever its lines end."""
    return " ".join(wanted.casefold().split()) in " ".join(text.casefold().split())


def _speaking(course: Course, wanted: str) -> list[str]:
    """The headings of HINTS.md that speak of it, and those of sections that mention it.

    None where the file is not there, for then there is still enough to find.
    """
    try:
        known = sections(course)
    except CourseError:
        return []
    return [
        title for title, body in known.items() if title and (speaks(title, wanted) or mentions(body, wanted))
    ]


# ---- an exercise as it was handed out, all of them packed, and the model after a pass

BACKUPS = "backups"


def reset(course: Course, exercise: str) -> Path:
    """Restore an exercise, or one of the given files; the backup of what stood there.

    Where no file was, the backup is an empty one. Raises UsageError for an unknown name, or where
    something else than a file stands there, and MachineError, before anything is changed, where the
    backup cannot be written.
    """
    path = exercise_file(course, exercise)
    seen = look(path)
    if isinstance(seen, Odd):
        raise UsageError(f"{path} is a link or a folder, not a file", "rename it, then run this again")
    fresh = handed_out(course)[exercise].encode()
    backup = _backup(state_folder(course) / BACKUPS, exercise, seen or b"")
    try:
        path.parent.mkdir(exist_ok=True)
        replaced(path, fresh)
    except OSError as error:
        raise MachineError(f"cannot write {path}: {error.strerror}", "mend that; nothing is lost") from None
    return backup


def exercise_file(course: Course, exercise: str) -> Path:
    """Where a file that was handed out stands; raises UsageError for a name that was not."""
    names = [name for name in handed_out(course) if name.isidentifier() and not name.startswith("_")]
    if exercise not in names:
        raise UsageError(f"there is no exercise '{exercise}'", f"choose from: {', '.join(course.names)}")
    return course.root / "exercises" / f"{exercise}.py"


def as_handed_out(course: Course, exercise: str) -> bool:
    """Whether an exercise's file is, to the letter, what was handed out; line ends may be others."""
    seen = look(exercise_file(course, exercise))
    return isinstance(seen, bytes) and with_lf(seen) == handed_out(course)[exercise].encode()


def _backup(folder: Path, exercise: str, data: bytes) -> Path:
    """A new file with the data, named for the exercise and the time."""
    moment = f"{exercise}-{datetime.now():%Y-%m-%d-%H%M%S}"
    place, number = folder / f"{moment}.py", 1
    try:
        folder.mkdir(parents=True, exist_ok=True)
        while True:
            try:
                added(place, data)
                return place
            except FileExistsError:
                number += 1
                place = folder / f"{moment}-{number}.py"
    except OSError as error:
        what = f"cannot keep a backup in {folder}: {error.strerror}"
        raise MachineError(what, "nothing was reset; mend that, or copy the file away yourself") from None


HANDED_IN = "hand-in.zip"
# As old as a zip can say: the same work makes the same file.
LONG_AGO = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Packed:
    """What was put into the file to hand in.

    names: the exercises in it. untouched: those of them that are as they were handed out.
    missing: those that have no file. told: what is to be said of where they were found, a sentence each.
    """

    names: tuple[str, ...]
    untouched: tuple[str, ...]
    missing: tuple[str, ...]
    told: tuple[str, ...] = ()


def pack(course: Course, to: Path) -> Packed:
    """Write the file that is handed in: the exercises, and what else of Python is beside them.

    What is graded of a file with another name or place is packed under the name that it should have.
    Raises UsageError, before anything is written, where a file would not be read when it is graded, and where
    no exercise is there.
    """
    folder = course.root / "exercises"
    submission = read_given(folder, course)
    for why in (*submission.unreadable.values(), *submission.unclear.values()):
        raise UsageError(f"{folder}: {why}", f"mend that, so that it can be graded: {invoked('submit')}")
    with whole_file(to) as stream, ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for name in sorted(submission.sources):
            entry = ZipInfo(f"exercises/{name}.py", LONG_AGO)
            entry.external_attr = 0o644 << 16
            if name in submission.taken:
                data = submission.sources[name].encode("utf-8", "surrogatepass")
            else:
                data = content(folder.joinpath(*submission.home, f"{name}.py"))
            archive.writestr(entry, data, ZIP_DEFLATED)
    there = tuple(name for name in course.names if name in submission.sources)
    stubs = tuple(name for name in there if untouched(submission.sources[name], course.stub(name)))
    missing = tuple(name for name in course.names if name not in there)
    return Packed(there, stubs, missing, submission.told())


@dataclass(frozen=True, slots=True)
class Model:
    """A solution beside a student's.

    source: the model.
    diff: from the student's to the model, a unified diff by lines; empty where there is none.
    """

    exercise: str
    source: str
    diff: tuple[str, ...]


def solution(course: Course, exercise: str, grades: list[Grade], passes: Callable[[], bool]) -> Model:
    """The model for an exercise that has passed.

    grades: the remembered ones; the last one of this very file spares the next.
    passes: grades the exercise as it is now.
    Raises UsageError for an unknown exercise, where the course does not show models, and before a pass.
    """
    if exercise not in course.names:
        raise UsageError(f"there is no exercise '{exercise}'", f"choose from: {', '.join(course.names)}")
    if not course.solutions_after_pass:
        raise UsageError("this course does not show its solutions", "ask whoever teaches it")
    if not _has_passed(course, exercise, grades) and not passes():
        raise UsageError(
            f"{exercise} has not passed yet; its solution is shown after that", invoked("hint", exercise)
        )
    theirs = read_given(course.root / "exercises", course).sources.get(exercise, "")
    return compared(exercise, theirs, course.solution(exercise))


def _has_passed(course: Course, exercise: str, grades: list[Grade]) -> bool:
    mark = latest(grades).get(exercise)
    same = mark is not None and mark.file != "" and mark.file == present(course).get(exercise)
    return same and mark is not None and mark.status == "passed"


def compared(exercise: str, theirs: str, solution: str) -> Model:
    """The model beside the student's source; what the stub said and the model says too is no difference."""
    lines = [line.rstrip() for line in solution.splitlines() if line.strip() not in (BEGIN, END)]
    mine = [line.rstrip() for line in theirs.splitlines()]
    model = [_as_todo(line) if _as_todo(line) in mine else line for line in lines]
    diff = unified_diff(mine, model, f"exercises/{exercise}.py", "the model", lineterm="")
    return Model(exercise, "\n".join(lines) + "\n", tuple(diff))


def _as_todo(line: str) -> str:
    """A numbered comment the way the stub has it."""
    return re.sub(r"# (\d+)\. ", r"# TODO \1: ", line, count=1) if STEP.match(line) else line

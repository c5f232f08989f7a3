"""Hints, a level at a time, and the search over the list of exercises."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from grader.course.course import Course
from grader.course.properties import declared_in
from grader.errors import CourseError, UsageError
from grader.learner.history import Say, aloud, recalled, saved
from grader.model import Exercise, Finding, Kind
from grader.printable import printable
from grader.report.evidence import text, whole
from grader.report.words import guessed
from grader.report.words import told as told_of

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

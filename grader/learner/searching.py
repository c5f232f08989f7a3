"""Finds exercises by what is said about them: names, titles, properties' titles, headings of hints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from grader.course import Course
from grader.errors import CourseError
from grader.learner.hints import sections
from grader.model import Exercise, Kind
from grader.properties import declared_in


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
    others = [title for title in _headings(course) if title.partition(":")[0] not in course.names]
    return [title for title in others if speaks(title, wanted)] if wanted.split() else []


def speaks(text: str, wanted: str) -> bool:
    """Whether every word that is wanted occurs in the text, in any order and case."""
    return all(word in text.casefold() for word in wanted.casefold().split())


def _found(course: Course, wanted: str) -> Iterator[Found]:
    headings = [title for title in _headings(course) if speaks(title, wanted)]
    for exercise in course.counted:
        claims = (prop.claim for prop in declared_in(course.properties(exercise.name)))
        titles = [c.title for c in claims if c.kind is not Kind.NOTE and speaks(c.title, wanted)]
        hints = [title for title in headings if title.startswith(f"{exercise.name}: ")]
        if titles or hints or speaks(f"{exercise.name} {exercise.title}", wanted):
            yield Found(exercise, tuple(titles), tuple(hints))


def _headings(course: Course) -> list[str]:
    """The headings of HINTS.md; none where it is not there, for then there is still enough to find."""
    try:
        return [title for title in sections(course) if title]
    except CourseError:
        return []

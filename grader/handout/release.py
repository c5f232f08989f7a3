"""Releases the students' project, and brings a newer course over the work in one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from grader.course import Course
from grader.errors import UsageError
from grader.handout.contents import handout
from grader.handout.manifest import NAME, Manifest
from grader.handout.placing import put
from grader.handout.updating import Change, What, update
from grader.version import VERSION

__all__ = ["Change", "What", "release", "update"]


def release(course: Course, to: Path) -> list[Path]:
    """Write the students' project into a folder that does not exist or is empty; the files written.

    A .git folder may be there already. Raises UsageError, before anything is written, where more is, and
    CourseError where the course lacks a file.
    """
    _empty(to)
    files: Mapping[Path, bytes] = handout(course)
    for place, data in files.items():
        put(to / place, data)
    # Last: a project without it is one whose release was cut short.
    put(to / NAME, Manifest.of(files, course.title, VERSION).to_bytes())
    return [to / place for place in (*files, NAME)]


def _empty(folder: Path) -> None:
    try:
        there = [path.name for path in folder.iterdir() if path.name != ".git"]
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError(f"cannot release to {folder}: {error.strerror}", "name a new folder") from None
    if there:
        raise UsageError(
            f"{folder} is not empty: it has {min(there)!r}",
            f"name a new folder; to renew a project released before: grader release --update {folder}",
        )

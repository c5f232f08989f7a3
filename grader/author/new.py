"""Lays down a new exercise of a course's subject; the author fills in what is marked.

What it is made of are the templates in the subject's package.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from keyword import iskeyword
from pathlib import Path
from string import Template

from grader.course.course import EXERCISES, FILE, INIT, TOGETHER, Course, cut
from grader.course.misconceptions import PLACE
from grader.errors import CourseError, MachineError, UsageError
from grader.machine.files import added, replaced
from grader.subject import known, load

PACKAGE = Path(__file__).resolve().parents[1]
HINTS, FIRST = "HINTS.md", "first"
MARK = re.compile(r"FILL[ _]IN")
NAME = re.compile(r"[a-z][a-z0-9_]*")


def lay_down(course: Course, name: str, title: str, points: int) -> dict[Path, str]:
    """Write the new exercise's files and its places in the common ones; returns the texts by path.

    Raises UsageError, before anything is written, for a name that is taken or cannot be used.
    """
    _usable(course, name)
    new, changed = _new(course, name, points), _changed(course, name, title, points)
    for path in new:
        if path.exists():
            raise UsageError(f"{path} is there already", "choose another name")
    for path, text in (new | changed).items():
        _write(path, text, added if path in new else replaced)
    return new | changed


def begin(folder: Path, subject: str) -> dict[Path, str]:
    """Write a course of that subject with one exercise that grades, a draft; returns the texts by path.

    Raises UsageError where there is no such subject, or nothing to begin it with, or the folder is not empty.
    """
    if not known(subject) or not _template(subject, "course").is_file():
        raise UsageError(f"there is no course to begin of a subject {subject!r}", "try: --subject functions")
    if folder.is_dir() and any(path.name != ".git" for path in folder.iterdir()):
        raise UsageError(f"{folder} is not empty", "name a new folder")
    points = len(load(subject).template)
    exercise = _filled(subject, "exercise", name=FIRST, title=json.dumps(FIRST), points=points)
    hints = _filled(subject, "hints", name=FIRST)
    common = {
        folder / FILE: f"{_filled(subject, 'course')}\n{exercise.rstrip()}\n",
        folder / HINTS: f"# Hints\n\n{hints.rstrip()}\n",
    }
    for path, text in common.items():
        _write(path, text, added)
    course = Course.load(folder)
    new = _new(course, FIRST, int(course.exercises[0].points))
    for path, text in new.items():
        _write(path, text, added)
    return common | new


def _usable(course: Course, name: str) -> None:
    if not NAME.fullmatch(name) or iskeyword(name):
        why = "is no name for a function and its file"
    elif name in (*course.names, *course.common, TOGETHER) or course.subject.taken(name):
        why = "exists already"
    elif name in sys.stdlib_module_names:
        why = "would hide the standard library's module of that name"
    else:
        return
    raise UsageError(f"'{name}' {why}", "choose another name: small letters, digits and _")


def _new(course: Course, name: str, points: int) -> dict[Path, str]:
    """The files that are the exercise's own."""
    subject, shares = course.subject.name, _shares(course.subject.template, points)
    solution = _filled(subject, "solution", name=name, number=len(course.names) + 1)
    return {
        course.root / "solutions" / f"{name}.py": solution,
        course.root / EXERCISES / f"{name}.py": cut(solution, name),
        course.properties(name): _filled(subject, "properties", name=name, **shares),
        course.root / PLACE / f"{name}.md": _filled(subject, "misconceptions", name=name),
    }


def _shares(properties: Sequence[str], points: int) -> dict[str, int]:
    """The points, spread over the properties; the first get what is left over."""
    each, over = divmod(points, len(properties))
    return {prop: each + (place < over) for place, prop in enumerate(properties)}


def _changed(course: Course, name: str, title: str, points: int) -> dict[Path, str]:
    """The common files, with the new exercise in its place."""
    toml, hints, subject = course.root / FILE, course.root / HINTS, course.subject.name
    said = json.dumps(title, ensure_ascii=False)
    block = _filled(subject, "exercise", name=name, title=said, points=points)
    framed = INIT in course.subject.frame
    packages = [course.root / folder / f"{INIT}.py" for folder in ("solutions", EXERCISES) if framed]
    return {
        toml: _before_last_mark(_read(toml), block),
        hints: _after_section(_read(hints), course.names[-1], _filled(subject, "hints", name=name)),
    } | {path: course.subject.attached(_read(path), name) for path in packages}


def _before_last_mark(text: str, block: str) -> str:
    """The rubric with one more exercise, before the comment on the last mark if there is one."""
    found = re.search(r"^(#.*\n)*\[together\]", text, re.MULTILINE)
    if found is None:
        return f"{text.rstrip()}\n\n{block.rstrip()}\n"
    return text[: found.start()] + block + text[found.start() :]


def _after_section(text: str, heading: str, section: str) -> str:
    """The hints with one more section, after the one of that heading or else at the end."""
    start = text.find(f"\n## {heading}\n")
    end = text.find("\n## ", start + 1) if start >= 0 else -1
    if end < 0:
        return f"{text.rstrip()}\n\n{section.rstrip()}\n"
    return text[: end + 1] + section + text[end + 1 :]


def _filled(subject: str, template: str, **words: str | int) -> str:
    return Template(_read(_template(subject, template))).substitute(words)


def _template(subject: str, name: str) -> Path:
    return PACKAGE / subject / "templates" / f"{name}.txt"


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise CourseError(f"cannot read {path}: {error.strerror}", "restore the file") from error


def _write(path: Path, text: str, write: Callable[[Path, bytes], None]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, text.encode())
    except OSError as error:
        raise MachineError(f"cannot write {path}: {error.strerror}", "make room there") from error


def blanks(texts: Mapping[Path, str]) -> list[tuple[Path, int]]:
    """The files an author has to work on, and how many places in each are marked to be filled in."""
    counted = [(path, len(MARK.findall(text))) for path, text in texts.items()]
    return [(path, count) for path, count in counted if count and path.parent.name != EXERCISES]

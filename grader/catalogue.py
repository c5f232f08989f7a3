"""The misconceptions of each exercise: named wrong ideas, each with the wrong code that embodies it.

One file each, misconceptions/EXERCISE/ID.py: the code, under a docstring that holds the name in a
sentence, a paragraph that explains, "Hint:" with a heading of HINTS.md, and "Twin:" with the id of
another one that behaves the same on every input, "Seen by:" with the property that is meant to catch it.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from grader.errors import CourseError
from grader.sources import Source, sources

FOLDER = Path(__file__).parent / "misconceptions"


@dataclass(frozen=True, slots=True)
class Misconception:
    """A wrong idea about one exercise.

    name: what the code does wrong, in a sentence.
    explanation: why that goes wrong, to the student.
    hint: the heading in HINTS.md that helps.
    twins: ids of those that behave the same on every input.
    seen_by: the name of the property that is meant to catch it.
    source: the wrong code.
    """

    exercise: str
    id: str
    name: str
    explanation: str
    hint: str
    twins: tuple[str, ...]
    seen_by: str
    source: str


def misconceptions(exercise: str, folder: Path = FOLDER) -> list[Misconception]:
    """An exercise's misconceptions by id; raises CourseError where one lacks a part of its docstring."""
    return [read(path) for path in files(exercise, folder)]


def files(exercise: str, folder: Path = FOLDER) -> list[Source]:
    """An exercise's misconceptions by id, still unread."""
    return sources(folder.parents[1]).folder(folder / exercise)


def read(path: Source) -> Misconception:
    """One misconception; raises CourseError where it lacks a part of its docstring."""
    source = path.read_bytes().decode("utf-8")
    paragraphs = (ast.get_docstring(ast.parse(source)) or "").split("\n\n")
    if len(paragraphs) < 3:
        raise CourseError(f"{path} needs a docstring with a name, an explanation and a hint", "complete it")
    name, *explanation, last = (" ".join(paragraph.split()) for paragraph in paragraphs)
    fields = [line.partition(": ")[::2] for line in paragraphs[-1].splitlines()]
    named = dict(fields)
    if "Hint" not in named:
        raise CourseError(f"{path}: its docstring must end with 'Hint: …', not with '{last}'", "add it")
    twins = tuple(value for key, value in fields if key == "Twin")
    explained, seen_by = " ".join(explanation), named.get("Seen by", "")
    return Misconception(path.parent.name, path.stem, name, explained, named["Hint"], twins, seen_by, source)


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to write one exercise; sources holds its file and helpers of its own."""

    exercise: str
    name: str
    sources: dict[str, str]

    def __str__(self) -> str:
        return f"{self.exercise}-{self.name}"


def variants(folder: Path) -> list[Variant]:
    """Every variant in folder/EXERCISE: a file, or a folder of files where it needs helpers."""
    found = []
    for path in sorted(folder.glob("*/*")):
        exercise = path.parent.name
        if path.suffix == ".py":
            found.append(Variant(exercise, path.stem, {exercise: path.read_text("utf-8")}))
        elif path.name != "__pycache__":
            sources = {file.stem: file.read_text("utf-8") for file in path.glob("*.py")}
            found.append(Variant(exercise, path.name, sources))
    return found

"""Workflow commands for the runner's log: a mark at the line of each exercise that does not hold.

Nothing that a student wrote comes into the log, but for the number of a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from grader.ci.seen import Part, Seen, brief, first_missed
from grader.explaining import in_words
from grader.printable import WORD, printable

APART = "Changed files that count for nothing, for they are outside of the exercises"
OPEN = re.compile(r"\s*raise NotImplementedError\b")
HEADLINES = {
    "failed": "The numbers differ from PyTorch's",
    "crashed": "It raised an exception, or its process ended",
    "timed_out": "There was no answer in time",
    "not_started": "It is still as it was handed out",
}


def marks(seen: Seen, sources: Mapping[str, str], folder: str) -> Iterator[str]:
    """Notes, a line for each exercise that has not passed, and a warning where other files were changed.

    sources: the exercises' texts by name, to find the lines in.
    """
    for note in seen.notes:
        yield command("warning", {"title": "Alone and together"}, note)
    for part in seen.parts:
        if part.status != "passed" and part.name in seen.changes.graded:
            yield _annotation(part, sources.get(part.name, ""), folder)
    if seen.changes.elsewhere:
        count = len(seen.changes.elsewhere) + seen.changes.more
        yield command("warning", {"title": "Not graded"}, f"{APART}: {count}")


def _annotation(part: Part, source: str, folder: str) -> str:
    kind = "notice" if part.status == "not_started" else "error"
    title = f"{part.name}: {brief(part.points)} of {brief(part.most)} points"
    place = {"file": f"{folder}/{part.name}.py", "line": str(line(part, source))}
    return command(kind, place | {"title": title}, ". ".join(filter(None, _message(part))))


def _message(part: Part) -> Iterator[str]:
    yield HEADLINES[part.status]
    missed = first_missed(part)
    if missed is not None and part.status != "not_started":
        yield in_words(missed.error).rstrip(".")
        yield f"Promised: {missed.title}".rstrip(".")
    if part.probably:
        yield f'Probably: {part.probably.rstrip(".")}. HINTS.md, "{part.hint}", goes on from there'


def line(part: Part, source: str) -> int:
    """Where to look: the line that raised, else the stub's open TODO, else where the exercise is defined."""
    lines = source.splitlines()
    raised = next((promise.line for promise in part.promises if promise.line), 0)
    if 0 < raised <= len(lines):
        return raised
    for pattern in (OPEN, re.compile(rf"\s*(def|class) +{part.name}\b", re.IGNORECASE)):
        for number, text in enumerate(lines, start=1):
            if pattern.match(text):
                return number
    return 1


def command(name: str, properties: Mapping[str, str], message: str) -> str:
    """A workflow command; whatever would end it, or begin another, is escaped."""
    told = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {told}::{_data(message)}"


def _data(text: str) -> str:
    """One line: the runner knows only these escapes, and looks for its older commands anywhere in a line."""
    return printable(WORD.sub("## ", text).replace("%", "%25"))


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

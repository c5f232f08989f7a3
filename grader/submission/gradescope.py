"""What an export of Gradescope says of its folders: submission_metadata.yml.

The file was written by Ruby, so its keys are called ":submitters" and the like, and holds every test's
output besides; it is read as a stream of events, of which only a few values are kept. No object is ever
made of a tag.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

import yaml

from grader.errors import UsageError
from grader.machine.folders import Root, regular
from grader.model import Person
from grader.submission.hand_in import METADATA, METADATA_MOST, YEARS

NEXT = "export the submissions again"
LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
KEPT = (":submitters", ":created_at", ":history", ":id", ":name", ":sid", ":email", "utc")
# From a submission down to a former attempt's time.
DEEPEST = 6
LONGEST_ANCHORED = 100
# The library's reader in Python takes minutes over what is nested a hundred thousand times.
NESTED_MOST = 100

Node = str | list["Node"] | dict[str, "Node"] | None


@dataclass(frozen=True, slots=True)
class Told:
    """A submission that the file names.

    people: who handed it in together; empty where that is not said.
    series: the folder of the latest attempt; only that one is usually there.
    """

    folder: str
    people: tuple[Person, ...]
    at: datetime | None
    series: str


def told(root: Root) -> list[Told]:
    """Every submission in the file, also former attempts; raises UsageError."""
    try:
        with root.folder(()) as above, regular(METADATA, above) as file:
            if os.fstat(file.fileno()).st_size > METADATA_MOST:
                raise UsageError(f"{METADATA} is larger than {METADATA_MOST >> 20} MiB", NEXT)
            return [each for folder, node in _submissions(file) for each in _told(folder, node)]
    except (OSError, ValueError) as error:
        raise UsageError(f"{METADATA} cannot be read: {error}", NEXT) from None
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}," if error.problem_mark else ""
        raise UsageError(f"{METADATA}{line} is no YAML: {error.problem}", NEXT) from None
    except yaml.YAMLError:
        raise UsageError(f"{METADATA} is no YAML", NEXT) from None


def _submissions(file: BinaryIO) -> Iterator[tuple[str, Node]]:
    reader = _Reader(yaml.parse(file, Loader=LOADER))
    for event in reader.events:
        if isinstance(event, yaml.MappingStartEvent):
            break
        if isinstance(event, yaml.NodeEvent) and getattr(event, "value", None) != "":
            raise UsageError(f"{METADATA} does not say which submission is whose", NEXT)
    yield from reader.pairs(DEEPEST)


class _Reader:
    """Makes plain values of YAML's events, as far down as they are of use."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self.events = events
        self._anchored: dict[str, str] = {}

    def pairs(self, depth: int) -> Iterator[tuple[str, Node]]:
        """The keys and values of a mapping that has begun; keys that are no plain text are passed over."""
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                return
            key = self._value(event, 0)
            yield (key if isinstance(key, str) else ""), self._value(next(self.events), depth)

    def _value(self, event: yaml.Event, depth: int) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.AliasEvent):
            return self._anchored.get(event.anchor or "")
        if not depth:
            self._pass_over(event)
            return None
        if isinstance(event, yaml.MappingStartEvent):
            return {key: value for key, value in self.pairs(depth - 1) if key in KEPT}
        return list(self._items(depth - 1))

    def _items(self, depth: int) -> Iterator[Node]:
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                return
            yield self._value(event, depth)

    def _scalar(self, event: yaml.ScalarEvent) -> str:
        if event.anchor and len(event.value) < LONGEST_ANCHORED:
            self._anchored[event.anchor] = event.value
        return str(event.value)

    def _pass_over(self, event: yaml.Event) -> None:
        depth = 0
        while True:
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth < 1:
                return
            if depth > NESTED_MOST:
                raise UsageError(f"{METADATA} is nested more deeply than any export", NEXT)
            event = next(self.events)


def _told(folder: str, node: Node) -> Iterator[Told]:
    if not isinstance(node, dict):
        return
    people = tuple(_people(node.get(":submitters"), folder))
    for former in _list(node.get(":history")):
        if isinstance(former, dict):
            at = _time(former.get(":created_at"))
            yield Told(f"submission_{_text(former.get(':id'))}", people, at, folder)
    yield Told(folder, people, _time(node.get(":created_at")), folder)


def _people(node: Node, folder: str) -> Iterator[Person]:
    for each in _list(node):
        if isinstance(each, dict):
            name, email, sid = (_text(each.get(key)) for key in (":name", ":email", ":sid"))
            yield Person(sid or email or name or folder, name, email)


def _list(node: Node) -> list[Node]:
    return node if isinstance(node, list) else []


def _text(node: Node) -> str:
    return node.strip() if isinstance(node, str) else ""


def _time(node: Node) -> datetime | None:
    """A time as Ruby writes it, "2026-04-26 17:34:00.861687000 Z"; without a zone it is UTC's.

    None for what is none, or is so long ago or ahead that no other zone has a name for it.
    """
    text = _text(node.get("utc") if isinstance(node, dict) else node)
    day, _, rest = text.partition(" ")
    try:
        time = datetime.fromisoformat(f"{day} {rest.replace(' ', '')}" if rest else day)
    except ValueError:
        return None
    if time.year not in YEARS:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)

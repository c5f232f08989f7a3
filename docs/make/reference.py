"""Pages that are made of the project itself: its commands, its findings, and the schema of its report."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from inspect import cleandoc
from typing import Any

import click

from grader.autograd.reading.findings import BACKWARD, NETWORK, OPERATION, Kind
from grader.report.report import schema

FINDINGS = {"An operation": OPERATION, "backward()": BACKWARD, "Neuron, Layer, and MLP": NETWORK}
BLANK = re.compile(r"{(\w+)}")
SPECIAL = re.compile(r"([\\`*_{}\[\]<>|])")


def escaped(text: str) -> str:
    """Plain text as Markdown that shows just that."""
    return SPECIAL.sub(r"\\\1", text)


def commands() -> str:
    """Every command of grader, with its arguments and options."""
    from grader.cli import main

    return "\n".join(_command(main, "grader", None))


def _command(command: click.Command, name: str, parent: click.Context | None) -> Iterator[str]:
    context = click.Context(command, info_name=name, parent=parent)
    yield f"\n## {context.command_path}\n"
    yield from (f"{escaped(' '.join(text.split()))}\n" for text in _paragraphs(command))
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield f"```text\n{usage}\n```\n"
    yield from _options(command, context)
    if isinstance(command, click.Group):
        for inner in sorted(command.commands):
            yield from _command(command.commands[inner], inner, context)


def _paragraphs(command: click.Command) -> list[str]:
    return cleandoc(command.help or "").replace("\b", "").split("\n\n")


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    records = [option.get_help_record(context) for option in command.params]
    rows = [record for record in records if record and record[1]]
    if rows:
        yield "| option | what it does |\n|---|---|"
        yield from (f"| `{option}` | {escaped(' '.join(text.split()))} |" for option, text in rows)
        yield ""


def findings() -> str:
    """Every finding, in the order in which those of an exercise are told."""
    return "\n".join(line for title, kinds in FINDINGS.items() for line in _kinds(title, kinds))


def _kinds(title: str, kinds: Mapping[str, Kind]) -> Iterator[str]:
    yield f"\n## {title}\n\n| finding | what it is called | what is said of it | hint |\n|---|---|---|---|"
    for name, kind in kinds.items():
        said = escaped(BLANK.sub(r"[\1]", kind.explanation.replace("{idea}", "").strip()))
        yield f"| `{name}` | {escaped(kind.name)} | {said} | {_hint(kind.hint)} |"


def _hint(heading: str) -> str:
    """The heading of HINTS.md; a link where it is the same for every exercise."""
    if BLANK.search(heading):
        return escaped(BLANK.sub(r"[\1]", heading))
    return f"[{heading}](../hints.md#{heading.lower().replace(' ', '-')})"


def report() -> str:
    """Every key of the report, from its schema."""
    whole = json.loads(schema())
    lines = ["\n## The whole\n", f"{escaped(whole['description'])}\n", *_keys(whole)]
    for name, part in whole["$defs"].items():
        lines += [f"\n## {name}\n", f"{_type(part).capitalize()}.\n"]
        lines += _within(part, "") if _objects(part) else []
    return "\n".join(lines)


def _keys(part: Mapping[str, Any], inside: str = "") -> Iterator[str]:
    """A table of an object's keys, with those of the objects inside of it beneath theirs."""
    if not inside:
        yield "| key | what it is | |\n|---|---|---|"
    for key, value in part["properties"].items():
        name = f"{inside}{key}"
        always = "" if key in part.get("required", ()) else "may be missing. "
        yield f"| `{name}` | {_type(value)} | {always}{escaped(value.get('description', ''))} |"
        yield from _within(value, name)


def _within(value: Mapping[str, Any], name: str) -> Iterator[str]:
    for part, listed in _objects(value):
        yield from _keys(part, f"{name}{'[]' if listed else ''}." if name else "")


def _objects(value: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], bool]]:
    """The objects with keys that a value may be, or may be a list of."""
    choices = value.get("oneOf", [value])
    alone = [(choice, False) for choice in choices if "properties" in choice]
    listed = [choice["items"] for choice in choices if "properties" in choice.get("items", {})]
    return [*alone, *((part, True) for part in listed)]


def _type(value: Mapping[str, Any]) -> str:
    match value:
        case {"$ref": str(place)}:
            name = place.rpartition("/")[2]
            return f"[{name}](#{name})"
        case {"const": constant}:
            return f"`{json.dumps(constant)}`"
        case {"enum": list(values)}:
            return ", ".join(f"`{json.dumps(one)}`" for one in values)
        case {"oneOf": list(choices)}:
            return " or ".join(map(_type, choices))
        case {"type": list(names)}:
            return " or ".join(names)
        case {"type": "array", "items": items}:
            return f"array of {_plural(_type(items))}"
        case {"type": "object", "additionalProperties": dict(values)}:
            return f"object of any keys; each value: {_type(values)}"
        case _:
            return str(value.get("type", "anything"))


def _plural(name: str) -> str:
    return f"{name}s" if name.isalpha() else name

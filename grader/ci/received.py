"""A report read back as something a stranger may have written: checked by hand, nothing taken on trust.

Whoever comments on a pull request has the report from a workflow that the pull request could edit.
"""

from __future__ import annotations

import json
import re
from sys import float_info
from typing import Any

from grader.ci.seen import Changes, Part, Promise, Seen
from grader.errors import UsageError
from grader.model import Counterexample, Node
from grader.report import SCHEMA_NAME
from grader.seeds import read as read_seed

Plain = dict[str, Any]
LARGEST = 4 << 20
STATUSES = ("passed", "failed", "crashed", "timed_out", "not_started")
ISOLATIONS = ("full", "reduced", "none")
HIGHEST = 1e6
# What is shown of a text, and how many of a thing.
LONGEST = 2000
MOST_PARTS = 100
MOST_NOTES = 10
MOST_NUMBERS = 200
MOST_FRAMES = 10_000
MOST_NODES = 60
COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
FORMULA = re.compile(r"[A-Za-z0-9_ .+*/()-]{1,80}")


def received(data: bytes) -> Seen:
    """The report in JSON; raises UsageError where it is none, or says what no report of ours says."""
    if len(data) > LARGEST:
        raise UsageError(f"the report is larger than {LARGEST >> 20} MiB")
    try:
        return seen(json.loads(data, parse_constant=_no_number))
    except KeyError as error:
        raise UsageError(f"the report lacks {error}") from None
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise UsageError(f"the report is none of ours: {str(error)[:200]}") from None


def seen(plain: Plain) -> Seen:
    """The report's JSON form as what is shown of it; raises KeyError, TypeError or ValueError."""
    _one_of(plain["schema"], (SCHEMA_NAME,))
    parts = [_part(part, bonus=False) for part in _list(plain["exercises"], MOST_PARTS)]
    if last := plain["together"]:
        parts.append(_part(last, bonus=not last["max_score"]))
    lines = _list(plain["adjustments"], MOST_PARTS)
    return Seen(
        points=_points(plain["score"]),
        most=_points(plain["max_score"]),
        bonus=_points(plain["bonus"]),
        most_bonus=_points(plain["max_bonus"]),
        isolation=_one_of(plain["isolation"], ISOLATIONS),
        seed=read_seed(plain["seed"]),
        adjustments=tuple((_text(line["title"]), _number(line["points"], HIGHEST)) for line in lines),
        parts=tuple(parts),
        changes=_changes(plain["changes"]),
        notes=tuple(map(_text, _list(plain.get("notes", []), MOST_NOTES))),
    )


def _changes(plain: Plain) -> Changes:
    exercises, graded = (tuple(map(_name, _list(plain[key], MOST_PARTS))) for key in ("exercises", "graded"))
    elsewhere = tuple(map(_text, _list(plain["elsewhere"], MOST_PARTS)))
    base, head = (_matching(COMMIT, plain[key]) for key in ("base", "head"))
    return Changes(base, head, exercises, graded, elsewhere, _whole(plain["more"]))


def _part(plain: Plain, bonus: bool) -> Part:
    kind = "" if plain["max_score"] else "bonus"
    points, most = (plain[key] for key in (("bonus", "max_bonus") if kind else ("score", "max_score")))
    name, diagnosis = _name(plain["name"]), plain["diagnosis"] or {"name": "", "hint": ""}
    return Part(
        name,
        _text(plain["title"]),
        _one_of(plain["status"], STATUSES),
        _points(points),
        _points(most),
        tuple(_promise(entry, name) for entry in _list(plain["properties"], MOST_PARTS)),
        _text(diagnosis["name"]),
        _text(diagnosis["hint"]),
        bonus,
    )


def _promise(plain: Plain, exercise: str) -> Promise:
    shown = plain["counterexample"]
    return Promise(
        _text(plain["title"]),
        _one_of(plain["status"], STATUSES),
        _text(plain["error"] or ""),
        _line(_list(plain["frames"], MOST_FRAMES), exercise),
        shown and _counterexample(shown),
    )


def _line(frames: list[Any], exercise: str) -> int:
    """The innermost line in the exercise's own file."""
    found = (re.match(rf"{exercise}\.py, line ([1-9][0-9]{{0,6}})\b", _text(frame)) for frame in frames)
    return next((int(match[1]) for match in reversed(list(found)) if match), 0)


def _counterexample(plain: Plain) -> Counterexample:
    expected, got = (_numbers(plain[key]) for key in ("expected", "got"))
    return Counterexample(_text(plain["program"]), expected, got, (0, 0, 0.0, 0), _graph(plain["graph"]))


def _numbers(plain: Plain) -> tuple[tuple[str, float], ...]:
    """The first of many: a network has more than anybody reads."""
    return tuple((_text(label), _figure(plain[label])) for label in list(plain)[:MOST_NUMBERS])


def _graph(plain: list[Plain]) -> tuple[Node, ...]:
    """The nodes, each after its operands; nothing where they are more than anybody reads."""
    if len(plain) > MOST_NODES:
        return ()
    known: set[str] = set()
    nodes = []
    for entry in plain:
        node = _node(entry)
        if node.name in known or not known.issuperset(node.operands):
            raise ValueError("unexpected graph")
        known.add(node.name)
        nodes.append(node)
    return tuple(nodes)


def _node(plain: Plain) -> Node:
    formula, operands = _matching(FORMULA, plain["formula"]), tuple(map(_name, _list(plain["operands"], 2)))
    data, grad = (_pair(plain[key]) for key in ("data", "grad"))
    return Node(_name(plain["name"]), formula, operands, data, grad, plain["suspect"] is True)


def _pair(plain: Plain) -> tuple[float, float | None]:
    return _figure(plain["expected"]), None if plain["got"] is None else _figure(plain["got"])


def _figure(value: object) -> float:
    return float(str(value)) if value in ("nan", "inf", "-inf") else _number(value, float_info.max)


def _points(value: object) -> float:
    number = _number(value, HIGHEST)
    if number < 0:
        raise ValueError("unexpected points")
    return number


def _number(value: object, highest: float) -> float:
    # Told this way round, NaN is refused too.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= highest:
        raise ValueError("unexpected number")
    return float(value)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 1 << 63:
        raise ValueError("unexpected whole number")
    return value


def _text(value: object) -> str:
    """A text, of which no more is kept than is shown."""
    if not isinstance(value, str):
        raise ValueError("unexpected text")
    return value if len(value) <= LONGEST else f"{value[:LONGEST]}…"


def _name(value: object) -> str:
    return _matching(NAME, value)


def _matching(pattern: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError("unexpected name")
    return value


def _one_of(value: object, words: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in words:
        raise ValueError("unexpected word")
    return value


def _list(value: object, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise ValueError("unexpected list")
    return value


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number in JSON")

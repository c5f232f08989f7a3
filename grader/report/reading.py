"""A report's JSON, read back: nothing that it says is trusted.

What a report leaves out, such as what an exercise's siblings are, is left empty; points are what it says.

Whoever comments on a pull request has the report from a workflow that the pull request could edit.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from pathlib import Path
from sys import float_info
from typing import Any, NoReturn

from grader.errors import UsageError
from grader.model import Adjustment, Claim, Counterexample, Exercise, Kind, Node, Outcome, Result, Verdict
from grader.report.evidence import STATUS, diagnosis_from_plain, outcome_from_plain, text
from grader.report.report import SCHEMA_NAME, Report, Seed
from grader.report.report import read as read_seed
from grader.submission.commit import Changes

LARGEST = 8 << 20
MOST, MOST_PROPERTIES, MOST_FRAMES = 100, 1000, 10_000
HIGHEST = 1e9
FINEST = 10**6  # what points are fractions of at most
ISOLATIONS = ("full", "reduced", "none")
ADDED_UP = Fraction(1, 100)
SECONDS = re.compile(r"no answer within (\d{1,6}(?:\.\d{1,6})?) seconds")
NO_RANK = [0, 0, 0.0, 0]
Plain = dict[str, Any]


def read_report(path: Path) -> Report:
    """The report in a file; raises UsageError where it cannot be read or is none of ours."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", "check the path") from None
    if len(data) > LARGEST:
        raise UsageError(f"{path} is larger than {LARGEST >> 20} MiB, so it is no report", "check the path")
    try:
        return report_from_plain(json.loads(data, parse_constant=_no_number))
    except KeyError as error:
        why = f"it lacks {error}"
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        why = str(error)[:200]
    raise UsageError(
        f"{path} is no report of one submission: {why}",
        "make one with: grader grade exercises --json report.json",
    )


def report_from_plain(plain: Plain) -> Report:
    """What report.to_plain() made.

    Raises KeyError, TypeError, ValueError or AttributeError for anything else.
    """
    if plain["schema"] != SCHEMA_NAME:
        raise ValueError(f"its schema is not {SCHEMA_NAME}")
    lines = _list(plain["adjustments"])
    if plain["isolation"] not in ISOLATIONS:
        raise ValueError("its isolation is none that there is")
    report = Report(
        submission=text(plain["submission"]["name"]),
        digest=text(plain["submission"]["digest"]),
        seed=read_seed(plain["seed"]),
        isolation=plain["isolation"],
        results=tuple(_result(entry, own=False) for entry in _list(plain["exercises"])),
        together=None if plain["together"] is None else _result(plain["together"], own=True),
        versions=tuple((text(name), text(version)) for name, version in plain["versions"].items()),
        adjustments=tuple(Adjustment(text(line["title"]), _points(line["points"])) for line in lines),
        found=tuple(map(text, _list(plain.get("found", [])))),
        extras=tuple(map(_extra, _list(plain.get("extras", [])))),
        rules=text(plain.get("rules", "")),
    )
    if abs(report.final - _points(plain["score"])) > ADDED_UP:
        raise ValueError("its points do not add up to its score")
    return report


def _result(plain: Plain, own: bool) -> Result:
    name, title = text(plain["name"]), text(plain["title"])
    exercise = Exercise(name, title, _points(plain["max_score"]), (), own)
    verdicts = tuple(map(_verdict, _list(plain["properties"], MOST_PROPERTIES)))
    if not verdicts:
        raise ValueError(f"{name!r:.40} has no properties")
    notes = tuple(map(text, _list(plain["notes"])))
    return Result(exercise, verdicts, diagnosis_from_plain(plain["diagnosis"]), notes)


def _extra(plain: Plain) -> Verdict:
    claim = Claim(text(plain["name"]), text(plain["title"]), Kind.NOTE, Fraction(0))
    return Verdict(claim, _outcome({**plain, "frames": []}))


def _verdict(plain: Plain) -> Verdict:
    worth = _points(plain["max_score"])
    if worth < 0:
        raise ValueError("a property is worth less than nothing")
    kind = Kind(plain["kind"])
    if kind is Kind.NOTE:
        raise ValueError("a note is no property")
    return Verdict(Claim(text(plain["name"]), text(plain["title"]), kind, worth), _outcome(plain))


def _outcome(plain: Plain) -> Outcome:
    status, shown, error = plain["status"], plain["counterexample"], text(plain["error"] or "")
    if status not in STATUS.values():
        raise ValueError("a status is none that there is")
    said: Plain = {"status": status, "cases": plain["cases"], "error": error, "reason": error}
    if status == "not_started":
        said["absent"] = plain.get("absent") is True
        said["reason"] = (
            "this implementation does without" if said["absent"] else "there is nothing to run yet"
        )
    if status == "timed_out":
        found = SECONDS.fullmatch(error)
        said["limit"] = float(found[1]) if found else 0.0
    ranked = None if shown is None else {**shown, "rank": NO_RANK}
    return outcome_from_plain(
        said | {"frames": _list(plain["frames"], MOST_FRAMES), "counterexample": ranked}
    )


def _points(value: object) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("points are no number")
    if not isfinite(value) or abs(value) > HIGHEST:
        raise ValueError("there are too many points")
    return Fraction(value).limit_denominator(FINEST)


def _list(value: object, most: int = MOST) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise ValueError("a list is none, or too long")
    return value


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")


LARGEST_RECEIVED = 4 << 20
STATUSES = ("passed", "failed", "crashed", "timed_out", "not_started")

HIGHEST_RECEIVED = 1e6
# What is shown of a text, and how many of a thing.
LONGEST = 2000
MOST_PARTS = 100
MOST_NOTES = 10
MOST_NUMBERS = 200
MOST_RECEIVED_FRAMES = 10_000
MOST_NODES = 60
COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
FORMULA = re.compile(r"[A-Za-z0-9_ .+*/()-]{1,80}")


def received(data: bytes) -> Seen:
    """The report in JSON; raises UsageError where it is none, or says what no report of ours says."""
    if len(data) > LARGEST_RECEIVED:
        raise UsageError(f"the report is larger than {LARGEST_RECEIVED >> 20} MiB")
    try:
        return seen(json.loads(data, parse_constant=_no_received_number))
    except KeyError as error:
        raise UsageError(f"the report lacks {error}") from None
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise UsageError(f"the report is none of ours: {str(error)[:200]}") from None


def seen(plain: Plain) -> Seen:
    """The report's JSON form as what is shown of it; raises KeyError, TypeError or ValueError."""
    _one_of(plain["schema"], (SCHEMA_NAME,))
    parts = [_part(part, bonus=False) for part in _received_list(plain["exercises"], MOST_PARTS)]
    if last := plain["together"]:
        parts.append(_part(last, bonus=not last["max_score"]))
    lines = _received_list(plain["adjustments"], MOST_PARTS)
    return Seen(
        points=_received_points(plain["score"]),
        most=_received_points(plain["max_score"]),
        bonus=_received_points(plain["bonus"]),
        most_bonus=_received_points(plain["max_bonus"]),
        isolation=_one_of(plain["isolation"], ISOLATIONS),
        seed=read_seed(plain["seed"]),
        adjustments=tuple(
            (_text(line["title"]), _number(line["points"], HIGHEST_RECEIVED)) for line in lines
        ),
        parts=tuple(parts),
        changes=_changes(plain["changes"]),
        notes=tuple(map(_text, _received_list(plain.get("notes", []), MOST_NOTES))),
    )


def _changes(plain: Plain) -> Changes:
    exercises, graded = (
        tuple(map(_name, _received_list(plain[key], MOST_PARTS))) for key in ("exercises", "graded")
    )
    elsewhere = tuple(map(_text, _received_list(plain["elsewhere"], MOST_PARTS)))
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
        _received_points(points),
        _received_points(most),
        tuple(_promise(entry, name) for entry in _received_list(plain["properties"], MOST_PARTS)),
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
        _line(_received_list(plain["frames"], MOST_RECEIVED_FRAMES), exercise),
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
    formula, operands = (
        _matching(FORMULA, plain["formula"]),
        tuple(map(_name, _received_list(plain["operands"], 2))),
    )
    data, grad = (_pair(plain[key]) for key in ("data", "grad"))
    return Node(_name(plain["name"]), formula, operands, data, grad, plain["suspect"] is True)


def _pair(plain: Plain) -> tuple[float, float | None]:
    return _figure(plain["expected"]), None if plain["got"] is None else _figure(plain["got"])


def _figure(value: object) -> float:
    return float(str(value)) if value in ("nan", "inf", "-inf") else _number(value, float_info.max)


def _received_points(value: object) -> float:
    number = _number(value, HIGHEST_RECEIVED)
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


def _received_list(value: object, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise ValueError("unexpected list")
    return value


def _no_received_number(text: str) -> float:
    raise ValueError(f"{text} is no number in JSON")


@dataclass(frozen=True, slots=True)
class Promise:
    """A property and what became of it.

    error: what went wrong in words, where numbers do not say it all.
    line: where in the exercise's own file it went wrong, counted from 1; 0 where that is not known.
    """

    title: str
    status: str
    error: str = ""
    line: int = 0
    counterexample: Counterexample | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """An exercise, or the last mark.

    points, most: what it brought, and could have; of bonus points where it brings no others.
    probably: the misconception behind it in a sentence, where one is known.
    hint: the heading in HINTS.md.
    bonus: it is not needed for full marks.
    """

    name: str
    title: str
    status: str
    points: float
    most: float
    promises: tuple[Promise, ...]
    probably: str = ""
    hint: str = ""
    bonus: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A graded commit.

    adjustments: what policies add and take away.
    notes: what stands on top, a sentence each.
    """

    points: float
    most: float
    bonus: float
    most_bonus: float
    isolation: str
    seed: Seed
    adjustments: tuple[tuple[str, float], ...]
    parts: tuple[Part, ...]
    changes: Changes
    notes: tuple[str, ...] = ()

    @property
    def all_passed(self) -> bool:
        return all(part.status == "passed" for part in self.parts if not part.bonus)


def first_missed(part: Part) -> Promise | None:
    """The first property that does not hold, those with numbers to show before others."""
    missed = [promise for promise in part.promises if promise.status != "passed"]
    shown = [promise for promise in missed if promise.counterexample is not None]
    return next(iter(shown or missed), None)


def brief(points: float) -> str:
    """Points for people: 7 or 7.5, with two decimals at most."""
    return f"{points:.2f}".rstrip("0").rstrip(".")

"""A report's JSON read back: checked as something that anybody may have written, and put together again.

What a report leaves out, such as what an exercise's siblings are, is left empty; points are what it says.
"""

from __future__ import annotations

import json
import re
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import Any, NoReturn

from grader.errors import UsageError
from grader.evidence import STATUS, diagnosis_from_plain, outcome_from_plain, text
from grader.model import Adjustment, Claim, Exercise, Kind, Outcome, Result, Verdict
from grader.report import SCHEMA_NAME, Report
from grader.seeds import read as read_seed

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

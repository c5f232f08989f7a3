"""A report's JSON, read back: nothing that it says is trusted.

What a report leaves out, such as what an exercise's siblings are, is left empty; points are what it says.

Whoever comments on a pull request has the report from a workflow that the pull request could edit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from grader.errors import UsageError
from grader.model import (
    WITHHELD,
    Adjustment,
    Claim,
    Exercise,
    Failed,
    Finding,
    Kind,
    NotStarted,
    Outcome,
    Passed,
    Result,
    Verdict,
)
from grader.report.evidence import (
    SAID,
    STATUS,
    findings_from_plain,
    origin_from_plain,
    outcome_from_plain,
    text,
    whole,
)
from grader.report.report import SCHEMA_NAME, Report
from grader.report.report import read as read_seed
from grader.submission.commit import Changes

MOST, MOST_FRAMES = 100, 10_000
FINEST = 10**6  # what points are fractions of at most
ISOLATIONS = ("full", "reduced", "none")
ADDED_UP = Fraction(1, 100)
ALL = 1 << 30  # more than fits into any report
COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
FORMULA = re.compile(r"[A-Za-z0-9_ .+*/()-]{1,80}")
Plain = dict[str, Any]
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads reports that are no larger than this.

    Whatever is not as in a report of ours raises KeyError, TypeError, ValueError, AttributeError or
    OverflowError.

    size: bytes of the JSON.
    points: the most of anything.
    properties: of an exercise.
    letters, numbers: of a text, and of what a program observed; of more, the beginning is kept.
    nodes: of a graph; a larger one is left out.
    named: exercises and nodes have to have names of Python, and nodes formulas of operations on numbers.
    """

    size: int
    points: float
    properties: int
    letters: int = ALL
    numbers: int = ALL
    nodes: int = ALL
    named: bool = False

    def report(self, plain: Plain) -> Report:
        """What report.to_plain() made."""
        if plain["schema"] != SCHEMA_NAME:
            raise ValueError(f"its schema is not {SCHEMA_NAME}")
        lines = _list(plain["adjustments"])
        if plain["isolation"] not in ISOLATIONS:
            raise ValueError("its isolation is none that there is")
        report = Report(
            submission=self._text(plain["submission"]["name"]),
            digest=self._text(plain["submission"]["digest"]),
            seed=read_seed(plain["seed"]),
            isolation=plain["isolation"],
            results=tuple(self._result(entry, own=False) for entry in _list(plain["exercises"])),
            together=None if plain["together"] is None else self._result(plain["together"], own=True),
            versions=tuple((self._text(name), self._text(said)) for name, said in plain["versions"].items()),
            adjustments=tuple(
                Adjustment(self._text(line["title"]), self._number(line["points"])) for line in lines
            ),
            found=tuple(map(self._text, _list(plain.get("found", [])))),
            extras=tuple(map(self._extra, _list(plain.get("extras", [])))),
            rules=self._text(plain.get("rules", "")),
        )
        if abs(report.final - self._score(plain)) > ADDED_UP:
            raise ValueError("its points do not add up to its score")
        return report

    def changes(self, plain: Plain) -> Changes:
        """What grader ci says of the commit that was graded."""
        base, head = (_matching(COMMIT, plain[key]) for key in ("base", "head"))
        exercises, graded = (
            tuple(_matching(NAME, name) for name in _list(plain[key])) for key in ("exercises", "graded")
        )
        elsewhere = tuple(map(self._text, _list(plain["elsewhere"])))
        more = whole(plain["more"])
        if abs(more) >= 1 << 63:
            raise ValueError("there are too many files")
        return Changes(base, head, exercises, graded, elsewhere, more)

    def _result(self, plain: Plain, own: bool) -> Result:
        name, title = self._text(plain["name"]), self._text(plain["title"])
        if self.named:
            _matching(NAME, name)
        # What it says of itself is not taken, but is to be what a report says.
        self._score(plain)
        _status(plain)
        exercise = Exercise(name, title, self._number(plain["max_score"]), (), own)
        verdicts = tuple(map(self._verdict, _list(plain["properties"], self.properties)))
        if not verdicts:
            raise ValueError(f"{name!r:.40} has no properties")
        findings = tuple(map(self._finding, findings_from_plain(plain)))
        notes = tuple(map(self._text, _list(plain["notes"])))
        taken, beside = origin_from_plain(plain)
        origin = self._text(taken), tuple(map(self._text, _list(list(beside))))
        unseen = tuple(self._unseen(plain["unseen"])) if "unseen" in plain else ()
        return Result(exercise, verdicts, findings, notes, *origin, unseen)

    def _unseen(self, plain: Plain) -> Iterator[Verdict]:
        """Stand-ins for what is not shown, which come to the same points."""
        for kind, got, most in (
            (Kind.GRADED, "score", "max_score"),
            (Kind.BONUS, "bonus", "max_bonus"),
        ):
            points, all_ = self._number(plain[got]), self._number(plain[most])
            if not 0 <= points <= all_:
                raise ValueError("what is not shown brings more than there is")
            for share, outcome in ((points, Passed(1)), (all_ - points, NotStarted("it is not shown"))):
                yield Verdict(Claim("unseen", "not shown", kind, share, hidden=True), outcome)

    def _finding(self, finding: Finding) -> Finding:
        said = {name: self._text(getattr(finding, name)) for name in SAID}
        return replace(finding, **said)  # type: ignore[arg-type]  # texts, all of them

    def _extra(self, plain: Plain) -> Verdict:
        claim = Claim(self._text(plain["name"]), self._text(plain["title"]), Kind.NOTE, Fraction(0))
        return Verdict(claim, self._outcome({**plain, "frames": []}))

    def _verdict(self, plain: Plain) -> Verdict:
        worth = self._number(plain["max_score"])
        if worth < 0:
            raise ValueError("a property is worth less than nothing")
        kind = Kind(plain["kind"])
        if kind is Kind.NOTE:
            raise ValueError("a note is no property")
        claim = Claim(self._text(plain["name"]), self._text(plain["title"]), kind, worth)
        return Verdict(claim, self._outcome(plain))

    def _outcome(self, plain: Plain) -> Outcome:
        error, absent = self._text(plain["error"] or ""), plain.get("absent") is True
        nothing = "this implementation does without" if absent else "there is nothing to run yet"
        status = _status(plain)
        if status == "failed" and plain["counterexample"] is None:
            return Failed(whole(plain["cases"]), WITHHELD, error)
        return outcome_from_plain(
            {
                "status": status,
                "cases": plain["cases"],
                "error": error,
                "reason": nothing if status == "not_started" else error,
                "absent": absent,
                "limit": plain.get("limit", 0.0),
                "frames": list(map(self._text, _list(plain["frames"], MOST_FRAMES))),
                "counterexample": self._shown(plain["counterexample"]),
            }
        )

    def _shown(self, plain: Plain | None) -> Plain | None:
        """A counterexample, as evidence has it, of which no more is kept than is wanted."""
        if plain is None:
            return None
        graph = _list(plain["graph"], ALL)
        if self.named and len(graph) <= self.nodes:
            for node in graph:
                _matching(FORMULA, node["formula"])
                for name in (node["name"], *_list(node["operands"], 2)):
                    _matching(NAME, name)
        return {
            "program": self._text(plain["program"]),
            "expected": self._observed(plain["expected"]),
            "got": self._observed(plain["got"]),
            "drawn": plain.get("drawn") is True,
            "graph": graph if len(graph) <= self.nodes else [],
        }

    def _observed(self, plain: Plain) -> Plain:
        kept = ((self._text(label), plain[label]) for label in list(plain)[: self.numbers])
        return {label: self._text(value) if isinstance(value, str) else value for label, value in kept}

    def _score(self, plain: Plain) -> Fraction:
        """What a report, or an exercise in it, says that it has brought."""
        score, *others = (self._number(plain[key]) for key in ("score", "max_score", "bonus", "max_bonus"))
        if min(score, *others) < 0:
            raise ValueError("there are less points than none")
        return score

    def _number(self, value: object) -> Fraction:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError("points are no number")
        if not isfinite(value) or abs(value) > self.points:
            raise ValueError("there are too many points")
        return Fraction(value).limit_denominator(FINEST)

    def _text(self, value: Any) -> str:
        if isinstance(value, str) and len(value) > self.letters:
            return f"{value[: self.letters]}…"
        return text(value)


FILES = Reader(size=8 << 20, points=1e9, properties=1000)
# Of what comes with a pull request no more is taken than anybody reads.
STRANGERS = Reader(size=4 << 20, points=1e6, properties=100, letters=2000, numbers=200, nodes=60, named=True)


def read_report(path: Path) -> Report:
    """The report in a file; raises UsageError where it cannot be read or is none of ours."""
    try:
        with path.open("rb") as file:
            data = file.read(FILES.size + 1)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", "check the path") from None
    if len(data) > FILES.size:
        raise UsageError(
            f"{path} is larger than {FILES.size >> 20} MiB, so it is no report", "check the path"
        )
    try:
        return _read(data, report_from_plain)
    except ValueError as error:
        raise UsageError(
            f"{path} is no report of one submission: {error}",
            "make one with: grader grade exercises --json report.json",
        ) from None


def report_from_plain(plain: Plain) -> Report:
    """What report.to_plain() made; raises as Reader does for anything else."""
    return FILES.report(plain)


def received(data: bytes) -> tuple[Report, Changes]:
    """A report that comes with a pull request, and for which commit; raises UsageError where it is none."""
    if len(data) > STRANGERS.size:
        raise UsageError(f"the report is larger than {STRANGERS.size >> 20} MiB")
    try:
        return _read(data, received_from_plain)
    except ValueError as error:
        raise UsageError(f"the report is none of ours: {error}") from None


def received_from_plain(plain: Plain) -> tuple[Report, Changes]:
    """As received(), of the parsed JSON; raises as Reader does for anything else."""
    return STRANGERS.report(plain), STRANGERS.changes(plain["changes"])


def _read(data: bytes, taken: Callable[[Plain], Read]) -> Read:
    """What is taken of the JSON; raises ValueError, in words."""
    try:
        return taken(json.loads(data, parse_constant=no_number))
    except KeyError as error:
        why = f"it lacks {error}"
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        why = str(error)[:200]
    raise ValueError(why)


def _status(plain: Plain) -> str:
    status = plain["status"]
    if not isinstance(status, str) or status not in STATUS.values():
        raise ValueError("a status is none that there is")
    return status


def _list(value: object, most: int = MOST) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise ValueError("a list is none, or too long")
    return value


def _matching(pattern: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError("a name is none that there is")
    return value


def no_number(name: str) -> NoReturn:
    """For NaN and the infinities, which json would read."""
    raise ValueError(f"{name} is no number in JSON")

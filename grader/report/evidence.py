"""Outcomes as plain JSON values and back: the form they have inside pytest's report and in the store."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from fractions import Fraction
from math import isfinite
from typing import Any, assert_never

from grader.model import (
    WITHHELD,
    Claim,
    Counterexample,
    Crashed,
    Exercise,
    Failed,
    Finding,
    Kind,
    Node,
    NotGraded,
    NotStarted,
    Outcome,
    Passed,
    Result,
    TimedOut,
    Verdict,
)

Plain = dict[str, Any]
# What str() makes of a fraction; of other spellings a few letters could mean a number of a million digits.
FRACTION = re.compile(r"[0-9]{1,18}(/[1-9][0-9]{0,17})?")
NO_NUMBERS = ("nan", "inf", "-inf")
# What is drawn as a tree is drawn by recursion; a graph that anybody looks at has a dozen nodes.
MOST_NODES = 400
# Of a finding, how many characters each of its texts has at most; and how many findings an exercise has.
SAID = {
    "finding": 100,
    "name": 200,
    "part": 200,
    "does": 400,
    "should": 400,
    "condition": 400,
    "explanation": 1200,
    "hint": 200,
    "cause": 200,
}
LATER = {"cause"}  # what findings of older versions do not say
MOST_FINDINGS = 40
LONGEST = 1 << 18
STATUS = {
    Passed: "passed",
    Failed: "failed",
    Crashed: "crashed",
    TimedOut: "timed_out",
    NotStarted: "not_started",
    NotGraded: "not_graded",
}


def status(outcome: Outcome) -> str:
    """The outcome's one word."""
    return STATUS[type(outcome)]


def number_to_plain(number: float) -> float | str:
    """JSON has no NaN and no infinity: these become "nan", "inf" and "-inf"."""
    return number if isfinite(number) else str(number)


def observed_to_plain(value: float | str) -> float | str:
    """The same of what may be a text."""
    return value if isinstance(value, str) else number_to_plain(value)


def outcome_to_plain(outcome: Outcome) -> Plain:
    """Everything the outcome knows."""
    plain: Plain = {"status": status(outcome)}
    match outcome:
        case Passed(cases):
            return plain | {"cases": cases}
        case Failed(cases, shown, reason):
            example = None if shown == WITHHELD else _shown_to_plain(shown)
            return plain | {"cases": cases, "counterexample": example, "reason": reason}
        case Crashed(cases, error, frames, shown):
            rest = {"cases": cases, "error": error, "frames": list(frames)}
            return plain | rest | {"counterexample": shown and _shown_to_plain(shown)}
        case TimedOut(limit, shown):
            return plain | {"limit": limit, "counterexample": shown and _shown_to_plain(shown)}
        case NotStarted(reason, absent, missing):
            more = {"absent": absent, "missing": missing}
            return plain | {"reason": reason} | {key: True for key, holds in more.items() if holds}
        case NotGraded(reason):
            return plain | {"reason": reason}
        case _:
            assert_never(outcome)


def outcome_from_plain(plain: Plain) -> Outcome:
    """What outcome_to_plain() was given; raises KeyError or ValueError for anything else."""
    try:
        return _outcome(plain)
    except (TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"this is no outcome: {error}") from None


def _outcome(plain: Plain) -> Outcome:
    match plain["status"]:
        case "passed":
            return Passed(_count(plain["cases"]))
        case "failed":
            shown = _shown_from_plain(plain["counterexample"])
            return Failed(_count(plain["cases"]), shown, text(plain["reason"]))
        case "crashed":
            frames = tuple(map(text, plain["frames"]))
            return Crashed(_count(plain["cases"]), text(plain["error"]), frames, _maybe_shown(plain))
        case "timed_out":
            return TimedOut(_number(plain["limit"]), _maybe_shown(plain))
        case "not_started":
            absent, missing = (plain.get(key) is True for key in ("absent", "missing"))
            return NotStarted(text(plain["reason"]), absent, missing)
        case "not_graded":
            return NotGraded(text(plain["reason"]))
        case other:
            raise ValueError(f"no outcome is called {other!r}")


def _maybe_shown(plain: Plain) -> Counterexample | None:
    return None if plain["counterexample"] is None else _shown_from_plain(plain["counterexample"])


def _shown_to_plain(shown: Counterexample) -> Plain:
    return {
        "program": shown.source,
        "expected": {label: observed_to_plain(value) for label, value in shown.expected},
        "got": {label: observed_to_plain(value) for label, value in shown.got},
        "drawn": shown.drawn,
        "graph": [_node_to_plain(node) for node in shown.graph],
    }


def _shown_from_plain(plain: Plain) -> Counterexample:
    # Older versions kept how large the program is as well, and whether it was drawn after that.
    drawn = plain["drawn"] if "drawn" in plain else plain["rank"][-1:] == [1]
    if not isinstance(drawn, bool):
        raise ValueError("a program is drawn or it is not")
    graph = tuple(map(_node_from_plain, plain["graph"]))
    known: set[str] = set()
    for node in graph:
        if not known.issuperset(node.operands):
            raise ValueError(f"the node {node.name!r} is made from nodes that come later, or from none")
        known.add(node.name)
    if len(graph) > MOST_NODES or len(known) < len(graph):
        raise ValueError("the graph is larger than any, or has two nodes of one name")
    program = text(plain["program"])
    return Counterexample(program, _observed(plain["expected"]), _observed(plain["got"]), drawn, graph)


def _node_to_plain(node: Node) -> Plain:
    return {
        "name": node.name,
        "formula": node.formula,
        "operands": list(node.operands),
        "data": _pair_to_plain(node.data),
        "grad": _pair_to_plain(node.grad),
        "suspect": node.suspect,
    }


def _node_from_plain(plain: Plain) -> Node:
    data, grad = (_pair_from_plain(plain[key]) for key in ("data", "grad"))
    operands = tuple(map(text, plain["operands"]))
    return Node(text(plain["name"]), text(plain["formula"]), operands, data, grad, plain["suspect"] is True)


def _pair_to_plain(pair: tuple[float, float | None]) -> Plain:
    expected, got = pair
    return {"expected": number_to_plain(expected), "got": None if got is None else number_to_plain(got)}


def _pair_from_plain(plain: Plain) -> tuple[float, float | None]:
    return _number(plain["expected"]), None if plain["got"] is None else _number(plain["got"])


def _observed(plain: dict[str, float | str]) -> tuple[tuple[str, float | str], ...]:
    """What was observed, by label: numbers, also those that JSON has no number for, and texts."""
    return tuple(
        (label, text(value) if isinstance(value, str) and value not in NO_NUMBERS else _number(value))
        for label, value in plain.items()
    )


def _number(value: Any) -> float:
    if value in NO_NUMBERS or (isinstance(value, int | float) and not isinstance(value, bool)):
        return float(value)
    raise ValueError(f"{value!r:.40} is no number")


def _count(value: Any) -> int:
    if 0 <= whole(value) < 1 << 31:
        return whole(value)
    raise ValueError(f"{value!r:.40} is no count")


def whole(value: Any) -> int:
    """A whole number; raises ValueError for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError(f"{value!r:.40} is no whole number")


def text(value: Any) -> str:
    """A text of the lengths there are; raises ValueError for anything else."""
    if isinstance(value, str) and len(value) <= LONGEST:
        return value
    raise ValueError(f"{value!r:.40} is no text")


def fraction(value: Any) -> Fraction:
    """What str() made of a fraction from 0 up; raises ValueError for anything else."""
    if isinstance(value, str) and FRACTION.fullmatch(value):
        return Fraction(value)
    raise ValueError(f"{value!r:.40} is no fraction")


def findings_to_plain(findings: Sequence[Finding]) -> list[Plain]:
    """Everything the findings say, within the bounds there are."""
    return [asdict(_bounded(finding)) for finding in findings[:MOST_FINDINGS]]


def _bounded(finding: Finding) -> Finding:
    """The finding; of a text that is too long, the beginning."""
    texts = {name: getattr(finding, name) for name in SAID}
    cut = {name: f"{said[: SAID[name] - 1]}…" for name, said in texts.items() if len(said) > SAID[name]}
    return replace(finding, **cut) if cut else finding  # type: ignore[arg-type]  # texts, all of them


def findings_from_plain(plain: Plain) -> tuple[Finding, ...]:
    """An exercise's findings; what was kept before there were any has a diagnosis instead.

    Raises ValueError, KeyError or TypeError for anything that findings_to_plain() does not give.
    """
    if "findings" in plain:
        findings = plain["findings"]
        if not isinstance(findings, list) or len(findings) > MOST_FINDINGS:
            raise ValueError("there are no findings, or too many")
        return tuple(map(_finding, findings))
    old = diagnosis_from_plain(plain["diagnosis"])
    return (old,) if old else ()


def _finding(plain: Plain) -> Finding:
    said = {name: text(plain.get(name, "") if name in LATER else plain[name]) for name in SAID}
    if any(len(said[name]) > most for name, most in SAID.items()):
        raise ValueError("a finding says more than there is room for")
    return Finding(**said, line=_count(plain["line"]))


def diagnosis_to_plain(first: Finding | None) -> Plain | None:
    """The first finding in the form that reports had before there were findings."""
    if first is None:
        return None
    said = _bounded(first)
    rest = {"name": said.name, "explanation": said.explanation, "hint": said.hint}
    return {"misconception": said.finding, **rest}


def diagnosis_from_plain(plain: Plain | None) -> Finding | None:
    """What diagnosis_to_plain() kept of a finding; raises ValueError, KeyError or TypeError."""
    if not plain:
        return None
    keys = ("misconception", "name", "explanation", "hint")
    id_, name, explanation, hint = (text(plain[key]) for key in keys)
    return Finding(id_, name, "", "", "", "", explanation, hint)


def claim_to_plain(claim: Claim) -> Plain:
    """Everything the claim says."""
    plain = {
        "name": claim.name,
        "title": claim.title,
        "kind": claim.kind.value,
        "share": str(claim.share),
    }
    return plain | ({"hidden": True} if claim.hidden else {})


def claim_from_plain(plain: Plain) -> Claim:
    """What claim_to_plain() was given; raises ValueError, KeyError or TypeError for anything else."""
    name, title, kind = text(plain["name"]), text(plain["title"]), Kind(plain["kind"])
    return Claim(name, title, kind, fraction(plain["share"]), hidden=plain.get("hidden") is True)


def result_to_plain(result: Result) -> Plain:
    """What was seen of an exercise, without what it is worth: outcomes by claim, and the findings."""
    outcomes = {verdict.claim.name: outcome_to_plain(verdict.outcome) for verdict in result.verdicts}
    plain = {"outcomes": outcomes, "findings": findings_to_plain(result.findings)}
    return plain | ({"notes": list(result.notes)} if result.notes else {}) | origin_to_plain(result)


def origin_to_plain(result: Result) -> Plain:
    """Which file was graded, and which were not, where there is anything to say of that."""
    origin = {"taken": result.taken, "beside": list(result.beside)}
    return {key: said for key, said in origin.items() if said}


def origin_from_plain(plain: Plain) -> tuple[str, tuple[str, ...]]:
    """What origin_to_plain() said; raises ValueError or TypeError for anything else."""
    beside = plain.get("beside", [])
    if not isinstance(beside, list):
        raise ValueError("the files beside are no list")
    return text(plain.get("taken", "")), tuple(map(text, beside))


def result_from_plain(exercise: Exercise, claims: Sequence[Claim], plain: Plain) -> Result:
    """What result_to_plain() was given, under a rubric's exercise and claims.

    Raises KeyError for a claim without an outcome, and ValueError for anything else that is none.
    """
    try:
        outcomes, findings = dict(plain["outcomes"]), findings_from_plain(plain)
        notes = tuple(map(text, plain.get("notes", ())))
        origin = origin_from_plain(plain)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is no result: {error}") from None
    seen = [outcomes[claim.name] for claim in claims]
    try:
        judged = list(map(outcome_from_plain, seen))
    except KeyError as error:
        raise ValueError(f"an outcome has no {error}") from None
    return Result(exercise, tuple(map(Verdict, claims, judged)), findings, notes, *origin)

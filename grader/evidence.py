"""Outcomes as plain JSON values and back: the form they have inside pytest's report and in the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from fractions import Fraction
from math import isfinite
from typing import Any, assert_never

from grader.model import (
    Claim,
    Counterexample,
    Crashed,
    Diagnosis,
    Exercise,
    Failed,
    Kind,
    Node,
    NotStarted,
    Outcome,
    Passed,
    Result,
    TimedOut,
    Verdict,
)

Plain = dict[str, Any]
STATUS = {
    Passed: "passed",
    Failed: "failed",
    Crashed: "crashed",
    TimedOut: "timed_out",
    NotStarted: "not_started",
}


def status(outcome: Outcome) -> str:
    """The outcome's one word."""
    return STATUS[type(outcome)]


def number_to_plain(number: float) -> float | str:
    """JSON has no NaN and no infinity: these become "nan", "inf" and "-inf"."""
    return number if isfinite(number) else str(number)


def outcome_to_plain(outcome: Outcome) -> Plain:
    """Everything the outcome knows."""
    plain: Plain = {"status": status(outcome)}
    match outcome:
        case Passed(cases):
            return plain | {"cases": cases}
        case Failed(cases, shown, reason):
            return plain | {"cases": cases, "counterexample": _shown_to_plain(shown), "reason": reason}
        case Crashed(cases, error, frames, shown):
            rest = {"cases": cases, "error": error, "frames": list(frames)}
            return plain | rest | {"counterexample": shown and _shown_to_plain(shown)}
        case TimedOut(limit, shown):
            return plain | {"limit": limit, "counterexample": shown and _shown_to_plain(shown)}
        case NotStarted(reason):
            return plain | {"reason": reason}
        case _:
            assert_never(outcome)


def outcome_from_plain(plain: Plain) -> Outcome:
    """What outcome_to_plain() was given; raises KeyError or ValueError for anything else."""
    try:
        return _outcome(plain)
    except (TypeError, AttributeError) as error:
        raise ValueError(f"this is no outcome: {error}") from None


def _outcome(plain: Plain) -> Outcome:
    match plain["status"]:
        case "passed":
            return Passed(plain["cases"])
        case "failed":
            return Failed(plain["cases"], _shown_from_plain(plain["counterexample"]), plain["reason"])
        case "crashed":
            shown = plain["counterexample"] and _shown_from_plain(plain["counterexample"])
            return Crashed(plain["cases"], plain["error"], tuple(plain["frames"]), shown)
        case "timed_out":
            shown = plain["counterexample"] and _shown_from_plain(plain["counterexample"])
            return TimedOut(plain["limit"], shown)
        case "not_started":
            return NotStarted(plain["reason"])
        case other:
            raise ValueError(f"no outcome is called {other!r}")


def _shown_to_plain(shown: Counterexample) -> Plain:
    return {
        "program": shown.source,
        "expected": {label: number_to_plain(number) for label, number in shown.expected},
        "got": {label: number_to_plain(number) for label, number in shown.got},
        "rank": list(shown.rank),
        "graph": [_node_to_plain(node) for node in shown.graph],
    }


def _shown_from_plain(plain: Plain) -> Counterexample:
    operations, leaves, numbers, drawn = plain["rank"]
    rank = (operations, leaves, numbers, drawn)
    graph = tuple(map(_node_from_plain, plain["graph"]))
    return Counterexample(plain["program"], _numbers(plain["expected"]), _numbers(plain["got"]), rank, graph)


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
    return Node(plain["name"], plain["formula"], tuple(plain["operands"]), data, grad, plain["suspect"])


def _pair_to_plain(pair: tuple[float, float | None]) -> Plain:
    expected, got = pair
    return {"expected": number_to_plain(expected), "got": None if got is None else number_to_plain(got)}


def _pair_from_plain(plain: Plain) -> tuple[float, float | None]:
    return float(plain["expected"]), None if plain["got"] is None else float(plain["got"])


def _numbers(plain: dict[str, float | str]) -> tuple[tuple[str, float], ...]:
    return tuple((label, float(number)) for label, number in plain.items())


def diagnosis_to_plain(diagnosis: Diagnosis | None) -> Plain | None:
    """Everything the diagnosis says."""
    return asdict(diagnosis) if diagnosis else None


def diagnosis_from_plain(plain: Plain | None) -> Diagnosis | None:
    """What diagnosis_to_plain() was given."""
    return Diagnosis(**plain) if plain else None


def claim_to_plain(claim: Claim) -> Plain:
    """Everything the claim says."""
    return {
        "name": claim.name,
        "title": claim.title,
        "kind": claim.kind.value,
        "share": str(claim.share),
    }


def claim_from_plain(plain: Plain) -> Claim:
    """What claim_to_plain() was given."""
    return Claim(plain["name"], plain["title"], Kind(plain["kind"]), Fraction(plain["share"]))


def result_to_plain(result: Result) -> Plain:
    """What was seen of an exercise, without what it is worth: outcomes by claim, and the diagnosis."""
    outcomes = {verdict.claim.name: outcome_to_plain(verdict.outcome) for verdict in result.verdicts}
    return {"outcomes": outcomes, "diagnosis": diagnosis_to_plain(result.diagnosis)}


def result_from_plain(exercise: Exercise, claims: Sequence[Claim], plain: Plain) -> Result:
    """What result_to_plain() was given, under a rubric's exercise and claims.

    Raises KeyError for a claim without an outcome.
    """
    outcomes = plain["outcomes"]
    verdicts = tuple(Verdict(claim, outcome_from_plain(outcomes[claim.name])) for claim in claims)
    return Result(exercise, verdicts, diagnosis_from_plain(plain["diagnosis"]))

"""Results as they travel from the grading process to the watch, with their claims."""

from __future__ import annotations

from typing import Any

from grader.evidence import (
    claim_from_plain,
    claim_to_plain,
    diagnosis_from_plain,
    diagnosis_to_plain,
    outcome_from_plain,
    outcome_to_plain,
)
from grader.model import Exercise, Result, Verdict

Plain = dict[str, Any]


def to_plain(result: Result) -> Plain:
    """Everything of a result but its exercise, which both ends know by name."""
    verdicts = [[claim_to_plain(v.claim), outcome_to_plain(v.outcome)] for v in result.verdicts]
    return {
        "exercise": result.exercise.name,
        "verdicts": verdicts,
        "diagnosis": diagnosis_to_plain(result.diagnosis),
    }


def from_plain(exercises: dict[str, Exercise], plain: Plain) -> Result:
    """What to_plain() was given; raises KeyError or ValueError for anything else."""
    verdicts = (
        Verdict(claim_from_plain(claim), outcome_from_plain(outcome)) for claim, outcome in plain["verdicts"]
    )
    return Result(exercises[plain["exercise"]], tuple(verdicts), diagnosis_from_plain(plain["diagnosis"]))

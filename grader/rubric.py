"""What outcomes are worth: exercises, claims and policies, apart from any code that could be run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grader.course import Course
from grader.evidence import claim_from_plain, claim_to_plain, fraction, text
from grader.model import Claim, Exercise
from grader.policy import Policy, read, stated
from grader.properties import declared_in


@dataclass(frozen=True)
class Rubric:
    """A course's rubric.

    claims: what each exercise, and the last mark, promises, in order.
    policy_table: the policy as course.toml states it.
    """

    title: str
    exercises: tuple[Exercise, ...]
    together: Exercise
    claims: Mapping[str, tuple[Claim, ...]]
    policy: Policy
    policy_table: Mapping[str, Any]

    @property
    def parts(self) -> tuple[Exercise, ...]:
        """Everything that is graded: the exercises, then all of them together."""
        return (*self.exercises, self.together)

    @property
    def digest(self) -> str:
        """SHA-256 over all that it says."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def to_json(self) -> str:
        """The rubric as it is stored; the same for the same rubric."""
        plain = {
            "title": self.title,
            "exercises": [_exercise_to_plain(part) for part in self.parts],
            "claims": {name: list(map(claim_to_plain, claims)) for name, claims in self.claims.items()},
            "policy": self.policy_table,
        }
        return json.dumps(plain, default=datetime.isoformat)


def of(course: Course) -> Rubric:
    """The rubric that course.toml and the properties state now; raises CourseError for a wrong policy."""
    claims = {
        part.name: tuple(prop.claim for prop in declared_in(course.properties(part.name)))
        for part in course.parts
    }
    return Rubric(course.title, course.exercises, course.together, claims, stated(course), course.policy)


def from_json(body: str) -> Rubric:
    """What to_json() gave; raises ValueError for anything else."""
    try:
        return _from_plain(json.loads(body))
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"this is no rubric: {error}") from None


def _from_plain(plain: dict[str, Any]) -> Rubric:
    *exercises, together = parts = list(map(_exercise_from_plain, plain["exercises"]))
    names = [part.name for part in parts]
    claims = {name: tuple(map(claim_from_plain, entry)) for name, entry in plain["claims"].items()}
    if sorted(claims) != sorted(names):
        raise ValueError("its claims are not those of its exercises")
    table = dict(plain["policy"])
    if "deadline" in table:
        table["deadline"] = datetime.fromisoformat(table["deadline"])
    policy = read(table, [part.name for part in parts if part.counts])
    return Rubric(text(plain["title"]), tuple(exercises), together, claims, policy, table)


def _exercise_to_plain(exercise: Exercise) -> dict[str, Any]:
    return {
        "name": exercise.name,
        "title": exercise.title,
        "points": str(exercise.points),
        "siblings": list(exercise.siblings),
        "own": exercise.own,
        "defines": exercise.defines,
        "attach": exercise.attach,
    }


def _exercise_from_plain(plain: dict[str, Any]) -> Exercise:
    words = (text(plain[name]) for name in ("name", "title", "defines", "attach"))
    name, title, defines, attach = words
    siblings = tuple(map(text, plain["siblings"]))
    own = plain["own"] is True
    return Exercise(name, title, fraction(plain["points"]), siblings, own, defines, attach)

"""Everything that a verdict depends on besides the submission."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.cases import Bank, recall
from grader.course import Course
from grader.model import Exercise
from grader.properties import Property
from grader.sandbox.cage import Cage
from grader.student import Limits


@dataclass(frozen=True)
class Setting:
    """How and with what to examine.

    cache: the folder of recorded cases.
    say: called with a sentence before something that takes seconds and happens only once.
    """

    course: Course
    cage: Cage
    cache: Path
    seed: int = 0
    limits: Limits = field(default_factory=Limits)
    say: Callable[[str], None] = lambda _: None

    def bank(self, exercise: Exercise, properties: Sequence[Property]) -> Bank:
        """The exercise's cases from the cache, or drawn now, which is said first."""
        path = self.course.properties(exercise.name)
        sentence = f"Drawing the cases for {exercise.name}, once; PyTorch answers them …"
        return recall(self.cache, path, self.seed, properties, lambda: self.say(sentence))

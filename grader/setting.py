"""Everything that a verdict depends on besides the submission."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from grader.cases import Bank, recall
from grader.course import Course
from grader.diagnosis import Signature
from grader.model import Exercise
from grader.properties import Property
from grader.sandbox.cage import Cage
from grader.student import Limits


@dataclass(frozen=True)
class Setting:
    """How and with what to examine.

    cache: the folder of recorded cases.
    say: called with a sentence before something that takes seconds and happens only once.
    lenient: whether an implementation in a shape of its own is judged by its own promises, not the course's.
    """

    course: Course
    cage: Cage
    cache: Path
    seed: int = 0
    limits: Limits = field(default_factory=Limits)
    say: Callable[[str], None] = lambda _: None
    lenient: bool = False
    # What has been read once, for the next submission.
    signatures: dict[tuple[str, Path], list[Signature]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _said: set[str] = field(default_factory=set, init=False, repr=False, compare=False)
    _banks: dict[str, Bank] = field(default_factory=dict, init=False, repr=False, compare=False)

    def bank(self, exercise: Exercise, properties: Sequence[Property]) -> Bank:
        """The exercise's cases: kept here once asked for, else from the cache, or drawn now and told so."""
        if exercise.name not in self._banks:
            self._banks[exercise.name] = self._recalled(exercise, properties)
        return self._banks[exercise.name]

    def _recalled(self, exercise: Exercise, properties: Sequence[Property]) -> Bank:
        path = self.course.properties(exercise.name)
        return recall(self.cache, path, self.seed, properties, self.say_once)

    def say_once(self, sentence: str) -> None:
        """Say a sentence that has not been said yet, if there is somebody to hear it."""
        if sentence not in self._said:
            self._said.add(sentence)
            # In a process that was forked for one submission of a class nobody listens any more.
            with suppress(OSError):
                self.say(sentence)

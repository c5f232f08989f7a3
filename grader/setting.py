"""Everything that a verdict depends on besides the submission."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from grader.course import Course
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

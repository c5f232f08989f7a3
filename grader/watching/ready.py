"""An examiner that is ready before there is anything to examine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial

from grader.errors import MachineError
from grader.examining import Examination, Examiner
from grader.launch import Launched
from grader.model import Exercise, Outcome, Result
from grader.properties import Property
from grader.setting import Setting
from grader.student import Attempt, Clock, Parts, Student
from grader.submission import Submission
from grader.watching.early import Early


class Started(Student):
    """A student whose worker is up before anything is asked of it.

    early: what is told the verdict before all is done; None before the exercise is known.
    """

    early: Early | None = None

    def start(self) -> None:
        # Where that fails now, it is tried again, and said, when there is something to grade.
        with suppress(MachineError):
            self._worker = Launched(self._cage, self._lanes)

    @contextmanager
    def attempt(self, parts: Parts, clock: Clock | None = None) -> Iterator[Attempt]:
        """An attempt whose whole bank is asked for in two goes."""
        with super().attempt(parts, clock) as attempt:
            if self.early is not None:
                attempt.observe = partial(self.early.observe, attempt.observe)  # type: ignore[method-assign]  # all else stays
            yield attempt


class Prepared(Examiner):
    """An examiner with a started worker, whose submission is still to come.

    tell: called with the verdict as soon as it is settled, before the bonus and any shrinking.
    """

    def __init__(self, setting: Setting, tell: Callable[[Result], None]) -> None:
        super().__init__(setting, Submission("", {}, {}))
        self._tell = tell
        self._student: Started = Started(setting.cage, setting.limits, len(setting.course.parts))
        self._student.start()

    def _examine(self, exercise: Exercise, properties: Sequence[Property]) -> Examination | Outcome:
        self._student.early = Early(self.setting, exercise, properties, self._tell)
        return super()._examine(exercise, properties)

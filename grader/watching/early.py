"""The verdict before all is done: what decides the marks is judged before the bonus is tried.

The programs and their order are those of any other grading, asked in two requests rather than one. Only the
smallest counterexample, which is looked for by shrinking, and the bonus are still to come.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Sequence
from functools import cache, cached_property

from grader.cases import Bank
from grader.catalogue import misconceptions
from grader.diagnosis import Matcher, named
from grader.judging import broken, first_broken, verdict
from grader.learning import recall_signatures
from grader.model import Diagnosis, Exercise, Kind, Passed, Result, Verdict
from grader.observation import Observation
from grader.properties import Property
from grader.request import Request
from grader.setting import Setting

Observe = Callable[[Request], list[Observation]]


@cache
def split(request: Request, end: int) -> tuple[Request, Request]:
    """The first programs of a request, up to end, and the others."""
    programs, lengths = request.programs(), request.lengths
    return (
        Request(marshal.dumps(programs[:end]), lengths[:end]),
        Request(marshal.dumps(programs[end:]), lengths[end:]),
    )


class Early:
    """Asks for an exercise's cases in two goes, and tells after the first what the verdict is."""

    def __init__(
        self,
        setting: Setting,
        exercise: Exercise,
        properties: Sequence[Property],
        tell: Callable[[Result], None],
    ) -> None:
        self._setting = setting
        self._exercise = exercise
        self._properties = properties
        self._tell = tell

    @cached_property
    def bank(self) -> Bank:
        return self._setting.bank(self._exercise, self._properties)

    @cached_property
    def decisive(self) -> int:
        """How many properties come before the first bonus; none where marks are decided after it, too."""
        kinds = [prop.claim.kind for prop in self._properties]
        first = kinds.index(Kind.BONUS) if Kind.BONUS in kinds else len(kinds)
        return first if Kind.GRADED in kinds[:first] and Kind.GRADED not in kinds[first:] else 0

    def halves(self) -> tuple[Request, Request]:
        """What decides the marks, and the rest; all in the rest where nothing can be told early."""
        end = self.bank.places(self.decisive - 1).stop if self.decisive else 0
        return split(self.bank.request, end)

    def observe(self, observe: Observe, request: Request) -> list[Observation]:
        """What observe says to the request; a whole bank is asked for in two goes."""
        if request is not self.bank.request or not self.decisive:
            return observe(request)
        first, rest = self.halves()
        seen = observe(first)
        self._tell(self._result(seen))
        return seen + (observe(rest) if rest.lengths else [])

    def _result(self, seen: list[Observation]) -> Result:
        """The verdicts on what has been seen, with the recorded counterexamples as they are."""
        bank, verdicts = self.bank, []
        for number, prop in enumerate(self._properties[: self.decisive]):
            place = first_broken(prop, bank, bank.places(number), seen)
            worst = None if place is None else broken(bank, place, seen[place])
            outcome = verdict(self._exercise.name, len(bank.places(number)), worst)
            verdicts.append(Verdict(prop.claim, outcome))
        missed = any(v.claim.kind is Kind.GRADED and not isinstance(v.outcome, Passed) for v in verdicts)
        return Result(self._exercise, tuple(verdicts), self._diagnosis(seen) if missed else None)

    def _diagnosis(self, seen: list[Observation]) -> Diagnosis | None:
        signatures = recall_signatures(self._setting, self._exercise, self.bank)
        ids = Matcher(self.bank, self._properties, seen).matching(signatures)
        return named(misconceptions(self._exercise.name, only=ids))

"""What became of an exercise, for a screen: short, the smallest counterexample first, nothing wrapped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import RenderableType
from rich.styled import Styled
from rich.text import Text

from grader.evidence import status
from grader.explaining import open_todo
from grader.model import Counterexample, Crashed, Diagnosis, Failed, Kind, NotStarted, Passed, Result, Verdict
from grader.printable import printable, shortened
from grader.render.terminal import LOOK, plainest
from grader.report import notes
from grader.scoring import exercise_status
from grader.words import MARK, counterexample_of, headline, meaning, numbers, places

OTHERS = 3


@dataclass(frozen=True, slots=True)
class Parts:
    """A page in the order it is read; where room is short, its parts give way in another order.

    head: what does not hold; code: the program to paste; numbers: expected beside got.
    meaning: what it probably is; others: what else does not hold.
    """

    head: tuple[RenderableType, ...] = ()
    code: tuple[RenderableType, ...] = ()
    numbers: tuple[RenderableType, ...] = ()
    meaning: tuple[RenderableType, ...] = ()
    others: tuple[RenderableType, ...] = ()

    def dimmed(self) -> Parts:
        """The same in a weak colour: it is there to be read, and no longer to be believed."""
        pieces = (self.head, self.code, self.numbers, self.meaning, self.others)
        return Parts(*(tuple(Styled(line, "dim") for line in piece) for piece in pieces))


def findings(result: Result, folder: str, following: str) -> Parts:
    """A verdict in full.

    folder: how the student calls the folder with the files.
    following: what to do after a pass, in a sentence.
    """
    match exercise_status(result):
        case "passed":
            return Parts(tuple(_passed(result, following)))
        case "not_started":
            return Parts(tuple(_not_started(result, folder)))
        case _:
            return _missed(result)


def _passed(result: Result, following: str) -> Iterator[RenderableType]:
    graded = [verdict for verdict in result.verdicts if verdict.claim.kind is Kind.GRADED] or result.verdicts
    cases = sum(v.outcome.cases for v in graded if isinstance(v.outcome, Passed))
    yield Text(f"All {len(graded)} properties hold, in {cases:,} cases.", style="green")
    for note in notes(result):
        yield _words(f"Note: {note}")
    missed = [v for v in result.verdicts if v.claim.kind is Kind.BONUS and not isinstance(v.outcome, Passed)]
    for verdict in missed if graded is not result.verdicts else []:
        yield _words(f"Bonus, not needed for full marks: {verdict.claim.title}", "dim")
    yield Text()
    yield _words(following, "bold")


def _not_started(result: Result, folder: str) -> Iterator[RenderableType]:
    name = result.exercise.name
    outcome = result.verdicts[0].outcome
    assert isinstance(outcome, NotStarted)
    yield _words(f"{outcome.reason}.")
    if "not there" in outcome.reason:
        yield _words(f"r puts the stub back, or write {folder}/{name}.py anew.")
    else:
        yield _words(f"Open {folder}/{name}.py and fill in its TODOs. Every time you save, it is checked.")
    yield _words("Not sure how to begin? h gives a hint.", "dim")


def _missed(result: Result) -> Parts:
    missed = [
        v for v in result.verdicts if v.claim.kind is not Kind.NOTE and not isinstance(v.outcome, Passed)
    ]
    wrong = [verdict for verdict in missed if verdict.claim.kind is Kind.GRADED] or missed
    shown = plainest(wrong)
    counterexample = counterexample_of(shown.outcome)
    if isinstance(shown.outcome, Crashed) and counterexample is None:
        return Parts(tuple(_happened(shown)))  # the file itself: what it would promise does not matter yet
    return Parts(
        head=(_words(shown.claim.title, "bold"), *_happened(shown)),
        code=() if counterexample is None else (Text(), *_code(counterexample)),
        numbers=() if counterexample is None else (Text(), *in_numbers(counterexample)),
        meaning=() if result.diagnosis is None else tuple(_diagnosis(result.diagnosis)),
        others=tuple(_others([verdict for verdict in wrong if verdict is not shown])),
    )


def _happened(shown: Verdict) -> Iterator[RenderableType]:
    outcome = shown.outcome
    if isinstance(outcome, Failed) and not outcome.reason:
        return
    todo = isinstance(outcome, Crashed) and open_todo(outcome.error)
    yield Text(shortened(headline(outcome)), style="yellow" if todo else "red")
    for line in meaning(outcome):
        yield _words(line)
    for line in places(outcome):
        yield _as_it_is(shortened(line))


def _code(shown: Counterexample) -> Iterator[RenderableType]:
    for line in shown.source.rstrip().split("\n"):
        yield _as_it_is(f"    {printable(line)}".rstrip(), "cyan")


def in_numbers(shown: Counterexample) -> Iterator[RenderableType]:
    """Expected beside got, a line a node or a number."""
    for line in numbers(shown):
        yield _as_it_is(f"  {printable(line)}", "red" if line.endswith(MARK) else "")


def _diagnosis(diagnosis: Diagnosis) -> Iterator[RenderableType]:
    yield Text()
    yield _words(f"Probably: {diagnosis.name}", "bold yellow")
    yield _words(diagnosis.explanation)


def _others(others: list[Verdict]) -> Iterator[RenderableType]:
    if not others:
        return
    yield Text()
    count = len(others)
    yield _words(f"{count} more {'property does' if count == 1 else 'properties do'} not hold:")
    for verdict in others[:OTHERS]:
        word, style = LOOK[status(verdict.outcome)]
        line = Text(f"  {word}  ", style=style, no_wrap=True, overflow="ellipsis")
        yield line.append(printable(verdict.claim.title), style="default")
    if count > OTHERS:
        yield Text(f"  … and {count - OTHERS} more", style="dim")


def _words(sentence: str, style: str = "") -> Text:
    return Text(printable(sentence), style=style)


def _as_it_is(line: str, style: str = "") -> Text:
    """A line whose columns mean something: cut at the screen's edge rather than wrapped."""
    return Text(line, style=style, no_wrap=True, overflow="ellipsis")

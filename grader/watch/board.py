"""What the watch knows: events as they come, what each exercise's findings are, and what is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.styled import Styled
from rich.text import Text

from grader.course.course import Course
from grader.errors import GraderError
from grader.model import (
    Counterexample,
    Crashed,
    Exercise,
    Failed,
    Kind,
    Marked,
    NotStarted,
    Passed,
    Result,
    Verdict,
)
from grader.printable import printable, shortened
from grader.render.terminal import LOOK, what_it_does, why
from grader.render.text import told_of
from grader.report.evidence import status
from grader.report.report import notes
from grader.report.scoring import exercise_status, not_begun
from grader.report.words import (
    Told,
    alone_only,
    counterexample_of,
    elsewhere,
    example,
    headline,
    meaning,
    missed,
    numbers,
    open_todo,
    places,
    ungraded,
)
from grader.submission.submission import Submission

if TYPE_CHECKING:
    from grader.learner.help import Hint


@dataclass(frozen=True, slots=True)
class Findings:
    """The verdict on the current exercise."""


@dataclass(frozen=True, slots=True)
class Listing:
    """All exercises."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What each key does."""


@dataclass(frozen=True, slots=True)
class Hinted:
    """A hint for the current exercise."""

    hint: Hint


@dataclass(frozen=True, slots=True)
class Drawn:
    """The current counterexample's graph, and the file it was drawn into."""

    shown: Counterexample
    path: Path


Page = Findings | Listing | Keys | Hinted | Drawn


@dataclass(frozen=True, slots=True)
class Board(Marked):
    """All that the screen shows.

    results: the last verdict on each mark, by name.
    waiting: the marks still to be graded, in this order; the first is under way.
    early: the mark whose verdict is there, while its bonus or a smaller counterexample is still to come.
    current: the exercise the student is at; settled once the first round is over or the student chose one.
    ready: whether there is a grading process to grade with; before that starting says what it is at.
    note: one line of news, until the next.
    kept: a line that stays until a key is pressed.
    resetting: whether r was pressed, and waits to be confirmed.
    turned: how many times the page was turned.
    since: when the check under way began, by the watch's clock.
    seconds: what the last check took; None before the first.
    """

    exercises: tuple[Exercise, ...]
    together: Exercise | None
    waiting: tuple[str, ...]
    current: str
    since: float
    results: Mapping[str, Result] = field(default_factory=dict)
    early: str = ""
    settled: bool = False
    ready: bool = False
    starting: str = "Starting the grader, which takes a few seconds, once …"
    page: Page = Listing()
    note: str = ""
    kept: str = ""
    resetting: bool = False
    turned: int = 0
    seconds: float | None = None

    @classmethod
    def first(cls, course: Course, now: float) -> Board:
        """Before anything is graded."""
        return cls(course.exercises, course.together, course.names, course.names[0], now)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(exercise.name for exercise in self.exercises)

    @property
    def passed(self) -> int:
        """How many exercises have passed."""
        return sum(map(self.has_passed, self.names))

    @property
    def complete(self) -> bool:
        """Whether all exercises have passed."""
        return self.passed == len(self.exercises)

    @property
    def result(self) -> Result | None:
        """The last verdict on the current exercise."""
        return self.results.get(self.current)

    @property
    def notes(self) -> tuple[str, ...]:
        """What only all parts together show, a sentence each."""
        alone = [self.results[name] for name in self.names if name in self.results]
        return alone_only(alone, self.results.get(self.last))

    @property
    def exercise(self) -> Exercise:
        """The current exercise, or the last mark."""
        return next(part for part in self.parts if part.name == self.current)

    def has_passed(self, name: str) -> bool:
        return name in self.results and exercise_status(self.results[name]) == "passed"

    def under_way(self, name: str) -> bool:
        """Whether this very mark is being graded, and its verdict still to come."""
        return self.ready and name in self.waiting[:1] and name != self.early

    def checking(self, name: str) -> bool:
        """Whether a verdict is still to come."""
        return name in self.waiting and name != self.early

    def says(self, note: str) -> Board:
        return replace(self, note=note)

    def at(self, name: str) -> Board:
        """At another exercise."""
        return replace(self, current=name, page=Findings(), settled=True, turned=0, note="")

    def shows(self, page: Page) -> Board:
        return replace(self, page=page, turned=0, note="")

    def turn(self, by: int) -> Board:
        return replace(self, turned=self.turned + by)

    def saved(self, names: frozenset[str], changed: Iterable[str], now: float) -> Board:
        """Some exercises are to be graded before all else, and any verdict on all of them together is old.

        names: the saved exercises; if it is one, the student has gone there.
        """
        first = tuple(sorted(changed, key=lambda name: (name not in names, self.names.index(name))))
        rest = tuple(name for name in self.waiting if name not in (*first, self.last))
        results = {name: each for name, each in self.results.items() if name != self.last}
        board = replace(
            self,
            waiting=first + rest,
            results=results,
            since=now,
            early="",
            resetting=False,
            note="",
            turned=0,
        )
        if len(names) == 1:
            return board.at(*names)
        return board.shows(Findings()) if board.settled and names else board

    def graded(self, result: Result, now: float, final: bool = True) -> Board:
        """A verdict has come; the last mark is next when it has completed all exercises."""
        name = result.exercise.name
        seconds = self.seconds if name == self.early else now - self.since
        board = replace(self, results={**self.results, name: result}, seconds=seconds)
        if not final:
            return replace(board, early=name)
        board = replace(board, waiting=tuple(x for x in self.waiting if x != name), early="", since=now)
        if exercise_status(result) != "not_started":
            board = replace(board, kept="")  # what a reset said is over once there is work again
        if board.complete and not board.waiting and self.last and self.last not in board.results:
            board = replace(board, waiting=(self.last,))
        return board if board.settled or board.waiting else board._settle()

    def _settle(self) -> Board:
        """The first round is over: go where the work is."""
        open_ = [name for name in self.names if not self.has_passed(name)]
        open_.sort(key=lambda name: name not in self.results or not_begun(self.results[name]))
        return replace(self, settled=True, current=(open_ or self.names)[0], page=Findings())

    def next(self) -> Board:
        """At the next exercise in order that has not passed; where all have, at the last mark."""
        at = (*self.names, self.last).index(self.current)
        ahead = (*self.names[at + 1 :], *self.names[:at])
        found = next((name for name in ahead if not self.has_passed(name)), None)
        if found is not None:
            return self.at(found)
        if self.complete:
            return self.at(self.last or self.current)
        return self.at(self.current).says(f"{self.current} is the only one left.")


@dataclass(frozen=True, slots=True)
class Saved:
    """Files were written, replaced or removed.

    names: which, without ".py"; none where only the folder itself has come back.
    submission: all that is there now.
    at: when that was seen, by the watch's clock.
    """

    names: frozenset[str]
    submission: Submission
    at: float


@dataclass(frozen=True, slots=True)
class Gone:
    """The folder with the exercises is not there any more."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key: the character itself, or "escape", "up", "down", "left", "right"."""

    key: str


@dataclass(frozen=True, slots=True)
class Opened:
    """The grading process is ready.

    isolation, versions: as a report has them.
    """

    isolation: str
    versions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Graded:
    """The verdict on the mark that was asked for under this number.

    final: nothing is still to come: neither the bonus nor a smaller counterexample.
    """

    number: int
    result: Result
    final: bool = True


@dataclass(frozen=True, slots=True)
class Faulted:
    """Grading itself could not be done.

    number: of what was asked for; None where the watch cannot go on at all.
    """

    number: int | None
    error: GraderError


@dataclass(frozen=True, slots=True)
class Lost:
    """The grading process has ended.

    last: what it said last on its standard error.
    """

    last: str


@dataclass(frozen=True, slots=True)
class Said:
    """Something takes seconds, once."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Blind:
    """The machine cannot tell of saves, so the files are looked at again and again; why: in its words."""

    why: str


@dataclass(frozen=True, slots=True)
class Resized:
    """The terminal has another size."""


@dataclass(frozen=True, slots=True)
class Suspended:
    """Ctrl-Z was pressed."""


@dataclass(frozen=True, slots=True)
class Quit:
    """The watch is to end with this exit code."""

    code: int


Event = Saved | Gone | Pressed | Opened | Graded | Faulted | Lost | Said | Blind | Resized | Suspended | Quit


OTHERS = 3


@dataclass(frozen=True, slots=True)
class Parts:
    """A page in the order it is read; where room is short, its parts give way in another order.

    head: what does not hold; code: the program to paste; numbers: expected beside got.
    does: what the code does otherwise than it should; why: what is wrong with that.
    others: what else does not hold.
    """

    head: tuple[RenderableType, ...] = ()
    code: tuple[RenderableType, ...] = ()
    numbers: tuple[RenderableType, ...] = ()
    does: tuple[RenderableType, ...] = ()
    why: tuple[RenderableType, ...] = ()
    others: tuple[RenderableType, ...] = ()

    def dimmed(self) -> Parts:
        """The same in a weak colour: it is there to be read, and no longer to be believed."""
        pieces = (self.head, self.code, self.numbers, self.does, self.why, self.others)
        return Parts(*(tuple(Styled(line, "dim") for line in piece) for piece in pieces))


def findings(result: Result, folder: str, following: str) -> Parts:
    """A verdict in full.

    folder: how the student calls the folder with the files.
    following: what to do after a pass, in a sentence.
    """
    parts = _findings(result, folder, following)
    moved = (_words(sentence, "yellow") for sentence in elsewhere((result,)))
    return replace(parts, head=(*moved, *parts.head))


def _findings(result: Result, folder: str, following: str) -> Parts:
    match exercise_status(result):
        case "passed":
            return Parts(tuple(_passed(result, following)))
        case "not_started":
            return Parts(tuple(_not_started(result, folder)))
        case "not_graded":
            return Parts(tuple(_words(sentence) for sentence in ungraded((result,))))
        case _:
            return _missed(result)


def _passed(result: Result, following: str) -> Iterator[RenderableType]:
    graded = [verdict for verdict in result.verdicts if verdict.claim.kind is Kind.GRADED] or result.verdicts
    cases = sum(v.outcome.cases for v in graded if isinstance(v.outcome, Passed))
    yield Text(f"All {len(graded)} properties hold, in {cases:,} cases.", style="green")
    for note in notes(result):
        yield _words(f"Note: {note}")
    bonus = [v for v in result.verdicts if v.claim.kind is Kind.BONUS and not isinstance(v.outcome, Passed)]
    for verdict in bonus if graded is not result.verdicts else []:
        yield _words(f"Bonus, not needed for full marks: {verdict.claim.title}", "dim")
    yield Text()
    yield _words(following, "bold")


def _not_started(result: Result, folder: str) -> Iterator[RenderableType]:
    name = result.exercise.name
    outcome = result.verdicts[0].outcome
    assert isinstance(outcome, NotStarted)
    yield _words(f"{outcome.reason}.")
    if outcome.missing:
        yield _words(f"r puts the stub back, or write {folder}/{name}.py anew.")
    else:
        yield _words(f"Open {folder}/{name}.py and fill in its TODOs. Every time you save, it is checked.")
    yield _words("Not sure how to begin? h gives a hint.", "dim")


def _missed(result: Result) -> Parts:
    wrong, shown, known = missed(result), example(result), told_of(result)
    assert shown is not None
    counterexample = counterexample_of(shown.outcome)
    if isinstance(shown.outcome, Crashed) and counterexample is None:
        return Parts(tuple(_happened(shown)))  # the file itself: what it would promise does not matter yet
    return Parts(
        head=(_words(shown.claim.title, "bold"), *_happened(shown)),
        code=() if counterexample is None else (Text(), *_code(counterexample)),
        numbers=() if counterexample is None else (Text(), *in_numbers(counterexample)),
        does=() if known is None else (Text(), *what_it_does(known)),
        why=() if known is None else tuple(_why(known)),
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
        yield _as_it_is(printable(line).rstrip(), "cyan")


def in_numbers(shown: Counterexample) -> Iterator[RenderableType]:
    """Expected beside got, a line a node or a number."""
    for line in numbers(shown):
        yield _as_it_is(f"  {printable(str(line))}", "red" if line.mark else "")


def _why(shown: Told) -> Iterator[RenderableType]:
    yield from why(shown)
    yield _words(f"h gives the hint on this, “{shown.hint}”.", "dim")


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

"""What a student reads in a terminal, and what shows that a class is being graded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from grader.model import (
    Counterexample,
    Crashed,
    Failed,
    Kind,
    NotStarted,
    Outcome,
    Passed,
    Result,
    Verdict,
)
from grader.printable import harmless, printable, shortened
from grader.render.text import WORDS, as_json, points, signed, told_of
from grader.report.evidence import status
from grader.report.report import Report, notes, score_of_present
from grader.report.scoring import absent, exercise_status, not_begun, score
from grader.report.words import (
    Told,
    counterexample_of,
    example,
    headline,
    listed,
    meaning,
    missed,
    numbers,
    open_todo,
    places,
)

if TYPE_CHECKING:  # a grade by itself shows no progress, and would wait for this
    from rich.progress import Progress, Task

BAR = 12
OTHERS = 4
STUCK = "HINTS.md has a section on {}."
COLUMNS: dict[str, dict[str, Any]] = {
    "part": {"no_wrap": True, "max_width": 24, "style": "cyan"},
    "line": {"no_wrap": True, "justify": "right"},
}
STYLES = {
    "passed": "green",
    "failed": "red",
    "crashed": "red",
    "timed_out": "red",
    "not_started": "dim",
    "not_graded": "yellow",
}
LOOK = {status: (WORDS[status], style) for status, style in STYLES.items()}


@dataclass(frozen=True, slots=True)
class Ahead:
    """What comes after exercises that were graded by themselves.

    name: the exercise to go on with; empty where every one has passed.
    begun: there is something in its file already.
    everything: the command that grades all of them.
    """

    name: str
    begun: bool
    everything: str


def render(
    report: Report, console: Console, folder: str, again: str, stuck: str = STUCK, ahead: Ahead | None = None
) -> None:
    """Print the report.

    folder: how the student calls the folder with the files.
    again: the command that grades one exercise, with {} for its name.
    stuck: where help is, with {} for the exercise's name.
    ahead: what comes next; None where all exercises were graded.
    """
    tell_on_top(console, report.notes)
    console.print(overview(report))
    # What somebody has written and does not hold yet says more than what nobody has begun.
    open_ = sorted((r for r in report.marks if exercise_status(r) != "passed"), key=not_begun)
    unfinished = next(iter(open_), None)
    if unfinished is None:
        _passed(console, report, ahead)
        if ahead is not None:
            _go_on(console, ahead, folder, again)
    elif unfinished.exercise.own:
        closer_look(console, unfinished)
    else:
        _next_exercise(console, unfinished, folder, again, stuck)
    tell_notes(console, report)


def overview(report: Report) -> RenderableType:
    """A line for each exercise, and the score."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, overflow="ellipsis", max_width=24)
    grid.add_column(no_wrap=True)
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(width=BAR)
    for result in report.marks:
        grid.add_row(*_row(result))
    total = report.score
    grid.add_row("", "", "", "", "")
    for line in report.adjustments:
        grid.add_row("policy", Text(printable(line.title), style="dim"), "", signed(line.points), "")
    grid.add_row(
        Text("score", style="bold"),
        "",
        "",
        Text(f"{points(report.final)}/{points(total.most)}", style="bold"),
        _bar(float(report.final), float(total.most)),
    )
    if total.most_bonus:
        grid.add_row("bonus", "", "", f"{points(total.bonus)}/{points(total.most_bonus)}", "")
    return Padding(grid, (1, 0, 1, 2), expand=False)


def _row(result: Result) -> tuple[RenderableType, ...]:
    word, style = ("half done", "yellow") if half_done(result) else LOOK[exercise_status(result)]
    word = "absent" if absent(result) else word
    marks = score(result)
    got, most = (marks.points, marks.most) if result.exercise.counts else (marks.bonus, marks.most_bonus)
    return (
        Text(printable(result.exercise.name)),
        Text(printable(result.exercise.title), style="dim"),
        Text(word, style=style),
        f"{points(got)}/{points(most)}",
        _bar(float(got), float(most)),
    )


def half_done(result: Result) -> bool:
    """Whether some of the exercise's TODOs are still open, and others are not."""
    outcomes = [verdict.outcome for verdict in result.verdicts]
    return any(isinstance(outcome, Crashed) and open_todo(outcome.error) for outcome in outcomes)


def _bar(got: float, most: float) -> ProgressBar:
    return ProgressBar(
        total=most or 1, completed=got, width=BAR, complete_style="green", finished_style="green"
    )


def _next_exercise(console: Console, result: Result, folder: str, again: str, stuck: str) -> None:
    name = result.exercise.name
    if exercise_status(result) == "not_started":
        outcome = result.verdicts[0].outcome
        assert isinstance(outcome, NotStarted)
        verb = "write" if outcome.missing else "open"
        _say(console, f"Next: {verb} {folder}/{name}.py, fill in its TODOs, then run")
    elif exercise_status(result) == "not_graded":
        _say(console, f"Next: put what counts into {folder}/{name}.py, then run")
    else:
        closer_look(console, result)
        _say(console, f"Next: mend {folder}/{name}.py, then run")
    _say(console, f"  {_filled(again, name)}")
    _say(console, f"Stuck? {_filled(stuck, name)}")


def _filled(text: str, name: str) -> str:
    """The name in place of the last {}; a folder's own name may have braces, too."""
    before, _, after = text.rpartition("{}")
    return f"{before}{name}{after}"


def _say(console: Console, sentence: str) -> None:
    console.print(Text(printable(sentence)))


def _quote(console: Console, lines: list[str], style: str = "") -> None:
    """Lines that the student's code has a say in: none is so long as to bury the rest.

    They are not wrapped, for what stands at the beginning of a line may be a command to CI.
    """
    for line in lines:
        console.print(Text(harmless(shortened(line)), style=style), soft_wrap=True)


def closer_look(console: Console, result: Result) -> None:
    """The property that shows it best in full, the others that do not hold by title."""
    wrong, shown = missed(result), example(result)
    assert shown is not None
    title = Text(printable(f"{result.exercise.name}: what does not hold yet"))
    console.print(Rule(title, align="left", style="dim"))
    console.print(Text(printable(shown.claim.title), style="bold"))
    if not isinstance(shown.outcome, Failed) or shown.outcome.reason:
        _happened(console, shown.outcome)
    counterexample = counterexample_of(shown.outcome)
    if counterexample is not None:
        _counterexample(console, counterexample)
    console.print()
    if (known := told_of(result)) is not None:
        for line in (*what_it_does(known), *why(known)):
            console.print(line)
        console.print(Text(harmless(f"HINTS.md, “{known.hint}”, goes on from there."), style="dim"))
        console.print()
    others = [verdict for verdict in wrong if verdict is not shown]
    if others:
        console.print(f"{len(others)} more of its {_promised(result)} properties:")
    for verdict in others[:OTHERS]:
        console.print(_property_line(verdict))
    if len(others) > OTHERS:
        console.print(f"  … and {len(others) - OTHERS} more")
    if others:
        console.print()


def _happened(console: Console, outcome: Outcome) -> None:
    if isinstance(outcome, Failed | Crashed):
        _quote(console, [headline(outcome)], "red")
    else:
        console.print(Text(headline(outcome), style="red"))
    for line in meaning(outcome):
        _say(console, line)
    _quote(console, places(outcome))


class Paragraph:
    """A sentence that the student's code has a say in: none of its lines begins as a command to CI."""

    def __init__(self, sentence: str, lead: str = "") -> None:
        self._sentence = Text(sentence)
        self._lead = lead

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lead = self._lead
        for line in self._sentence.wrap(console, max(1, options.max_width - len(lead) - 2)):
            yield Text(harmless(f"{lead}{line.plain.rstrip()}"))
            lead = " " * len(lead)


def what_it_does(shown: Told) -> Iterator[RenderableType]:
    """Findings: the heading and the table."""
    yield Text(harmless(shown.heading), style="bold yellow")
    if shown.rows:
        # The lines between the columns also keep a wrapped cell from beginning a line.
        table = Table(
            box=box.MINIMAL, show_edge=False, pad_edge=False, header_style="dim", border_style="dim"
        )
        for column in shown.columns:
            table.add_column(column, **COLUMNS.get(column, {"overflow": "fold"}))
        for row in shown.cells:
            table.add_row(*(Text(harmless(cell)) for cell in row))
        yield Padding(table, (0, 0, 0, 1), expand=False)
    if shown.others:
        yield Text(f" {shown.others}", style="dim")


def why(shown: Told) -> Iterator[RenderableType]:
    """What is said beneath the table."""
    yield from (Paragraph(sentence, "• " if shown.rows else "") for sentence in shown.sentences)
    if shown.stake:
        yield Paragraph(shown.stake)


def _promised(result: Result) -> int:
    return sum(verdict.claim.kind is Kind.GRADED for verdict in result.verdicts) or len(result.verdicts)


def _property_line(verdict: Verdict) -> RenderableType:
    line = Table.grid(padding=(0, 2))
    line.add_column(width=11, no_wrap=True)
    line.add_column()
    word, style = LOOK[status(verdict.outcome)]
    line.add_row(Text(word, style=style), Text(printable(verdict.claim.title)))
    return Padding(line, (0, 0, 0, 2), expand=False)


def _counterexample(console: Console, shown: Counterexample) -> None:
    console.print()
    # Printed as it is, never wrapped or indented: it is there to be pasted, and a prompt takes no indent.
    lines = shown.source.rstrip().split("\n")
    code = "\n".join(harmless(printable(line)).rstrip() for line in lines)
    console.print(Text(code, style="cyan"), soft_wrap=True)
    console.print()
    for line in numbers(shown):
        style = "red" if line.mark else ""
        console.print(Text(f"  {harmless(printable(str(line)))}", style=style), soft_wrap=True)


def _passed(console: Console, report: Report, ahead: Ahead | None) -> None:
    """That everything passed which was graded, and which bonus is left."""
    graded = listed([result.exercise.name for result in report.marks])
    has = "have" if len(report.marks) > 1 else "has"
    said = f"{graded} {has} passed." if ahead is not None else "Every exercise has passed. Well done!"
    console.print(Text(printable(said), style="bold green"))
    for result in report.marks:
        for verdict in result.verdicts:
            if verdict.claim.kind is Kind.BONUS and not isinstance(verdict.outcome, Passed):
                console.print(_property_line(verdict))


def _go_on(console: Console, ahead: Ahead, folder: str, again: str) -> None:
    if not ahead.name:
        _say(console, "No exercise is left by itself. Next: all of them together, with")
        _say(console, f"  {ahead.everything}")
        return
    file = f"{folder}/{ahead.name}.py"
    step = f"see how far {file} is, with" if ahead.begun else f"open {file}, fill in its TODOs, then run"
    _say(console, f"Next: {step}")
    _say(console, f"  {_filled(again, ahead.name)}")


def tell_on_top(console: Console, notes: Iterable[str]) -> None:
    """Print what stands above everything else."""
    for note in notes:
        console.print(Text(printable(note), style="bold yellow"))


def tell_notes(console: Console, report: Report) -> None:
    """Print what is worth knowing and costs nothing."""
    said: dict[str, list[str]] = {}
    for result in report.marks:
        for note in notes(result):
            said.setdefault(note, []).append(result.exercise.name)
    for note, names in said.items():
        _say(console, f"Note on {', '.join(names)}: {note}")


def render_any_shape(report: Report, console: Console, again: str) -> None:
    """Print what was found, what holds and what does not, and what may be looked at next.

    again: the command that grades one exercise, with {} for its name.
    """
    tell_on_top(console, report.notes)
    console.print("Found:")
    for line in report.found:
        console.print(Text(f"  {printable(line)}"), soft_wrap=True)
    if report.rules:
        console.print(Text(printable(f"Rules: {report.rules}.")))
    console.print(overview(report))
    there = score_of_present(report)
    if there.most < report.score.most:
        console.print(
            f"Of {points(report.score.most)} points, {points(there.most)} are for what is there: "
            f"{points(there.points)} of these {points(there.most)} are reached.\n"
        )
    wrong = [r for r in report.marks if not not_begun(r) and exercise_status(r) != "passed"]
    if wrong:
        closer_look(console, wrong[0])
        _say(console, f"Again, this exercise alone: {_filled(again, wrong[0].exercise.name)}")
    _extras(report, console)
    tell_notes(console, report)


def _extras(report: Report, console: Console) -> None:
    """What became of operations that are in no exercise, right ones in one line."""
    right = [v.claim.about for v in report.extras if isinstance(v.outcome, Passed)]
    if right:
        console.print(Text(printable(f"Further operations that agree with PyTorch: {', '.join(right)}.")))
    for verdict in report.extras:
        if not isinstance(verdict.outcome, Passed):
            console.print(
                Text(printable(f"Further operation {verdict.claim.about}: {headline(verdict.outcome)}"))
            )


class Bar:
    """Shows how far a batch is; where there is no terminal, only the troubles."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("grading", total=None)

    def start(self, total: int) -> None:
        self._progress.update(self._task, total=total)
        if not self._progress.console.is_terminal:
            self.say(f"grading {total:,} submissions …")

    def advance(self) -> None:
        self._progress.advance(self._task)

    def tell(self, place: str, sentence: str) -> None:
        self.say(harmless(printable(f"{place}: {sentence}")))

    def say(self, sentence: str) -> None:
        self._progress.console.print(Text(sentence), soft_wrap=True)


class Lines:
    """Progress for programs: a JSON object a line, each with its event."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._total = self._done = 0

    def start(self, total: int) -> None:
        self._total = total
        self._event("start", total=total)

    def advance(self) -> None:
        self._done += 1
        self._event("done", done=self._done, total=self._total)

    def tell(self, place: str, sentence: str) -> None:
        self._event("told", place=printable(place), sentence=printable(sentence))

    def say(self, sentence: str) -> None:
        self._event("said", sentence=printable(sentence))

    def end(self, **counts: int) -> None:
        """What became of them all, in numbers."""
        self._event("end", **counts)

    def _event(self, event: str, **what: object) -> None:
        self._write(as_json({"event": event, **what}))


@contextmanager
def watching(console: Console) -> Iterator[Bar]:
    """Shows a bar for as long as the block runs; lines only, where there is no terminal to draw on."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    class Rate(ProgressColumn):
        """Submissions a second."""

        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:.1f} a second" if task.speed else "")

    left = TextColumn("left:"), TimeRemainingColumn(elapsed_when_finished=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), *left)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield Bar(progress)

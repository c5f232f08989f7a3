"""The report on an implementation in a shape of its own, on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from grader.model import Passed, Verdict
from grader.printable import printable
from grader.render.terminal import closer_look, overview, points, tell_notes, tell_on_top
from grader.report import Report, there_is
from grader.scoring import exercise_status
from grader.words import headline


def render(report: Report, console: Console, again: str) -> None:
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
    there = there_is(report)
    if there.most < report.score.most:
        console.print(
            f"Of {points(report.score.most)} points, {points(there.most)} are for what is there: "
            f"{points(there.points)} of these {points(there.most)} are reached.\n"
        )
    wrong = [r for r in report.marks if exercise_status(r) not in ("passed", "not_started")]
    if wrong:
        closer_look(console, wrong[0])
        before, _, after = again.rpartition("{}")
        console.print(Text(printable(f"Again, this exercise alone: {before}{wrong[0].exercise.name}{after}")))
    _extras(report, console)
    tell_notes(console, report)


def _extras(report: Report, console: Console) -> None:
    """What became of operations that are in no exercise, right ones in one line."""
    right = [_name(v) for v in report.extras if isinstance(v.outcome, Passed)]
    if right:
        console.print(Text(printable(f"Further operations that agree with PyTorch: {', '.join(right)}.")))
    for verdict in report.extras:
        if not isinstance(verdict.outcome, Passed):
            console.print(Text(printable(f"Further operation {_name(verdict)}: {headline(verdict.outcome)}")))


def _name(verdict: Verdict) -> str:
    """How the operation is written."""
    return verdict.claim.title.removesuffix(" agrees with PyTorch")

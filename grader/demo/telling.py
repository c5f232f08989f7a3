"""What the demo says: whose work is running, how far it is, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from grader.demo.assembling import Assembled
from grader.demo.moons import POINTS
from grader.demo.running import ALIKE, FIRST, Run, Step
from grader.demo.wording import listed, percent, power
from grader.printable import harmless, printable

WORDS = {
    "not_started": "not started",
    "failed": "not right yet",
    "crashed": "crashes",
    "timed_out": "too slow",
}
EVERY = 10


def whose(engine: Assembled) -> str:
    """Whose parts are at work, and why others stand in."""
    if not engine.missing:
        return "Every part is your own: " + listed(engine.own) + "."
    words = dict.fromkeys(word for _, word in engine.missing)
    groups = {word: tuple(name for name, its in engine.missing if its == word) for word in words}
    reasons = [f"{listed(names)} ({WORDS[word]})" for word, names in groups.items()]
    stands_in = f"The reference stands in for {' and for '.join(reasons)}."
    if not engine.own:
        return "None of the parts is yours yet: this is what you are about to build.\n" + stands_in
    return f"Your own: {listed(engine.own)}.\n{stands_in}"


class Teller:
    """Says how far it is: a bar on a terminal, a line every few steps elsewhere."""

    def __init__(self, progress: Progress, steps: int) -> None:
        self._progress, self._steps = progress, steps
        self._task = progress.add_task("", total=steps, told="")

    def tell(self, step: Step) -> None:
        told = (
            f"loss {step.loss:.4f} (PyTorch {step.torch_loss:.4f}), accuracy {percent(step.accuracy)}, "
            f"{1 / step.seconds:.1f} steps/s"
        )
        self._progress.update(self._task, completed=step.number, told=told)
        if self._progress.disable and step.number % EVERY in (0, 1):
            line = Text(f"step {step.number} of {self._steps}: {told}")
            self._progress.console.print(line, soft_wrap=True)


@contextmanager
def telling(console: Console, steps: int) -> Iterator[Teller]:
    """Tells for as long as the block runs."""
    columns = (BarColumn(bar_width=14), MofNCompleteColumn(), TextColumn("{task.fields[told]}"))
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield Teller(progress, steps)


def summary(run: Run, right: float, drawn: str) -> Table:
    """What came of it; drawn: which pictures there are, and where; nothing where none are."""
    last, own = run.steps[-1], run.seconds[0]
    table = Table.grid(padding=(0, 2, 0, 0))
    rows = [
        ("accuracy", f"{percent(right)} of {POINTS} points, after {len(run.steps)} steps"),
        ("loss", f"{last.loss:.6f}, PyTorch {last.torch_loss:.6f}; {_difference(run)}"),
        ("time", f"{1000 * own:.0f} ms a step; {_time(run)}"),
    ]
    if drawn:
        rows.append(("pictures", harmless(printable(drawn))))
    for name, text in rows:
        table.add_row(Text(name, style="bold"), Text(text))
    return table


def _difference(run: Run) -> str:
    first, whole = run.largest_difference(FIRST), run.largest_difference()
    held = "equal" if first <= ALIKE else "NOT equal"
    counted = min(FIRST, len(run.steps))
    return (
        f"{held} to {power(ALIKE)} in the first {counted} steps (at most {power(first)} apart, "
        f"relative; {power(whole)} in all steps)"
    )


def _time(run: Run) -> str:
    own, torch = run.seconds
    return (
        f"PyTorch takes {1000 * torch:.2g} ms, so it is {own / torch:.0f} times as fast. It multiplies whole "
        "matrices in C++; here every number is an object of its own, in Python"
    )

"""A batch on a terminal: a bar with rate and time left, and one line for each trouble."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from grader.printable import harmless, printable


class Rate(ProgressColumn):
    """Submissions a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f} a second" if task.speed else "")


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


@contextmanager
def watching(console: Console) -> Iterator[Bar]:
    """Shows a bar for as long as the block runs; lines only, where there is no terminal to draw on."""
    left = TextColumn("left:"), TimeRemainingColumn(elapsed_when_finished=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), *left)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield Bar(progress)

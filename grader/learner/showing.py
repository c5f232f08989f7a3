"""How it went so far, on a terminal: points over time, and what each exercise took."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from grader.learner.charts import MARK, axis, chart, scale
from grader.learner.efforts import RECKONED, Effort, breaks, efforts, worked
from grader.learner.history import Grade, Mark, latest, standing
from grader.model import Exercise
from grader.printable import printable
from grader.render.terminal import LOOK, points, tell_on_top

NARROWEST, WIDEST = 40, 100  # in letters; the narrowest has room for two moments
HERE = "Kept in .nanograd/ on this machine only; nothing of it is sent."


def show_progress(
    console: Console, grades: Sequence[Grade], exercises: Sequence[Exercise], notes: Sequence[str] = ()
) -> None:
    """The points over time, then what each exercise took; there is one grade at least.

    exercises: all that bring points. notes: what stands above all that, a sentence each.
    """
    tell_on_top(console, notes)
    names = [exercise.name for exercise in exercises]
    most = sum(exercise.points for exercise in exercises)
    had = [float(value) for value in standing(grades, names)]
    heading = f"{points(had[-1])} of {points(most)} points after {_grades(len(grades))}"
    console.print(Rule(Text(heading, style="bold"), align="left", style="dim"))
    console.print()
    if worked(grades)[-1]:
        _chart(console, grades, had, float(most))
    else:
        console.print(f"  {moment(grades[-1].at)}. As you go on, a chart of your points grows here.")
    console.print()
    console.print(_table(efforts(grades, names), latest(grades), exercises))
    console.print()
    for line in (RECKONED, HERE):
        console.print(Text(line, style="dim"))


def _grades(count: int) -> str:
    return "one grade" if count == 1 else f"{count:,} grades"


def _chart(console: Console, grades: Sequence[Grade], had: Sequence[float], most: float) -> None:
    """The points over the time that was worked, with the first and the last moment beneath."""
    times = [time.total_seconds() for time in worked(grades)]
    left = scale(most)
    margin = len(left[0])
    width = max(NARROWEST, min(WIDEST, console.width - 4) - margin)
    for tick, line in zip(left, chart(times, had, most, width), strict=True):
        console.print(Text(f"  {tick}", style="dim") + Text(line, style="green"), no_wrap=True)
    pauses = [times[place] for place in breaks(grades)]
    console.print(Text(f"  {0:>{margin - 2}} └{axis(times, pauses, width)}", style="dim"), no_wrap=True)
    first, last = moment(grades[0].at), moment(grades[-1].at)
    console.print(Text(f"  {'':{margin}}{first}{last:>{width - len(first)}}", style="dim"), no_wrap=True)
    if pauses:
        console.print(Text(f"  {'':{margin}}{MARK} a break, left out here", style="dim"))


def moment(when: datetime) -> str:
    """A day and a time where the machine stands."""
    return f"{when.astimezone():%-d %b %Y %H:%M}"


def _table(found: Sequence[Effort], marks: dict[str, Mark], exercises: Sequence[Exercise]) -> Padding:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("")
    table.add_column("points", justify="right")
    table.add_column("")
    table.add_column("time", justify="right")
    table.add_column("tries", justify="right")
    taken = {effort.exercise: effort for effort in found}
    for exercise in exercises:
        table.add_row(*_row(exercise, marks.get(exercise.name), taken.get(exercise.name)))
    return Padding(table, (0, 0, 0, 2), expand=False)


def _row(exercise: Exercise, mark: Mark | None, effort: Effort | None) -> tuple[Text, ...]:
    word, style = LOOK[mark.status if mark else "not_started"]
    got = f"{points(mark.points if mark else 0)}/{points(exercise.points)}"
    time = f"{duration(effort.active)}{'' if effort.passed else ' so far'}" if effort else ""
    tries = str(effort.tries) if effort else ""
    name = Text(printable(exercise.name))
    return name, Text(got), Text(word, style=style), Text(time), Text(tries)


def duration(length: timedelta) -> str:
    """A length of time in hours and minutes."""
    hours, minutes = divmod(round(length.total_seconds() / 60), 60)
    if not hours:
        return f"{minutes} min" if minutes else "< 1 min"
    return f"{hours} h {minutes:02} min"

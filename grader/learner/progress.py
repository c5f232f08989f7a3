"""How one person is getting on: the list, the points over time, and what took how long.

The time runs from the grade before the one that first found something written, for that is when the
writing began, to the first grade in which the exercise passed, or in which its file was last seen changed.
Whenever there is more than BREAK between two grades, that stretch counts as a break.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.rule import Rule
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from grader.errors import UsageError
from grader.learner.help import Found, Hint, Model
from grader.learner.history import Grade, Mark, latest, standing
from grader.machine.files import whole_file
from grader.machine.processes import library
from grader.model import Exercise
from grader.printable import by_make, harmless, invoked, printable
from grader.render.terminal import LOOK, tell_on_top
from grader.render.text import points

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
    return f"{_day(when)} {when.astimezone():%H:%M}"


def _day(when: datetime) -> str:
    # Windows has no %-d.
    return f"{when.astimezone().day} {when.astimezone():%b %Y}"


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


BREAK = timedelta(minutes=30)
SHOWN = timedelta(minutes=1)  # how long a break is on a chart, so that what came before and after it is seen
RECKONED = (
    "Time: from the grade before you first wrote something to the first pass. "
    f"More than {BREAK.seconds // 60} minutes between two grades count as a break."
)


@dataclass(frozen=True, slots=True)
class Effort:
    """What an exercise took until it first passed, or until it was last changed.

    tries: the different files that were graded on the way.
    """

    exercise: str
    passed: bool
    active: timedelta
    tries: int


def efforts(grades: Sequence[Grade], names: Sequence[str]) -> list[Effort]:
    """The efforts for the exercises of these names, but for those that nobody has begun."""
    found = (_effort(grades, name) for name in names)
    return [effort for effort in found if effort is not None]


def _effort(grades: Sequence[Grade], name: str) -> Effort | None:
    marks = [next((mark for mark in grade.marks if mark.exercise == name), None) for grade in grades]
    begun = next((i for i, mark in enumerate(marks) if mark and mark.status != "not_started"), None)
    if begun is None:
        return None
    changes = _changes(marks, begun)
    passed = next((i for i, mark in enumerate(marks) if mark and mark.status == "passed"), None)
    end = changes[-1] if passed is None else passed
    tries = sum(place <= end for place in changes)
    return Effort(name, passed is not None, _active(grades[max(0, begun - 1) : end + 1]), tries)


def _changes(marks: Sequence[Mark | None], begun: int) -> list[int]:
    """The places, from begun on, at which the exercise's file was another than at the grade before."""
    found, before = [], None
    for place, mark in enumerate(marks[begun:], start=begun):
        if mark is not None and (mark.file != before or not mark.file):
            found.append(place)
            before = mark.file
    return found


def _active(grades: Sequence[Grade]) -> timedelta:
    return sum(_stretches(grades, timedelta(0)), timedelta(0))


def worked(grades: Sequence[Grade]) -> list[timedelta]:
    """For each grade, how long had been worked until then: a scale for charts, on which breaks are short."""
    return list(accumulate(_stretches(grades, SHOWN), initial=timedelta(0)))


def breaks(grades: Sequence[Grade]) -> list[int]:
    """The places of the grades that came after a break."""
    pairs = enumerate(pairwise(grades), start=1)
    return [place for place, (earlier, later) in pairs if later.at - earlier.at > BREAK]


def _stretches(grades: Sequence[Grade], pause: timedelta) -> list[timedelta]:
    """The times between grades, with pause for each break; a clock that was set back takes nothing off."""
    between = (max(later.at - earlier.at, timedelta(0)) for earlier, later in pairwise(grades))
    return [pause if stretch > BREAK else stretch for stretch in between]


EIGHTHS = " ▁▂▃▄▅▆▇█"
HEIGHT = 8
AXIS, TICK, MARK = "┤", "─", "┴"


def chart(times: Sequence[float], values: Sequence[float], most: float, width: int) -> list[str]:
    """The lines of a chart from the top down, without what stands left and beneath.

    times: in order, not all the same; from each on, the value of its place holds.
    most: what the highest line stands for.
    width: in letters.
    """
    seen = (values[bisect_right(times, end) - 1] for _, end in _columns(times, width))
    cells = [_column(value / most if most else 0.0) for value in seen]
    return ["".join(row) for row in reversed(list(zip(*cells, strict=True)))]


def axis(times: Sequence[float], marks: Sequence[float], width: int) -> str:
    """The line beneath a chart, with a mark for each of some times."""
    columns = list(_columns(times, width))
    return "".join(MARK if any(low < mark <= high for mark in marks) else TICK for low, high in columns)


def scale(most: float) -> list[str]:
    """What stands left of a chart's lines, from the top down: the points at the top and in the middle."""
    ticks = {0: f"{most:g}", HEIGHT // 2: f"{most / 2:g}"}
    width = max(map(len, ticks.values()))
    return [f"{ticks.get(row, ''):>{width}} {AXIS}" for row in range(HEIGHT)]


def _columns(times: Sequence[float], width: int) -> list[tuple[float, float]]:
    """From when to when each column is, the last of them to the very end."""
    first, length = times[0], (times[-1] - times[0]) / width
    ends = [first + place * length for place in range(width)]
    return list(pairwise([*ends, times[-1]]))


def _column(part: float) -> list[str]:
    """A column's letters from the bottom; whatever is more than nothing is seen."""
    eighths = max(round(part * HEIGHT * 8), part > 0)
    return [EIGHTHS[min(8, max(0, eighths - 8 * row))] for row in range(HEIGHT)]


INK, MUTED, GRID, GREEN, GREY = "#1f2328", "#656d76", "#d8dee4", "#1a7f37", "#afb8c1"
HOW = f"run: {'.venv/bin/' if by_make() else ''}pip install matplotlib"
SETTINGS = {"svg.fonttype": "none", "svg.hashsalt": "nanograd", "font.size": 10, "text.color": INK}


def draw_progress(to: Path, form: str, grades: Sequence[Grade], exercises: Sequence[Exercise]) -> None:
    """Write the picture; form: "png" or "svg".

    Raises UsageError where matplotlib is not installed or the file cannot be written.
    """
    matplotlib, figures = _needed("matplotlib"), _needed("matplotlib.figure")
    names = [exercise.name for exercise in exercises]
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        figure = figures.Figure(figsize=(8, 6.4), dpi=150, layout="constrained", facecolor="white")
        above, below = figure.subplots(2, 1, height_ratios=(3, 2))
        _points(above, grades, exercises)
        _times(below, efforts(grades, names), names)
        with whole_file(to) as stream:
            figure.savefig(stream, format=form)


def _needed(name: str) -> Any:
    try:
        return library(name)
    except ImportError:
        raise UsageError("pictures need matplotlib, which is not installed", HOW) from None


def _points(axes: Any, grades: Sequence[Grade], exercises: Sequence[Exercise]) -> None:
    """The points after each grade, as steps, for they stay until the next; days are set apart."""
    most = float(sum(exercise.points for exercise in exercises))
    had = [float(value) for value in standing(grades, [exercise.name for exercise in exercises])]
    times = worked(grades)
    unit, word = _unit(times[-1])
    at = [time / unit for time in times]
    axes.step(at, had, where="post", color=GREEN, linewidth=1.8)
    axes.plot(at[-1:], had[-1:], "o", color=GREEN, clip_on=False)
    axes.set(xlim=(0, at[-1] * 1.02 or 1), ylim=(0, most * 1.04 or 1))
    axes.set_title(f"{points(had[-1])} of {points(most)} points", loc="left", weight="bold")
    axes.set_xlabel(f"{word} of work, {_days(grades)}", color=MUTED)
    for place in breaks(grades):
        axes.axvline(at[place], color=GREY, linewidth=0.8, linestyle=":", zorder=0)
    _plain(axes, "y")


def _days(grades: Sequence[Grade]) -> str:
    """From which day to which, and what the dotted lines mean, if there are any."""
    first, last = (_day(grades[place].at) for place in (0, -1))
    days = first if first == last else f"{first} to {last}"
    return f"{days}; dotted: a break" if breaks(grades) else days


def _unit(longest: timedelta) -> tuple[timedelta, str]:
    """What times up to this long are given in."""
    hours = longest > timedelta(hours=2)
    return (timedelta(hours=1), "hours") if hours else (timedelta(minutes=1), "minutes")


def _times(axes: Any, found: Sequence[Effort], names: Sequence[str]) -> None:
    """What each exercise took, until it passed or so far."""
    taken = {effort.exercise: effort for effort in found}
    lengths = [taken[name].active if name in taken else timedelta(0) for name in names]
    unit, word = _unit(max(lengths))
    colours = [GREEN if name in taken and taken[name].passed else GREY for name in names]
    bars = axes.barh(range(len(names)), [length / unit for length in lengths], 0.62, color=colours)
    axes.bar_label(bars, [_label(taken.get(name)) for name in names], padding=4, color=MUTED)
    axes.set_yticks(range(len(names)), map(printable, names))
    axes.invert_yaxis()
    axes.set_xlim(0, max(lengths) / unit * 1.22 or 1)
    axes.set_xlabel(word, color=MUTED)
    axes.set_title("time until the first pass, breaks left out", loc="left", weight="bold")
    _plain(axes, "x")


def _label(effort: Effort | None) -> str:
    if effort is None:
        return ""
    return f"{duration(effort.active)}{'' if effort.passed else ' so far'}"


def _plain(axes: Any, grid: str) -> None:
    axes.spines[:].set_visible(False)
    axes.set_axisbelow(True)
    axes.grid(axis=grid, color=GRID, linewidth=0.8)
    axes.tick_params(length=0, colors=MUTED)


THEME = "ansi_dark"  # the terminal's own colours, which suit its background
CODE = Theme({"markdown.code": "bold cyan"})  # on the terminal's own background, whichever that is
STANDINGS = 4
STYLES = {"+": "green", "-": "red", "@": "cyan"}


def show_hint(console: Console, hint: Hint, again: bool) -> None:
    """A hint, and where it stands among the others; again: whether asking once more gives another."""
    console.print(Rule(Text(hint.title, style="bold"), align="left", style="dim"))
    console.print()
    with console.use_theme(CODE):
        console.print(Markdown(hint.text, code_theme=THEME, hyperlinks=False))
    console.print()
    console.print(Text(_place(hint, again), style="dim"))


def _place(hint: Hint, again: bool) -> str:
    command = invoked("hint", hint.exercise)
    if not hint.level:
        return f"that is about your {hint.exercise}.py as it is; again for more: {command}"
    where = f"level {hint.level} of {hint.of}"
    if not again:
        return where
    return f"{where}, the last one" if hint.last else f"{where}; again for the next: {command}"


def show_list(
    console: Console,
    found: Sequence[Found],
    names: Sequence[str],
    marks: Mapping[str, Mark],
    files: Mapping[str, str],
    notes: Sequence[str] = (),
) -> None:
    """Exercises with what they are worth and where they stand, and what in them was searched for.

    names: of all exercises, in order.
    marks, files: what each had at its last grade, and the digest of its file now.
    notes: what stands above them, a sentence each.
    """
    tell_on_top(console, notes)
    grid = Table.grid(padding=(0, 2))
    for exercise in (each.exercise for each in found):
        grid.add_row(
            str(names.index(exercise.name) + 1),
            Text(printable(exercise.name)),
            Text(printable(exercise.title), style="dim"),
            f"{points(exercise.points)} points",
            *([_state(marks.get(exercise.name), files.get(exercise.name, ""))] if marks else []),
        )
    console.print(Padding(grid, (0, 0, 0, 2), expand=False))
    for each in found:
        _matches(console, each)


def _state(mark: Mark | None, file: str) -> Text:
    """An exercise's status, with its points where these are neither all nor none, and whether it is old."""
    if mark is None:
        return Text("")
    word, style = LOOK[mark.status]
    part = f"{points(mark.points)}/{points(mark.most)}" if 0 < mark.points < mark.most else ""
    changed = "changed since" if mark.file and mark.file != file else ""
    return Text(word, style=style) + Text("".join(f", {more}" for more in (part, changed) if more), "dim")


def _matches(console: Console, found: Found) -> None:
    """What in an exercise was searched for."""
    lines = [*found.properties, *(f"{invoked('hint')}: {title.partition(': ')[2]}" for title in found.hints)]
    if not lines:
        return
    console.print(Text(f"\n{printable(found.exercise.name)}", style="bold"))
    for line in lines[:STANDINGS]:
        console.print(Padding(Text(printable(line)), (0, 0, 0, 2)))
    if len(lines) > STANDINGS:
        console.print(f"  … and {len(lines) - STANDINGS} more")


def show_model(console: Console, model: Model) -> None:
    """The model in colours, then what is different in the student's."""
    name = printable(model.exercise)
    console.print(Rule(Text(f"{name}: the model", style="bold"), align="left", style="dim"))
    console.print()
    code = Syntax("", "python", theme=THEME).highlight(model.source)
    console.print(code, soft_wrap=True)
    console.print(Rule(Text("from yours to the model", style="bold"), align="left", style="dim"))
    console.print()
    # The heading says what its first two lines say.
    for line in model.diff[2:]:
        console.print(_diff_line(line), soft_wrap=True)
    if not model.diff:
        console.print("There is no difference: line by line, yours is the model.")


def _diff_line(line: str) -> RenderableType:
    return Text(harmless(printable(line.expandtabs(4))), style=STYLES.get(line[:1], ""))

"""How it went so far, as a picture: drawn by matplotlib, which only this needs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from grader.errors import UsageError
from grader.files import whole_file
from grader.learner.efforts import Effort, breaks, efforts, worked
from grader.learner.history import Grade, standing
from grader.learner.showing import duration
from grader.model import Exercise
from grader.printable import printable
from grader.processes import library
from grader.render.terminal import points

INK, MUTED, GRID, GREEN, GREY = "#1f2328", "#656d76", "#d8dee4", "#1a7f37", "#afb8c1"
HOW = "run: .venv/bin/pip install 'matplotlib>=3.8'"
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
    first, last = (f"{grades[place].at.astimezone():%-d %b %Y}" for place in (0, -1))
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

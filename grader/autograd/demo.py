"""The demo as somebody sees it: told, drawn, and performed."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from grader.autograd.moons import (
    ALIKE,
    FIRST,
    POINTS,
    Assembled,
    Engine,
    Point,
    Run,
    Step,
    Task,
    accuracy,
    assembled,
    train,
)
from grader.errors import UsageError, unwritable
from grader.examine.setting import Setting
from grader.machine.files import replaced
from grader.machine.processes import library
from grader.printable import harmless, printable
from grader.render.text import WORDS
from grader.submission.submission import Submission


@dataclass(frozen=True)
class Demo:
    """What is to be shown, and where.

    pictures: draws; None where nothing is to be drawn.
    """

    setting: Setting
    task: Task
    steps: int
    pictures: Pictures | None
    console: Console

    def perform(self, submission: Submission) -> bool:
        """Train what passes of a submission; whether that came to its end before a Ctrl-C.

        Raises UsageError where the student's code does not get through, or a picture cannot be written.
        """
        whole = assembled(self.setting, submission)
        self.console.print(Text(whose(whole)))
        engine, run = Engine(self.setting.cage, whole.parts), Run(self.task.parameters)
        try:
            finished = self._train(engine, run)
            if run.steps:
                right = self._result(engine, run) if finished else run.steps[-1].accuracy
                self._keep(run, whole.owner)
                self.console.print(summary(run, right, self._drawn()))
            return finished
        finally:
            engine.close()

    def _train(self, engine: Engine, run: Run) -> bool:
        draw = None if self.pictures is None else self.pictures.draw
        try:
            with telling(self.console, self.steps) as teller:
                for step in train(engine, self.task, run, self.steps, draw):
                    teller.tell(step)
            return True
        except KeyboardInterrupt:
            return False

    def _result(self, engine: Engine, run: Run) -> float:
        """The accuracy in the end; its picture is drawn as well."""
        if self.pictures is not None:
            self.pictures.finish(engine, run)
        return accuracy(engine.scores(run.parameters, self.task.points), self.task.labels)

    def _keep(self, run: Run, owner: str) -> None:
        if self.pictures is not None:
            self.pictures.losses(run, owner)
            self.pictures.animation()

    def _drawn(self) -> str:
        if self.pictures is None:
            return ""
        return f"{self.pictures.folder}: {', '.join(self.pictures.drawn)}, and step by step"


LEFT, RIGHT, LOW, HIGH = -1.5, 2.5, -1.02, 1.5
COARSE, FINE = (29, 19), (57, 37)  # points of the grid, across and up
SIZE, DPI = (7.2, 5.4), 110
INK, MUTED, GRID = "#1b2330", "#556070", "#dde2e9"
# Told apart by those who see no red or no green as well, and by their form.
BLUE, ORANGE = "#0072b2", "#d55e00"
SURE_BLUE, PALE_BLUE, PALE_ORANGE, SURE_ORANGE = "#c5dcec", "#e3eef6", "#fbe9dd", "#f5d0b8"
SETTINGS = {"axes.edgecolor": GRID, "text.color": INK, "axes.labelcolor": MUTED, "font.size": 10}
NAMES = ("moons.png", "moons.gif", "losses.png")
FRAME_MS, LAST_MS = 500, 2500


class Pictures:
    """Draws into a folder; what was drawn stays there, whatever happens next.

    Raises UsageError where matplotlib is missing, or the folder cannot be written to.
    """

    def __init__(self, folder: Path, task: Task, steps: int) -> None:
        self.folder = folder
        self._matplotlib = needed()
        self._task = task
        self._steps = steps
        self._frames: list[Path] = []
        with _writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            for old in (*folder.glob("step-*.png"), *(folder / name for name in NAMES)):
                old.unlink(missing_ok=True)

    @property
    def drawn(self) -> list[str]:
        """Those of the final pictures that are there."""
        return [name for name in NAMES if (self.folder / name).exists()]

    def draw(self, engine: Any, run: Run) -> None:
        """One more picture of what the engine gives across the plane: step-000.png and so on."""
        path = self.folder / f"step-{len(run.steps):03d}.png"
        self._moons(path, engine, run, COARSE)
        self._frames.append(path)

    def finish(self, engine: Any, run: Run) -> None:
        """The last picture on a finer grid, moons.png."""
        self._moons(self.folder / "moons.png", engine, run, FINE)

    def losses(self, run: Run, owner: str) -> None:
        """The losses, the accuracy and how far the losses are apart: losses.png; owner: of the engine."""
        with self._figure(self.folder / "losses.png") as figure:
            _draw_losses(figure, run, owner)

    def animation(self) -> None:
        """All the pictures one after the other, moons.gif."""
        images = import_module("PIL.Image")
        first, *rest = [
            images.open(path).convert("P", palette=images.Palette.ADAPTIVE) for path in self._frames
        ]
        lasting = [FRAME_MS] * len(rest) + [LAST_MS]
        drawn = BytesIO()
        first.save(drawn, format="GIF", save_all=True, append_images=rest, duration=lasting, loop=0)
        with _writing(self.folder):
            replaced(self.folder / "moons.gif", drawn.getvalue())

    def _moons(self, path: Path, engine: Any, run: Run, grid: tuple[int, int]) -> None:
        across, up = _between(LEFT, RIGHT, grid[0]), _between(LOW, HIGH, grid[1])
        plane = [(x, y) for y in up for x in across]
        count = len(self._task.points)
        scores = engine.scores(run.parameters, [*self._task.points, *plane])
        rows = [scores[at : at + len(across)] for at in range(count, len(scores), len(across))]
        with self._figure(path) as figure:
            axes = figure.add_axes((0.03, 0.115, 0.94, 0.79))
            _draw_plane(axes, across, up, rows)
            _draw_points(axes, self._task, scores[:count])
            done = f"Two moons, after {len(run.steps)} of {self._steps} steps"
            right = f"accuracy {percent(accuracy(scores[:count], self._task.labels))}"
            figure.text(0.03, 0.94, done, size=14, weight="bold")
            figure.text(0.97, 0.94, right, size=14, ha="right")

    @contextmanager
    def _figure(self, path: Path) -> Iterator[Any]:
        """A figure to draw on, then a file; whatever settings a user has."""
        with self._matplotlib.rc_context(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a plane that has no boundary, or no numbers
            self._matplotlib.rcdefaults()
            self._matplotlib.rcParams.update(SETTINGS)
            figure = import_module("matplotlib.figure").Figure(figsize=SIZE, dpi=DPI)
            yield figure
            drawn = BytesIO()
            figure.savefig(drawn, format="png")
            with _writing(path.parent):
                replaced(path, drawn.getvalue())


def needed() -> Any:
    """The module matplotlib; raises UsageError where it is not installed."""
    try:
        return library("matplotlib")
    except ImportError:
        raise UsageError(
            "the pictures need matplotlib, which is not installed",
            "install matplotlib where the grader is; or leave them out: grader demo --no-pictures",
        ) from None


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        another = "choose another place: grader demo --out FOLDER"
        raise unwritable(error, f"cannot write the pictures to {folder}", another) from None


def _between(low: float, high: float, count: int) -> list[float]:
    return [low + (high - low) * place / (count - 1) for place in range(count)]


def _draw_plane(axes: Any, across: Sequence[float], up: Sequence[float], rows: Sequence[Any]) -> None:
    tints = (SURE_BLUE, PALE_BLUE, PALE_ORANGE, SURE_ORANGE)
    axes.contourf(across, up, rows, levels=(-1, 0, 1), colors=tints, extend="both")
    axes.contour(across, up, rows, levels=(-1, 1), colors=MUTED, linewidths=0.9, linestyles="dashed")
    axes.contour(across, up, rows, levels=(0,), colors=INK, linewidths=2.2)
    axes.set(xlim=(LEFT, RIGHT), ylim=(LOW, HIGH), aspect="equal", xticks=(), yticks=())


def _draw_points(axes: Any, task: Task, scores: Sequence[float]) -> None:
    for label, colour, form, name in ((-1, BLUE, "o", "upper moon"), (1, ORANGE, "^", "lower moon")):
        of_it = [point for point, its in zip(task.points, task.labels, strict=True) if its == label]
        axes.scatter(*_split(of_it), s=46, marker=form, color=colour, edgecolor="white", lw=0.8, label=name)
    triples = zip(task.points, task.labels, scores, strict=True)
    wrong = [point for point, label, score in triples if not score * label > 0]
    if wrong:
        axes.scatter(*_split(wrong), s=150, facecolor="none", edgecolor=INK, lw=1.5, label="wrong side")
    axes.plot([], [], color=INK, linewidth=2.2, label="boundary")
    axes.plot([], [], color=MUTED, linewidth=0.9, dashes=(4, 2), label="margin")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.015), ncol=5, frameon=False, columnspacing=1.8)


def _split(points: Sequence[Point]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]


def _draw_losses(figure: Any, run: Run, owner: str) -> None:
    top, middle, bottom = figure.subplots(3, 1, sharex=True, height_ratios=(3, 2, 2))
    numbers = [step.number for step in run.steps]
    top.semilogy(numbers, [s.loss for s in run.steps], color=BLUE, linewidth=4, alpha=0.55, label=owner)
    top.semilogy(numbers, [s.torch_loss for s in run.steps], color=INK, dashes=(4, 2), label="PyTorch")
    top.yaxis.set_major_formatter("{x:g}")
    top.yaxis.set_minor_formatter("")
    top.legend(frameon=False)
    middle.plot(numbers, [100 * step.accuracy for step in run.steps], color=ORANGE, linewidth=2)
    middle.set(ylim=(0, 104))
    # On a scale of powers a difference of nothing is drawn where a float64 ends.
    bottom.semilogy(numbers, [max(step.difference, 1e-17) for step in run.steps], color=MUTED)
    bottom.axhline(ALIKE, color=INK, linewidth=0.9, dashes=(4, 2))
    bottom.set(ylim=(1e-18, max(1e-7, 10 * run.largest_difference())), xlabel="step")
    titles = (
        "loss",
        "accuracy, in percent",
        f"difference of the losses, relative; the line is {power(ALIKE)}",
    )
    for axes, title in zip((top, middle, bottom), titles, strict=True):
        axes.set_title(title, loc="left", size=10.5, weight="bold")
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color=GRID)
        axes.tick_params(which="both", length=0, labelcolor=MUTED)
    figure.set_layout_engine("constrained")


# Said of a part, these are reasons for its not being at work.
REASONS = WORDS | {"failed": "not right yet", "crashed": "crashes", "timed_out": "too slow"}
EVERY = 10


def whose(engine: Assembled) -> str:
    """Whose parts are at work, and why others stand in."""
    if not engine.missing:
        return "Every part is your own: " + listed(engine.own) + "."
    words = dict.fromkeys(word for _, word in engine.missing)
    groups = {word: tuple(name for name, its in engine.missing if its == word) for word in words}
    reasons = [f"{listed(names)} ({REASONS[word]})" for word, names in groups.items()]
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


def percent(part: float) -> str:
    """A part of one; 100 % is said only of the whole."""
    return f"{min(99, round(100 * part)) if part < 1 else 100} %"


def listed(names: tuple[str, ...]) -> str:
    """Names in a sentence."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def power(number: float) -> str:
    """A small number in one digit, as people write it: 1e-9."""
    return f"{number:.1g}".replace("e-0", "e-")

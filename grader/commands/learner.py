"""What helps a student along: hint, list, progress, reset, solution and submit."""

from __future__ import annotations

import queue
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path, PurePath
from time import monotonic, perf_counter
from typing import TYPE_CHECKING

import click

from grader.commands.shared import LIMIT, SANDBOX, SEED, console, mine, setting
from grader.errors import MachineError, UsageError
from grader.printable import WINDOWS, invoked, printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.course.course import Course
    from grader.learner.history import Grade
    from grader.watch.board import Event

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("exercise", required=False)
@click.option("--level", type=int, metavar="N", help="Read this one, and let the next be what it was.")
def hint(exercise: str | None, level: int | None) -> None:
    """Give a hint, one level more each time.

    Without EXERCISE: for the one to look at next. Where the last grade has seen what the code does
    in a file that is still the same, what helps with that comes first.
    """
    from grader.learner.hints import hint_at, next_hint
    from grader.learner.history import found as found_in
    from grader.learner.history import read, state_folder, unfinished
    from grader.learner.progress import show_hint

    course = mine()
    state = state_folder(course)
    grades = read(state)
    name = _name(exercise) if exercise else unfinished(grades, course.names)
    if name is None:
        again = invoked("hint", course.names[0])
        click.echo(f"Every exercise has passed. To read hints all the same: {again}")
    elif level is not None:
        show_hint(console(), hint_at(course, name, level), again=False)
    else:
        found = next_hint(course, state, name, found_in(course, name, grades))
        show_hint(console(), found, again=True)


def _name(given: str) -> str:
    """An exercise's name, also from its file's path, as shells complete it."""
    return PurePath(given).name.removesuffix(".py")


@click.command("list")
@click.argument("search", nargs=-1)
def list_exercises(search: tuple[str, ...]) -> None:
    """List the exercises, what they are worth and where they stand.

    With SEARCH: those whose names, titles, properties or hints speak of it, such as "chain rule".
    """
    from grader.learner.hints import background
    from grader.learner.hints import search as find
    from grader.learner.history import FOLDER, latest, on_top, present, read
    from grader.learner.progress import show_list

    course, wanted = mine(), " ".join(search)
    found, others = find(course, wanted), background(course, wanted)
    grades, files = read(course.root / FOLDER), present(course)
    if found:
        names = [part.name for part in course.parts]
        show_list(console(), found, names, latest(grades), files, on_top(grades, files))
    else:
        click.echo(f"No exercise speaks of “{printable(wanted)}”.")
    for title in others:
        click.echo(f"\nHINTS.md has a section “{printable(title)}”.")


@click.command()
@click.option("--png", type=FILE, metavar="FILE", help="Draw it into a file; needs matplotlib.")
@click.option("--svg", type=FILE, metavar="FILE", help="Likewise.")
@click.option("--off", "turned", flag_value="off", help="Remember no grade from now on.")
@click.option("--on", "turned", flag_value="on", help="Remember grades again.")
@click.option("--forget", is_flag=True, help="Remove what is remembered, after asking.")
def progress(png: Path | None, svg: Path | None, turned: str | None, forget: bool) -> None:
    """Show points over time, and the time each exercise took.

    Every grade of exercises/ is remembered in .nanograd/, on this machine only: nothing of it is sent
    anywhere, and none of it is in a report. NANOGRAD_HISTORY=off in the environment ends that as --off does.
    """
    from grader.learner.history import on_top, present, read, state_folder

    course = mine()
    state = state_folder(course)
    if turned is not None:
        _turn(state, turned == "on")
    if forget:
        _forget(state)
    if turned is not None or forget:
        return
    grades = read(state)
    if not grades:
        _nothing_yet(state, drawing=png is not None or svg is not None)
    elif png is None and svg is None:
        from grader.learner.progress import show_progress

        show_progress(console(), grades, course.counted, on_top(grades, present(course)))
    else:
        _draw(course, grades, png, svg)


def _nothing_yet(state: Path, drawing: bool) -> None:
    from grader.learner.history import declined

    off = "Remembering is off; grader progress --on changes that."
    step = off if declined(state) else f"Run: {invoked('grade')}"
    if drawing:
        raise UsageError("there is nothing to draw: no grade is remembered yet", step)
    click.echo(f"No grade is remembered yet. {step}")


def _draw(course: Course, grades: list[Grade], png: Path | None, svg: Path | None) -> None:
    for to, form in ((png, "png"), (svg, "svg")):
        if to is not None:
            from grader.learner.progress import draw_progress

            draw_progress(to, form, grades, course.counted)
            click.echo(f"Drawn: {printable(str(to))}")


def _turn(state: Path, on: bool) -> None:
    from grader.learner.history import turn

    _changing(state, lambda: turn(state, on))
    click.echo("Grades are remembered again." if on else "No grade is remembered from now on.")


def _forget(state: Path) -> None:
    from grader.learner.history import forget, read

    count = len(read(state))
    click.confirm(f"Forget {count:,} grades for good?", abort=True)
    _changing(state, lambda: forget(state))
    click.echo("Forgotten.")


def _changing(state: Path, change: Callable[[], None]) -> None:
    try:
        change()
    except OSError as error:
        raise MachineError(f"cannot change {state}: {error.strerror}", "check its permissions") from None


@click.command()
@click.argument("exercise")
def reset(exercise: str) -> None:
    """Put an exercise back as it was handed out, after a backup of what is there."""
    from grader.learner.files import as_handed_out
    from grader.learner.files import reset as put_back

    course, name = mine(), _name(exercise)
    if as_handed_out(course, name):
        click.echo(f"exercises/{name}.py is as it was handed out; there is nothing to reset.")
        return
    backup = put_back(course, name)
    click.echo(f"exercises/{name}.py is as it was handed out.")
    if backup.stat().st_size:
        kept, copy = backup.relative_to(course.root), "copy" if WINDOWS else "cp"
        back = Path("exercises", f"{name}.py")
        click.echo(f"What was there is kept; this brings it back:\n  {copy} {kept} {back}")


@click.command()
@click.argument("exercise")
def solution(exercise: str) -> None:
    """Show the model for an exercise that has passed, and what is different in yours."""
    from grader.learner.files import solution as find
    from grader.learner.history import FOLDER, read
    from grader.learner.progress import show_model

    course, name = mine(), _name(exercise)
    grades = read(course.root / FOLDER)
    show_model(console(), find(course, name, grades, lambda: _passes(course, name)))


@click.command()
@click.option("--to", type=FILE, metavar="FILE", help="The zip to write (default: hand-in.zip).")
def submit(to: Path | None) -> None:
    """Write the one small file that you hand in: your exercises, and nothing of the project around them.

    Nothing is graded or sent; where to hand it in, whoever teaches the course says.
    """
    from grader.learner.files import HANDED_IN, pack

    course = mine()
    packed = pack(course, to or course.root / HANDED_IN)
    click.echo(f"{printable(str(to or HANDED_IN))} is what you hand in: {', '.join(packed.names)}.")
    for sentence in packed.told:
        click.echo(printable(sentence))
    for names, what in ((packed.untouched, "still the stub"), (packed.missing, "not there")):
        if names:
            click.echo(f"{', '.join(names)}: {what}.")


def _passes(course: Course, name: str) -> bool:
    """Grade one exercise as it is now; remembered like any other grade."""
    from grader.examine.grading import grade
    from grader.learner.history import remember
    from grader.submission.tree import read_own

    conditions = setting(course=course)
    now, clock = datetime.now(UTC), perf_counter()
    report = grade(read_own(course.root / "exercises", course), conditions, (name,))
    remember(report, course, now, round(perf_counter() - clock, 3))
    return report.all_passed


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def python(arguments: tuple[str, ...]) -> None:
    """Start the Python that has the grader, which programs that are shown can be pasted into.

    ARGUMENTS are Python's own: grader python -m pytest tests/properties, say.
    """
    from grader.machine.processes import python_of_theirs

    sys.stdout.flush()
    sys.exit(python_of_theirs(arguments))


COMMANDS = (hint, list_exercises, progress, reset, solution, submit, python)


@click.command()
@click.option("--poll", is_flag=True, help="Look again and again, where a file system tells nothing.")
@SEED
@SANDBOX
@LIMIT
def watch(poll: bool, seed: int, sandbox: str, time_limit: float) -> None:
    """Grade each exercise as soon as it is saved; the keys are on the screen."""
    from grader.forkserver.client import Order
    from grader.watch.loop import Grading, Watch
    from grader.watch.saves import Saves
    from grader.watch.screen import Terminal, fit

    screen = console(fixed=False)
    fit(screen)
    course = mine()
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    order = Order(sandbox, seed, time_limit, root=str(course.root))
    saves = Saves(course.root / "exercises", course, events.put, monotonic, poll)
    terminal, grading = Terminal(screen, events.put), Grading(course, order, events.put)
    first = saves.first
    with closing(grading), closing(saves), terminal.taken():
        saves.start()
        watch = Watch(course, first, grading, terminal, events, monotonic, seed)
        code = watch.run()
    sys.exit(code)


WATCH = (watch,)

"""The command watch: a saved exercise is graded at once."""

from __future__ import annotations

import queue
import sys
from contextlib import closing
from time import monotonic
from typing import TYPE_CHECKING

import click

from grader.commands.saying import console
from grader.errors import UsageError
from grader.sandbox import NAMES

if TYPE_CHECKING:
    from grader.watching.events import Event

PATIENCE = 3.0  # as grade has it


@click.command()
@click.option("--poll", is_flag=True, help="Look again and again, where a file system tells nothing.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed draws other cases.")
@click.option("--sandbox", type=click.Choice(NAMES), default="auto", show_default=True)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0.1),
    default=10.0,
    show_default=True,
    help="Seconds for each exercise.",
)
def watch(poll: bool, seed: int, sandbox: str, time_limit: float) -> None:
    """Grade each exercise as soon as it is saved; the keys are on the screen."""
    from grader.course import here
    from grader.task import Order
    from grader.watching.asking import Grading
    from grader.watching.loop import Watch
    from grader.watching.saves import Saves
    from grader.watching.terminal import Terminal, fit

    screen = console(fixed=False)
    fit(screen)
    _installed()
    course = here()
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    order = Order(sandbox, seed, time_limit, PATIENCE, str(course.root))
    saves = Saves(course.root / "exercises", course.names, events.put, monotonic, poll)
    terminal, grading = Terminal(screen, events.put), Grading(course, order, events.put)
    first = saves.first
    with closing(grading), closing(saves), terminal.taken():
        saves.start()
        watch = Watch(course, first, grading, terminal, events, monotonic, seed)
        code = watch.run()
    sys.exit(code)


def _installed() -> None:
    """Raise UsageError where an older environment lacks what watches files."""
    try:
        import watchfiles  # noqa: F401  # saves.py uses it
    except ImportError:
        raise UsageError("the package watchfiles is missing", "run: make setup") from None


COMMANDS = (watch,)

"""Where commands print, for people and what takes its time, and under whose signature."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.errors import GraderError, UsageError
from grader.printable import printable

if TYPE_CHECKING:
    from rich.console import Console

    from grader.classroom.gradebook import LeftOut
    from grader.render.export import Single

SIZE = ("COLUMNS", "LINES")
# As course.ANY_SHAPE has them; given without a value it is the second.
ANY_SHAPE = click.option(
    "--any-shape",
    type=click.Choice(("strict", "lenient")),
    is_flag=False,
    flag_value="lenient",
    help="Judge code of any layout by the course's promises (strict), or by its own (lenient).",
)


def console(stderr: bool = False, fixed: bool = True) -> Console:
    """Standard output, or error, for people: as wide as the terminal, 80 columns where there is none.

    fixed: whether COLUMNS and LINES have a say; they do not change when the terminal does.
    """
    from rich.console import Console

    surroundings = {name: value for name, value in os.environ.items() if fixed or name not in SIZE}
    plain = Console(highlight=False, soft_wrap=False, stderr=stderr, _environ=surroundings)
    return plain if plain.is_terminal else Console(highlight=False, width=80, stderr=stderr)


def notice() -> Callable[[str], None]:
    """Says things on the standard error that there is now; pytest has it redirected while it runs."""
    stream = sys.stderr

    def say(sentence: str) -> None:
        print(sentence, file=stream, flush=True)

    return say


@contextmanager
def standard_output() -> Iterator[None]:
    """For what only prints; raises UsageError where standard output does not take it."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise  # whoever read it wants no more, which is no error
    except OSError as error:
        with suppress(OSError):
            # Else the rest is tried once more at the end, and fails once more.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise UsageError(f"cannot write to standard output: {error.strerror}", "make room there") from None


def each_done(*steps: Callable[[], None]) -> None:
    """Do every step, whatever becomes of the others, and raise what was raised last."""
    troubles: list[GraderError | OSError | SystemExit] = []
    for step in steps:
        try:
            step()
        except (GraderError, OSError, SystemExit) as error:  # the last is what rich makes of a broken pipe
            troubles.append(error)
    for trouble in troubles[:-1]:
        if isinstance(trouble, GraderError):
            click.echo(f"grader: {printable(trouble.what)}", err=True)
    if troubles:
        raise troubles[-1]


def say_left_out(left_out: LeftOut) -> None:
    """Say what does not count, if there is anything."""
    from click import echo

    if said := str(left_out):
        echo(said)


def signed_by(key: Path) -> Single:
    """Renders our JSON signed with the key in a file; raises UsageError where that is none."""
    from grader.signed.signing import load_key, signed

    return signed(load_key(key))

"""Where commands print, for people and what takes its time, and under whose signature."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from grader.gradebook.counting import LeftOut
    from grader.render.formats import Single

SIZE = ("COLUMNS", "LINES")


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


def say_left_out(left_out: LeftOut) -> None:
    """Say what does not count, if there is anything."""
    from click import echo

    if said := str(left_out):
        echo(said)


def signed_by(key: Path) -> Single:
    """Renders our JSON signed with the key in a file; raises UsageError where that is none."""
    from grader.render.sealed import signed
    from grader.signed.signing import load_key

    return signed(load_key(key))

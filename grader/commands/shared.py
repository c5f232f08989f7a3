"""What commands share: options, what is graded with, and where they print."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.errors import GraderError, of_machine
from grader.printable import nothing_more, printable, typed
from grader.sandbox.cages import NAMES

if TYPE_CHECKING:
    from rich.console import Console

    from grader.classroom.store import LeftOut
    from grader.course.course import Course
    from grader.examine.setting import Setting
    from grader.render.export import Single

SIZE = ("COLUMNS", "LINES")
SECONDS = 10.0
SEED = click.option("--seed", type=int, default=0, show_default=True, help="Another seed draws other cases.")
SANDBOX = click.option("--sandbox", type=click.Choice(NAMES), default="auto", show_default=True)
LIMIT = click.option(
    "--time-limit",
    type=click.FloatRange(min=0.1),
    default=SECONDS,
    show_default=True,
    help="Seconds for each exercise.",
)
THOROUGH = click.option(
    "--thorough", is_flag=True, help="Ask every case; else few, and all of what does not hold in those."
)
# As course.ANY_SHAPE has them; given without a value it is the second.
ANY_SHAPE = click.option(
    "--any-shape",
    type=click.Choice(("strict", "lenient")),
    is_flag=False,
    flag_value="lenient",
    help="Judge code of any layout by the course's promises (strict), or by its own (lenient).",
)


def chosen(strangers: bool = False) -> Course:
    """The course that a command is about; where that is not plain, a line on standard error says which.

    It is the one that --course names; without that, the one around the current folder; where there is none,
    the grader's own.
    strangers: others' work is graded, and the current folder may be theirs. A course's properties are code
        that the grader runs, so nothing is taken from there: without --course it is the grader's own.
    """
    from grader.course.course import here, own, own_root, root_around

    if (named := named_course()) is not None:
        return named
    course, around = own() if strangers else here(), root_around(Path.cwd())
    if around is not None and around != own_root():
        if strangers:
            other = f"for the one in {typed(around)}: grader --course {typed(around)} …"
            _note(f"the course is the grader's own; {other}")
        elif not own().carried:
            _note(f"the course is the one in {typed(around)}; the grader is the one in {typed(own_root())}")
    return course


def mine() -> Course:
    """The course that somebody works in, as chosen() has it; raises UsageError where there is none."""
    course = chosen().project()
    _note_elsewhere(course)
    return course


def work(course: Course, given: Path | None) -> Path:
    """The folder that is given, else the one in which the course's student works."""
    if given is not None:
        return given
    _note_elsewhere(course)
    return course.work


def named_course() -> Course | None:
    """The course that --course names, or the variable; None where there is no word of one."""
    from grader.course.course import Course

    named = _named()
    return None if named is None else Course.load(named.resolve())


def _named() -> Path | None:
    context = click.get_current_context(silent=True)
    found: Path | None = None if context is None else context.find_root().params.get("course")
    return found


def _note_elsewhere(course: Course) -> None:
    """Say whose exercises these are, where nobody who stands here would think of them."""
    if _named() is None and not course.carried and not Path.cwd().is_relative_to(course.root):
        _note(f"the course is the one in {typed(course.root)}")


def _note(sentence: str) -> None:
    click.echo(f"grader: {sentence}", err=True)


def setting(
    sandbox: str = "auto",
    seed: int = 0,
    seconds: float = SECONDS,
    *,
    course: Course | None = None,
    say: Callable[[str], None] | None = None,
    strangers: bool = False,
) -> Setting:
    """What a command grades with; raises GraderError where there is no course, or no such cage.

    course: by default the one that chosen() finds.
    say: see Setting; by default it speaks on standard error.
    strangers: the code is not the caller's own, so that "auto" refuses what is no cage.
    """
    from grader.examine.cases import default_folder
    from grader.examine.setting import Setting
    from grader.sandbox.cages import choose
    from grader.sandbox.runner import Limits

    course = course or chosen(strangers)
    limits = Limits(seconds)
    return Setting(course, choose(sandbox, strangers), default_folder(), seed, limits, say or notice())


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
    """For what only prints; raises MachineError where standard output does not take it."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise  # whoever read it wants no more, which is no error
    except OSError as error:
        nothing_more()
        raise of_machine(error, "cannot write to standard output") from None


def machine_readable(text: str) -> None:
    """Print what programs read: in UTF-8, whatever the terminal's encoding is."""
    click.echo(text.encode("utf-8", "backslashreplace"), nl=False)


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

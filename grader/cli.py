"""The command grader: arguments in, exit code out; the work is done elsewhere."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from grader.autograd.commands import DEMO, GRAPH
from grader.commands.author import CHECK, DOCTOR, NEW, PROJECT, RELEASE
from grader.commands.hosts import CI
from grader.commands.hosts import COMMANDS as PLATFORMS
from grader.commands.instructor import COMMANDS as INSTRUCTOR
from grader.commands.instructor import RESULTS
from grader.commands.student import COMMANDS as STUDENT
from grader.errors import GraderError, MachineError, UsageError, of_machine
from grader.machine.processes import as_many_files_as_may_be
from grader.printable import called_as, doors, nothing_more, printable, typed
from grader.version import VERSION

# In the order of the help.
SECTIONS = {
    "To learn with": (*PROJECT, *STUDENT, *GRAPH, *DEMO),
    "For a class": (*INSTRUCTOR, *RESULTS),
    "For courses' other homes": (*CI, *PLATFORMS),
    "For authors, and for the machine": (*CHECK, *NEW, *RELEASE, *DOCTOR),
}


class Group(click.Group):
    """Turns our errors, and nothing else, into a line on standard error and the right exit code."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's)
        """A section for each kind of reader."""
        width = formatter.width - 6 - max(map(len, self.commands))
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(str(c.name), c.get_short_help_str(width)) for c in commands])

    def main(self, *arguments: Any, **options: Any) -> Any:
        """What is printed on the way, also of wrong use, goes through the door."""
        as_many_files_as_may_be()
        with doors():
            try:
                return super().main(*arguments, **options)
            except (OSError, MemoryError) as error:  # click itself ends quietly where the reader has gone
                nothing_more()
                _say(of_machine(error))
                sys.exit(MachineError.exit_code)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            _refuse_lost_folder()
            return super().invoke(ctx)
        except GraderError as error:
            _say(error)
            ctx.exit(error.exit_code)


def _say(error: GraderError) -> None:
    with suppress(OSError):
        click.echo(f"grader: {printable(error.what)}", err=True)
        if error.next_step:
            click.echo(f"        {printable(error.next_step)}", err=True)


def _refuse_lost_folder() -> None:
    """Raise UsageError in a folder that has been removed: whatever is looked for there is not found."""
    try:
        os.getcwd()
    except OSError:
        raise UsageError("the current folder has been removed", "go to one that is there: cd") from None


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="grader")
@click.option(
    "--course",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="NANOGRAD_COURSE",
    metavar="DIR",
    help="The course (default: the folder you are in or one above, else what is installed).",
)
def main(course: Path | None) -> None:
    """Grade automatic-differentiation exercises against PyTorch.

    Commands for a class, and for courses' other homes, never take the course from the folder they run in,
    which may be a stranger's: theirs is the installed one, or the one named.

    Exit status: 0 everything passed, 1 something did not, 2 wrong use or an unreadable submission,
    70 the course or the grader is at fault, 71 the machine is.
    """
    context = click.get_current_context()
    if course is not None and context.get_parameter_source("course") is ParameterSource.COMMANDLINE:
        called_as("grader", "--course", typed(course))
        context.call_on_close(called_as)


for section in SECTIONS.values():
    for command in section:
        main.add_command(command)

"""What authors of a course use: check and release."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from grader.commands.shared import chosen, console, machine_readable, setting
from grader.errors import UsageError
from grader.printable import printable, typed
from grader.sandbox.cages import NAMES


@click.command()
@click.option("--write", is_flag=True, help="Cut the stubs and copy the given files into exercises/ anew.")
@click.option(
    "--matrix", "show_matrix", is_flag=True, help="Show which property catches which misconception."
)
def check(write: bool, show_matrix: bool) -> None:
    """For authors: prove the solutions, stubs, hints, properties and misconceptions of the course."""
    from grader.author.check import as_text, findings, matrices, summary, write_stubs

    conditions = setting()
    if write:
        write_stubs(conditions.course)
    if show_matrix:
        for name, found in matrices(conditions):
            click.echo(as_text(name, found) + "\n")
        return
    troubles = list(findings(conditions))
    for trouble in troubles:
        click.echo(f"grader: {trouble}", err=True)
    if troubles:
        sys.exit(70)
    click.echo(summary(conditions.course))


@click.command()
@click.option(
    "--to", type=click.Path(path_type=Path), metavar="FOLDER", help="Write the students' project there."
)
@click.option(
    "--update",
    "folder",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Renew a project released before; a student's work in it is kept.",
)
def release(to: Path | None, folder: Path | None) -> None:
    """Write the project that students get, or renew one over a student's work."""
    from grader.author.release import release as release_course

    if (to is None) == (folder is None):
        raise UsageError("release wants one of --to and --update", "grader release --to FOLDER")
    if folder is not None:
        _update(folder)
    elif to is not None:
        written = release_course(chosen(), to)
        click.echo(f"{len(written)} files are in {printable(str(to))}: the students' project. Try it:")
        click.echo(f"  make -C {typed(to)} grade")


def _update(folder: Path) -> None:
    from grader.author.release import What, update

    changes = update(chosen(), folder)
    for change in changes:
        click.echo(f"  {printable(str(change))}")
    if all(change.what is What.KEPT for change in changes):
        click.echo(f"{printable(str(folder))} is up to date; nothing was changed.")


CHECK, RELEASE = (check,), (release,)


@click.command()
@click.option("--sandbox", type=click.Choice(NAMES), help="Examine only this one (default: all).")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def doctor(sandbox: str | None, as_json: bool) -> None:
    """Say which cages this machine has, and prove them by attempts to escape.

    Every attempt is harmless, also where it succeeds. Exit status: 0 a cage with full isolation holds,
    1 there is none, or one claims more than it holds.
    """
    from grader.doctor.doctor import examine, recommended, sound
    from grader.doctor.screen import render, steps, this_machine, to_json

    findings = examine(sandbox)
    todo = steps(this_machine())
    if as_json:
        machine_readable(to_json(findings, todo))
    else:
        render(findings, todo, console())
    sys.exit(0 if recommended(findings) and sound(findings) else 1)


DOCTOR = (doctor,)

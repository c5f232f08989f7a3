"""What authors of a course use: check, new and release."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from grader.commands.saying import notice
from grader.errors import UsageError
from grader.printable import printable


@click.command()
@click.option("--write", is_flag=True, help="Cut the stubs and copy the given files into exercises/ anew.")
@click.option(
    "--matrix", "show_matrix", is_flag=True, help="Show which property catches which misconception."
)
def check(write: bool, show_matrix: bool) -> None:
    """For authors: prove the solutions, stubs, hints, properties and misconceptions of the course."""
    from grader.cases import default_folder
    from grader.check import findings, matrices, summary, write_stubs
    from grader.course import here
    from grader.matrix import as_text
    from grader.sandbox import choose
    from grader.setting import Setting

    setting = Setting(here(), choose("auto"), default_folder(), say=notice())
    if write:
        write_stubs(setting.course)
    if show_matrix:
        for name, found in matrices(setting):
            click.echo(as_text(name, found) + "\n")
        return
    troubles = list(findings(setting))
    for trouble in troubles:
        click.echo(f"grader: {trouble}", err=True)
    if troubles:
        sys.exit(70)
    click.echo(summary(setting.course))


@click.command()
@click.argument("name")
@click.option("--title", metavar="T", help="What the list of exercises says; NAME(a) by default.")
@click.option("--points", type=click.IntRange(min=6), default=6, show_default=True)
def new(name: str, title: str | None, points: int) -> None:
    """For authors: lay down a new exercise, an operation on one number such as tanh."""
    from grader.course import here
    from grader.new import blanks, lay_down

    course = here()
    course.authors_only()
    texts = lay_down(course, name, title or f"{name}(a)", points)
    click.echo(f"{name} is laid down. Fill in what is marked FILL IN:")
    for path, count in blanks(texts):
        click.echo(f"  {path.relative_to(course.root)} ({count})")
    click.echo(f"Read the properties and their numbers: {course.properties(name).relative_to(course.root)}")
    click.echo("Then:\n  grader check --write  # cuts exercises/ anew: whatever was written there is gone")
    click.echo(f"  grader check\n  grader grade solutions --exercise {name}")


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
    from grader.course import here
    from grader.handout.release import release as release_course

    if (to is None) == (folder is None):
        raise UsageError("release wants one of --to and --update", "grader release --to FOLDER")
    if folder is not None:
        _update(folder)
    elif to is not None:
        written = release_course(here(), to)
        shown = printable(str(to))
        click.echo(f"{len(written)} files are in {shown}: the students' project. Try it:")
        click.echo(f"  make -C {shown} grade")


def _update(folder: Path) -> None:
    from grader.course import here
    from grader.handout.release import What, update

    changes = update(here(), folder)
    for change in changes:
        click.echo(f"  {printable(str(change))}")
    if all(change.what is What.KEPT for change in changes):
        click.echo(f"{printable(str(folder))} is up to date; nothing was changed.")


COMMANDS = (check, new, release)

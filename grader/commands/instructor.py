"""What instructors grade with: batch and rescore."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.saying import ANY_SHAPE, console, say_left_out
from grader.printable import printable
from grader.sandbox import NAMES
from grader.seeds import LARGEST

if TYPE_CHECKING:
    from grader.batch import Tally

BOOK = click.Path(path_type=Path, dir_okay=False)
STOPPED = 130  # as shells have it for a Ctrl-C
PATIENCE = 4.0  # for each job that shares a processor


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--gradebook", "book", type=BOOK, required=True, help="Where grades are kept; made if missing.")
@click.option("--roster", type=BOOK, help="CSV with student_id,name,email,path.")
@click.option("--jobs", type=click.IntRange(min=1), help="Submissions at a time (default: one a processor).")
@click.option("--dask", "cluster", metavar="ADDRESS", help="Examine on a dask.distributed cluster.")
@click.option(
    "--seed",
    type=click.IntRange(0, LARGEST),
    metavar="N",
    help="A secret one draws cases nobody knows. It counts from now on (default: the one so far, or 0).",
)
@click.option("--sandbox", type=click.Choice(NAMES), default="auto", show_default=True)
@click.option("--time-limit", type=click.FloatRange(min=0.1), default=10.0, show_default=True)
@ANY_SHAPE
def batch(
    folder: Path,
    book: Path,
    roster: Path | None,
    jobs: int | None,
    cluster: str | None,
    seed: int | None,
    sandbox: str,
    time_limit: float,
    any_shape: str | None,
) -> None:
    """Grade a class: a folder or an archive with everybody's submissions.

    What is in the gradebook already is not run again, so a run that was stopped goes on where it was.
    Exit status: 0 everything was graded, 1 something could not be read, 70 or 71 something could not be
    graded through no fault of a student's.
    """
    from grader.classroom import Wanted, grade_class
    from grader.render.progress import watching

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    width = jobs or cores
    patience = PATIENCE * max(1.0, width / cores)
    judge = any_shape or ""
    wanted = Wanted(folder, book, roster, width, cluster, seed, sandbox, time_limit, patience, judge)
    try:
        with watching(console(stderr=True)) as progress:
            tally = grade_class(wanted, progress)
    except KeyboardInterrupt:
        click.echo(
            "grader: stopped; what was graded is kept\n        run the same again: it goes on", err=True
        )
        sys.exit(STOPPED)
    _say(tally, book)
    sys.exit(tally.worst.exit_code if tally.worst else int(tally.unreadable > 0))


def _say(tally: Tally, book: Path) -> None:
    parts = [
        (tally.examined, "graded"),
        (tally.known, "unchanged since they were graded"),
        (tally.unreadable, "unreadable"),
        (tally.absent, "on the roster, with nothing handed in"),
        (tally.faults, "not graded, through no fault of the student's: run the same again"),
    ]
    click.echo("; ".join(f"{count:,} {what}" for count, what in parts if count) or "nothing was handed in")
    say_left_out(tally.left_out)
    shown = printable(str(book))
    click.echo(f"Next: grader report {shown} --html class.html, or grader export {shown} --format csv")


@click.command()
@click.argument("book", metavar="GRADEBOOK", type=BOOK)
def rescore(book: Path) -> None:
    """Score what is stored by course.toml as it is now, without running anything."""
    from grader.course import here
    from grader.rescoring import rescored
    from grader.rubric import of

    change = rescored(book, of(here()))
    if not change.rubric:
        click.echo("The rubric is the same as before; no score has changed.")
        return
    click.echo(
        f"{change.people:,} people are scored by the new rubric; {len(change.moved):,} scores have changed."
    )
    for person, before, after in change.moved[:20]:
        click.echo(f"  {person}: {before:g} -> {after:g}")
    if len(change.moved) > 20:
        click.echo(f"  … and {len(change.moved) - 20:,} more")


COMMANDS = (batch, rescore)

"""What becomes of a course: check and release for its authors, init and update; and the doctor."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.shared import chosen, console, machine_readable, named_course, setting
from grader.errors import UsageError
from grader.printable import WINDOWS, printable, typed
from grader.sandbox.cages import NAMES

if TYPE_CHECKING:
    from grader.course.course import Course


@click.command()
@click.option("--write", is_flag=True, help="Cut the stubs and copy the given files into exercises/ anew.")
@click.option(
    "--matrix", "show_matrix", is_flag=True, help="Show which property catches which misconception."
)
def check(write: bool, show_matrix: bool) -> None:
    """For authors: prove the solutions, stubs, hints, properties and misconceptions of the course."""
    from grader.author.exercises import as_text, findings, matrices, summary, write_stubs

    conditions = replace(setting(), thorough=True)  # what is right has to hold in every case
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
    from grader.course.sealed import read_manifest

    if (to is None) == (folder is None):
        raise UsageError("release wants one of --to and --update", "grader release --to FOLDER")
    if folder is not None:
        _update(chosen(), folder)
    elif to is not None:
        written = release_course(chosen(), to)
        click.echo(f"{len(written)} files are in {printable(str(to))}: the students' project. Try it:")
        by_make = read_manifest(to).alone and not WINDOWS  # where nobody has make
        click.echo(f"  make -C {typed(to)} grade" if by_make else f"  cd {typed(to)}\n  grader grade")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--subject", metavar="NAME", help="Begin a course of your own, for authors: functions.")
def init(folder: Path, subject: str | None) -> None:
    """Lay the course down in a new folder: exercises, hints, lessons, and what they are graded by."""
    from grader.author.release import release as lay_down
    from grader.course.course import own

    if subject is not None:
        _begin(folder, subject)
        return
    course = named_course() or own()
    written = lay_down(course, folder, alone=False)
    click.echo(f"{printable(course.title)}: {len(written)} files are in {printable(str(folder))}. Go on:")
    click.echo(f"  cd {typed(folder)}\n  grader grade")


def _begin(folder: Path, subject: str) -> None:
    from grader.author.exercises import begin, blanks

    texts = begin(folder, subject)
    click.echo(f"A course is laid down in {printable(str(folder))}. Fill in what is marked FILL IN:")
    for path, count in blanks(texts):
        click.echo(f"  {printable(str(path.relative_to(folder)))} ({count})")
    click.echo(f"Go on:\n  cd {typed(folder)}\n  grader grade solutions\n  grader check\n  grader new NAME")


@click.command("update")
@click.argument("folder", type=click.Path(path_type=Path), required=False)
def renew(folder: Path | None) -> None:
    """Bring the installed course over a project that was made before; your work in it is kept.

    FOLDER is the project (default: the one you are in).
    """
    from grader.course.course import own, root_around

    project = folder or root_around(Path.cwd())
    if project is None:
        raise UsageError("there is no course.toml here or above", "name the project: grader update FOLDER")
    course = named_course() or own()
    if project.resolve() == course.root:
        raise UsageError(
            f"{project} is the course itself, which has nothing to be renewed by",
            "get the newer course, and there: grader update PATH/TO/THIS",
        )
    _update(course, project)


def _update(course: Course, folder: Path) -> None:
    from grader.author.release import What, update

    changes = update(course, folder)
    for change in changes:
        click.echo(f"  {printable(str(change))}")
    if all(change.what is What.KEPT for change in changes):
        click.echo(f"{printable(str(folder))} is up to date; nothing was changed.")


@click.command()
@click.option("--all", "everything", is_flag=True, help="Draw what is recorded as it stands, too.")
@click.option("--check", "only_compare", is_flag=True, help="Draw all anew and compare; write nothing.")
def record(everything: bool, only_compare: bool) -> None:
    """For authors: draw the cases that travel with the course, so that a grade needs no PyTorch.

    What is recorded already and promises what it did stays. Exit status: with --check 70 where something else
    is drawn than was recorded.
    """
    from grader.author.exercises import not_recorded, note_down
    from grader.author.exercises import record as record_cases

    conditions, changed = setting(), 0
    course = conditions.course
    for part in course.parts if everything or only_compare else not_recorded(course):
        said = record_cases(conditions, part, only_compare)
        changed += bool(said)
        click.echo(f"{part.name}: {said or 'as recorded'}")
    if only_compare:
        sys.exit(70 if changed else 0)
    note_down(course)


@click.command()
@click.argument("name")
@click.option("--title", metavar="T", help="What the list of exercises says; NAME(a) by default.")
@click.option("--points", type=click.IntRange(min=1), help="By default one for each property.")
def new(name: str, title: str | None, points: int | None) -> None:
    """For authors: lay down a new exercise: in NanoGrad an operation on one number such as tanh."""
    from grader.author.exercises import blanks, lay_down

    course = chosen()
    course.authors_only()
    least = len(course.subject.template)
    if points is not None and points < least:
        raise UsageError(f"its properties have a point each, and there are {least}", f"--points {least}")
    called = f"{name}(a)" if course.subject.attaches else name
    texts = lay_down(course, name, title or called, points or least)
    click.echo(f"{name} is laid down. Fill in what is marked FILL IN:")
    for path, count in blanks(texts):
        click.echo(f"  {path.relative_to(course.root)} ({count})")
    click.echo(f"Read the properties and their numbers: {course.properties(name).relative_to(course.root)}")
    click.echo("Then:" + ("\n  grader record" if course.subject.versions else ""))
    click.echo("  grader check --write  # cuts exercises/ anew: whatever was written there is gone")
    click.echo(f"  grader check\n  grader grade solutions --exercise {name}")


NEW = (new,)
CHECK, RELEASE, PROJECT = (check, record), (release,), (init, renew)


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

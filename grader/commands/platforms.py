"""Where a course already lives: Gradescope, GitLab, Exercism-style runners, a hook before a commit."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from secrets import randbelow, token_bytes
from typing import TYPE_CHECKING

import click

from grader.commands.saying import console, each_done, notice, standard_output
from grader.sandbox import NAMES
from grader.seeds import KEY, LARGEST

if TYPE_CHECKING:
    from grader.setting import Setting

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path)
ROOT = Path("/autograder")
PATIENCE = 3.0  # a machine may be that busy with other things before code that computes is cut off
SEEDS = 1 << 31
SEED = click.option("--seed", type=int, default=0, show_default=True, help="Another seed draws other cases.")
SANDBOX = click.option("--sandbox", type=click.Choice(NAMES), default="auto", show_default=True)
LIMIT = click.option(
    "--time-limit",
    type=click.FloatRange(min=0.1),
    default=10.0,
    show_default=True,
    help="Seconds for each exercise.",
)


def _setting(
    sandbox: str, seed: int, seconds: float, say: Callable[[str], None], own: bool = False
) -> Setting:
    """own: whether the code is the caller's own, so that "auto" may do without a cage."""
    from grader.cases import default_folder
    from grader.course import here
    from grader.sandbox import choose
    from grader.setting import Setting
    from grader.student import Limits

    limits = Limits(seconds=seconds, patience=PATIENCE)
    return Setting(here(), choose(sandbox, strangers=not own), default_folder(), seed, limits, say)


@click.command()
@SEED
@SANDBOX
def warm(seed: int, sandbox: str) -> None:
    """Draw all cases and try all known mistakes now, so that no grading has to wait for that."""
    from grader.platforms.warming import warm as fill

    cases = fill(_setting(sandbox, seed, 10.0, notice(), own=True))
    click.echo(f"{cases} cases are ready for seed {seed}.")


@click.group()
def gradescope() -> None:
    """Build the autograder for Gradescope, and run it there."""


@gradescope.command()
@click.option("--to", type=FILE, default=Path("build/gradescope.zip"), show_default=True)
@click.option(
    "--seed",
    type=click.IntRange(0, LARGEST),
    metavar="N",
    help="Draws the cases; a secret one is drawn where none is given.",
)
@click.option("--index", default="", metavar="URL", help="One more package index for setup.sh to look into.")
def build(to: Path, seed: int | None, index: str) -> None:
    """Build the archive to upload as the assignment's autograder."""
    from grader.course import here
    from grader.platforms.archive import build as write

    drawn = randbelow(SEEDS) if seed is None else seed
    # With seed 0 there is nothing to hide, and the same course makes the same archive.
    write(here(), to, drawn, index, token_bytes(KEY) if drawn else b"")
    click.echo(f"{to} is ready to be uploaded. It draws its cases with --seed {drawn}.")


@gradescope.command("run")
@click.option("--root", type=FOLDER, default=ROOT, show_default=True)
@SEED
@click.option("--key", type=FILE, help="The file of the key under which results name the seed.")
@SANDBOX
@LIMIT
def run_there(root: Path, seed: int, key: Path | None, sandbox: str, time_limit: float) -> None:
    """Grade the submission below the root; run_autograder does this on Gradescope."""
    from grader.platforms.gradescope import run

    def say(sentence: str) -> None:
        click.echo(sentence)

    hidden = key.read_bytes() if key is not None and key.is_file() else b""
    sys.exit(run(root, lambda: _setting(sandbox, seed, time_limit, say), datetime.now(UTC), say, hidden))


@click.command()
@click.argument("slug")
@click.argument("given", type=FOLDER)
@click.argument("to", type=FOLDER)
@SEED
@SANDBOX
@LIMIT
def exercism(slug: str, given: Path, to: Path, seed: int, sandbox: str, time_limit: float) -> None:
    """Grade an exercise as Exercism's test runners do: its name, a folder in, a folder for results.json.

    Exit status 0 whatever the result: it is all in the file.
    """
    from grader.platforms.exercism import run

    run(slug, given, to, lambda: _setting(sandbox, seed, time_limit, notice()))


@click.command()
@click.argument("submission", type=FOLDER, default=Path("exercises"))
@click.option("--junit", type=FILE, default=Path("junit.xml"), show_default=True)
@click.option("--codequality", type=FILE, default=Path("gl-code-quality-report.json"), show_default=True)
@SEED
@SANDBOX
@LIMIT
def gitlab(
    submission: Path, junit: Path, codequality: Path, seed: int, sandbox: str, time_limit: float
) -> None:
    """Grade a folder in GitLab CI, and write what GitLab shows on a merge request."""
    from grader.files import refuse_unwritable
    from grader.platforms.gitlab import graded, write
    from grader.render.terminal import render

    for to in (junit, codequality):
        refuse_unwritable(to)
    found = graded(submission, _setting(sandbox, seed, time_limit, notice()))

    @standard_output()
    def show() -> None:
        render(found.report, console(), str(submission), f"grader grade {submission} --exercise {{}}")

    each_done(show, lambda: write(found, submission, junit, codequality))
    sys.exit(0 if found.report.all_passed else 1)


@click.command()
@click.argument("files", nargs=-1, type=FOLDER)
@SEED
@SANDBOX
@LIMIT
def changed(files: tuple[Path, ...], seed: int, sandbox: str, time_limit: float) -> None:
    """Grade those of the files that are exercises, alone; for a hook before a commit."""
    from grader.grading import grade
    from grader.platforms.changed import asked
    from grader.render.terminal import render
    from grader.submission import load

    setting = _setting(sandbox, seed, time_limit, notice(), own=True)
    passed = True
    for folder, names in asked(files, setting.course.names).items():
        report = grade(load(folder, setting.course.names), setting, names)
        render(report, console(), str(folder), f"grader grade {folder} --exercise {{}}")
        passed = passed and report.all_passed
    sys.exit(0 if passed else 1)


COMMANDS = (warm, gradescope, exercism, gitlab, changed)

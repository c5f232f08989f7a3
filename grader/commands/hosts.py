"""Where a course already lives: Gradescope, GitLab, Exercism-style runners, a hook before a commit."""

from __future__ import annotations

import os
import secrets
import sys
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from secrets import randbelow, token_bytes
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from grader.commands.shared import (
    LIMIT,
    SANDBOX,
    SEED,
    chosen,
    console,
    each_done,
    machine_readable,
    setting,
    standard_output,
)
from grader.printable import command, invoked, typed
from grader.report.report import KEY, LARGEST

if TYPE_CHECKING:
    from grader.course.course import Course
    from grader.examine.setting import Setting
    from grader.render.text import About
    from grader.report.report import Report
    from grader.submission.commit import Changes
    from grader.submission.submission import Submission

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path)
ROOT = Path("/autograder")
SEEDS = 1 << 31


@click.command()
@SEED
@SANDBOX
def warm(seed: int, sandbox: str) -> None:
    """Draw all cases now, so that no grading has to wait for that."""
    from grader.examine.grading import warm as fill

    cases = fill(setting(sandbox, seed))
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
    from grader.platforms.runners import build_gradescope

    drawn = randbelow(SEEDS) if seed is None else seed
    # With seed 0 there is nothing to hide, and the same course makes the same archive.
    build_gradescope(chosen(), to, drawn, index, token_bytes(KEY) if drawn else b"")
    click.echo(f"{to} is ready to be uploaded. It draws its cases with --seed {drawn}.")


@gradescope.command("run")
@click.option("--root", type=FOLDER, default=ROOT, show_default=True)
@SEED
@click.option("--key", type=FILE, help="The file of the key under which results name the seed.")
@SANDBOX
@LIMIT
def run_there(root: Path, seed: int, key: Path | None, sandbox: str, time_limit: float) -> None:
    """Grade the submission below the root; run_autograder does this on Gradescope."""
    from grader.platforms.runners import run_gradescope

    def say(sentence: str) -> None:
        click.echo(sentence)

    hidden = key.read_bytes() if key is not None and key.is_file() else b""
    conditions = partial(setting, sandbox, seed, time_limit, say=say, strangers=True)
    sys.exit(run_gradescope(root, conditions, datetime.now(UTC), say, hidden))


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
    from grader.platforms.runners import run_exercise

    run_exercise(slug, given, to, lambda: setting(sandbox, seed, time_limit, strangers=True))


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
    from grader.machine.files import refuse_unwritable
    from grader.platforms.runners import graded, write
    from grader.render.terminal import render

    for to in (junit, codequality):
        refuse_unwritable(to)
    conditions = setting(sandbox, seed, time_limit, strangers=True)
    _if_not_yet(conditions.course)
    found = graded(submission, conditions)

    @standard_output()
    def show() -> None:
        render(
            found.report, console(), str(submission), invoked(f"grade {typed(submission)} --exercise {{}}")
        )

    each_done(show, lambda: write(found, submission, junit, codequality))
    sys.exit(0 if found.report.all_passed else 1)


@click.command()
@click.argument("files", nargs=-1, type=FOLDER)
@SEED
@SANDBOX
@LIMIT
def changed(files: tuple[Path, ...], seed: int, sandbox: str, time_limit: float) -> None:
    """Grade those of the files that are exercises, alone; for a hook before a commit."""
    from grader.examine.grading import grade
    from grader.platforms.runners import asked
    from grader.render.terminal import render

    conditions = setting(sandbox, seed, time_limit)
    passed = True
    for each in asked(files, conditions.course):
        report = grade(each.submission, conditions, each.names)
        render(report, console(), str(each.folder), invoked(f"grade {typed(each.folder)} --exercise {{}}"))
        passed = passed and report.all_passed
    sys.exit(0 if passed else 1)


COMMANDS = (warm, gradescope, exercism, gitlab, changed)


EXERCISES = "exercises"
OUT = Path("ci")
DIRECTORY = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.option("--head", default="HEAD", show_default=True, metavar="COMMIT", help="What is graded.")
@click.option("--base", metavar="COMMIT", help="What to compare with; without, all is graded.")
@click.option(
    "--repo", type=DIRECTORY, metavar="DIR", help="The repository, or a folder in it (default: the one here)."
)
@click.option(
    "--folder", metavar="DIR", help="The folder with the exercises, from there (default: found, see below)."
)
@click.option("--out", type=DIRECTORY, default=OUT, show_default=True, metavar="DIR", help="See below.")
@click.option("--everything", is_flag=True, help="Grade what has not changed, too.")
@SEED
@SANDBOX
@LIMIT
def ci(
    head: str,
    base: str | None,
    repo: Path | None,
    folder: str | None,
    out: Path,
    everything: bool,
    seed: int,
    sandbox: str,
    time_limit: float,
) -> None:
    """Grade the exercises of a commit with this grader, its tests, its solutions and its course.toml.

    They are looked for in exercises/, then in all of the repository; where course.toml has ci_folder, or with
    --folder, only there.

    Nothing else of the commit is taken, and nothing of it is checked out or run. Graded is what changed since
    the base, and what depends on that. Into --out go report.json, summary.md, badge.svg, junit.xml,
    classroom.json (GitHub Classroom) and result.json (Classroom 50). On GitHub's runners the log, the job's
    summary and the step's outputs are served as well.

    Exit status: as for grade.
    """
    from grader.course.course import root_around
    from grader.submission.commit import changes as changes_of
    from grader.submission.commit import commit, folder_of, submission

    course, wrapped = chosen(strangers=True), _quiet()
    _if_not_yet(course)
    # Where a project is, but nothing of what lies in it.
    repository = repo or root_around(Path.cwd()) or Path.cwd()
    tip, within, only_there = commit(repository, head), folder_of(repository), folder or course.ci_folder
    asked = only_there or EXERCISES
    given = submission(repository, tip, asked, course, within=within, must=bool(only_there))
    changes = changes_of(repository, base or head, head, course, asked, given)
    started, clock = datetime.now(UTC), perf_counter()
    only = () if everything or set(changes.graded) == set(course.names) else changes.graded
    report = _graded(given, only, setting(sandbox, seed, time_limit, course=course, strangers=True))
    about = _about(repository, changes, started, round(perf_counter() - clock, 3))
    _tell(report, changes, about, out, given, wrapped)
    sys.exit(0 if report.all_passed else 1)


def _if_not_yet(course: Course) -> None:
    """End with a sentence where students see nothing yet: nothing is graded here then."""
    from grader.report.report import not_yet
    from grader.report.rubric import stated

    if why := not_yet(course.students_see, stated(course).deadline, datetime.now(UTC)):
        click.echo(f"Not graded here: {why}.")
        sys.exit(0)


def _quiet() -> str:
    """Keeps GitHub's runner from obeying what is printed; returns what ends that, if there is a runner."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return ""
    token = secrets.token_hex(16)
    command(f"::stop-commands::{token}")
    return f"::{token}::"


def _graded(given: Submission, only: tuple[str, ...], conditions: Setting) -> Report:
    from grader.examine.grading import grade
    from grader.report.report import named, shown_to_students
    from grader.report.rubric import stated, weighed

    report = weighed(grade(given, conditions, only), stated(conditions.course))
    return shown_to_students(replace(report, seed=named(conditions.seed)), conditions.course.students_see)


def _about(repository: Path, changes: Changes, started: datetime, seconds: float) -> About:
    """What outside formats want to know: whose it is and where it can be seen, on GitHub's runners."""
    from grader.model import Person
    from grader.render.text import About
    from grader.submission.commit import committed_at

    server, name = (os.environ.get(f"GITHUB_{key}", "") for key in ("SERVER_URL", "REPOSITORY"))
    link = f"{server}/{name}/commit/{changes.head}" if server and name else changes.head
    person = Person(os.environ.get("GITHUB_ACTOR", EXERCISES))
    handed_in = committed_at(repository, changes.head)
    about = About(person, handed_in, started=started, seconds=seconds, commit=link)
    return replace(about, **_of_classroom50())


# As Classroom 50's runner calls what its result.json has to say again, word for word.
OF_CLASSROOM50 = {
    "classroom": ("CLASSROOM",),
    "slug": ("ASSIGNMENT",),
    "owner": ("OWNER", "USERNAME"),
    "submission": ("SUBMISSION_TAG",),
    "commit": ("COMMIT_URL",),
    "release": ("RELEASE_URL",),
    "review": ("REVIEW_URL", "COMMIT_URL"),
    "mode": ("ASSIGNMENT_TYPE", "MODE"),
}


def _of_classroom50() -> dict[str, Any]:
    """What its runner says of a submission; nothing where this is not started by it."""
    if not all(os.environ.get(name) for name in ("CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG")):
        return {}
    said = {
        what: next(filter(None, map(os.environ.get, names)), "") for what, names in OF_CLASSROOM50.items()
    }
    return {what: text for what, text in said.items() if text}


def _tell(report: Report, changes: Changes, about: About, out: Path, given: Submission, wrapped: str) -> None:
    from grader.platforms.github import files, marks, overview, runner, write

    shown, texts = files(report, changes, about)

    @standard_output()
    def show() -> None:
        machine_readable(overview(shown, changes))
        if wrapped:
            command(wrapped)
            paths = {name: "/".join(path) for name, path in given.places.items()}
            for line in marks(shown, changes, given.sources, EXERCISES, paths):
                command(line)

    each_done(show, lambda: runner(shown, changes, texts), lambda: write(texts, out))


CI = (ci,)

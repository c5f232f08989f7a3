"""What a continuous integration runs: ci."""

from __future__ import annotations

import os
import secrets
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import click

from grader.commands.saying import each_done, notice, standard_output
from grader.door import command
from grader.sandbox import NAMES

if TYPE_CHECKING:
    from grader.ci.seen import Changes
    from grader.render.about import About
    from grader.report import Report
    from grader.submission import Submission

PATIENCE = 3.0  # as for grade: a runner is shared, too
FOLDER = "exercises"
OUT = Path("ci")
DIRECTORY = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.option("--head", default="HEAD", show_default=True, metavar="COMMIT", help="What is graded.")
@click.option("--base", metavar="COMMIT", help="What to compare with; without, all is graded.")
@click.option("--repo", type=DIRECTORY, metavar="DIR", help="The repository (default: the course's).")
@click.option("--out", type=DIRECTORY, default=OUT, show_default=True, metavar="DIR", help="See below.")
@click.option("--everything", is_flag=True, help="Grade what has not changed, too.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed draws other cases.")
@click.option("--sandbox", type=click.Choice(NAMES), default="auto", show_default=True)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0.1),
    default=10.0,
    show_default=True,
    help="Seconds for each exercise.",
)
def ci(
    head: str,
    base: str | None,
    repo: Path | None,
    out: Path,
    everything: bool,
    seed: int,
    sandbox: str,
    time_limit: float,
) -> None:
    """Grade the exercises of a commit with this grader, its tests, its solutions and its course.toml.

    Nothing else of the commit is taken, and nothing of it is checked out or run. Graded is what changed since
    the base, and what depends on that. Into --out go report.json, summary.md, badge.svg, junit.xml,
    classroom.json (GitHub Classroom) and result.json (Classroom 50). On GitHub's runners the log, the job's
    summary and the step's outputs are served as well.

    Exit status: as for grade.
    """
    from grader.ci.committed import changes as changes_of
    from grader.ci.committed import submission
    from grader.course import here

    course, wrapped = here(), _quiet()
    repository = repo or course.root
    changes = changes_of(repository, base or head, head, course, FOLDER)
    given = submission(repository, changes.head, FOLDER, course.names)
    started, clock = datetime.now(UTC), perf_counter()
    only = () if everything or set(changes.graded) == set(course.names) else changes.graded
    report = _graded(given, only, seed, sandbox, time_limit)
    about = _about(repository, changes, started, round(perf_counter() - clock, 3))
    _tell(report, changes, about, out, given, wrapped)
    sys.exit(0 if report.all_passed else 1)


def _quiet() -> str:
    """Keeps GitHub's runner from obeying what is printed; returns what ends that, if there is a runner."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return ""
    token = secrets.token_hex(16)
    command(f"::stop-commands::{token}")
    return f"::{token}::"


def _graded(given: Submission, only: tuple[str, ...], seed: int, sandbox: str, time_limit: float) -> Report:
    from grader.cases import default_folder
    from grader.course import here
    from grader.grading import grade
    from grader.policy import stated, weighed
    from grader.sandbox import choose
    from grader.seeds import named
    from grader.setting import Setting
    from grader.student import Limits

    course = here()
    limits = Limits(seconds=time_limit, patience=PATIENCE)
    cage = choose(sandbox, strangers=True)
    setting = Setting(course, cage, default_folder(), seed, limits, notice())
    report = weighed(grade(given, setting, only), stated(course))
    return replace(report, seed=named(seed))


def _about(repository: Path, changes: Changes, started: datetime, seconds: float) -> About:
    """What outside formats want to know: whose it is and where it can be seen, on GitHub's runners."""
    from grader.ci.git import committed_at
    from grader.model import Person
    from grader.render.about import About

    server, name = (os.environ.get(f"GITHUB_{key}", "") for key in ("SERVER_URL", "REPOSITORY"))
    link = f"{server}/{name}/commit/{changes.head}" if server and name else changes.head
    person = Person(os.environ.get("GITHUB_ACTOR", FOLDER))
    handed_in = committed_at(repository, changes.head)
    return About(person, handed_in, started=started, seconds=seconds, commit=link)


def _tell(report: Report, changes: Changes, about: About, out: Path, given: Submission, wrapped: str) -> None:
    from grader.ci.annotations import marks
    from grader.ci.told import files, overview, runner, write

    seen, texts = files(report, changes, about)

    @standard_output()
    def show() -> None:
        click.echo(overview(seen), nl=False)
        if wrapped:
            command(wrapped)
            for line in marks(seen, given.sources, FOLDER):
                command(line)

    each_done(show, lambda: runner(seen, texts), lambda: write(texts, out))


COMMANDS = (ci,)

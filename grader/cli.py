"""The command grader: arguments in, exit code out; the work is done elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from grader.errors import GraderError, UsageError
from grader.sandbox import NAMES
from grader.version import VERSION

if TYPE_CHECKING:
    from rich.console import Console

    from grader.report import Report


class Group(click.Group):
    """Turns our errors, and nothing else, into a line on standard error and the right exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except GraderError as error:
            click.echo(f"grader: {error.what}", err=True)
            if error.next_step:
                click.echo(f"        {error.next_step}", err=True)
            ctx.exit(error.exit_code)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="grader")
def main() -> None:
    """Grade automatic-differentiation exercises against PyTorch.

    Exit status: 0 everything passed, 1 something did not, 2 wrong use or an unreadable submission,
    70 the course or the grader is at fault, 71 the machine is.
    """


@main.command()
@click.argument("submission", type=click.Path(path_type=Path), required=False)
@click.option(
    "--exercise", "exercises", multiple=True, metavar="NAME", help="Only this one; may be repeated."
)
@click.option(
    "--json", "json_to", metavar="FILE", help="Also write the report as JSON; - for standard output."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed draws other cases.")
@click.option("--sandbox", type=click.Choice(NAMES), default="auto", show_default=True)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0.1),
    default=10.0,
    show_default=True,
    help="Seconds for each exercise.",
)
def grade(
    submission: Path | None,
    exercises: tuple[str, ...],
    json_to: str | None,
    form: str,
    seed: int,
    sandbox: str,
    time_limit: float,
) -> None:
    """Grade a folder of exercises (default: exercises)."""
    from grader.cases import default_folder
    from grader.course import here
    from grader.grading import grade as grade_submission
    from grader.sandbox import choose
    from grader.setting import Setting
    from grader.student import Limits
    from grader.submission import load

    course = here()
    _known(exercises, course.names)
    target = _writable(json_to)
    folder = submission or course.root / "exercises"
    quiet = form == "json" or json_to == "-"
    setting = Setting(course, choose(sandbox), default_folder(), seed, Limits(seconds=time_limit), _notice())
    started, clock = datetime.now(UTC), perf_counter()
    report = grade_submission(load(folder, course.names), setting, exercises)
    times = {"started": started.isoformat(timespec="seconds"), "seconds": round(perf_counter() - clock, 3)}
    _write_json(report, target, "-" if form == "json" else json_to, times)
    if not quiet:
        _show(report, submission, course.root)
    sys.exit(0 if report.all_passed else 1)


def _known(asked: tuple[str, ...], names: tuple[str, ...]) -> None:
    for name in asked:
        if name not in names:
            raise UsageError(f"there is no exercise '{name}'", f"choose from: {', '.join(names)}")


def _writable(json_to: str | None) -> Path | None:
    """The report's file, opened once before any grading so that nothing graded is lost."""
    if json_to is None or json_to == "-":
        return None
    path = Path(json_to)
    try:
        with path.open("a", encoding="utf-8"):
            return path
    except OSError as error:
        raise UsageError(
            f"cannot write the report to {path}: {error.strerror}", "choose another place for --json"
        ) from None


def _write_json(report: Report, target: Path | None, where: str | None, times: dict[str, Any]) -> None:
    from grader.report import to_json

    text = to_json(report, times)
    if target is not None:
        try:
            target.write_text(text, encoding="utf-8")
        except OSError as error:
            raise UsageError(
                f"cannot write the report to {target}: {error.strerror}", "make room there"
            ) from None
    if where == "-":
        click.echo(text, nl=False)


def _show(report: Report, submission: Path | None, root: Path) -> None:
    from grader.render.terminal import render

    own = submission is None or submission.resolve() == (root / "exercises").resolve()
    folder = "exercises" if own else str(submission)
    again = "make grade EX={}" if own else f"grader grade {submission} --exercise {{}}"
    render(report, console(), folder, again)


def console() -> Console:
    """Standard output for people: as wide as the terminal, 80 columns where there is none."""
    from rich.console import Console

    plain = Console(highlight=False, soft_wrap=False)
    return plain if plain.is_terminal else Console(highlight=False, width=80)


def _notice() -> Callable[[str], None]:
    """Says things on the standard error that there is now; pytest has it redirected while it runs."""
    stream = sys.stderr

    def say(sentence: str) -> None:
        print(sentence, file=stream, flush=True)

    return say


@main.command("list")
def list_exercises() -> None:
    """List the exercises and what they are worth."""
    from grader.course import here
    from grader.render.terminal import render_list

    render_list(here().exercises, console())


@main.command()
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

    setting = Setting(here(), choose("auto"), default_folder(), say=_notice())
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


@main.command()
@click.argument("name")
@click.option("--title", metavar="T", help="What the list of exercises says; NAME(a) by default.")
@click.option("--points", type=click.IntRange(min=6), default=6, show_default=True)
def new(name: str, title: str | None, points: int) -> None:
    """For authors: lay down a new exercise, an operation on one number such as tanh."""
    from grader.course import here
    from grader.new import blanks, lay_down

    course = here()
    texts = lay_down(course, name, title or f"{name}(a)", points)
    click.echo(f"{name} is laid down. Fill in what is marked FILL IN:")
    for path, count in blanks(texts):
        click.echo(f"  {path.relative_to(course.root)} ({count})")
    click.echo(f"Read the properties and their numbers: {course.properties(name).relative_to(course.root)}")
    click.echo("Then:\n  grader check --write  # cuts exercises/ anew: whatever was written there is gone")
    click.echo(f"  grader check\n  grader grade solutions --exercise {name}")


@main.command()
def schema() -> None:
    """Print the JSON Schema of the report."""
    from grader.report import schema as text

    click.echo(text(), nl=False)

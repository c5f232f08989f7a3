"""Commands of this subject: pictures of graphs, the demo, and new exercises."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.shared import SANDBOX, chosen, console, setting, work
from grader.errors import UsageError
from grader.printable import harmless, printable, shortened

if TYPE_CHECKING:
    from grader.autograd.typed import Observed
    from grader.course.course import Course
    from grader.model import Counterexample
    from grader.render.picture.svg import Found
    from grader.submission.submission import Submission

FILE = click.Path(path_type=Path, dir_okay=False)
# What begins with a minus may be an expression.
TYPED = {"ignore_unknown_options": True}


@click.command(context_settings=TYPED)
@click.argument("expression", required=False)
@click.argument("leaves", metavar="[NAME=NUMBER]...", nargs=-1)
@click.option("--out", type=FILE, default="graph.svg", show_default=True, help="An .svg or a .png.")
@click.option("--report", "report", type=FILE, metavar="FILE", help="A report in JSON to take one from.")
@click.option("--exercise", metavar="NAME", help="Of this one only; with an expression, yours.")
@click.option(
    "--submission",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Where your files are (default: exercises).",
)
@SANDBOX
def graph(
    expression: str | None,
    leaves: tuple[str, ...],
    out: Path,
    report: Path | None,
    exercise: str | None,
    submission: Path | None,
    sandbox: str,
) -> None:
    """Draw a computation graph, with data and gradients, expected beside got.

    Of an expression: grader graph "(a*b + c).relu()" a=2 b=-3 c=10. Leaves that are not given are 1, 2, 3, …

    Without one: of the smallest counterexample of the first exercise that has not passed, in a report that
    grade --json has made, or in your work as it is now.
    """
    course = _chosen()
    if exercise is not None and exercise not in course.names:
        raise UsageError(f"there is no exercise '{exercise}'", f"choose from: {', '.join(course.names)}")
    if out.suffix.lower() not in (".svg", ".png"):
        raise UsageError(f"{out} is neither .svg nor .png", "choose a name that ends so")
    if expression is None:
        _draw_found(_found(course, report, exercise, submission, sandbox), out)
    elif report is not None:
        raise UsageError("a report and an expression are two things to draw", "leave one of them out")
    else:
        asked = _asked(course, expression, leaves, exercise, submission, sandbox)
        _draw_observed(expression, asked, out)


def _found(
    course: Course, path: Path | None, exercise: str | None, submission: Path | None, sandbox: str
) -> Found:
    from grader.render.picture.svg import example_graph
    from grader.report.reading import read_report

    only = () if exercise is None else (exercise,)
    if path is not None:
        return example_graph(read_report(path), only)
    from grader.examine.grading import grade

    conditions, given = setting(sandbox, course=course), _given(course, submission)
    return example_graph(grade(given, conditions, only), only)


def _chosen() -> Course:
    """The course, if it teaches this; raises UsageError where it teaches something else."""
    course = chosen()
    if course.subject.name != "autograd":
        raise UsageError(
            f"this course teaches {course.subject.name}, and the command is about automatic differentiation",
            "leave out --course, or name a course that teaches that",
        )
    return course


def _given(course: Course, folder: Path | None) -> Submission:
    """The work that is meant; where it was found under other names, that is said."""
    from grader.submission.tree import read_given

    given = read_given(work(course, folder), course)
    for sentence in given.told():
        _say(sentence)
    return given


def _asked(
    course: Course,
    expression: str,
    leaves: Sequence[str],
    exercise: str | None,
    submission: Path | None,
    sandbox: str,
) -> Observed:
    from grader.autograd.typed import Bench, leaf_values, typed
    from grader.sandbox.cages import choose

    asked, given = typed(expression, leaf_values(leaves)), _given(course, submission)
    only = () if exercise is None else (exercise,)
    return Bench(course, choose(sandbox)).observe(asked, given, only)


def _draw_found(found: Found, out: Path) -> None:
    _say(f"{found.exercise}: {found.title}")
    _draw(found.shown, out, f"{found.exercise}: {found.title}")


def _draw_observed(expression: str, observed: Observed, out: Path) -> None:
    own = ", ".join(f"{name}.py" for name in observed.own)
    _say(f"Expected: the reference. Got: your {own}." if own else "All of it is the reference.")
    for why, names in groupby(observed.waiting, key=lambda pair: pair[1]):
        _say(f"The reference stands in for {', '.join(name for name, _ in names)}: {why}")
    for line in observed.trouble:
        click.echo(harmless(shortened(line)))
    _draw(observed.shown, out, expression)


def _draw(shown: Counterexample, out: Path, title: str) -> None:
    from grader.render.picture.svg import save
    from grader.report.words import tree

    save(shown.graph, out, title)
    click.echo()
    for line in tree(shown):
        click.echo(harmless(printable(str(line))))
    click.echo()
    _say(f"{out.resolve()} has the picture.")


def _say(sentence: str) -> None:
    click.echo(harmless(printable(sentence)))


GRAPH = (graph,)


SEED, STEPS = 4, 100
STOPPED = 130  # as shells have it for a Ctrl-C


@click.command()
@click.argument("submission", type=click.Path(path_type=Path), required=False)
@click.option("--steps", type=click.IntRange(1, 10_000), default=STEPS, show_default=True)
@click.option("--seed", type=int, default=SEED, show_default=True, help="Other points, other first weights.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the pictures (default: build/demo).")
@click.option("--pictures/--no-pictures", default=True, help="Leave them out: no matplotlib is needed.")
@SANDBOX
def demo(
    submission: Path | None, steps: int, seed: int, out: Path | None, pictures: bool, sandbox: str
) -> None:
    """Train your own network on the two moons, with PyTorch beside it.

    Exercises that do not pass yet are replaced by the reference, and that is said.
    """
    course = _chosen()
    course.subject.make_ready()  # what is imported next has PyTorch beside it
    from grader.autograd.demo import Demo, Pictures
    from grader.autograd.moons import task as made

    task = made(seed)
    given = _given(course, submission)
    painter = Pictures(out or Path("build") / "demo", task, steps) if pictures else None
    if not Demo(setting(sandbox, course=course), task, steps, painter, console()).perform(given):
        click.echo("grader: stopped; what was drawn is kept", err=True)
        sys.exit(STOPPED)


DEMO = (demo,)

"""What all the work was for: demo."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from grader.commands.saying import console, notice
from grader.sandbox import NAMES

SEED, STEPS = 4, 100
STOPPED = 130  # as shells have it for a Ctrl-C
PATIENCE = 3.0


@click.command()
@click.argument("submission", type=click.Path(path_type=Path), required=False)
@click.option("--steps", type=click.IntRange(1, 10_000), default=STEPS, show_default=True)
@click.option("--seed", type=int, default=SEED, show_default=True, help="Other points, other first weights.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the pictures (default: build/demo).")
@click.option("--pictures/--no-pictures", default=True, help="Leave them out: no matplotlib is needed.")
@click.option("--sandbox", type=click.Choice(NAMES), default="auto", show_default=True)
def demo(
    submission: Path | None, steps: int, seed: int, out: Path | None, pictures: bool, sandbox: str
) -> None:
    """Train your own network on the two moons, with PyTorch beside it.

    Exercises that do not pass yet are replaced by the reference, and that is said.
    """
    from grader.cases import default_folder
    from grader.course import here
    from grader.demo.moons import task as made
    from grader.demo.performing import Demo
    from grader.demo.pictures import Pictures
    from grader.sandbox import choose
    from grader.setting import Setting
    from grader.student import Limits
    from grader.submission import load

    course, task = here(), made(seed)
    given = load(submission or course.root / "exercises", course.names)
    painter = Pictures(out or Path("build") / "demo", task, steps) if pictures else None
    limits = Limits(patience=PATIENCE)
    setting = Setting(course, choose(sandbox), default_folder(), limits=limits, say=notice())
    if not Demo(setting, task, steps, painter, console()).perform(given):
        click.echo("grader: stopped; what was drawn is kept", err=True)
        sys.exit(STOPPED)


COMMANDS = (demo,)

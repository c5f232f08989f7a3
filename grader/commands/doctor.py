"""What says whether a machine is fit for strangers' code: doctor."""

from __future__ import annotations

import sys

import click

from grader.commands.saying import console
from grader.sandbox import NAMES


@click.command()
@click.option("--sandbox", type=click.Choice(NAMES), help="Examine only this one (default: all).")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def doctor(sandbox: str | None, as_json: bool) -> None:
    """Say which cages this machine has, and prove them by attempts to escape.

    Every attempt is harmless, also where it succeeds. Exit status: 0 a cage with full isolation holds,
    1 there is none, or one claims more than it holds.
    """
    from grader.doctor.cages import recommended, sound
    from grader.doctor.escapes import examine
    from grader.doctor.remedies import steps, this_machine
    from grader.render.doctor import render, to_json

    findings = examine(sandbox)
    todo = steps(this_machine())
    if as_json:
        click.echo(to_json(findings, todo), nl=False)
    else:
        render(findings, todo, console())
    sys.exit(0 if recommended(findings) and sound(findings) else 1)


COMMANDS = (doctor,)

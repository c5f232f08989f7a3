"""A command, called in this very process: a new Python would only import once more what is here already."""

from __future__ import annotations

from contextlib import chdir
from inspect import signature
from pathlib import Path
from subprocess import CompletedProcess

from click.testing import CliRunner

from grader.cli import main

ROOT = Path(__file__).resolve().parents[2]
# Before 8.2 click puts errors among the output, unless it is told not to.
APART = {"mix_stderr": False} if "mix_stderr" in signature(CliRunner).parameters else {}


def grader(
    *arguments: object, cwd: Path = ROOT, text: str = "", **environment: str | None
) -> CompletedProcess[str]:
    """What the command says, and how it ends; an exception that it lets out is raised here.

    text: what is typed while it runs.
    environment: variables, None for one that is not there.
    """
    words = [*map(str, arguments)]
    with chdir(cwd):
        done = CliRunner(env={"COLUMNS": "80", **environment}, **APART).invoke(
            main, words, input=text, catch_exceptions=False, prog_name="grader"
        )
    return CompletedProcess(words, done.exit_code, done.stdout, done.stderr)

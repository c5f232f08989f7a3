"""A student's project to take pictures in: some exercises right, one wrong, the rest not started."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from docs.make.grading import desk
from grader.course.course import here
from grader.machine.files import replaced

WRONG = "mul", "overwrites"
RIGHT = ("add", "pow")


def project(to: Path) -> Path:
    """What grader release makes, with some work in it; and a .venv, so that make has nothing to set up."""
    command = [sys.executable, "-m", "grader", "release", "--to", str(to)]
    subprocess.run(command, check=True, capture_output=True)
    course, exercises = here(), to / "exercises"
    for name in RIGHT:
        replaced(exercises / f"{name}.py", course.solution(name).encode())
    replaced(exercises / f"{WRONG[0]}.py", desk().source(*WRONG).encode())
    _environment(to / ".venv")
    return to


def _environment(venv: Path) -> None:
    """Our interpreter by the names that make and people use, with the project's own grader before ours."""
    (venv / "bin").mkdir(parents=True)
    run = f'#!/bin/sh\nPYTHONPATH="{venv.parent}" exec "{sys.executable}" -B'
    for name, words in (("python", ""), ("grader", "-m grader")):
        replaced(venv / "bin" / name, f'{run} {words} "$@"\n'.encode(), mode=0o777)
    (venv / "ready").touch()

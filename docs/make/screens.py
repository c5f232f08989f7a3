"""Screenshots: what a terminal shows, and pages in a browser; python -m docs.make.screens takes them.

Needs tmux, Chromium and its driver. Some seconds for each, and the moons take two minutes; what is asked for
by name is taken alone.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from docs.make.classroom import hand_in
from docs.make.desk import project
from docs.make.pages import photographed
from docs.make.pictures import FOLDER
from docs.make.terminals import PROMPT, Shot, drawn, screen
from grader.machine.files import replaced

SHOTS = (
    Shot("screen-grade", "make grade EX=mul", PROMPT),
    Shot("screen-list", "make list", PROMPT),
    Shot("screen-hint", "make hint EX=mul", PROMPT),
    Shot("screen-watch", ".venv/bin/grader watch", "q quit", (("2", "differs"),), height=36),
    Shot("screen-graph", '.venv/bin/grader graph "(a*b + c).relu()" a=2 b=-3 c=10', PROMPT),
)
Taken = Callable[[Path], None]


def takers() -> dict[str, Taken]:
    """What takes each picture, by its name; each is given a student's project."""
    shots: dict[str, Taken] = {f"{shot.name}.svg": _shot(shot) for shot in SHOTS}
    return shots | {"page-one.png": _page_of_one, "page-class.png": _page_of_class, "moons.png": _moons}


def _shot(shot: Shot) -> Taken:
    def take(folder: Path) -> None:
        lines = [line.replace(str(folder), "nanograd") for line in screen(shot, folder)]
        replaced(FOLDER / f"{shot.name}.svg", drawn(shot, lines).encode())

    return take


def _page_of_one(folder: Path) -> None:
    _grader(folder, "grade", "--json", "report.json")
    _grader(folder, "report", "report.json", "--html", "report.html")
    photographed(folder / "report.html", FOLDER / "page-one.png", 900)


def _page_of_class(folder: Path) -> None:
    hand_in(folder / "handed-in")
    _grader(folder, "batch", "handed-in", "--gradebook", "class.sqlite")
    _grader(folder, "report", "class.sqlite", "--html", "class.html")
    photographed(folder / "class.html", FOLDER / "page-class.png", 1100)


def _moons(folder: Path) -> None:
    _grader(folder, "demo", "--out", "moons")
    shutil.copy(folder / "moons" / "moons.png", FOLDER)


def _grader(folder: Path, *words: str) -> None:
    done = subprocess.run(
        [".venv/bin/grader", *words], cwd=folder, check=False, capture_output=True, text=True
    )
    if done.returncode > 1:
        raise SystemExit(done.stderr)


def take(names: list[str]) -> None:
    """Take the pictures of these names, or all of them."""
    known = takers()
    with TemporaryDirectory() as to:
        folder = project(Path(to) / "nanograd")
        _grader(folder, "grade")  # is remembered, and the commands build on it
        for name in names or known:
            known[name](folder)
            print(name, (FOLDER / name).stat().st_size, "bytes")


if __name__ == "__main__":
    if sys.argv[1:] == ["--list"]:
        print(*takers())
    else:
        take(sys.argv[1:])

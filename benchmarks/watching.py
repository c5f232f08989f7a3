"""From a save to the verdict on the screen: some that pass and some that fail, in a terminal of 80 by 24.

    python benchmarks/watching.py [--saves N]

What is timed begins when the file stands in its place, and ends when all of the screen that shows the verdict
has been read from the terminal. Everything is warm: the watch has been running, and nothing is under way.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from threading import Condition, Thread

from figures import Section

from grader.course.course import here
from grader.course.misconceptions import Misconception, misconceptions

SAVES = 12
PASSING, FAILING = 200, 500  # milliseconds wanted
COLD = 5
HOME = b"\x1b[H"
STEERING = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[()][A-Z0-9]")
LAST = "q quit"
STILL = ("looking for a smaller", "trying the bonus")
VERDICTS = ("passed", "failed", "crashed", "half done")
OPENING, LONGEST, REST = 600.0, 60.0, 0.4  # seconds
# It is over when the time limit is, so that it says nothing of the watch.
ENDLESS = "never_ends"


class Screens:
    """A watch in a terminal, and every screen that it has painted, with the time at which it was complete."""

    def __init__(self, root: Path) -> None:
        self.painted: list[tuple[float, str]] = []
        self.changed = Condition()
        leader, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "grader", "watch"],
            cwd=root,
            env={**os.environ, "TERM": "xterm-256color", "NANOGRAD_HISTORY": "off"},
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
        )
        os.close(terminal)
        self.leader = leader
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        screen = b""
        while True:
            try:
                data = os.read(self.leader, 1 << 16)
            except OSError:
                return
            *before, screen = (screen + data).split(HOME)
            for each in (*before, screen):
                self._seen(plain(each))
            # What is whole has been seen; more of it would be the same again.
            screen = b"" if LAST in plain(screen) else screen

    def _seen(self, text: str) -> None:
        if LAST in text:
            with self.changed:
                self.painted.append((time.perf_counter(), text))
                self.changed.notify_all()

    def first(self, after: int, *texts: str, without: Sequence[str] = (), seconds: float = LONGEST) -> int:
        """The number of the first screen, from after on, that has all these texts and none of the others."""
        until = time.monotonic() + seconds
        with self.changed:
            while True:
                for number, (_, text) in enumerate(self.painted[after:], start=after):
                    if all(map(text.__contains__, texts)) and not any(map(text.__contains__, without)):
                        return number
                if not self.changed.wait(until - time.monotonic()):
                    raise SystemExit(f"no {texts}; the last screen:\n{self.painted[-1][1]}")

    def close(self) -> None:
        os.write(self.leader, b"q")
        self.process.wait(10)


def plain(screen: bytes) -> str:
    """A screen's text without what steers the terminal."""
    return STEERING.sub("", screen.decode("utf-8", "replace"))


def main() -> None:
    """Print milliseconds, and how they stand to what is wanted."""
    parser = argparse.ArgumentParser(description="Measure a save that is watched.")
    parser.add_argument(
        "--saves", type=int, default=SAVES, metavar="N", help=f"of each kind (default: {SAVES})"
    )
    saves = parser.parse_args().saves
    section = Section(
        "From a save to the verdict",
        "grader watch in a terminal of 80 by 24, warm; by the clock, from the file in its place to the last "
        "byte of the screen that shows the verdict.",
    )
    course = here()
    right = {name: course.solution(name) for name in course.names}
    with tempfile.TemporaryDirectory(prefix="nanograd-bench-") as folder:
        root = project(course.root, Path(folder))
        cold = [seconds_of_grade(root) for _ in range(COLD + 1)][1:]
        screens = Screens(root)
        screens.first(0, "8 of 8 passed", "checked in", without=["checking"], seconds=OPENING)
        passing, failing = defaultdict(list), defaultdict(list)
        for number, name in enumerate(islice(cycle(course.names), saves)):
            passing[name].append((save(screens, root, name, f"{right[name]}# {number}\n"), str(number)))
        for known in mistakes(course.names, saves):
            failing[known.exercise].append((save(screens, root, known.exercise, known.source), known.id))
            save(screens, root, known.exercise, right[known.exercise])
        screens.close()
    note = f"median of {COLD}"
    section.add("cold, grader grade --exercise add", median(cold) * 1000, "ms", digits=0, note=note)
    told(section, "pass", passing, PASSING)
    told(section, "fail", failing, FAILING)
    section.keep()


def project(course: Path, folder: Path) -> Path:
    """A copy of the course with all exercises solved."""
    leave = shutil.ignore_patterns("__pycache__")
    for name in ("grader", "solutions", "tests/properties"):
        shutil.copytree(course / name, folder / name, ignore=leave)
    shutil.copytree(course / "solutions", folder / "exercises", ignore=leave)
    for name in ("course.toml", "pyproject.toml", "HINTS.md"):
        shutil.copy(course / name, folder)
    return folder


def seconds_of_grade(root: Path) -> float:
    """The seconds that one exercise takes with nothing warm but the disk."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "grader", "grade", "--exercise", "add"]
    subprocess.run(command, cwd=root, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def mistakes(names: Sequence[str], saves: int) -> Iterator[Misconception]:
    """So many misconceptions, taking turns among the exercises, and evenly out of each one's."""
    each = -(-saves // len(names))
    chosen = []
    for name in names:
        known = [found for found in misconceptions(name) if found.id != ENDLESS]
        chosen.append([known[place * len(known) // each] for place in range(each)])
    return islice((found for turn in zip(*chosen, strict=True) for found in turn), saves)


def save(screens: Screens, root: Path, name: str, text: str) -> float:
    """Save an exercise as editors do; the milliseconds until its verdict stood on the screen."""
    beside = root / "exercises" / f".{name}.py.swp"
    beside.write_text(text, encoding="utf-8")
    before = len(screens.painted)
    begun = time.perf_counter()
    os.replace(beside, root / "exercises" / f"{name}.py")
    saying = screens.first(before, f"{name}: ", "checking …")
    verdict = screens.first(saying, f"{name}: ", without=["checking …"])
    assert any(word in screens.painted[verdict][1] for word in VERDICTS)
    screens.first(verdict, without=[*STILL, "checking …"])
    time.sleep(REST)
    return (screens.painted[verdict][0] - begun) * 1000


def told(section: Section, what: str, times: dict[str, list[tuple[float, str]]], wanted: int) -> None:
    """The median and the slowest, with what it was."""
    every = [(milliseconds, name, which) for name, each in times.items() for milliseconds, which in each]
    within = sum(milliseconds < wanted for milliseconds, _, _ in every)
    worst, name, which = max(every)
    middle = median(milliseconds for milliseconds, _, _ in every)
    note = f"{within} of {len(every)} within that"
    section.add(f"saves that {what}, median", middle, "ms", digits=0, most=wanted, note=note)
    section.add(f"saves that {what}, slowest", worst, "ms", digits=0, most=wanted, note=f"{name} {which}")


if __name__ == "__main__":
    main()

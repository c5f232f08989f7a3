"""What the tests of the watch share: a copy of the course to work in, and a terminal with somebody at it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from tests.grader.conftest import ROOT

NUMBERS = count(1)
PATIENCE = 90.0  # seconds on a machine that is busy with other tests


def project(folder: Path) -> Path:
    """A copy of the course, its own grader included, whose exercises may be changed."""
    shutil.copytree(ROOT / "grader", folder / "grader")  # as it is compiled, where it is
    leave = shutil.ignore_patterns("__pycache__")
    for name in ("solutions", "exercises"):
        shutil.copytree(ROOT / name, folder / name, ignore=leave)
    shutil.copytree(ROOT / "tests" / "properties", folder / "tests" / "properties", ignore=leave)
    for name in ("course.toml", "pyproject.toml", "HINTS.md"):
        shutil.copy(ROOT / name, folder)
    return folder


class Terminal:
    """A tmux with grader watch in it; before: what is said to the shell first; command: in its place."""

    def __init__(
        self,
        root: Path,
        width: int = 80,
        height: int = 24,
        sandbox: str = "auto",
        before: str = "true",
        command: Sequence[str] = (),
    ) -> None:
        self.root = root
        # Outside, where nothing has to look at it; not that of a terminal which is only just closing.
        self.socket = root.with_suffix(f".{next(NUMBERS)}.tmux")
        usual = (sys.executable, "-B", "-m", "grader", "watch", "--sandbox", sandbox)
        # What comes after the watch says how it ended, and in what state it left the terminal.
        script = f"{before}; {shlex.join(command or usual)}; echo ended with $?; stty -a; exec sleep 600"
        away = ("CI", "GITHUB_ACTIONS", "TMUX", "NANOGRAD_HISTORY", "PYTHONPATH")
        environment = {name: value for name, value in os.environ.items() if name not in away}
        size = ["-x", str(width), "-y", str(height)]
        # Where a person's own shell is a small one, it ends with what Ctrl-C ends, and says nothing any more.
        environment["SHELL"] = shutil.which("bash") or "/bin/sh"
        self._tmux("-f", "/dev/null", "new-session", "-d", "-s", "w", *size, script, environment=environment)

    def _tmux(self, *arguments: str, environment: dict[str, str] | None = None) -> str:
        done = subprocess.run(
            ["tmux", "-S", str(self.socket), *arguments],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        return done.stdout

    def press(self, *keys: str) -> None:
        """Press keys one after the other, as fingers do."""
        for key in keys:
            self._tmux("send-keys", "-t", "w", key)
            time.sleep(0.1)

    def resize(self, width: int, height: int) -> None:
        self._tmux("resize-window", "-t", "w", "-x", str(width), "-y", str(height))

    def screen(self) -> str:
        return self._tmux("capture-pane", "-p", "-t", "w")

    def tells(self, what: str) -> str:
        """What tmux knows of the pane."""
        return self._tmux("display-message", "-p", "-t", "w", what).strip()

    def shows(self, *texts: str, seconds: float = PATIENCE) -> str:
        """The screen, as soon as it shows all of these texts."""
        until = time.monotonic() + seconds
        while any(text not in (screen := self.screen()) for text in texts):
            assert time.monotonic() < until, f"no {texts} on\n{screen}"
            time.sleep(0.05)
        return screen

    def save(self, name: str, text: str) -> None:
        """Save an exercise as editors do: beside it, and renamed into its place."""
        beside = self.root / "exercises" / f".{name}.py.swp"
        beside.write_text(text)
        beside.replace(self.root / "exercises" / f"{name}.py")

    def close(self) -> None:
        self._tmux("kill-server")


def running(root: Path) -> list[int]:
    """The processes whose command line names this folder, or which work in it."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if not entry.name.isdigit():
                continue
            named = os.fsencode(root) in (entry / "cmdline").read_bytes()
            if named or Path(os.readlink(entry / "cwd")) == root:
                found.append(int(entry.name))
        except OSError:
            continue
    return found

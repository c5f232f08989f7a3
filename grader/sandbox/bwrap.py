"""The strong cage: bubblewrap, with namespaces of its own and nothing to see but a bare interpreter."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from functools import cache

from grader.machine.processes import program
from grader.sandbox.cage import spawned
from grader.sandbox.interpreter import DEVICES, FLAGS, Interpreter, Package, found

PROGRAM = "bwrap"
TRYING, ENDING = 10.0, 0.2  # seconds
# Everything unshared, nothing inherited, no way to more rights; ends when the grader does.
WALLS = (
    "--unshare-all",
    "--as-pid-1",  # else a first process of bubblewrap's own is left for somebody else to reap
    "--unshare-user",
    "--die-with-parent",
    "--new-session",
    "--cap-drop",
    "ALL",
    "--clearenv",
    "--uid",
    "65534",
    "--gid",
    "65534",
)


class Bwrap:
    """Starts workers in namespaces of their own; see SECURITY.md for what each wall is for."""

    isolation, lacking = "full", ""
    inside = None

    def __init__(self, package: Package | None = None) -> None:
        self._package = package

    @property
    def package(self) -> tuple[str, str] | None:
        return self._package.placed(as_here=False) if self._package else None

    def showing(self, package: Package) -> Bwrap:
        return Bwrap(package)

    def start(self, arguments: Sequence[str], pass_fds: Sequence[int]) -> Running:
        return Running(spawned([*command(found(self._package)), *arguments], pass_fds))


class Running:
    """A worker behind its walls."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    def kill(self) -> None:
        """End the worker: with the first process of its namespace all others go."""
        try:
            # One that was asked to end does so by itself, and its processor time is accounted for.
            self.process.wait(ENDING)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


def command(interpreter: Interpreter) -> list[str]:
    """What starts a bare interpreter behind all walls; its arguments come after."""
    binds = [word for path in interpreter.files for word in ("--ro-bind", os.path.realpath(path), path)]
    library = ["--ro-bind", interpreter.library, interpreter.library]
    # Packages of the machine's own Python lie inside of its library.
    masks = [word for path in interpreter.hidden for word in ("--tmpfs", path, "--remount-ro", path)]
    devices = [word for path in DEVICES for word in ("--dev-bind", path, path)]
    shown = interpreter.package.shown if interpreter.package else ()
    besides = [word for pair in shown for word in ("--ro-bind", *pair)]
    inside = [*binds, *library, *masks, *besides, *devices, "--remount-ro", "/", "--chdir", "/"]
    bwrap = program(PROGRAM) or PROGRAM
    return [bwrap, *WALLS, *_newer_walls(bwrap), *inside, "--", interpreter.executable, *FLAGS]


@cache
def _newer_walls(bwrap: str) -> tuple[str, ...]:
    """What only bubblewrap 0.8 and later know; the worker's own walls refuse the same."""
    try:
        told = subprocess.run([bwrap, "--help"], capture_output=True, text=True, timeout=TRYING, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return ("--disable-userns",) if "--disable-userns" in told.stdout + told.stderr else ()


@cache
def why_not() -> str:
    """Why this cage cannot be had here, in a sentence; nothing where it can."""
    if sys.platform != "linux":
        return "bubblewrap is for Linux"
    if program(PROGRAM) is None:
        return "bubblewrap is not installed (its command is bwrap)"
    try:
        tried = subprocess.run(
            [*command(found()), "-c", "import math"], capture_output=True, timeout=TRYING, check=False, env={}
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"bubblewrap does not start: {error}"
    said = tried.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
    return f"bubblewrap cannot make its walls here: {said}" if tried.returncode else ""

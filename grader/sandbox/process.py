"""No cage: a subprocess with an empty environment, fit for code one would run oneself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from grader.errors import MachineError
from grader.sandbox.cage import Inside
from grader.sandbox.interpreter import FLAGS, found
from grader.scratch import Scratch


class Process:
    """Starts workers as plain subprocesses in a session and an empty folder of their own."""

    isolation, lacking = "none", ""

    @property
    def inside(self) -> Inside | None:
        # Against accidents only: where the kernel has no Landlock, or nobody says what the interpreter
        # needs, nothing is hidden.
        try:
            return Inside("", 0, *found().seen) if sys.platform == "linux" else None
        except MachineError:
            return None

    def start(self, arguments: Sequence[str], pass_fds: Sequence[int]) -> Running:
        folder = Scratch("worker")
        command = [os.path.realpath(sys.executable), *FLAGS, *arguments]
        try:
            return Running(spawned(command, pass_fds, folder.path), folder)
        except MachineError:
            folder.remove()
            raise


def spawned(
    command: Sequence[str], pass_fds: Sequence[int], cwd: Path | None = None
) -> subprocess.Popen[bytes]:
    """A process in a session of its own, with an empty environment and only these descriptors.

    Raises MachineError where there is none to be had.
    """
    nothing = subprocess.DEVNULL
    try:
        return subprocess.Popen(
            command,
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
            pass_fds=pass_fds,
            env={},
            cwd=cwd,
            start_new_session=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        what = f"cannot start a worker process: {error}"
        raise MachineError(what, "free some memory or processes") from error


class Running:
    """A worker that runs as a plain subprocess."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Scratch | None) -> None:
        self.process = process
        self.folder = folder

    def kill(self) -> None:
        """End the worker; its zygote has by then been asked to end what its children started."""
        if self.process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        if self.folder is not None:
            self.folder.remove()

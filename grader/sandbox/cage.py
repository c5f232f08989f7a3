"""What every cage promises, and the plainest of them, which is no cage: a process with limits."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from grader.errors import MachineError
from grader.machine.files import Scratch
from grader.sandbox.interpreter import FLAGS, Package, found


@dataclass(frozen=True, slots=True)
class Inside:
    """The walls that a cage leaves to the worker itself, before anything of a student's is there.

    root: the folder that becomes the root of all files; empty where that stays as it is.
    user: the number of the user it becomes; 0 where it stays who it is.
    listed: the folders whose names it may list. read: the files and folders it may read.
    """

    root: str
    user: int
    listed: list[str]
    read: list[str]


class Caged(Protocol):
    """A running worker."""

    def kill(self) -> None:
        """End it and everything it started; may be called more than once."""


class Cage(Protocol):
    """A way to start a worker.

    isolation: what the report says of it: full, reduced or none.
    lacking: why it is reduced, in a sentence; nothing where it is not.
    inside: what the worker itself has to do; None where the cage does all.
    package: the name of a package that a worker has besides the standard library, read-only, and its folder
        in the cage; None where it has nothing else.
    """

    @property
    def isolation(self) -> str: ...

    @property
    def lacking(self) -> str: ...

    @property
    def inside(self) -> Inside | None: ...

    @property
    def package(self) -> tuple[str, str] | None: ...

    def showing(self, package: Package) -> Cage:
        """The same cage with a package to be seen in it."""

    def start(self, arguments: Sequence[str], pass_fds: Sequence[int]) -> Caged:
        """Start a bare Python interpreter with these arguments and only these descriptors.

        Raises MachineError where that is not possible.
        """


class Process:
    """Starts workers as plain subprocesses in a session and an empty folder of their own."""

    isolation, lacking = "none", ""

    def __init__(self, package: Package | None = None) -> None:
        self._package = package

    @property
    def inside(self) -> Inside | None:
        # Against accidents only: where the kernel has no Landlock, or nobody says what the interpreter
        # needs, nothing is hidden.
        try:
            return Inside("", 0, *found(self._package).seen()) if sys.platform == "linux" else None
        except MachineError:
            return None

    @property
    def package(self) -> tuple[str, str] | None:
        return self._package.placed(as_here=True) if self._package else None

    def showing(self, package: Package) -> Process:
        return Process(package)

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

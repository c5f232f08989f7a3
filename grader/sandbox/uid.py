"""The cage for root where namespaces are not to be had, as in a container: a user that nobody else is."""

from __future__ import annotations

import os
import pwd
import secrets
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from grader.errors import MachineError
from grader.sandbox.cage import Inside
from grader.sandbox.interpreter import FLAGS, found
from grader.sandbox.process import Running, spawned
from grader.sandbox.root import root_for

CELL = Path(__file__).resolve().parent.parent / "worker" / "cell.py"
TRYING = 20.0  # seconds
# Says of each of the three walls whether it stands, and that what is imported late is there behind them.
TRIAL = """
import sys
exec(sys.stdin.read())
root, user, listed, read = sys.argv[1], int(sys.argv[2]), sys.argv[3].split(":"), sys.argv[4].split(":")
walls = enter(root, user), see_only(listed, read), close()
import ctypes.util, decimal, json
print(*map(int, walls))
"""
# Containers often have no more users than 65536, and people and services have the lower ones.
FIRST, COUNT = 20_000, 40_000


class Uid:
    """Starts workers that become a user drawn at random, who owns nothing; their own walls do the rest.

    Those are a root folder with nothing in it but an interpreter; Landlock for files; a filter that lets
    through only what computing needs; and limits. A worker is root until it has entered its folder, and runs
    nothing but our own code until then.
    """

    @property
    def isolation(self) -> str:
        return "reduced" if self.lacking else "full"

    @property
    def lacking(self) -> str:
        folder, landlock, _ = _walls()
        if not folder:
            return "root may not change its root folder (chroot) here: which files there are can be asked"
        return "" if landlock else "this kernel has no Landlock: only the root folder hides files"

    @property
    def inside(self) -> Inside:
        return Inside(_root() if _walls()[0] else "", _user(), *found().seen)

    def start(self, arguments: Sequence[str], pass_fds: Sequence[int]) -> Running:
        command = [found().executable, *FLAGS, *arguments]
        return Running(spawned(command, pass_fds, Path("/")), None)


def _user() -> int:
    """A number that no user of this machine has."""
    while True:
        number = FIRST + secrets.randbelow(COUNT)
        try:
            pwd.getpwuid(number)
        except KeyError:
            return number


def _root() -> str:
    try:
        return root_for(found())
    except MachineError:
        return ""


@cache
def why_not() -> str:
    """Why this cage cannot be had here, in a sentence; nothing where it can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "only root on Linux can start processes as another user"
    try:
        folder, landlock, filtered = _walls()
    except MachineError as error:
        return error.what
    if not filtered:
        return "this kernel or processor takes no filter for system calls"
    if not (folder or landlock):
        return "this kernel has no Landlock, and root may not change its root folder (chroot)"
    return ""


@cache
def _walls() -> tuple[bool, bool, bool]:
    """Whether a worker gets a root folder, Landlock and a filter; tried in a process that is not missed.

    Raises MachineError where that process does not get so far.
    """
    source, (listed, read) = CELL.read_bytes(), found().seen
    arguments = [_root(), str(_user()), ":".join(listed), ":".join(read)]
    tried = None
    try:
        tried = subprocess.run(
            [found().executable, *FLAGS, "-c", TRIAL, *arguments],
            input=source,
            capture_output=True,
            timeout=TRYING,
            check=False,
            env={},
            cwd="/",
        )
        folder, landlock, filtered = (word == b"1" for word in tried.stdout.split())
    except (OSError, subprocess.SubprocessError, ValueError):
        said = tried.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2] if tried else ""
        raise MachineError(f"a worker does not start as another user: {said or 'nobody says why'}") from None
    return folder, landlock, filtered

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
from grader.sandbox.interpreter import FLAGS, Interpreter, for_others
from grader.sandbox.process import Running

CELL = Path(__file__).resolve().parent.parent / "worker" / "cell.py"
TRYING = 10.0  # seconds
TRIAL = "import sys; exec(sys.stdin.read()); sys.exit(not (sees_only() and close()))"
# Containers often have no more users than 65536, and people and services have the lower ones.
FIRST, COUNT = 20_000, 40_000


class Uid:
    """Starts workers as a user drawn at random, who owns nothing; the worker's own walls do the rest.

    Those are Landlock for files, a filter that refuses processes, signals, sockets and shared memory, and
    limits; each alone leaves holes.
    """

    isolation = "full"

    @property
    def seen(self) -> tuple[list[str], list[str]] | None:
        return _interpreter().seen

    def start(self, arguments: Sequence[str], pass_fds: Sequence[int]) -> Running:
        user = _user()
        try:
            process = subprocess.Popen(
                [_interpreter().executable, *FLAGS, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=pass_fds,
                env={},
                cwd="/",
                user=user,
                group=user,
                extra_groups=[],
                umask=0o777,
                start_new_session=True,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise MachineError(f"cannot start a worker: {error}", "free some memory or processes") from None
        return Running(process, None)


def _user() -> int:
    """A number that no user of this machine has."""
    while True:
        number = FIRST + secrets.randbelow(COUNT)
        try:
            pwd.getpwuid(number)
        except KeyError:
            return number


@cache
def _interpreter() -> Interpreter:
    interpreter = for_others()
    assert interpreter is not None, "why_not() was asked first"
    return interpreter


@cache
def why_not() -> str:
    """Why this cage cannot be had here, in a sentence; nothing where it can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "only root on Linux can start processes as another user"
    if for_others() is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return f"no Python {version} here can be run by other users; /usr/bin/python{version} would do"
    return (
        ""
        if _walls_hold()
        else "this kernel or processor has no Landlock, or takes no filter for system calls"
    )


def _walls_hold() -> bool:
    """Whether a process can build the worker's own walls around itself; tried in one that is not missed."""
    source, user = CELL.read_bytes(), _user()
    try:
        tried = subprocess.run(
            [_interpreter().executable, *FLAGS, "-c", TRIAL],
            input=source,
            capture_output=True,
            timeout=TRYING,
            check=False,
            cwd="/",
            user=user,
            group=user,
            extra_groups=[],
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return tried.returncode == 0

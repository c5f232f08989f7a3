"""The worker's first process: forks one child for each exercise, and ends each with all it started."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

from . import cell
from .child import serve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
START, END = b"s", b"e"


def main(control_fd: int, reply_fd: int, lanes: list[tuple[int, int, int]], seen: Any) -> None:
    """Obey the control pipe: two bytes a command, what to do and for which lane.

    control_fd: START forks the lane's child, at most one at a time; END kills it and replies with its
        exit status, two bytes: 0 and the exit code, or 1 and the signal. A closed pipe ends everything.
    lanes: for each exercise the pipes of its child: requests in, numbers out, text out.
    seen: folders to list and files to read, where the cage leaves that to the worker; else None.
    """
    _adopt_orphans()
    # Opened here, as a worker that sees only a few files does not find it any more.
    children = _opened(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    if seen is not None:
        cell.see_only(*seen)
    child = 0
    while len(command := os.read(control_fd, 2)) == 2:
        if command[:1] == START:
            child = _fork((control_fd, reply_fd, children), lanes, command[1])
        else:
            os.write(reply_fd, _end(child, children))
            child = 0
    if child:
        _end(child, children)


def _adopt_orphans() -> None:
    """Become the parent of every process a child leaves behind, so that none escapes."""
    _process_control(PR_SET_CHILD_SUBREAPER, 1)


def _process_control(what: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(what, value, 0, 0, 0)


def _fork(own: tuple[int, ...], lanes: list[tuple[int, int, int]], lane: int) -> int:
    pid = os.fork()
    if pid:
        for fd in lanes[lane]:
            os.close(fd)
        return pid
    # The child keeps the pipes of its own lane, has a process group of its own, and dies with its parent.
    os.setpgid(0, 0)
    _process_control(PR_SET_PDEATHSIG, signal.SIGKILL)
    foreign = {fd for other in lanes for fd in other} - set(lanes[lane])
    for fd in (*own, *foreign):
        try:
            os.close(fd)
        except OSError:
            continue  # a lane that has ended, or what was never open
    code = 1
    try:
        serve(*lanes[lane])
        code = 0
    finally:
        os._exit(code)


def _end(pid: int, children: int) -> bytes:
    """Kill a child and everything it started; its exit status as two bytes.

    children: where the kernel lists the children of this process, open for reading, or -1.
    """
    done, status = os.waitpid(pid, os.WNOHANG)
    if not done:
        os.kill(pid, signal.SIGKILL)
        status = os.waitpid(pid, 0)[1]
    _kill_group(pid)
    _kill_adopted(children)
    if os.WIFSIGNALED(status):
        return bytes([1, os.WTERMSIG(status)])
    return bytes([0, os.WEXITSTATUS(status)])


def _kill_group(pgid: int) -> None:
    try:
        os.killpg(pgid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _kill_adopted(children: int) -> None:
    """Kill what has been reparented here, until this process has no child left."""
    while pids := _listed(children):
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        os.waitpid(-1, 0)


def _listed(children: int) -> list[int]:
    try:
        os.lseek(children, 0, os.SEEK_SET)
        return [int(word) for word in os.read(children, 1 << 16).split()]
    except OSError:
        return []


def _opened(path: str) -> int:
    try:
        return os.open(path, os.O_RDONLY)
    except OSError:
        return -1

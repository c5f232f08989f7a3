"""The worker's first process: forks one child for each exercise, and ends each with all it started."""

from __future__ import annotations

import gc
import os
import signal
import struct
import time

from . import walls
from .child import FILTERED, UNFILTERED, load_package, serve_to_the_end

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

START, END, GONE = b"s", b"e", b"g"
# How a child ended: by itself, with an exit code; by a signal; or not at all, until it was killed from here.
EXITED, SIGNALLED, STAYED = 0, 1, 2
REPORT = struct.Struct("<BBI")  # one of these, the exit code or the signal, milliseconds of processor time
ENDING, MOMENT = 0.5, 0.001  # seconds that a process may take to end whose pipe is closed
Lane = tuple[int, int, int, int]


def main(
    control_fd: int,
    reply_fd: int,
    lanes: list[Lane],
    inside: Any,
    package: tuple[str, str] | None,
    subject: ModuleType,
) -> None:
    """Obey the control pipe: two bytes a command, what to do and for which lane.

    control_fd: START forks the lane's child. END kills it, GONE waits a moment for it to end by itself, as
        its pipe is closed; both reply with a REPORT. A closed pipe ends everything.
    lanes: for each exercise the pipes of its child: requests in, numbers out, text out; and the null device.
    inside: what the cage leaves to the worker, as sandbox.cage.Inside has it; else None.
    package: the name and the folder of a package that all children have loaded; None for the standard library
        alone.
    subject: see child.serve.
    """
    _adopt_orphans()
    # Opened here, as a worker that sees only a few files does not find it any more.
    children = _opened(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    walls.close_all_but({control_fd, reply_fd, children, *(fd for lane in lanes for fd in lane)})
    if inside is not None:
        root, user, listed, read = inside
        if user and walls.enter(root, user) != bool(root):
            return  # it would see more than the cage promises
        walls.see_only(listed, read)
    if package is not None:
        load_package(*package)
    # What is here now is for good: children that look for garbage would each copy it, page by page.
    gc.freeze()
    os.write(reply_fd, FILTERED if walls.filters() else UNFILTERED)
    running: dict[int, int] = {}
    while len(command := os.read(control_fd, 2)) == 2:
        what, lane = command[:1], command[1]
        if what == START:
            running[lane] = _fork((control_fd, reply_fd, children), lanes, lane, subject)
        else:
            child = running.pop(lane)
            os.write(reply_fd, _end(child, children, {*running.values()}, ENDING if what == GONE else 0.0))
    for child in running.values():
        _end(child, children, set(), 0.0)


def _adopt_orphans() -> None:
    """Become the parent of every process a child leaves behind, so that none escapes."""
    walls.process_control(walls.PR_SET_CHILD_SUBREAPER, 1)


def _fork(own: tuple[int, ...], lanes: list[Lane], lane: int, subject: ModuleType) -> int:
    pid = os.fork()
    if pid:
        for fd in lanes[lane]:
            os.close(fd)
        return pid
    # The child keeps the pipes of its own lane, has a process group of its own, and dies with its parent.
    os.setpgid(0, 0)
    walls.process_control(walls.PR_SET_PDEATHSIG, signal.SIGKILL)
    known = {fd for other in lanes for fd in other}
    walls.close_all_but({*lanes[lane]}, (*own, *known))
    requests, numbers, texts, null = lanes[lane]
    # The flags of an open file are shared by all its descriptors: each child has one of its own, so that none
    # finds there what another has left.
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.close(null)
    return serve_to_the_end(requests, numbers, texts, subject)


def _end(pid: int, children: int, others: set[int], patience: float) -> bytes:
    """Kill a child and everything it started; how it ended, as a REPORT.

    children: where the kernel lists the children of this process, open for reading, or -1.
    others: the children of other lanes, which go on. patience: seconds for it to end by itself.
    """
    by = time.monotonic() + patience
    done, status, used = os.wait4(pid, os.WNOHANG)
    while not done and time.monotonic() < by:
        time.sleep(MOMENT)
        done, status, used = os.wait4(pid, os.WNOHANG)
    stayed = not done
    if stayed:
        os.kill(pid, signal.SIGKILL)
        _, status, used = os.wait4(pid, 0)
    _kill_group(pid)
    _kill_adopted(children, others)
    worked = min(int(1000 * (used.ru_utime + used.ru_stime)), 0xFFFFFFFF)
    if os.WIFSIGNALED(status):
        return REPORT.pack(STAYED if stayed else SIGNALLED, os.WTERMSIG(status), worked)
    return REPORT.pack(EXITED, os.WEXITSTATUS(status), worked)


def _kill_group(pgid: int) -> None:
    try:
        os.killpg(pgid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _kill_adopted(children: int, others: set[int]) -> None:
    """Kill what has been reparented here, until this process has no child left but others."""
    while pids := _listed(children) - others:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        for pid in pids:
            os.waitpid(pid, 0)


def _listed(children: int) -> set[int]:
    try:
        os.lseek(children, 0, os.SEEK_SET)
        return {int(word) for word in os.read(children, 1 << 16).split()}
    except OSError:
        return set()


def _opened(path: str) -> int:
    try:
        return os.open(path, os.O_RDONLY)
    except OSError:
        return -1

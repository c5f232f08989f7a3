"""Ways to say something to the grader that it did not ask, or through a descriptor of another's."""

from __future__ import annotations

import fcntl
import os
import signal
import stat
from contextlib import suppress

from .calls import Scene

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

OWN = 3  # the pipes of an exercise: requests, numbers, texts
FORGED = bytes(64)


def foreign(scene: Scene) -> bool:
    """Holds a descriptor that is not its own."""
    kinds = [kind for _, kind in _opened()]
    return any(not stat.S_ISFIFO(kind) for kind in kinds) or len(kinds) > OWN


def early(scene: Scene) -> bool:
    """Writes an answer of its own before the worker does."""
    return _forged() > 0


def late(scene: Scene) -> None:
    """Writes more after the worker has answered."""
    signal.signal(signal.SIGALRM, lambda *_: _forged())
    signal.setitimer(signal.ITIMER_REAL, 0.02)


def shared(scene: Scene) -> None:
    """Leaves a word in the flags of a descriptor, where its copies have it too (F_SETFL)."""
    fcntl.fcntl(0, fcntl.F_SETFL, os.O_NONBLOCK)


def _forged() -> int:
    """Write wherever that is possible; how many descriptors took it."""
    took = 0
    for fd, _ in _opened():
        with suppress(OSError):
            took += os.write(fd, FORGED) > 0
    return took


def _opened() -> Iterator[tuple[int, int]]:
    """Every descriptor but the standard ones, with what it is."""
    for fd in range(3, 1_024):
        with suppress(OSError):
            yield fd, os.fstat(fd).st_mode

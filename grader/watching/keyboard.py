"""Keys as they are pressed, without Enter; the terminal's own settings come back afterwards."""

from __future__ import annotations

import os
import select
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Any

from grader.watching.events import Event, Pressed, Quit

AT_ONCE = 64
NAMED = {
    b"\x1b": "escape",
    b"\x1b[A": "up",
    b"\x1bOA": "up",
    b"\x1b[B": "down",
    b"\x1bOB": "down",
    b"\x1b[5~": "up",
    b"\x1b[6~": "down",
    b"\r": "enter",
    b"\n": "enter",
}
HUNG_UP = 129  # as a shell counts SIGHUP


class Keyboard:
    """Tells Pressed for every key from a thread of its own, and Quit when the terminal is gone.

    fd: the terminal.
    """

    def __init__(self, fd: int, tell: Callable[[Event], None]) -> None:
        self._fd = fd
        self._tell = tell
        self._before: list[Any] | None = None
        self._stop, self._stopping = os.pipe()

    def take(self) -> None:
        """Have every key at once, and unseen; Ctrl-C and Ctrl-Z stay signals."""
        import termios
        import tty

        self._before = termios.tcgetattr(self._fd)
        tty.setcbreak(self._fd)

    def give_back(self) -> None:
        """The terminal is as it was; may be called more than once."""
        import termios

        if self._before is not None:
            # It may be gone altogether.
            with suppress(termios.error):
                termios.tcsetattr(self._fd, termios.TCSADRAIN, self._before)
            self._before = None

    def start(self) -> None:
        Thread(target=self._read, daemon=True).start()

    def close(self) -> None:
        os.close(self._stopping)

    def _read(self) -> None:
        while True:
            ready = select.select([self._fd, self._stop], [], [])[0]
            if self._stop in ready:
                return os.close(self._stop)
            try:
                data = os.read(self._fd, AT_ONCE)
            except OSError:
                data = b""
            if not data:
                return self._tell(Quit(HUNG_UP))
            if key := named(data):
                self._tell(Pressed(key))


def named(data: bytes) -> str:
    """The key that sends these bytes; nothing for what is pasted, or no key that anybody needs here."""
    if data in NAMED:
        return NAMED[data]
    # A key held down sends the same again and again; other things that come at once are no key.
    if len(set(data)) == 1 and 32 <= data[0] < 127:
        return chr(data[0])
    return ""

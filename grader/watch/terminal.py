"""The watch's terminal and the keys that are typed at it."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any

from rich.console import Console, RenderableType
from rich.live import Live

from grader.errors import UsageError
from grader.watch.board import Event, Pressed, Quit, Resized, Suspended

try:
    import termios
    import tty
except ImportError:  # Windows has its own way to keys
    termios = tty = None  # type: ignore[assignment]
try:
    import msvcrt
except ImportError:
    msvcrt = None  # type: ignore[assignment]

ONCE = "grade once instead: grader grade"


def fit(console: Console) -> None:
    """Raise UsageError where there is no terminal with a screen and keys."""
    if termios is None and msvcrt is None:
        raise UsageError("watch needs a terminal, and this system has none that Python knows", ONCE)
    # Whoever closes it altogether leaves none.
    keys = sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()
    if not (keys and console.is_terminal):
        raise UsageError("watch needs a terminal, for its screen and its keys", ONCE)
    if console.is_dumb_terminal:
        raise UsageError("this terminal cannot redraw its screen (TERM says so)", ONCE)


class Terminal:
    """What is painted on, and where keys come from."""

    def __init__(self, console: Console, tell: Callable[[Event], None]) -> None:
        self._console = console
        self._keyboard = Keyboard(sys.stdin.fileno(), tell) if termios else ConsoleKeyboard(tell)
        self._tell = tell
        self._live = self._screen()
        self._painted = console.size

    def _screen(self) -> Live:
        return Live(
            console=self._console,
            screen=True,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    @contextmanager
    def taken(self) -> Iterator[None]:
        """The terminal is the watch's for the block, and given back however that ends."""
        before = {number: signal.signal(number, self._signalled) for number in SIGNALS}
        try:
            self._take()
            self._keyboard.start()
            yield
        finally:
            self._give_back()
            self._keyboard.close()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _take(self) -> None:
        self._keyboard.take()
        self._live.start()

    def _give_back(self) -> None:
        try:
            self._live.stop()
        finally:
            self._keyboard.give_back()

    def _signalled(self, number: int, _: object) -> None:
        self._tell(SIGNALS[signal.Signals(number)])

    def paint(self, page: RenderableType) -> None:
        """Show this, in place of what was there."""
        self._painted = self._console.size
        self._live.update(page, refresh=True)

    def stale(self) -> bool:
        """Whether the terminal has another size than when it was painted."""
        return self._console.size != self._painted

    def suspend(self) -> None:
        """Stop, as Ctrl-Z does; returns when the shell lets the watch go on."""
        self._give_back()
        os.kill(os.getpid(), signal.SIGSTOP)
        self._live = self._screen()
        self._take()


# An end by a signal has the exit code by which a shell knows it.
SIGNALS: dict[signal.Signals, Event] = {
    signal.SIGINT: Quit(128 + signal.SIGINT),
    signal.SIGTERM: Quit(128 + signal.SIGTERM),
}
if sys.platform != "win32":
    SIGNALS |= {
        signal.SIGHUP: Quit(128 + signal.SIGHUP),
        signal.SIGTSTP: Suspended(),
        signal.SIGWINCH: Resized(),
    }


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
        self._before = termios.tcgetattr(self._fd)
        tty.setcbreak(self._fd)

    def give_back(self) -> None:
        """The terminal is as it was; may be called more than once."""
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


# What Windows says of a key that is no letter: one of these, and then which.
BEFORE_SPECIAL = "\0\xe0"
SPECIAL = {"H": "up", "P": "down", "I": "up", "Q": "down"}
POLLING = 0.03  # seconds, for nothing tells there of a key
INTERRUPTED = "\x03"


class ConsoleKeyboard:
    """The same for the console of Windows, which gives every key at once, and unseen, unasked."""

    def __init__(self, tell: Callable[[Event], None]) -> None:
        self._tell = tell
        self._closed = False

    def take(self) -> None:
        """Nothing to do there."""

    def give_back(self) -> None:
        """Nothing to do there."""

    def start(self) -> None:
        Thread(target=self._read, daemon=True).start()

    def close(self) -> None:
        self._closed = True

    def _read(self) -> None:
        while not self._closed:
            if not msvcrt.kbhit():  # type: ignore[attr-defined]
                time.sleep(POLLING)
            elif event := self._pressed(msvcrt.getwch()):  # type: ignore[attr-defined]
                self._tell(event)

    def _pressed(self, letter: str) -> Event | None:
        if letter in BEFORE_SPECIAL:
            letter = msvcrt.getwch()  # type: ignore[attr-defined]
            return Pressed(SPECIAL[letter]) if letter in SPECIAL else None
        if letter == INTERRUPTED:
            return Quit(128 + signal.SIGINT)
        key = named(letter.encode())
        return Pressed(key) if key else None


def named(data: bytes) -> str:
    """The key that sends these bytes; nothing for what is pasted, or no key that anybody needs here."""
    if data in NAMED:
        return NAMED[data]
    # A key held down sends the same again and again; other things that come at once are no key.
    if len(set(data)) == 1 and 32 <= data[0] < 127:
        return chr(data[0])
    return ""

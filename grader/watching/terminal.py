"""The terminal while it is watched: another screen, keys at once, and all as before afterwards."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.live import Live

from grader.errors import UsageError
from grader.watching.events import Event, Quit, Resized, Suspended
from grader.watching.keyboard import Keyboard

ONCE = "grade once instead: grader grade"


def fit(console: Console) -> None:
    """Raise UsageError where there is no terminal with a screen and keys."""
    try:
        import termios  # noqa: F401  # what it is needed for comes later
    except ImportError:
        raise UsageError("watch needs a Unix terminal: Linux, macOS, or WSL on Windows", ONCE) from None
    if not (sys.stdin.isatty() and console.is_terminal):
        raise UsageError("watch needs a terminal, for its screen and its keys", ONCE)
    if console.is_dumb_terminal:
        raise UsageError("this terminal cannot redraw its screen (TERM says so)", ONCE)


class Terminal:
    """What is painted on, and where keys come from."""

    def __init__(self, console: Console, tell: Callable[[Event], None]) -> None:
        self._console = console
        self._keyboard = Keyboard(sys.stdin.fileno(), tell)
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

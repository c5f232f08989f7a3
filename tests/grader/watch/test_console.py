"""The keys of a Windows console, and what there is where no system knows a terminal."""

import pytest

from grader.errors import UsageError
from grader.watch import screen
from grader.watch.board import Pressed, Quit


class Console:
    """What msvcrt says of keys."""

    def __init__(self, letters):
        self.letters = list(letters)

    def kbhit(self):
        return bool(self.letters)

    def getwch(self):
        return self.letters.pop(0)


def test_keys_of_a_windows_console_are_told_by_the_same_names(monkeypatch):
    console, told = Console("h\r\x1b\xe0H\0P\xe0Sé "), []
    monkeypatch.setattr(screen, "msvcrt", console)
    keyboard = screen.ConsoleKeyboard(told.append)
    monkeypatch.setattr(screen.time, "sleep", lambda _: keyboard.close())
    keyboard._read()
    assert told == [Pressed(key) for key in ("h", "enter", "escape", "up", "down", " ")]


def test_ctrl_c_at_a_windows_console_quits(monkeypatch):
    console, told = Console("\x03"), []
    monkeypatch.setattr(screen, "msvcrt", console)
    keyboard = screen.ConsoleKeyboard(told.append)
    monkeypatch.setattr(screen.time, "sleep", lambda _: keyboard.close())
    keyboard._read()
    assert told == [Quit(130)]


def test_where_python_knows_no_terminal_watch_says_what_to_do_instead(monkeypatch):
    monkeypatch.setattr(screen, "termios", None)
    monkeypatch.setattr(screen, "msvcrt", None)
    with pytest.raises(UsageError, match="needs a terminal"):
        screen.fit(None)

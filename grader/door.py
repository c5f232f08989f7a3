"""The one door through which all text leaves: no word of a stranger reaches a runner as a command to it."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

from grader.printable import ANYWHERE, AT_THE_BEGINNING

LINE_END = re.compile(rb"[\r\n]")
WORDS = re.compile(ANYWHERE.encode())
BEGINNINGS = re.compile(AT_THE_BEGINNING.encode())
LONGEST = 4  # bytes, by which it is settled whether a line begins as a command


class Door(io.BufferedIOBase):
    """The bytes of standard output or error, made harmless on their way, in whatever pieces they come.

    beyond: where they go; it stays open when the door is closed.
    """

    def __init__(self, beyond: Any) -> None:
        self.beyond = beyond
        self._line = b""  # what the line under way has so far, as far as it matters

    def write(self, data: Any) -> int:
        piece = bytes(data)
        known = self._line
        whole = _harmless(known + piece)
        if not whole.startswith(known):
            # The sign before a command would have to stand before what has gone already.
            whole = known + _harmless(b"| " + piece)
        self.beyond.write(whole[len(known) :])
        self._line = _what_matters(LINE_END.split(whole)[-1])
        return len(piece)

    def flush(self) -> None:
        if not self.beyond.closed:
            self.beyond.flush()

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return bool(self.beyond.isatty())

    def fileno(self) -> int:
        return int(self.beyond.fileno())

    @property
    def name(self) -> Any:
        return getattr(self.beyond, "name", "")


def _harmless(data: bytes) -> bytes:
    return WORDS.sub(b"## ", BEGINNINGS.sub(rb"\1| ", data))


def _what_matters(line: bytes) -> bytes:
    begun = line.lstrip()
    return begun if len(begun) <= LONGEST else b"x" + begun[-2:]


def place_doors() -> dict[str, tuple[TextIO, TextIO]]:
    """Have all that is printed from now on go through a door, tracebacks too; gives what was there and is.

    A stream without bytes has none, and one that has a door needs no other.
    """
    placed: dict[str, tuple[TextIO, TextIO]] = {}
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if hasattr(stream, "buffer") and not isinstance(stream.buffer, Door):
            placed[name] = stream, _before(stream)
            setattr(sys, name, placed[name][1])
    return placed


@contextmanager
def doors() -> Iterator[None]:
    """Everything that is printed in the block goes through a door."""
    placed = place_doors()
    try:
        yield
    finally:
        for name, (before, stream) in placed.items():
            # Where the reader has gone, click has put another stream in place, which says nothing of that.
            if getattr(sys, name) is stream:
                setattr(sys, name, before)
            with suppress(OSError, ValueError):
                stream.flush()


def _before(stream: TextIO) -> io.TextIOWrapper:
    stream.flush()
    # What its encoding has no letters for is written out, and ends nothing.
    errors = "backslashreplace" if stream.errors == "strict" else stream.errors
    return io.TextIOWrapper(Door(stream.buffer), encoding=stream.encoding, errors=errors, line_buffering=True)


def command(line: str) -> None:
    """Tell the runner a command of ours, past the door."""
    sys.stdout.flush()
    door = getattr(sys.stdout, "buffer", None)
    if isinstance(door, Door):
        door.beyond.write(f"{line}\n".encode())
        door.flush()
    else:
        sys.stdout.write(f"{line}\n")

"""The worker's end of the pipe: requests in as marshal, answers out as packed little-endian floats.

A request is a head and a list of programs, each a length (u32) and that many bytes of marshal, which
only the trusted parent writes. An answer is one frame for each program, in order, between two copies of
the request's nonce. A frame is a status byte and, where the status is OK, as many float64s as the parent
knows the program observes, else the number (u16) of a text. Where only the run of a program tells how many
it observes, their count (u32) stands before them, and the parent knows the most. Texts go over a second
pipe, in the order of their numbers and each only once: length (u16), UTF-8.
"""

from __future__ import annotations

import marshal
import os
import struct
from _thread import RLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

OK, RAISED, MISFIT = 0, 1, 2
TEXT_LIMIT = 1_000
TEXTS = 50
FLUSH_AT = 1 << 15
PIECE = 1 << 16  # more than that no pipe gives at a time


def read_request(fd: int) -> tuple[dict[str, Any], list[Any]] | None:
    """The next request's head and programs, or None when the parent has closed its end."""
    head = _read_marshal(fd)
    return None if head is None else (head, _read_marshal(fd))


def _read_marshal(fd: int) -> Any:
    length = _read(fd, 4)
    return marshal.loads(_read(fd, *struct.unpack("<I", length))) if len(length) == 4 else None


def _read(fd: int, count: int) -> bytes:
    data = bytearray()
    while len(data) < count and (more := os.read(fd, min(count - len(data), PIECE))):
        data += more
    return bytes(data)


class Answer:
    """Collects frames and writes them in large pieces; flush() may come at any time.

    folder: what no text says: the same work is told in the same words, wherever it lies.
    counted: how many numbers there are is said before them.
    """

    def __init__(
        self, numbers_fd: int, text_fd: int, nonce: bytes, folder: str = "", counted: bool = False
    ) -> None:
        self.folder = folder
        self.counted = counted
        self.numbers_fd = numbers_fd
        self.text_fd = text_fd
        self.nonce = nonce
        self.buffer = bytearray(nonce)
        self.texts: dict[bytes, int] = {}
        self.writing = RLock()

    def numbers(self, values: list[Any]) -> None:
        """Add an OK frame; raises TypeError naming the place of the first value that is no number."""
        try:
            packed = struct.pack(f"<{len(values)}d", *values)
        except (struct.error, OverflowError, TypeError):
            raise TypeError(_first_unpackable(values)) from None
        self.buffer.append(OK)
        if self.counted:
            self.buffer += struct.pack("<I", len(values))
        self.buffer += packed
        if len(self.buffer) > FLUSH_AT:
            self.flush()

    def trouble(self, status: int, text: str) -> None:
        """Add a frame without numbers, and say why on the other pipe."""
        if self.folder:
            for end in ("/", os.sep):
                text = text.replace(f"{self.folder}{end}", "")
            text = text.replace(self.folder, "exercises")
        data = text.encode("utf-8", "replace")[:TEXT_LIMIT]
        number = self.texts.get(data)
        if number is None and len(self.texts) < TEXTS:
            number = self.texts[data] = len(self.texts)
            self.say(struct.pack("<H", len(data)) + data)
        self.buffer += struct.pack("<BH", status, TEXTS if number is None else number)

    def say(self, data: bytes) -> None:
        os.write(self.text_fd, data)

    def end(self) -> None:
        self.buffer += self.nonce
        self.flush()

    def flush(self) -> None:
        # Where a signal brings it, that is in the midst of this; where a thread does, it waits.
        with self.writing:
            data, self.buffer = self.buffer, bytearray()
            while data:
                del data[: os.write(self.numbers_fd, data)]


def _first_unpackable(values: list[Any]) -> int:
    for place, value in enumerate(values):
        try:
            struct.pack("<d", value)
        except (struct.error, OverflowError, TypeError):
            return place
    return 0  # it could not be packed a moment ago


class Misfit(Exception):
    """Something came back in another form than the exercise promises."""


def a(thing: Any) -> str:
    """What kind of thing it is, with its article, as a sentence wants it."""
    if thing is None:
        return "None"
    name = type(thing).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"

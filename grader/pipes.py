"""One exercise's pipes, seen from the parent: trusts no byte that comes back, and never waits for good."""

from __future__ import annotations

import os
import select
import struct
import time
from collections.abc import Sequence
from enum import Enum, auto

from grader.observation import Misfit, Numbers, Raised
from grader.printable import printable

OK, RAISED, MISFIT = 0, 1, 2
CHUNK = 1 << 16
TEXT_MOST = 1 << 16
# A worker that keeps to its protocol stays within these.
TEXT_LONGEST, LINES = 1_000, 8
UNSAID = "something whose text did not arrive"
TROUBLE = struct.Struct("<BH")


class OutOfTurn(Exception):
    """The worker sent bytes that the protocol has no place for."""


class End(Enum):
    """Why an exchange ended."""

    ANSWERED = auto()
    CLOSED = auto()
    LATE = auto()


class Frames:
    """Reads frames from bytes as they come; see worker/wire.py for the form.

    nonce: what the answer begins and ends with.
    lengths: how many numbers each program observes.
    """

    def __init__(self, nonce: bytes, lengths: Sequence[int]) -> None:
        self.nonce = nonce
        self.lengths = lengths
        self.statuses: list[int] = []
        self.contents: list[tuple[float, ...] | int] = []
        self.begun = self.done = False
        self.buffer = b""

    def feed(self, data: bytes) -> None:
        """Take more bytes; raises OutOfTurn where they do not fit."""
        self.buffer += data
        at = self._skip_nonce(0) if not self.begun else 0
        self.begun = self.begun or at > 0
        while self.begun and len(self.contents) < len(self.lengths):
            size = self._frame(at)
            if not size:
                break
            at += size
        if self.begun and len(self.contents) == len(self.lengths) and not self.done:
            after = self._skip_nonce(at)
            self.done, at = after > at, after
        self.buffer = self.buffer[at:]
        if self.done and self.buffer:
            raise OutOfTurn

    def _skip_nonce(self, at: int) -> int:
        """The place after a nonce at this place, or the same place where it is not complete yet."""
        seen = self.buffer[at : at + len(self.nonce)]
        if not self.nonce.startswith(seen):
            raise OutOfTurn
        return at + len(seen) if seen == self.nonce else at

    def _frame(self, at: int) -> int:
        """Take the frame at this place and return its size, 0 where it is not complete yet."""
        if at >= len(self.buffer):
            return 0
        status = self.buffer[at]
        length = self.lengths[len(self.contents)]
        size = 1 + 8 * length if status == OK else TROUBLE.size
        if status not in (OK, RAISED, MISFIT):
            raise OutOfTurn
        if len(self.buffer) - at < size:
            return 0
        content: tuple[float, ...] | int
        if status == OK:
            content = struct.unpack_from(f"<{length}d", self.buffer, at + 1)
        else:
            content = TROUBLE.unpack_from(self.buffer, at)[1]
        self.statuses.append(status)
        self.contents.append(content)
        return size


class Lane:
    """The parent's ends of one exercise's pipes: requests out, numbers in, texts in."""

    def __init__(self, requests: int, numbers: int, texts: int) -> None:
        self.requests, self.numbers, self.texts = requests, numbers, texts
        self.said = b""
        for fd in (requests, numbers, texts):
            os.set_blocking(fd, False)

    def close(self) -> None:
        for fd in (self.requests, self.numbers, self.texts):
            os.close(fd)

    def exchange(self, request: bytes, frames: Frames, deadline: float) -> End:
        """Send a request and read until the frames are done, the pipe closes or the clock passes deadline.

        Raises OutOfTurn. deadline is in the seconds of time.monotonic().
        """
        waiting = memoryview(request)
        self.said = b""  # texts are numbered anew in every request
        poll = select.poll()
        for fd, events in ((self.requests, select.POLLOUT), (self.numbers, select.POLLIN)):
            poll.register(fd, events)
        poll.register(self.texts, select.POLLIN)
        while (left := deadline - time.monotonic()) > 0:
            for fd, _ in poll.poll(left * 1000):
                if fd == self.requests:
                    waiting = waiting[self._write(waiting) :]
                    if not waiting:
                        poll.unregister(fd)
                elif fd == self.texts:
                    if not self._listen():
                        poll.unregister(fd)
                elif not (data := os.read(fd, CHUNK)):
                    return End.CLOSED
                else:
                    frames.feed(data)
            if frames.done:
                self._listen()
                return End.ANSWERED
        return End.LATE

    def _write(self, waiting: memoryview) -> int:
        try:
            return os.write(self.requests, waiting)
        except BlockingIOError:
            return 0
        except BrokenPipeError:
            return len(waiting)  # nobody reads any more: what it has answered is still to come

    def _listen(self) -> bool:
        """Keep what is said, up to a limit; False when no more can come."""
        try:
            data = os.read(self.texts, CHUNK)
        except BlockingIOError:
            return True
        self.said += data[: TEXT_MOST - len(self.said)]
        return bool(data)

    def texts_said(self) -> list[tuple[str, ...]]:
        """The texts so far, in the order of their numbers, each as a few printable lines."""
        texts: list[tuple[str, ...]] = []
        at = 0
        while at + 2 <= len(self.said):
            (length,) = struct.unpack_from("<H", self.said, at)
            text = self.said[at + 2 : at + 2 + min(length, TEXT_LONGEST)]
            texts.append(tuple(map(printable, text.decode("utf-8", "replace").split("\n")[:LINES])))
            at += 2 + length
        return texts


def answers(frames: Frames, texts: Sequence[tuple[str, ...]]) -> list[Numbers | Misfit | Raised]:
    """The frames that are complete, with their texts."""
    return [_answer(*pair, texts) for pair in zip(frames.statuses, frames.contents, strict=True)]


def _answer(
    status: int, content: tuple[float, ...] | int, texts: Sequence[tuple[str, ...]]
) -> Numbers | Misfit | Raised:
    if isinstance(content, tuple):
        return Numbers(content)
    first, *rest = texts[content] if content < len(texts) else (UNSAID,)
    return Misfit(first) if status == MISFIT else Raised(first, tuple(rest))

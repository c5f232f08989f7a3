"""Workers where nothing forks: a bare interpreter for each exercise, over its standard streams.

So it is on Windows and on macOS, see machine.processes.forks; what an exercise's process is sent, and what of
it is believed, is the same as everywhere. Its streams are read by threads, since Windows has nothing that
waits for several pipes at once. What the system does not limit, a look at the process now and then does.
"""

from __future__ import annotations

import marshal
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple, replace
from queue import Empty, Queue, SimpleQueue
from threading import Condition, Thread

from grader.errors import MachineError
from grader.machine.processes import kill_with_all_it_started, used
from grader.sandbox import launch
from grader.sandbox.cage import Cage, Caged, Running
from grader.sandbox.launch import (
    CHUNK,
    FILTERED,
    MAKE_MODULES,
    START_SECONDS,
    TEXT_MOST,
    Bounds,
    Death,
    End,
    Frames,
    How,
    Lane,
    not_started,
)

BOOT = f"""
import marshal, os, sys, types
if os.name == "nt":
    import msvcrt
    for standard in (0, 1, 2):
        msvcrt.setmode(standard, os.O_BINARY)
fds = [os.dup(standard) for standard in (0, 1, 2)]
null = os.open(os.devnull, os.O_RDWR)
for standard in (0, 1, 2):
    os.dup2(null, standard)
os.close(null)

def read(count):
    data = bytearray()
    while len(data) < count and (more := os.read(fds[0], min(count - len(data), {CHUNK}))):
        data += more
    return bytes(data)

modules, told = (marshal.loads(read(int.from_bytes(read(4), "little"))) for _ in range(2))
{MAKE_MODULES}
sys.modules["<grader>.worker.child"].alone(*fds, told, module)
"""
ZYGOTE = "worker.zygote"  # of no use here, and it would ask for what Windows does not have
ENDING, MOMENT = 0.5, 0.001  # seconds that a process may take to end whose pipe is closed
LOOKING = 0.05  # seconds between two looks at what a process uses
HEARING = 1.0  # seconds for a text to arrive whose number has arrived
AHEAD = 16  # pieces that are read before anybody asks for them
KILLED = 9  # as everybody counts SIGKILL
UNIT = 1 if sys.platform == "darwin" else 1024  # bytes in the unit that a process's memory is counted in
# How Windows says that a process has ended by what elsewhere is a signal.
ON_WINDOWS = {
    0xC0000005: signal.SIGSEGV,
    0xC00000FD: signal.SIGSEGV,
    0xC0000094: signal.SIGFPE,
    0xC000008C: signal.SIGSEGV,
    0xC000001D: signal.SIGILL,
    0xC0000409: signal.SIGABRT,
}


class Spawned:
    """Processes for as many exercises as were asked for, each started when it is its turn.

    The first is started at once: whoever has none is told so before there is anything to grade.
    subject: see launch.worker_code. filtered: as in launch.Launched.
    """

    filtered = False

    def __init__(self, cage: Cage, lanes: int, subject: tuple[str, ...]) -> None:  # noqa: ARG002 (any number)
        # Asked before anything is started, as it may raise.
        inside, package = cage.inside, cage.package
        modules = [pair for pair in marshal.loads(launch.worker_code(subject)) if pair[0] != ZYGOTE]
        pieces = (
            marshal.dumps(modules),
            marshal.dumps(((None if inside is None else astuple(inside)), package)),
        )
        self._sent = b"".join(len(piece).to_bytes(4, "little") + piece for piece in pieces)
        self._cage = cage
        self._lanes: dict[int, Streams] = {}
        self._ahead: Streams | None = self._started()

    def _started(self) -> Streams:
        return Streams(self._cage.start(["-c", BOOT], (), subprocess.PIPE), self._sent)

    def begin(self, lane: int, bounds: Bounds) -> Streams:
        """A process of the lane's own; raises MachineError where it does not start."""
        streams, self._ahead = self._ahead or self._started(), None
        try:
            self.filtered = streams.begin(bounds) == FILTERED
        except MachineError:
            streams.end(0.0)
            raise
        self._lanes[lane] = streams
        return streams

    def end(self, lane: int, gone: bool = False) -> Death:
        """End the lane's process with all it started; how it had ended. gone: as in launch.Launched."""
        return self._lanes.pop(lane).end(ENDING if gone else 0.0)

    def close(self) -> None:
        """End all that is left."""
        for streams in [*self._lanes.values(), *([self._ahead] if self._ahead else [])]:
            streams.end(0.0)
        self._lanes, self._ahead = {}, None


class Streams(Lane):
    """One exercise's process, and what goes in and out of it."""

    def __init__(self, caged: Caged, first: bytes) -> None:
        self.said = b""
        self.greedy, self._before = False, 0.0
        self.bounds: Bounds | None = None
        self._caged, self._process = caged, caged.process
        self._numbers, self._arrived = Queue[bytes](AHEAD), b""
        self._texts, self._all_said = Condition(), False
        self._requests = SimpleQueue[bytes | None]()
        self._requests.put(first)
        self._dropped = False
        works = self._send, self._receive, self._listen_on
        self._threads = [Thread(target=work, daemon=True) for work in works]
        for thread in self._threads:
            thread.start()

    def _send(self) -> None:
        stream = self._process.stdin
        assert stream is not None
        with suppress(OSError):  # nobody reads any more: what has been answered is still to come
            while (data := self._requests.get()) is not None:
                waiting = memoryview(data)
                while waiting:
                    waiting = waiting[os.write(stream.fileno(), waiting[:CHUNK]) :]
        with suppress(OSError):
            stream.close()

    def _receive(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        with stream, suppress(OSError):
            while not self._dropped and (data := os.read(stream.fileno(), CHUNK)):
                self._numbers.put(data)
        self._numbers.put(b"")

    def _listen_on(self) -> None:
        stream = self._process.stderr
        assert stream is not None
        with stream, suppress(OSError):
            while data := os.read(stream.fileno(), CHUNK):
                with self._texts:
                    self.said += data[: TEXT_MOST - len(self.said)]
                    self._texts.notify()
        with self._texts:
            self._all_said = True
            self._texts.notify()

    def begin(self, bounds: Bounds) -> bytes:
        """Set its bounds, and wait for its first word; raises MachineError where there is none."""
        self.bounds = bounds
        self._before = self._used()[0]
        if isinstance(self._caged, Running):
            self._caged.job.limit(bounds.memory)
        try:
            said = self._numbers.get(timeout=START_SECONDS)
        except Empty:
            said = b""
        if not said:
            raise not_started()
        self._arrived = said[1:]
        return said[:1]

    def exchange(self, request: bytes, frames: Frames, deadline: float) -> End:
        with self._texts:
            self.said = b""  # texts are numbered anew in every request
        self._requests.put(request)
        looking = 0.0
        while (left := deadline - (now := time.monotonic())) > 0:
            if now >= looking:
                looking = now + LOOKING
                if self._out_of_time():
                    break
            try:
                data = self._arrived or self._numbers.get(timeout=min(left, LOOKING))
            except Empty:
                continue
            self._arrived = b""
            if data:
                frames.feed(data)
            if frames.done or not data:
                self._hear(frames)
                return End.ANSWERED if data else End.CLOSED
        self._hear(frames)
        return End.LATE

    def _out_of_time(self) -> bool:
        """Whether it has used up its processor time; one that takes too much memory is ended."""
        assert self.bounds is not None
        seconds, memory = self._used()
        if memory > self.bounds.memory:
            self.greedy = True
            kill_with_all_it_started(self._process)
        return seconds - self._before > self.bounds.seconds

    def _used(self) -> tuple[float, int]:
        return used(self._process) or (0.0, 0)

    def _hear(self, frames: Frames) -> None:
        """Wait for the texts that the frames ask for: they were sent before, and come by another thread."""
        pairs = zip(frames.statuses, frames.contents, strict=True)
        asked = [content for status, content in pairs if status != launch.OK and isinstance(content, int)]
        most = max((number for number in asked if number < launch.TEXTS), default=-1)
        with self._texts:
            self._texts.wait_for(lambda: self._all_said or len(self.texts_said()) > most, HEARING)

    def end(self, patience: float) -> Death:
        """End it with all it started; how it had ended. patience: seconds for it to end by itself."""
        self._dropped = True
        with suppress(Empty):
            while True:
                self._numbers.get_nowait()  # whoever waits to put something there goes on
        death, memory = ended(self._process, patience)
        self._requests.put(None)  # only now: a process whose requests end goes home before it is looked at
        self._caged.kill()
        for thread in self._threads:
            thread.join(HEARING)
        # It may also have ended itself for that, see worker.child.
        killed = (death.how, death.number) == (How.SIGNALLED, KILLED)
        most = memory if self.bounds is None else self.bounds.memory
        greedy = self.greedy or (killed and memory > most)
        return replace(death, greedy=greedy)

    def close(self) -> None:
        self.end(0.0)


Seen = tuple[Death, int]


def ended(process: subprocess.Popen[bytes], patience: float) -> Seen:
    """How a process has ended, or that it stayed and was killed; and the most bytes that it held."""
    look = _look_on_windows if sys.platform == "win32" else _look
    if (seen := _awaited(lambda: look(process), patience)) is not None:
        return seen
    kill_with_all_it_started(process)
    death, memory = _awaited(lambda: look(process), START_SECONDS) or (Death(How.UNKNOWN), 0)
    return replace(death, how=How.STAYED, number=KILLED), memory


def _awaited(look: Callable[[], Seen | None], patience: float) -> Seen | None:
    by = time.monotonic() + patience
    while (seen := look()) is None and time.monotonic() < by:
        time.sleep(MOMENT)
    return seen


def _look(process: subprocess.Popen[bytes]) -> Seen | None:
    try:
        done, status, told = os.wait4(process.pid, os.WNOHANG)
    except ChildProcessError:
        return Death(How.UNKNOWN), 0
    if not done:
        return None
    process.returncode = code = os.waitstatus_to_exitcode(status)
    kill_with_all_it_started(process)
    seconds, memory = told.ru_utime + told.ru_stime, told.ru_maxrss * UNIT
    return Death(How.EXITED if code >= 0 else How.SIGNALLED, abs(code), seconds), memory


def _look_on_windows(process: subprocess.Popen[bytes]) -> Seen | None:
    code = process.poll()
    if code is None:
        return None
    seconds, _ = used(process) or (0.0, 0)
    number = ON_WINDOWS.get(code & 0xFFFFFFFF)
    if number is None:
        return Death(How.EXITED, code & 0xFFFFFFFF, seconds), 0
    return Death(How.SIGNALLED, number, seconds), 0

"""Starts a worker in a cage: its code, its pipes, and the commands that begin and end an exercise."""

from __future__ import annotations

import marshal
import os
import select
import struct
from contextlib import suppress
from dataclasses import astuple, dataclass
from enum import Enum
from functools import cache
from pathlib import Path

from grader.errors import MachineError
from grader.pipes import Lane
from grader.sandbox.cage import Cage

FILES = ("wire", "engine", "misfit", "networks", "running", "cell", "child", "zygote")
END_SECONDS, START_SECONDS = 2.0, 30.0
FILTERED = b"f"  # what the zygote says where no code can end its own process by a signal
REPORT = struct.Struct("<BBI")  # what it says of a process that has ended
# The worker's modules arrive as code on the first pipe, so that no file of ours need be readable there.
BOOT = """
import marshal, os, sys, types
fds = [int(word) for word in sys.argv[1].split(",")]
with open(fds[0], "rb") as pipe:
    modules = marshal.load(pipe)
    inside = marshal.load(pipe)
# A name that no import statement can say, so that it stands in nobody's way.
package = "<worker>"
sys.modules[package] = types.ModuleType(package)
sys.modules[package].__path__ = []
for name, code in modules:
    module = sys.modules[package + "." + name] = types.ModuleType(package + "." + name)
    module.__package__ = package
    setattr(sys.modules[package], name, module)
    exec(code, module.__dict__)
lanes = [tuple(fds[i : i + 4]) for i in range(3, len(fds), 4)]
sys.modules[package + ".zygote"].main(fds[1], fds[2], lanes, inside)
"""


@cache
def worker_code() -> bytes:
    """The worker's modules, compiled, under names in angle brackets that no student's file can have."""
    folder = Path(__file__).parent / "worker"
    sources = [(name, (folder / f"{name}.py").read_text("utf-8")) for name in FILES]
    return marshal.dumps([(name, compile(text, f"<{name}>", "exec")) for name, text in sources])


class How(Enum):
    """How an exercise's process ended, as the zygote found it."""

    EXITED = 0
    SIGNALLED = 1
    STAYED = 2
    UNKNOWN = 3


@dataclass(frozen=True, slots=True)
class Death:
    """The end of an exercise's process.

    number: its exit code, or the signal.
    seconds: of processor time that it used.
    """

    how: How
    number: int = 0
    seconds: float = 0.0


class Launched:
    """A running worker with lanes for as many exercises as were asked for.

    filtered: no code in it can end a process by a signal, once it has started.
    """

    filtered = False

    def __init__(self, cage: Cage, lanes: int) -> None:
        inside = cage.inside  # asked before anything is open, as it may raise
        boot, self._control, self._status = os.pipe(), os.pipe(), os.pipe()
        # For each lane: requests to the child, then numbers and texts from it.
        pipes = [tuple(os.pipe() for _ in range(3)) for _ in range(lanes)]
        theirs = [boot[0], self._control[0], self._status[1]]
        for to, numbers, texts in pipes:
            theirs += [to[0], numbers[1], texts[1], os.open(os.devnull, os.O_RDWR)]
        self._lanes = [Lane(to[1], numbers[0], texts[0]) for to, numbers, texts in pipes]
        self._ready = False
        try:
            self._worker = cage.start(["-c", BOOT, ",".join(map(str, theirs))], theirs)
        except MachineError:
            for fd in (boot[1], self._control[1], self._status[0]):
                os.close(fd)
            for lane in self._lanes:
                lane.close()
            raise
        finally:
            for fd in theirs:
                os.close(fd)
        with suppress(BrokenPipeError), open(boot[1], "wb") as pipe:
            pipe.write(worker_code() + marshal.dumps(None if inside is None else astuple(inside)))

    def begin(self, lane: int) -> Lane:
        """Fork the lane's child; raises BrokenPipeError where the worker is gone.

        Raises MachineError where the worker has not even started.
        """
        self._await_start()
        os.write(self._control[1], bytes([ord("s"), lane]))
        return self._lanes[lane]

    def _await_start(self) -> None:
        if self._ready:
            return
        ready, _, _ = select.select([self._status[0]], [], [], START_SECONDS)
        said = os.read(self._status[0], 1) if ready else b""
        if not said:
            raise MachineError("the worker process did not start", "try again; if it persists, see --sandbox")
        self._ready, self.filtered = True, said == FILTERED

    def end(self, lane: int, gone: bool = False) -> Death:
        """Kill the lane's child with all it started; how it had ended.

        gone: it has closed its pipe, as ending does; so it is given a moment to have ended.
        """
        with suppress(BrokenPipeError):
            os.write(self._control[1], bytes([ord("g" if gone else "e"), lane]))
        ready, _, _ = select.select([self._status[0]], [], [], END_SECONDS)
        report = os.read(self._status[0], REPORT.size) if ready else b""
        if len(report) < REPORT.size:
            self._worker.kill()
            return Death(How.UNKNOWN)
        how, number, milliseconds = REPORT.unpack(report)
        return Death(How(how), number, milliseconds / 1000)

    def close(self) -> None:
        """End the worker and give back every descriptor."""
        os.close(self._control[1])
        # The end of the status pipe says that the zygote has killed what was left, and is gone.
        select.select([self._status[0]], [], [], END_SECONDS)
        self._worker.kill()
        os.close(self._status[0])
        for lane in self._lanes:
            lane.close()

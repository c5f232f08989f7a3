"""The worker's own code in the grader's interpreter, where there are no processes at all, as in a browser.

What it is asked, what it answers, and what of that is believed, is as everywhere. There are no walls.
"""

from __future__ import annotations

import builtins
import io
import marshal
import math
import operator
import random
import subprocess
import sys
import sysconfig
import time
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from types import CodeType, ModuleType
from typing import Any, Protocol, TypeVar

from grader.errors import MachineError
from grader.sandbox.cage import Cage, Caged, Package
from grader.sandbox.launch import MAKE_MODULES, TEXT_MOST, Death, End, Frames, How, Lane, worker_code
from grader.worker.child import PACKAGE, Parts

T = TypeVar("T")


def assembled_here(modules: dict[str, str | CodeType], folder: str, assemble: Callable[[], T]) -> T:
    """What is made of an exercise's modules, loaded into this very process: the caller's own, or an author's.

    modules, folder: as runner.Parts has them. None of them is left among the modules of this process.
    """
    finder = Parts(modules, folder)
    before = _forget()
    sys.meta_path.insert(0, finder)
    try:
        return assemble()
    finally:
        sys.meta_path.remove(finder)
        _forget()
        sys.modules.update(before)


def _forget() -> dict[str, ModuleType]:
    """Take the package out of the loaded modules, so that it can be assembled of other parts.

    Its modules may stand there under plain names as well.
    """
    loaded = [(name, getattr(module, "__name__", "")) for name, module in sys.modules.items()]
    names = [name for name, own in loaded if PACKAGE in (name, own) or own.startswith(PACKAGE + ".")]
    return {name: sys.modules.pop(name) for name in names}


@dataclass(slots=True)
class Exchange:
    """What an exchange with code that ran beside the grader came to, as far as it was heard.

    numbers: the frames without their nonces. texts: as on the second pipe. end: nothing while it lasts.
    code: the exit code with which everything ended; None where it ended otherwise.
    """

    numbers: bytes = b""
    texts: bytes = b""
    end: End | None = None
    code: int | None = None


class Watcher(Protocol):
    """Who looks on while code runs beside the grader, from where that code can be ended."""

    def began(self, seconds: float) -> None:
        """An exchange has begun, and may last so long."""

    def heard(self, numbers: bytes, texts: bytes) -> None:
        """The exchange has said so much more."""

    def ended(self, end: str) -> None:
        """It is over, and this is how."""


@dataclass
class NoProcesses:
    """In place of a cage where there are no processes: the code runs in the grader's own interpreter.

    It is for one's own work alone. Code that does not come to an end takes the grader with it. Whoever
    watches ends the interpreter then, and begins another with what was heard, for the same verdict.

    past: the exchanges of the interpreter that was ended, in order; the last of them has not ended well.
    """

    watcher: Watcher
    past: list[Exchange] = field(default_factory=list)
    isolation: str = field(default="none", init=False)
    lacking: str = field(default="", init=False)
    inside: None = field(default=None, init=False)
    package: None = field(default=None, init=False)

    def showing(self, package: Package) -> Cage:  # noqa: ARG002 (what is installed here is all that there is)
        return self

    def start(
        self,
        arguments: Sequence[str],  # noqa: ARG002
        pass_fds: Sequence[int],  # noqa: ARG002
        standard: int = subprocess.DEVNULL,  # noqa: ARG002
    ) -> Caged:
        raise MachineError("there are no processes here", "use a machine that has some")


class Beside:
    """Runs exercises in the grader's own interpreter, with the worker's own code.

    subject: see worker_code.
    """

    filtered = False

    def __init__(self, cage: NoProcesses, subject: tuple[str, ...]) -> None:
        self._cage = cage
        self._modules = _worker_modules(subject)
        self._lanes: dict[int, LaneBeside] = {}

    def begin(self, lane: int, *_: object) -> Lane:
        """A lane whose code starts from nothing."""
        self._lanes[lane] = LaneBeside(self._cage, *self._modules)
        return self._lanes[lane]

    def end(self, lane: int, gone: bool = False) -> Death:  # noqa: ARG002 (it ended with its exchange)
        """How its code ended everything, where it did."""
        code = self._lanes.pop(lane).code
        return Death(How.UNKNOWN) if code is None else Death(How.EXITED, code)

    def close(self) -> None:
        """Nothing is left open."""


OURS = "<grader>"
ALONE = ("worker.walls", "worker.zygote")  # of use in a process of one's own only


@cache
def _worker_modules(subject: tuple[str, ...]) -> tuple[ModuleType, ModuleType, ModuleType]:
    """The worker's wire and child and the subject's last module, made here as they are in a worker."""
    modules = [pair for pair in marshal.loads(worker_code(subject)) if pair[0] not in ALONE]
    sys.modules["<grader>.worker.walls"] = ModuleType("<grader>.worker.walls")
    scope: dict[str, Any] = {"modules": modules, "sys": sys, "types": types}
    sys.modules["<grader>.worker"] = package = ModuleType("<grader>.worker")
    package.__path__ = []
    package.walls = sys.modules["<grader>.worker.walls"]  # type: ignore[attr-defined]
    exec(MAKE_MODULES, scope)
    return package.wire, package.child, scope["module"]


# What a careless line changes for everybody in an interpreter; a process would have taken it with it.
SHARED: tuple[Any, ...] = (builtins, math, operator, random, sys)


class LaneBeside(Lane):
    """One exercise's code beside the grader; neither sees the other's modules."""

    def __init__(self, cage: NoProcesses, wire: ModuleType, child: ModuleType, subject: ModuleType) -> None:
        self.said = b""
        self._cage, self._wire = cage, wire
        self._serving = child.Serving(subject)
        self._own: dict[str, ModuleType] = {"__main__": ModuleType("__main__")}
        # Python's own; whatever else is there finds what is installed, or the page.
        self._finders: list[Any] = [
            finder for finder in sys.meta_path if str(finder.__module__).startswith("_frozen_importlib")
        ]
        self.code: int | None = None
        self._replayed: list[tuple[dict[str, Any], list[Any]]] = []

    def close(self) -> None:
        """Nothing is open."""

    def exchange(self, request: bytes, frames: Frames, deadline: float) -> End:
        """As Lane.exchange(); what was heard of an interpreter that was ended is not run again."""
        head, programs = _taken_apart(request)
        known = self._cage.past.pop(0) if self._cage.past else None
        if known is not None:
            self._replayed.append((head, programs))
            return self._replay(known, frames)
        watcher = self._cage.watcher
        watcher.began(deadline - time.monotonic())
        for earlier in self._replayed:
            self._run(*earlier, Exchange(), deadline, lambda *_: None)
        self._replayed = []
        heard = Exchange()
        heard.end = self._run(head, programs, heard, deadline, watcher.heard)
        watcher.ended(heard.end.name)
        return self._replay(heard, frames)

    def _replay(self, heard: Exchange, frames: Frames) -> End:
        self.said, self.code = heard.texts[:TEXT_MOST], heard.code
        end = heard.end or End.LATE
        frames.feed(frames.nonce + heard.numbers + (frames.nonce if end is End.ANSWERED else b""))
        return end

    def _run(
        self,
        head: dict[str, Any],
        programs: list[Any],
        heard: Exchange,
        deadline: float,
        tell: Callable[[bytes, bytes], None],
    ) -> End:
        serving = self._serving
        serving.take(head)
        answer = _kept(self._wire)(heard, tell, deadline, serving)
        with self._on_stage(), suppress(OutOfTime):
            if "parts" in head:
                serving.load(head)
            serving.answer(programs, answer)
            return End.ANSWERED
        return End.LATE

    @contextmanager
    def _on_stage(self) -> Iterator[None]:
        """What a worker's interpreter has and no more, while the code runs; then all is as it was."""
        ours = dict(sys.modules)
        before = sys.meta_path[:], sys.path[:], sys.stdin, sys.stdout, sys.stderr, sys.getrecursionlimit()
        shared = [(module, dict(vars(module))) for module in SHARED]
        for name in ours:
            if not (_standard(name) or name.startswith(OURS)):
                del sys.modules[name]
        sys.modules.update(self._own)
        sys.meta_path[:], sys.path[:] = self._finders, _standard_path()
        sys.stdin, sys.stdout, sys.stderr = io.StringIO(), Nowhere(), Nowhere()
        try:
            yield
        finally:
            for module, names in shared:
                vars(module).update(names)
                for name in vars(module).keys() - names.keys():
                    delattr(module, name)
            sys.setrecursionlimit(before[5])
            new = {name: module for name, module in sys.modules.items() if ours.get(name) is not module}
            self._own = {name: module for name, module in new.items() if not _standard(name) or name in ours}
            self._finders = sys.meta_path[:]
            sys.modules.clear()
            sys.modules.update({**new, **ours})
            for name in self._own.keys() - ours.keys():
                del sys.modules[name]
            sys.meta_path[:], sys.path[:], sys.stdin, sys.stdout, sys.stderr = before[:5]


class OutOfTime(BaseException):
    """The time is up, and the code has just answered."""


class Nowhere(io.TextIOBase):
    """Where what is printed goes."""

    def write(self, text: str) -> int:
        return len(text)


@cache
def _kept(wire: ModuleType) -> Any:
    """The worker's Answer, which tells each frame as soon as it is there: the next may never come."""

    class Kept(wire.Answer):  # type: ignore[misc,name-defined]
        buffer: bytearray

        def __init__(
            self, heard: Exchange, tell: Callable[[bytes, bytes], None], deadline: float, serving: Any
        ) -> None:
            super().__init__(-1, -1, b"", serving.folder, serving.counted)
            self.heard, self.tell, self.deadline = heard, tell, deadline

        def numbers(self, values: list[Any]) -> None:
            super().numbers(values)
            self.flush()

        def trouble(self, status: int, text: str) -> None:
            super().trouble(status, text)
            self.flush()

        def say(self, data: bytes) -> None:
            self.heard.texts += data
            self.tell(b"", data)

        def flush(self) -> None:
            data = bytes(self.buffer)
            self.buffer.clear()
            self.heard.numbers += data
            self.tell(data, b"")
            if time.monotonic() > self.deadline:
                raise OutOfTime

        def end(self) -> None:
            """There is no nonce to end with."""

    return Kept


def _taken_apart(request: bytes) -> tuple[dict[str, Any], list[Any]]:
    """A request's head and its programs."""
    length = int.from_bytes(request[:4], "little")
    return marshal.loads(request[4 : 4 + length]), marshal.loads(request[8 + length :])


@cache
def _standard(name: str) -> bool:
    """Whether a module of that name is the standard library's."""
    return name.partition(".")[0] in sys.stdlib_module_names and name != "__main__"


@cache
def _standard_path() -> list[str]:
    library = sysconfig.get_path("stdlib")
    zipped = f"python{sys.version_info[0]}{sys.version_info[1]}.zip"
    return [path for path in sys.path if path in (library, f"{library}/lib-dynload") or path.endswith(zipped)]

"""The doctor: what there is to reach is laid out, and every probe tries to reach it from each cage."""

from __future__ import annotations

import ast
import ctypes
import marshal
import os
import platform
import secrets
import signal
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click

from grader.errors import MachineError, UsageError
from grader.machine.files import Scratch
from grader.machine.processes import program
from grader.model import Ended, Misfit, Numbers, Observation, Overtime, Raised
from grader.sandbox.cage import Cage, Caged, Package
from grader.sandbox.cages import CAGES, NAMES
from grader.sandbox.runner import MIB, Limits, Parts, Request, Runner

AT_ONCE = 8  # much of their time is waiting
SHORT, USUAL = Limits(seconds=1.0, patience=1.5), Limits(seconds=5.0, patience=1.0)
EXCESS: Scene = {"memory": 513 * MIB, "seconds": 3.0}  # more than those limits allow
MOMENT, LEAVING = 0.05, 0.5  # seconds
# How the kernel ends what oversteps.
STOPS = ("SIGKILL", "SIGSYS", "SIGXCPU", "SIGXFSZ")
WORKER = ("doctor.worker",)
ON_WINDOWS = "your own work is run in it, with limits against accidents; Windows has no probes to try"
ASK = Request(marshal.dumps([()]), (2,))


def examine(sandbox: str | None = None) -> list[Finding]:
    """Every known cage, or the one that this word chooses.

    Raises UsageError for an unknown word, MachineError where there is no room to try anything.
    """
    return [_finding(name) for name in _chosen(sandbox)]


def _chosen(sandbox: str | None) -> list[str]:
    if sandbox is None:
        return list(CAGES)
    if sandbox not in NAMES:
        raise UsageError(f"there is no sandbox '{sandbox}'", f"known are: {', '.join(NAMES)}")
    if sandbox == "auto":
        return [next(name for name, (_, why_not) in CAGES.items() if not why_not())]
    return [sandbox]


def _finding(name: str) -> Finding:
    make, why_not = CAGES[name]
    if sys.platform == "win32":
        return Absent(name, why_not() or ON_WINDOWS)
    if why := why_not():
        return Absent(name, why)
    return examined(name, make())


def examined(name: str, cage: Cage, known: Sequence[Probe] | None = None) -> Examined:
    """Try the probes, by default all, in a cage; raises MachineError where there is no room for that."""
    chosen = probes() if known is None else known
    groups: dict[str, list[Probe]] = {}
    for probe in chosen:
        groups.setdefault(probe.name if probe.kind in (LIMITS, LEFTOVERS) else probe.kind, []).append(probe)
    # Those that wait for a limit first, so that nobody waits for them in the end.
    order = sorted(groups.values(), key=lambda group: group[0].kind != LIMITS)
    with _variable() as secret, ThreadPoolExecutor(AT_ONCE) as pool:
        done = [
            one for group in pool.map(lambda group: _together(group, cage, secret), order) for one in group
        ]
    tried = tuple(sorted(done, key=lambda one: chosen.index(one.probe)))
    return Examined(name, cage.isolation, tried, cage.lacking)


@contextmanager
def _variable() -> Iterator[str]:
    """Something secret in this process's own environment."""
    secret = os.environ[VARIABLE] = secrets.token_hex(16)
    try:
        yield secret
    finally:
        os.environ.pop(VARIABLE, None)


class Marked:
    """A cage that gives its workers a command line by which what is left of them can be found."""

    def __init__(self, cage: Cage, token: str) -> None:
        self.cage, self.token = cage, token
        self.isolation, self.inside, self.lacking = cage.isolation, cage.inside, cage.lacking
        self.package = cage.package

    def showing(self, package: Package) -> Cage:
        return Marked(self.cage.showing(package), self.token)

    def start(
        self, arguments: Sequence[str], pass_fds: Sequence[int], standard: int = subprocess.DEVNULL
    ) -> Caged:
        return self.cage.start([*arguments, self.token], pass_fds, standard)


def _together(group: Sequence[Probe], cage: Cage, variable: str) -> list[Tried]:
    """Probes of one kind, in one worker."""
    limits = SHORT if group[0].kind == LIMITS else USUAL
    runner = Runner(cage, limits, len(group), WORKER)
    try:
        return [
            _left_behind(probe, cage) if probe.kind == LEFTOVERS else _tried(probe, runner, variable)
            for probe in group
        ]
    finally:
        runner.close()


def _tried(probe: Probe, runner: Runner, variable: str) -> Tried:
    with Canaries() as canaries:
        held, how = _attempt(
            probe, runner, probe.module(canaries.scene(EXCESS | {"variable_says": variable}))
        )
        harm = canaries.harm()
        return Tried(probe, held and not harm, harm or how)


def _left_behind(probe: Probe, cage: Cage) -> Tried:
    """In two turns, each a submission of its own."""
    with Canaries() as canaries:
        marked = Marked(cage, canaries.token)
        for turn in (1, 2):
            runner = Runner(marked, USUAL, 1, WORKER)
            try:
                held, how = _attempt(probe, runner, probe.module(canaries.scene(EXCESS, turn)))
            finally:
                runner.close()
            if left := _end_what_is_left(canaries.token):
                return Tried(probe, False, left)
            if turn == 1 and not held:
                break
        return Tried(probe, held, how)


def _end_what_is_left(token: str) -> str:
    """End what has outlived its worker, and say so; nothing where there was none."""
    by = time.monotonic() + LEAVING
    while (left := processes_of(token)) and time.monotonic() < by:
        time.sleep(MOMENT)
    for pid in left:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    return "a process outlived its worker" if left else ""


def _attempt(probe: Probe, runner: Runner, module: str) -> tuple[bool, str]:
    """Whether it was held, and how it went."""
    try:
        with runner.attempt(Parts({"probe": module}, ())) as attempt:
            seen = attempt.observe(ASK)[0]
            if _claims_escape(seen):
                # What comes late is found with the next answer: a claim counts if that is in order.
                time.sleep(MOMENT)
                seen = attempt.observe(ASK)[0]
            return _judged(probe, seen)
    except (MachineError, OSError) as error:
        return False, f"it could not be tried: {error}"


def _claims_escape(seen: Observation) -> bool:
    return isinstance(seen, Numbers) and seen.values[0] != 0.0


def _judged(probe: Probe, seen: Observation) -> tuple[bool, str]:
    """Whether it was held, and how it went. What could not be tried was not."""
    match seen:
        case Numbers((0.0, number)):
            return True, os.strerror(int(number)) if number else "nothing came of it"
        case Numbers():
            return False, "it succeeded"
        case Overtime() if probe.kind == LIMITS:
            return True, "it was ended at its limit of time"
        case Overtime():
            return False, "it could not be tried: it did not end"
        case Ended():
            return _ended(probe, seen)
        case Raised(error=reason) | Misfit(reason):
            return False, f"it could not be tried: {reason}"


def _ended(probe: Probe, seen: Ended) -> tuple[bool, str]:
    if seen.code == ESCAPED:
        return False, "it ran"
    if probe.kind == PIPE or seen.signal in STOPS:
        return True, seen.reason
    return False, f"it could not be tried: {seen.reason}"


FOLDER = Path(__file__).parent / "probes"
# The kinds in the order they are told, with what they are called.
KINDS = {
    "files": "files",
    "processes": "processes",
    "network": "network",
    "limits": "memory and limits",
    "environment": "environment",
    "interpreter": "interpreter",
    "privileges": "privileges",
    "leftovers": "leftovers",
    "pipe": "the pipe",
}
LEFTOVERS, LIMITS, PIPE = "leftovers", "limits", "pipe"
# Another processor has no such calls.
ONLY_ON = {"old_calls": ("x86_64", "AMD64")}
# The outcome is two numbers: whether it escaped, and the error number it was refused with.
OUTCOME = """
try:
    outcome = (float({name}(scene) is not False), 0.0)
except OSError as error:
    outcome = (0.0, float(error.errno or 0))
except MemoryError:
    outcome = (0.0, 12.0)
"""


@dataclass(frozen=True, slots=True)
class Probe:
    """One way to escape.

    name: the function. kind: what it is a way to, one of KINDS.
    title: what code in the cage does if it succeeds: "Reads a private file."
    source: the file in which it is found.
    """

    name: str
    kind: str
    title: str
    source: str

    def module(self, scene: Mapping[str, str | int | float | list[str]]) -> str:
        """Python that makes the attempt as it is imported, and keeps how that went as outcome.

        scene: what there is to reach.
        """
        return f"{self.source}\nscene = {dict(scene)!r}\n{OUTCOME.format(name=self.name)}"


@cache
def probes() -> tuple[Probe, ...]:
    """All probes that can be tried on this processor, kind by kind."""
    found = [probe for path in sorted(FOLDER.glob("*.py")) for probe in _in(path) if _can_be_tried(probe)]
    kinds = list(KINDS)
    return tuple(sorted(found, key=lambda probe: kinds.index(probe.kind)))


def _in(path: Path) -> Iterator[Probe]:
    source, kind = path.read_text("utf-8"), ""
    for node in ast.parse(source).body:
        match node:
            case ast.Assign(targets=[ast.Name("KIND")], value=ast.Constant(str(said))):
                kind = said
            case ast.FunctionDef(name) if not name.startswith("_"):
                yield Probe(name, kind, ast.get_docstring(node) or name, source)


def _can_be_tried(probe: Probe) -> bool:
    return platform.machine() in ONLY_ON.get(probe.name, (platform.machine(),))


@dataclass(frozen=True, slots=True)
class Tried:
    """A probe that has been run in a cage.

    held: it was refused; what could not be tried has not been held.
    how: how it went, in words.
    """

    probe: Probe
    held: bool
    how: str


@dataclass(frozen=True, slots=True)
class Absent:
    """A cage that cannot be had here, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Examined:
    """A cage that can be had here, and what it held.

    claims: the isolation that reports say of it.
    tried: every probe, at least one.
    lacking: which wall it has to do without, in a sentence; nothing where it has all.
    """

    name: str
    claims: str
    tried: tuple[Tried, ...]
    lacking: str = ""

    def __post_init__(self) -> None:
        if not self.tried:
            raise ValueError("a cage that nothing was tried in has held nothing")

    @property
    def escapes(self) -> tuple[Tried, ...]:
        """What it did not hold."""
        return tuple(one for one in self.tried if not one.held)

    @property
    def isolation(self) -> str:
        """full, reduced or none, as it was found."""
        return "reduced" if self.claims == "full" and self.escapes else self.claims

    @property
    def broken(self) -> bool:
        """Whether it claims more than it holds."""
        return self.claims == "full" and self.isolation != "full"


Finding = Absent | Examined


def recommended(findings: Sequence[Finding]) -> str | None:
    """The strongest cage that is fit for the work of others, or none."""
    fit = (one.name for one in findings if isinstance(one, Examined) and one.isolation == "full")
    return next(fit, None)


def sound(findings: Sequence[Finding]) -> bool:
    """Whether every cage holds what it claims."""
    return not any(isinstance(one, Examined) and one.broken for one in findings)


VARIABLE = "NANOGRAD_CANARY"
PLACES = (".", "/tmp", "/dev/shm", "/var/tmp")  # noqa: S108 (where probes try to write)
REMOVE = 0  # IPC_RMID
ESCAPED = 77  # the exit code of a program that should not have run

Scene = dict[str, str | int | float | list[str]]


class Canaries:
    """A private file, servers, another process and a piece of memory, for one probe.

    with Canaries() as canaries: … takes everything away at the end, and what a probe left with it.
    secret: what the file, the memory and the other process's environment hold.
    token: the name of all that a probe makes, and a word in the command line of its process.
    """

    def __init__(self) -> None:
        self.secret, self.token = secrets.token_hex(16), f"nanograd-{secrets.token_hex(8)}"
        self.key = 1 + secrets.randbelow((1 << 31) - 1)
        self.memory = ctypes.create_string_buffer(self.secret.encode())
        self._stack = ExitStack()

    def __enter__(self) -> Canaries:
        try:
            self._lay_out()
        except OSError as error:
            self._stack.close()
            raise MachineError(f"cannot lay out what probes are to reach: {error}") from None
        return self

    def _lay_out(self) -> None:
        enter = self._stack.enter_context
        self._stack.callback(self._sweep)
        folder = Scratch("doctor")
        self._stack.callback(folder.remove)
        self.file = folder.path / "private"
        self.file.write_text(self.secret, "utf-8")
        self.file.chmod(0o600)
        self._before = self.file.stat()
        self.bystander = enter(_bystander(self.secret))
        self._slow = os.getpriority(os.PRIO_PROCESS, self.bystander.pid)
        self.tcp = enter(_listening(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)))
        self.udp = enter(_listening(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)))
        self.socket = str(self.file.with_name("socket"))
        enter(_listening(socket.AF_UNIX, socket.SOCK_STREAM, self.socket))
        if hasattr(socket, "AF_NETLINK"):  # abstract sockets are Linux's too
            enter(_listening(socket.AF_UNIX, socket.SOCK_STREAM, "\0" + self.token))
            enter(_listening(socket.AF_UNIX, socket.SOCK_DGRAM, f"\0{self.token}.datagrams"))

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def scene(self, more: Scene, turn: int = 1) -> Scene:
        """What a probe is told, with more that is not the canaries' to know.

        turn: 2 for another submission that looks for what was left.
        """
        home = os.path.expanduser("~")
        return {
            **more,
            "turn": turn,
            "secret": self.secret,
            "token": self.token,
            "key": self.key,
            "escaped": ESCAPED,
            "variable": VARIABLE,
            "file": str(self.file),
            "socket": self.socket,
            "tcp": self.tcp.getsockname()[1],
            "udp": self.udp.getsockname()[1],
            "bystander": self.bystander.pid,
            "grader": os.getpid(),
            "address": ctypes.addressof(self.memory),
            "home": home,
            "home_names": _names(home),
            "root_names": _names("/"),
            "project": str(Path(__file__).resolve()),
            "package": click.__name__,
            "packages": sysconfig.get_path("purelib"),
        }

    def harm(self) -> str:
        """What has happened to them, in a sentence's end; nothing where they are as they were."""
        if self.bystander.poll() is not None:
            return "the other process is gone"
        if os.getpriority(os.PRIO_PROCESS, self.bystander.pid) != self._slow:
            return "the other process has been slowed down"
        with suppress(BlockingIOError):
            return "the packet arrived" if self.udp.recv(100) else ""
        return "" if self._file_is_as_it_was() else "the private file has changed"

    def _file_is_as_it_was(self) -> bool:
        with suppress(OSError):
            now, before = self.file.stat(), self._before
            same = (now.st_mode, now.st_nlink, now.st_mtime_ns) == (
                before.st_mode,
                before.st_nlink,
                before.st_mtime_ns,
            )
            return same and self.file.read_text("utf-8") == self.secret
        return False

    def _sweep(self) -> None:
        """Remove what a probe may have left that does not end with its process."""
        for folder in PLACES:
            with suppress(OSError):
                os.unlink(os.path.join(folder, self.token))
        library = ctypes.CDLL(None)
        with suppress(AttributeError):  # macOS has no queues with names
            library.mq_unlink(b"/" + self.token.encode())
        for find, remove in (("shmget", "shmctl"), ("semget", "semctl"), ("msgget", "msgctl")):
            arguments = (self.key, 0) if find == "msgget" else (self.key, 0, 0)
            found = getattr(library, find)(*arguments)
            if found >= 0:
                getattr(library, remove)(found, *((0,) if find == "semget" else ()), REMOVE, None)


@contextmanager
def _bystander(secret: str) -> Iterator[subprocess.Popen[bytes]]:
    """Another process of the same user's, that only waits; it ends by itself if all else fails."""
    sleep = program("sleep") or "/bin/sleep"
    process = subprocess.Popen([sleep, "60"], env={VARIABLE: secret}, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _listening(
    family: socket.AddressFamily, kind: socket.SocketKind, address: tuple[str, int] | str
) -> socket.socket:
    one = socket.socket(family, kind)
    try:
        one.bind(address)
        one.setblocking(False)
        if kind == socket.SOCK_STREAM:
            one.listen()
    except OSError:
        one.close()
        raise
    return one


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def processes_of(token: str) -> list[int]:
    """The processes with this word in their command line, where that can be found out."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if token.encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
    return found

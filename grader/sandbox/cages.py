"""The cages that workers run in, and the choice between those this machine has.

bubblewrap is the strong one on Linux, sandbox-exec that of macOS; root in a container has a user of its own.
In each there is nothing to see but a bare interpreter; cage.py says what all of them promise.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import secrets
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from grader.errors import MachineError
from grader.machine.files import clear_scratch

try:
    import pwd
except ImportError:  # Windows has no such users
    pwd = None  # type: ignore[assignment]

import signal
import socket
import sysconfig

from grader.machine.files import Scratch, clear, removed, unfinished_folder
from grader.machine.processes import interpreter, program
from grader.sandbox.cage import (
    DEVICES,
    FLAGS,
    PACKAGES,
    Cage,
    Inside,
    Interpreter,
    Package,
    Process,
    Running,
    found,
    needed,
    spawned,
)

PROGRAM = "bwrap"
TRYING, ENDING = 10.0, 0.2  # seconds
# Everything unshared, nothing inherited, no way to more rights; ends when the grader does.
UNSHARED = (
    "--unshare-all",
    "--as-pid-1",  # else a first process of bubblewrap's own is left for somebody else to reap
    "--unshare-user",
    "--die-with-parent",
    "--new-session",
    "--cap-drop",
    "ALL",
    "--clearenv",
    "--uid",
    "65534",
    "--gid",
    "65534",
)


class Bwrap:
    """Starts workers in namespaces of their own; see SECURITY.md for what each wall is for."""

    isolation, lacking = "full", ""
    inside = None

    def __init__(self, package: Package | None = None) -> None:
        self._package = package

    @property
    def package(self) -> tuple[str, str] | None:
        return self._package.placed(as_here=False) if self._package else None

    def showing(self, package: Package) -> Bwrap:
        return Bwrap(package)

    def start(
        self, arguments: Sequence[str], pass_fds: Sequence[int], standard: int = subprocess.DEVNULL
    ) -> Unshared:
        started = [*command(found(self._package)), *arguments]
        return Unshared(spawned(started, pass_fds, standard=standard))


class Unshared:
    """A worker behind its walls."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    def kill(self) -> None:
        """End the worker: with the first process of its namespace all others go."""
        try:
            # One that was asked to end does so by itself, and its processor time is accounted for.
            self.process.wait(ENDING)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


def command(bare: Interpreter) -> list[str]:
    """What starts a bare interpreter behind all walls; its arguments come after."""
    binds = [word for path in bare.files for word in ("--ro-bind", os.path.realpath(path), path)]
    library = ["--ro-bind", bare.library, bare.library]
    # Packages of the machine's own Python lie inside of its library.
    masks = [word for path in bare.hidden for word in ("--tmpfs", path, "--remount-ro", path)]
    devices = [word for path in DEVICES for word in ("--dev-bind", path, path)]
    shown = bare.package.shown if bare.package else ()
    besides = [word for pair in shown for word in ("--ro-bind", *pair)]
    inside = [*binds, *library, *masks, *besides, *devices, "--remount-ro", "/", "--chdir", "/"]
    bwrap = program(PROGRAM) or PROGRAM
    named = [word for name, value in needed().items() for word in ("--setenv", name, value)]
    return [bwrap, *UNSHARED, *named, *_newer_walls(bwrap), *inside, "--", bare.executable, *FLAGS]


@cache
def _newer_walls(bwrap: str) -> tuple[str, ...]:
    """What only bubblewrap 0.8 and later know; the worker's own walls refuse the same."""
    try:
        told = subprocess.run([bwrap, "--help"], capture_output=True, text=True, timeout=TRYING, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return ("--disable-userns",) if "--disable-userns" in told.stdout + told.stderr else ()


@cache
def no_bwrap() -> str:
    """Why this cage cannot be had here, in a sentence; nothing where it can."""
    if sys.platform != "linux":
        return "bubblewrap is for Linux"
    if program(PROGRAM) is None:
        return "bubblewrap is not installed (its command is bwrap)"
    try:
        tried = subprocess.run(
            [*command(found()), "-c", "import math"], capture_output=True, timeout=TRYING, check=False, env={}
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"bubblewrap does not start: {error}"
    said = tried.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
    return f"bubblewrap cannot make its walls here: {said}" if tried.returncode else ""


SEATBELT = "sandbox-exec"
# What Python itself needs of macOS to start and to compute, in its sandbox's language. All else is denied:
# other processes, the network, writing.
PROFILE = """
(version 1)
(deny default)
(allow process-exec {programs})
(allow process-info-pidinfo process-info-setcontrol (target self))
(allow signal (target self))
(allow sysctl-read)
(allow file-read-metadata)
(allow file-read* file-map-executable {read})
(deny file-read-data {hidden})
(allow file-write-data (literal "/dev/null"))
"""
# The system's own libraries, and what the loader and the C library look at.
SYSTEMS = ("/usr/lib", "/System/Library", "/System/Volumes/Preboot/Cryptexes", "/private/var/db/dyld")
# What it must be able to do, and what not: that is tried before this cage is taken for one, and counted.
ESCAPES = """
import os, socket, sys
def possible(attempt):
    try:
        attempt()
    except OSError:
        return 0
    return 1
def connect():
    with socket.create_connection(("127.0.0.1", int(sys.argv[2])), 2):
        pass
def start():
    if os.fork() == 0:
        os._exit(0)
attempts = [
    lambda: open(sys.argv[1]).close(),
    lambda: open(sys.argv[1], "a").close(),
    lambda: os.unlink(sys.argv[1]),
    lambda: os.listdir(os.path.dirname(sys.argv[1])),
    lambda: os.listdir("/Users"),
    lambda: os.kill(os.getppid(), 0),
    lambda: os.posix_spawn("/usr/bin/true", ["true"], {}),
    connect,
    start,
]
import ctypes, decimal, json, math, resource, signal
os.open(os.devnull, os.O_RDWR)
resource.setrlimit(resource.RLIMIT_CPU, (10, 11))
signal.setitimer(signal.ITIMER_PROF, 10)
print("tried", sum(map(possible, attempts)))
"""


class Seatbelt:
    """Starts workers in the sandbox that macOS has for its own programs; for one's own work.

    Nobody vouches for it: Apple has stopped documenting it, it hides no names of files, and memory is looked
    after from outside. So it is called reduced, and it is chosen only where it is found to hold.
    """

    isolation = "reduced"
    lacking = "macOS's own sandbox hides no names of files, and Apple does not vouch for it"
    inside = package = None

    def showing(self, package: Package) -> Seatbelt:  # noqa: ARG002 (nobody has tried what it would need)
        return self

    def start(
        self, arguments: Sequence[str], pass_fds: Sequence[int], standard: int = subprocess.DEVNULL
    ) -> Running:
        folder = Scratch("worker")
        try:
            return Running(spawned([*seatbelt(), *arguments], pass_fds, folder.path, standard), folder)
        except MachineError:
            folder.remove()
            raise


def seatbelt() -> list[str]:
    """What starts a bare interpreter in the sandbox of macOS; its arguments come after."""
    executable, library = interpreter(), sysconfig.get_path("stdlib")
    # A Python of the framework's kind is a program that starts another one, beside its libraries.
    programs = {executable, os.path.realpath(sys.base_prefix)}
    hidden = " ".join(f"(subpath {_quoted(os.path.join(library, name))})" for name in PACKAGES)
    read = [*sorted({*programs, os.path.realpath(library)}), *SYSTEMS]
    places = " ".join(f"(subpath {_quoted(path)})" for path in read)
    devices = " ".join(f"(literal {_quoted(path)})" for path in ("/", *DEVICES, "/dev/random"))
    started = " ".join(f"(subpath {_quoted(path)})" for path in sorted(programs))
    profile = PROFILE.format(programs=started, read=f"{places} {devices}", hidden=hidden)
    return [program(SEATBELT) or SEATBELT, "-p", profile, executable, *FLAGS]


def _quoted(path: str) -> str:
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'


@cache
def why_no_seatbelt() -> str:
    """Why the sandbox of macOS cannot be had here, in a sentence; nothing where it is found to hold."""
    if sys.platform != "darwin":
        return "sandbox-exec is for macOS"
    if program(SEATBELT) is None:
        return "sandbox-exec is not there"
    folder = Scratch("seatbelt")
    private = folder.path / "private"
    try:
        private.touch()
        with socket.create_server(("127.0.0.1", 0)) as server:
            asked = [*seatbelt(), "-c", ESCAPES, str(private), str(server.getsockname()[1])]
            tried = subprocess.run(asked, capture_output=True, timeout=TRYING, check=False, env={}, cwd="/")
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"sandbox-exec does not start: {error}"
    finally:
        folder.remove()
    said = tried.stdout.split()
    if len(said) != 2:
        words = tried.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        return f"Python does not start in macOS's sandbox: {words or 'nobody says why'}"
    return "" if said[1] == b"0" else f"macOS's sandbox lets through {int(said[1])} of what it should refuse"


# ---- for root where namespaces are not to be had, as in a container: a user that nobody else is

# Its root folder is made once, from copies, where only root can write: the same for every submission, and
# changed by none. Reading leaves no marks: the only devices are two that forget, and the dates of last use
# lie so far ahead that the kernel does not move them.
WALLS_FILE = Path(__file__).resolve().parents[1] / "worker" / "walls.py"
COPYING = 20.0  # seconds
# Says of each of the three walls whether it stands, and that what is imported late is there behind them.
TRIAL = """
import sys
exec(sys.stdin.read())
root, user, listed, read = sys.argv[1], int(sys.argv[2]), sys.argv[3].split(":"), sys.argv[4].split(":")
walls = enter(root, user), see_only(listed, read), close()
import ctypes.util, decimal, json
print(*map(int, walls))
"""
# Containers often have no more users than 65536, and people and services have the lower ones.
FIRST, COUNT = 20_000, 40_000


class Uid:
    """Starts workers that become a user drawn at random, who owns nothing; their own walls do the rest.

    Those are a root folder with nothing in it but an interpreter; Landlock for files; a filter that lets
    through only what computing needs; and limits. A worker is root until it has entered its folder, and runs
    nothing but our own code until then.
    """

    def __init__(self, package: Package | None = None) -> None:
        self._package = package

    @property
    def isolation(self) -> str:
        return "reduced" if self.lacking else "full"

    @property
    def lacking(self) -> str:
        folder, landlock, _ = _walls()
        if not folder:
            return "root may not change its root folder (chroot) here: which files there are can be asked"
        return "" if landlock else "this kernel has no Landlock: only the root folder hides files"

    @property
    def inside(self) -> Inside:
        interpreter, folder = found(self._package), _walls()[0]
        seen = interpreter.seen(as_here=not folder)
        return Inside(_root(interpreter) if folder else "", _user(), *seen)

    @property
    def package(self) -> tuple[str, str] | None:
        return self._package.placed(as_here=not _walls()[0]) if self._package else None

    def showing(self, package: Package) -> Uid:
        return Uid(package)

    def start(
        self, arguments: Sequence[str], pass_fds: Sequence[int], standard: int = subprocess.DEVNULL
    ) -> Running:
        command = [found().executable, *FLAGS, *arguments]
        return Running(spawned(command, pass_fds, Path("/"), standard, needed()), None)


def _user() -> int:
    """A number that no user of this machine has."""
    while True:
        number = FIRST + secrets.randbelow(COUNT)
        try:
            pwd.getpwuid(number)
        except KeyError:
            return number


def _root(interpreter: Interpreter) -> str:
    try:
        return root_for(interpreter)
    except MachineError:
        return ""


@cache
def no_uid() -> str:
    """Why this cage cannot be had here, in a sentence; nothing where it can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "only root on Linux can start processes as another user"
    try:
        folder, landlock, filtered = _walls()
    except MachineError as error:
        return error.what
    if not filtered:
        return "this kernel or processor takes no filter for system calls"
    if not (folder or landlock):
        return "this kernel has no Landlock, and root may not change its root folder (chroot)"
    return ""


@cache
def _walls() -> tuple[bool, bool, bool]:
    """Whether a worker gets a root folder, Landlock and a filter; tried in a process that is not missed.

    Raises MachineError where that process does not get so far.
    """
    source, (listed, read) = WALLS_FILE.read_bytes(), found().seen()
    arguments = [_root(found()), str(_user()), ":".join(listed), ":".join(read)]
    tried = None
    try:
        tried = subprocess.run(
            [found().executable, *FLAGS, "-c", TRIAL, *arguments],
            input=source,
            capture_output=True,
            timeout=COPYING,
            check=False,
            env=needed(),
            cwd="/",
        )
        folder, landlock, filtered = (word == b"1" for word in tried.stdout.split())
    except (OSError, subprocess.SubprocessError, ValueError):
        said = tried.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2] if tried else ""
        raise MachineError(f"a worker does not start as another user: {said or 'nobody says why'}") from None
    return folder, landlock, filtered


# Where root keeps what can be made anew. Nothing of the environment chooses it: whoever could choose it, or
# write to it, would choose the interpreter that all submissions run in.
PLACES = ("/var/cache/nanograd", "/run/nanograd")
FORMAT = "1"
FAR = 4_000_000_000  # seconds since 1970: the year 2096


@cache
def root_for(interpreter: Interpreter) -> str:
    """The folder, made now where there is none yet; raises MachineError where that cannot be done.

    Where no place keeps it, it is made for this process and goes with it.
    """
    name = f"root-{_digest(interpreter)}"
    for place in PLACES:
        if os.path.isdir(made := os.path.join(place, name)) and _is_roots_alone(made):
            return made
        with suppress(OSError):
            os.makedirs(place, 0o755, exist_ok=True)
            if _is_roots_alone(place):
                return _made(interpreter, made)
    try:
        temporary = Scratch("root")
        atexit.register(temporary.remove)  # a fork of ours ends without obeying that
        return _made(interpreter, os.path.join(temporary.path, name))
    except (OSError, MachineError) as error:
        what = f"cannot make a root folder for submissions: {error}"
        raise MachineError(what, f"make room in {PLACES[0]} or in a temporary folder") from None


def _is_roots_alone(path: str) -> bool:
    """Whether nobody but root can change what lies there, or put something else in its place."""
    states = [os.lstat(folder) for folder in (path, *map(str, Path(path).parents))]
    return all(
        stat.S_ISDIR(state.st_mode) and state.st_uid == 0 and not state.st_mode & 0o022 for state in states
    )


def _made(interpreter: Interpreter, to: str) -> str:
    """Fill a folder beside it, which then takes its name: nobody ever sees half of it."""
    clear(Path(to).parent)
    unfinished, lock = unfinished_folder(Path(to))
    half = str(unfinished)
    try:
        for path in interpreter.files:
            _copy(path, half)
        shutil.copytree(
            interpreter.library,
            half + interpreter.library,
            ignore=_left_out(interpreter),
            ignore_dangling_symlinks=True,
            dirs_exist_ok=True,
        )
        for lies, seen in interpreter.package.shown if interpreter.package else ():
            shutil.copytree(lies, half + seen, ignore=_left_out(interpreter))
        _devices(half)
        _settle(half)
        with suppress(OSError):  # somebody else has made the same meanwhile
            os.rename(half, to)
        if not os.path.isdir(to):
            raise OSError(None, f"{to} could not be made")
        return to
    finally:
        removed(unfinished)
        os.close(lock)


def _copy(path: str, root: str) -> None:
    os.makedirs(os.path.dirname(root + path), exist_ok=True)
    shutil.copy2(path, root + path)


def _left_out(interpreter: Interpreter) -> Callable[[str, list[str]], set[str]]:
    """What is none of a submission's business, and what only serves to build or to test Pythons."""
    building = shutil.ignore_patterns("config-*", "tests", "*.opt-?.pyc")

    def ignore(folder: str, names: list[str]) -> set[str]:
        hidden = {name for name in names if os.path.join(folder, name) in interpreter.hidden}
        return hidden | building(folder, names)

    return ignore


def _devices(root: str) -> None:
    """The devices themselves; where a container's root may make none, it goes without."""
    for path in DEVICES:
        os.makedirs(os.path.dirname(root + path), exist_ok=True)
        with suppress(OSError):
            os.mknod(root + path, stat.S_IFCHR | 0o666, os.stat(path).st_rdev)
            os.chmod(root + path, 0o666)  # noqa: S103 (as everywhere)


def _settle(root: str) -> None:
    """Let everybody read, nobody write, and no reading be noted."""
    for path, is_folder in _within(root):
        state = os.lstat(path)
        if stat.S_ISREG(state.st_mode) or is_folder:
            mode = 0o555 if is_folder or state.st_mode & 0o100 else 0o444
            os.chmod(path, mode)
        os.utime(path, ns=(FAR * 10**9, state.st_mtime_ns), follow_symlinks=False)
    os.chmod(root, 0o555)  # noqa: S103 (nobody may write)


def _within(root: str) -> Iterator[tuple[str, bool]]:
    for folder, _, files in os.walk(root, topdown=False):
        yield from ((os.path.join(folder, name), False) for name in files)
        yield folder, True


def _digest(interpreter: Interpreter) -> str:
    """What the folder is made from, by names, sizes and dates."""
    digest = hashlib.sha256(repr((FORMAT, sys.version, interpreter)).encode())
    package = [lies for lies, _ in interpreter.package.shown] if interpreter.package else []
    sources = [path for folder in (interpreter.library, *package) for path in _sources(folder)]
    for path in (*interpreter.files, *sources):
        state = os.stat(path)
        digest.update(repr((path, state.st_size, state.st_mtime_ns)).encode())
    return digest.hexdigest()[:24]


def _sources(library: str) -> list[str]:
    """The modules right in a library, by which an update of it is noticed."""
    return sorted(entry.path for entry in os.scandir(library) if entry.is_file())


# ---- which of them


# Strongest first, each with what says why it cannot be had here.
CAGES: dict[str, tuple[type[Cage], Callable[[], str]]] = {
    "bwrap": (Bwrap, no_bwrap),
    "uid": (Uid, no_uid),
    "seatbelt": (Seatbelt, why_no_seatbelt),
    "process": (Process, lambda: ""),
}
NAMES = ("auto", *CAGES)
OWN_WORK = (Seatbelt, Process)  # of these none is fit for the work of others


def choose(name: str, strangers: bool = False) -> Cage:
    """The cage of that name, or for "auto" the strongest that works here, which is tried.

    strangers: the code is not one's own, so that "auto" refuses what is no strong cage.
    Raises MachineError where such a cage cannot be had.
    """
    clear_scratch()
    if strangers and sys.platform == "win32":
        raise MachineError(
            "a class is code of strangers, and on Windows there is no sandbox for it",
            "grade it on Linux, for instance in WSL or in a container; docs/class.md says how",
        )
    reasons = []
    for known, (cage, why_not) in CAGES.items():
        if name == known or (name == "auto" and not (strangers and cage in OWN_WORK)):
            if not (reason := why_not()):
                return cage()
            reasons.append(reason)
    if name == "auto":
        raise MachineError(
            f"this machine has no sandbox, and a class is code of strangers: {'; '.join(reasons)}",
            "run: grader doctor, which says what to install; or, on a machine that may be lost: "
            "--sandbox process",
        )
    raise MachineError(
        f"the sandbox '{name}' is not available here" + "".join(f": {reason}" for reason in reasons),
        "use --sandbox process, which limits accidents but is no cage, or --sandbox auto",
    )

"""The cages that another program builds: bubblewrap on Linux, which is the strong one; sandbox-exec on macOS.

In either there is nothing to see but a bare interpreter; bubblewrap has namespaces of its own for that.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from functools import cache

from grader.errors import MachineError
from grader.machine.files import Scratch
from grader.machine.processes import interpreter, program
from grader.sandbox.cage import Running as PlainRunning
from grader.sandbox.cage import spawned
from grader.sandbox.interpreter import DEVICES, FLAGS, PACKAGES, Interpreter, Package, found, needed

PROGRAM = "bwrap"
TRYING, ENDING = 10.0, 0.2  # seconds
# Everything unshared, nothing inherited, no way to more rights; ends when the grader does.
WALLS = (
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
    ) -> Running:
        started = [*command(found(self._package)), *arguments]
        return Running(spawned(started, pass_fds, standard=standard))


class Running:
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
    return [bwrap, *WALLS, *named, *_newer_walls(bwrap), *inside, "--", bare.executable, *FLAGS]


@cache
def _newer_walls(bwrap: str) -> tuple[str, ...]:
    """What only bubblewrap 0.8 and later know; the worker's own walls refuse the same."""
    try:
        told = subprocess.run([bwrap, "--help"], capture_output=True, text=True, timeout=TRYING, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return ("--disable-userns",) if "--disable-userns" in told.stdout + told.stderr else ()


@cache
def why_not() -> str:
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
    ) -> PlainRunning:
        folder = Scratch("worker")
        try:
            return PlainRunning(spawned([*seatbelt(), *arguments], pass_fds, folder.path, standard), folder)
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

"""The cage for root where namespaces are not to be had, as in a container: a user that nobody else is.

It is made once, from copies, where only root can write: the same for every submission, and changed by none.
Reading leaves no marks: the only devices are two that forget, and the dates of last use lie so far ahead that
the kernel does not move them.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import pwd
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
from grader.machine.files import Scratch, clear, removed, unfinished_folder
from grader.sandbox.cage import Inside, Running, spawned
from grader.sandbox.interpreter import DEVICES, FLAGS, Interpreter, Package, found

WALLS = Path(__file__).resolve().parents[1] / "worker" / "walls.py"
TRYING = 20.0  # seconds
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

    def start(self, arguments: Sequence[str], pass_fds: Sequence[int]) -> Running:
        command = [found().executable, *FLAGS, *arguments]
        return Running(spawned(command, pass_fds, Path("/")), None)


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
def why_not() -> str:
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
    source, (listed, read) = WALLS.read_bytes(), found().seen()
    arguments = [_root(found()), str(_user()), ":".join(listed), ":".join(read)]
    tried = None
    try:
        tried = subprocess.run(
            [found().executable, *FLAGS, "-c", TRIAL, *arguments],
            input=source,
            capture_output=True,
            timeout=TRYING,
            check=False,
            env={},
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

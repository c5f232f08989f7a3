"""What every cage promises, and what is seen in it: a bare interpreter, whose files are found each time anew.

The plainest of them is no cage: a process with limits.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from grader.errors import MachineError
from grader.machine.files import Scratch
from grader.machine.processes import Job, apart, interpreter, kill_with_all_it_started

# -I ignores the environment and the current folder, -S leaves out site-packages: standard library only.
FLAGS = ("-I", "-S", "-B")
LOADED = re.compile(r"^\s*(?:[^/\s]\S* => )?(/.+) \(0x[0-9a-f]+\)$", re.MULTILINE)
# They are for a screen or a terminal, of which a worker has none, and need many libraries.
NOT_NEEDED = ("_tkinter.", "_curses.", "_curses_panel.", "readline.", "nis.")
SEARCHED, FOR_PROCESSORS = "LD_LIBRARY_PATH", "/glibc-hwcaps/"
DEVICES = ("/dev/null", "/dev/urandom")
PACKAGES = ("site-packages", "dist-packages", "test", "idlelib", "ensurepip")
# Where a package lies in a cage that has a root folder of its own: a path that tells nothing of the machine.
PACKAGES_AT = "/packages"


@dataclass(frozen=True, slots=True)
class Inside:
    """The walls that a cage leaves to the worker itself, before anything of a student's is there.

    root: the folder that becomes the root of all files; empty where that stays as it is.
    user: the number of the user it becomes; 0 where it stays who it is.
    listed: the folders whose names it may list. read: the files and folders it may read.
    """

    root: str
    user: int
    listed: list[str]
    read: list[str]


class Caged(Protocol):
    """A running worker.

    process: what was started, for who gave it standard streams.
    """

    @property
    def process(self) -> subprocess.Popen[bytes]: ...

    def kill(self) -> None:
        """End it and everything it started; may be called more than once."""


class Cage(Protocol):
    """A way to start a worker.

    isolation: what the report says of it: full, reduced or none.
    lacking: why it is reduced, in a sentence; nothing where it is not.
    inside: what the worker itself has to do; None where the cage does all.
    package: the name of a package that a worker has besides the standard library, read-only, and its folder
        in the cage; None where it has nothing else.
    """

    @property
    def isolation(self) -> str: ...

    @property
    def lacking(self) -> str: ...

    @property
    def inside(self) -> Inside | None: ...

    @property
    def package(self) -> tuple[str, str] | None: ...

    def showing(self, package: Package) -> Cage:
        """The same cage with a package to be seen in it."""

    def start(
        self, arguments: Sequence[str], pass_fds: Sequence[int], standard: int = subprocess.DEVNULL
    ) -> Caged:
        """Start a bare Python interpreter with these arguments and only these descriptors.

        standard: what its standard streams are, as subprocess.Popen has it.
        Raises MachineError where that is not possible.
        """


@dataclass(frozen=True)
class Package:
    """A package of this environment that is shown to a worker besides the standard library.

    name: as it is imported. version: its release. folder: the one that it lies in. parts: its folders there,
        its own first.
    files: shared libraries of the machine that it loads.
    """

    name: str
    version: str
    folder: str
    parts: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def shown(self) -> list[tuple[str, str]]:
        """Its folders, and where a cage with a root of its own shows them."""
        return [(os.path.join(self.folder, part), os.path.join(PACKAGES_AT, part)) for part in self.parts]

    def placed(self, as_here: bool) -> tuple[str, str]:
        """Its name, and its folder: as_here, or where such a cage shows it."""
        return self.name, self.shown[0][0 if as_here else 1]


@dataclass(frozen=True)
class Interpreter:
    """Where the parts of this interpreter lie.

    files: itself and the shared libraries that it and the standard library load, as they are asked for.
    library: the folder of the standard library.
    hidden: folders inside of that which are none of a submission's business.
    package: what is shown besides; None for the standard library alone.
    """

    executable: str
    files: tuple[str, ...]
    library: str
    hidden: tuple[str, ...]
    package: Package | None = None

    def seen(self, as_here: bool = True) -> tuple[list[str], list[str]]:
        """The folders to list, and the files and folders to read, that it cannot do without.

        as_here: the package lies where it is installed.
        """
        entries = (entry.path for entry in os.scandir(self.library) if entry.path not in self.hidden)
        besides = [pair[0 if as_here else 1] for pair in (self.package.shown if self.package else ())]
        return [self.library, *besides], [*self.files, *sorted(entries), *besides, *DEVICES]


@cache
def needed() -> dict[str, str]:
    """The environment without which a bare interpreter does not start here: mostly nothing.

    On Windows the folder of the system. On Linux the folders of those shared libraries that the loader finds
    by LD_LIBRARY_PATH alone, as for a Python that is a module of a cluster; nothing else that stands there.
    """
    if sys.platform == "win32":
        return {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    told = os.environ.get(SEARCHED, "")
    if sys.platform != "linux" or not told:
        return {}
    executable = os.path.realpath(sys.executable)
    try:
        alone, led = _listed(executable, {}), _listed(executable, {SEARCHED: told})
    except (OSError, subprocess.TimeoutExpired):
        return {}
    # Below a folder the loader also looks for libraries that are made for this very processor.
    found_so = {os.path.dirname(path).partition(FOR_PROCESSORS)[0] for path in led if path not in alone}
    used = [folder for folder in told.split(":") if os.path.isabs(folder) and folder.rstrip("/") in found_so]
    return {SEARCHED: ":".join(used)} if used else {}


def _listed(executable: str, environment: dict[str, str], *preloaded: str) -> list[str]:
    """The files that the loader would load for a program; empty where it cannot be asked."""
    asking = {"LD_TRACE_LOADED_OBJECTS": "1", **environment}
    if preloaded:
        asking["LD_PRELOAD"] = ":".join(preloaded)
    nothing = [executable, *FLAGS, "-c", ""]  # where the loader does not know this, Python ends at once
    told = subprocess.run(nothing, env=asking, capture_output=True, timeout=60, check=False)
    return [] if told.returncode else LOADED.findall(os.fsdecode(told.stdout))


def found(package: Package | None = None) -> Interpreter:
    """The interpreter that runs here; raises MachineError where its libraries cannot be listed.

    package: what it is to be shown with.
    """
    bare = _bare()
    if package is None:
        return bare
    return replace(bare, files=tuple(sorted({*bare.files, *package.files})), package=package)


@cache
def _bare() -> Interpreter:
    """Listed once for each process, whichever way it is asked for."""
    return _described(os.path.realpath(sys.executable), sysconfig.get_path("stdlib"))


@cache
def package_here(name: str) -> Package | None:
    """The package of that name in the environment of the grader; None where it is not installed.

    It is not imported. Raises MachineError where its libraries cannot be listed.
    """
    spec = find_spec(name)
    if spec is None or not spec.origin or not spec.submodule_search_locations:
        return None
    folder, own = os.path.split(os.path.dirname(os.path.realpath(spec.origin)))
    # Wheels for Linux bring their libraries along in a folder of this name.
    parts = tuple(part for part in (own, f"{own}.libs") if os.path.isdir(os.path.join(folder, part)))
    extensions = sorted(str(path) for part in parts for path in Path(folder, part).rglob("*.so"))
    files = _loaded(os.path.realpath(sys.executable), extensions) if sys.platform == "linux" else set()
    outside = (path for path in files if not os.path.normpath(path).startswith(f"{folder}{os.sep}"))
    return Package(name, _release(name), folder, parts, tuple(sorted(outside)))


def _described(executable: str, library: str) -> Interpreter:
    hidden = tuple(path for name in PACKAGES if os.path.isdir(path := os.path.join(library, name)))
    return Interpreter(executable, (executable, *_libraries(executable, library)), library, hidden)


def _release(name: str) -> str:
    # Few cages show a package, and this brings what reads mail along.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _libraries(executable: str, library: str) -> tuple[str, ...]:
    """Asked of the machine each time: it decides what a cage shows, so no file may have a say in it."""
    extensions = sorted(Path(library, "lib-dynload").glob("*.so"))
    wanted = [str(path) for path in extensions if not path.name.startswith(NOT_NEEDED)]
    return tuple(sorted(_loaded(executable, wanted) - set(wanted)))


def _loaded(executable: str, extensions: list[str]) -> set[str]:
    """What the loader loads for a program with these extensions, themselves among it."""
    try:
        return _told_at_once(executable, extensions) or _told_by_ldd(executable, extensions)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MachineError(f"cannot list the interpreter's libraries: {error}", "is ldd there?") from None


def _told_at_once(executable: str, extensions: list[str]) -> set[str]:
    """What the loader would load with all extensions before it starts; nothing where it cannot be asked so.

    That takes milliseconds where ldd, which starts a loader for each file, takes a third of a second.
    """
    if any(separator in path for path in extensions for separator in ": "):
        return set()
    return set(_listed(executable, needed(), *extensions))


def _told_by_ldd(executable: str, extensions: list[str]) -> set[str]:
    asking = ["/usr/bin/ldd", executable, *extensions]
    told = subprocess.run(asking, env=needed(), capture_output=True, timeout=60, check=False)
    return set(LOADED.findall(os.fsdecode(told.stdout)))


class Process:
    """Starts workers as plain subprocesses in a session and an empty folder of their own."""

    isolation, lacking = "none", ""

    def __init__(self, package: Package | None = None) -> None:
        self._package = package

    @property
    def inside(self) -> Inside | None:
        # Against accidents only: where the kernel has no Landlock, or nobody says what the interpreter
        # needs, nothing is hidden.
        try:
            return Inside("", 0, *found(self._package).seen()) if sys.platform == "linux" else None
        except MachineError:
            return None

    @property
    def package(self) -> tuple[str, str] | None:
        return self._package.placed(as_here=True) if self._package else None

    def showing(self, package: Package) -> Process:
        return Process(package)

    def start(
        self, arguments: Sequence[str], pass_fds: Sequence[int], standard: int = subprocess.DEVNULL
    ) -> Running:
        folder = Scratch("worker")
        command = [interpreter(), *FLAGS, *arguments]
        try:
            return Running(spawned(command, pass_fds, folder.path, standard, needed()), folder)
        except MachineError:
            folder.remove()
            raise


def spawned(
    command: Sequence[str],
    pass_fds: Sequence[int],
    cwd: Path | None = None,
    standard: int = subprocess.DEVNULL,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> subprocess.Popen[bytes]:
    """A process in a session of its own, with only these descriptors and this environment.

    Raises MachineError where there is none to be had.
    """
    try:
        return subprocess.Popen(
            command,
            bufsize=0,
            stdin=standard,
            stdout=standard,
            stderr=standard,
            env={**environment},
            cwd=cwd,
            **apart(pass_fds),
        )
    except (OSError, subprocess.SubprocessError) as error:
        what = f"cannot start a worker process: {error}"
        raise MachineError(what, "free some memory or processes") from error


class Running:
    """A worker that runs as a plain subprocess."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Scratch | None) -> None:
        self.process = process
        self.folder = folder
        self.job = Job(process)

    def kill(self) -> None:
        """End the worker; its zygote has by then been asked to end what its children started."""
        if self.process.poll() is None:
            kill_with_all_it_started(self.process)
            self.process.wait()
        self.job.end()
        if self.folder is not None:
            self.folder.remove()

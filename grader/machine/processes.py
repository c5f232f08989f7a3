"""The one place where Python processes of ours begin, and where libraries and programs are looked for.

Neither the folder that a command is called in nor a variable of whoever calls it steers them. Here stands,
too, what Windows and macOS do with processes in ways of their own.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import chdir, suppress
from importlib import import_module
from pathlib import Path
from shutil import which
from typing import IO, Any

from grader.errors import MachineError
from grader.start import trusted

try:
    import resource
except ImportError:  # Windows and browsers have no limits of a process's own
    resource = None  # type: ignore[assignment]

START = Path(__file__).parents[1] / "start.py"
# What this process finds is found there, too: in a user's own packages, say, which -I leaves out.
BOOT = """
import json, sys
sys.path[:] = json.loads(sys.argv.pop(1))
import runpy
runpy.run_path(sys.argv.pop(1), run_name="__main__")
"""
# They load modules into the tools that grade, or change what these do.
STEERING = ("PYTHON", "PYTEST_", "HYPOTHESIS_")
# Of these no command is rid: they say where things are, and how bytes become text.
OF_PLACES = (
    *("PYTHONHOME", "PYTHONNOUSERSITE", "PYTHONPATH", "PYTHONPLATLIBDIR", "PYTHONSAFEPATH", "PYTHONUSERBASE"),
    *("PYTHONCOERCECLOCALE", "PYTHONIOENCODING", "PYTHONUNBUFFERED", "PYTHONUTF8", "PYTHON_COLORS"),
    *("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONSTARTUP", "PYTHONHASHSEED"),
)
# All that a process of ours is given of the caller's surroundings: where programs, libraries and files are,
# and who and in which language asks.
GIVEN = ("HOME", "LANG", "LANGUAGE", "LOGNAME", "PATH", "SHELL", "TEMP", "TERM", "TMP", "TZ", "USER")
# What Windows itself wants of every process, and where it keeps a user's folders.
GIVEN_ON_WINDOWS = (
    "APPDATA",
    "LOCALAPPDATA",
    "PATHEXT",
    "SYSTEMDRIVE",
    "SYSTEMROOT",
    "USERNAME",
    "USERPROFILE",
)
GIVEN_BY_BEGINNING = ("COVERAGE_", "DYLD_", "LC_", "LD_LIBRARY_PATH", "NANOGRAD_", "XDG_")
# What they name is a folder; a process that begins elsewhere must be told which.
FOLDERS = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "TMPDIR")


ENOUGH_FILES = 4096
# Whether a process may be copied as it is. Windows cannot do that; on macOS the system's own libraries, which
# torch loads, do not survive it. Tests forbid it here.
MAY_FORK = hasattr(os, "fork") and sys.platform != "darwin"


def forks() -> bool:
    """Whether a process of ours may go on as two; where it may not, each begins from nothing."""
    return MAY_FORK


def interpreter() -> str:
    """The program that Python itself is; on Windows what lies in a virtual environment only starts it."""
    if sys.platform == "win32":
        return str(getattr(sys, "_base_executable", "") or sys.executable)
    return os.path.realpath(sys.executable)


def as_many_files_as_may_be() -> None:
    """Let this process and those it starts open as many files as it may, where few are the default.

    A limit that cannot be raised stays: then it is told where it is met.
    """
    if resource is None:
        return
    with suppress(OSError, ValueError):
        few, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        enough = ENOUGH_FILES if most == resource.RLIM_INFINITY else min(ENOUGH_FILES, most)
        if few != resource.RLIM_INFINITY and few < enough:
            resource.setrlimit(resource.RLIMIT_NOFILE, (enough, most))


def command(module: str, *arguments: str) -> list[str]:
    """What starts a module of this grader as a process of its own, isolated."""
    written = ["-B"] if sys.dont_write_bytecode else []
    return [sys.executable, "-I", *written, "-c", BOOT, json.dumps(trusted()), str(START), module, *arguments]


def started(
    module: str, *arguments: str, pass_fds: Sequence[int], stderr: IO[bytes] | None = None, **variables: str
) -> subprocess.Popen[bytes]:
    """A module of this grader as a process that has a session of its own and begins in the root folder.

    A Ctrl-C is for the caller, who closes what was passed. Paths in the arguments are absolute.
    variables: of its environment, besides the caller's.
    Raises MachineError where there is no process to be had.
    """
    quiet = subprocess.DEVNULL
    try:
        return subprocess.Popen(
            command(module, *arguments),
            stdin=subprocess.PIPE if sys.platform == "win32" else quiet,
            stdout=quiet,
            stderr=stderr,
            env=surroundings(os.environ) | variables,
            cwd=os.path.abspath(os.sep),
            **apart(pass_fds),
        )
    except OSError as error:
        raise MachineError(f"cannot start a grading process: {error}", "free some memory") from None


def python_of_theirs(arguments: Sequence[str]) -> int:
    """Run this Python for whoever sits here, in their folder and steered by them; its exit code.

    It is theirs to import what lies there: nothing of the grader runs in it, unless they ask for that.
    """
    return subprocess.run([sys.executable, *arguments], check=False).returncode


def apart(pass_fds: Sequence[int] = ()) -> dict[str, Any]:
    """What makes a process one with a session of its own, which has no more descriptors of ours than these.

    On Windows nothing is passed so, and its session is that it opens no window.
    """
    if sys.platform != "win32":
        return {"pass_fds": pass_fds, "start_new_session": True}
    return {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}


def kill_with_all_it_started(process: subprocess.Popen[bytes]) -> None:
    """End a process that is apart, and its group; on Windows a Job ends the others."""
    if sys.platform != "win32":
        # macOS refuses it where all that is left of the group has ended and is still to be waited for.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    with suppress(OSError):
        process.kill()


if sys.platform == "win32":
    from ctypes import wintypes

    class _Basic(ctypes.Structure):
        _fields_ = (
            ("time", ctypes.c_int64),
            ("time_of_job", ctypes.c_int64),
            ("flags", wintypes.DWORD),
            ("least", ctypes.c_size_t),
            ("most", ctypes.c_size_t),
            ("processes", wintypes.DWORD),
            ("affinity", ctypes.c_size_t),
            ("priority", wintypes.DWORD),
            ("scheduling", wintypes.DWORD),
        )

    class _Extended(ctypes.Structure):
        _fields_ = (
            ("basic", _Basic),
            ("counts", ctypes.c_uint64 * 6),
            ("memory", ctypes.c_size_t),
            ("memory_of_job", ctypes.c_size_t),
            ("peak", ctypes.c_size_t),
            ("peak_of_job", ctypes.c_size_t),
        )

    class _Counters(ctypes.Structure):
        _fields_ = (
            ("size", wintypes.DWORD),
            ("faults", wintypes.DWORD),
            *(
                (name, ctypes.c_size_t)
                for name in ("peak_set", "set", "a", "b", "c", "d", "committed", "peak")
            ),
        )

    def _kernel(name: str, *kinds: Any, gives: Any = wintypes.BOOL) -> Any:
        function = getattr(ctypes.WinDLL("kernel32", use_last_error=True), name)
        function.argtypes, function.restype = kinds, gives
        return function

    _POINTER, _HANDLE, _DWORD = ctypes.c_void_p, wintypes.HANDLE, wintypes.DWORD
    _create = _kernel("CreateJobObjectW", _POINTER, wintypes.LPCWSTR, gives=_HANDLE)
    _assign = _kernel("AssignProcessToJobObject", _HANDLE, _HANDLE)
    _set = _kernel("SetInformationJobObject", _HANDLE, ctypes.c_int, _POINTER, _DWORD)
    _terminate = _kernel("TerminateJobObject", _HANDLE, wintypes.UINT)
    _close = _kernel("CloseHandle", _HANDLE)
    _times = _kernel("GetProcessTimes", _HANDLE, *[_POINTER] * 4)
    _memory = _kernel("K32GetProcessMemoryInfo", _HANDLE, _POINTER, _DWORD)
    EXTENDED, ONE_ALONE, MEMORY, NO_DIALOG, END_WITH_US = 9, 0x8, 0x100, 0x400, 0x2000


class Job:
    """On Windows, what ends a process with all that it starts, at the latest when we end."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._handle = None
        if sys.platform == "win32":
            self._handle = _create(None, None)
            self._limit(END_WITH_US | NO_DIALOG)
            _assign(self._handle, int(process._handle))  # type: ignore[attr-defined]

    def limit(self, memory: int) -> None:
        """No process besides the one, and no more memory for it than that."""
        if sys.platform == "win32":
            self._limit(END_WITH_US | NO_DIALOG | ONE_ALONE | MEMORY, memory)

    def _limit(self, flags: int, memory: int = 0) -> None:
        if sys.platform == "win32":
            limits = _Extended(basic=_Basic(flags=flags, processes=1), memory=memory)
            _set(self._handle, EXTENDED, ctypes.byref(limits), ctypes.sizeof(limits))

    def end(self) -> None:
        """End all of it; may be called more than once."""
        if sys.platform == "win32" and self._handle is not None:
            _terminate(self._handle, 1)
            _close(self._handle)
            self._handle = None


def used(process: subprocess.Popen[bytes]) -> tuple[float, int] | None:
    """The seconds of processor time and the bytes of memory that a process of ours has come to.

    None where the system itself limits both, and there is nothing to look after.
    """
    if sys.platform == "win32":
        handle = int(process._handle)  # type: ignore[attr-defined]
        times = [ctypes.c_uint64() for _ in range(4)]
        _times(handle, *map(ctypes.byref, times))
        counters = _Counters(size=ctypes.sizeof(_Counters))
        _memory(handle, ctypes.byref(counters), ctypes.sizeof(counters))
        return (times[2].value + times[3].value) / 1e7, int(counters.committed)
    if sys.platform == "darwin":
        # struct rusage_info_v0, of <sys/resource.h>: the footprint is its eighth number after 16 bytes. The
        # processor's time is limited by the system.
        told = (ctypes.c_uint64 * 64)()
        if ctypes.CDLL("/usr/lib/libproc.dylib").proc_pid_rusage(process.pid, 0, ctypes.byref(told)) == 0:
            return 0.0, int(told[9])
    return None


def surroundings(variables: Mapping[str, str]) -> dict[str, str]:
    """What a process of ours is given of an environment, with folders by their whole names."""
    given = GIVEN if os.name == "posix" else (*GIVEN, *GIVEN_ON_WINDOWS)
    kept = {n: value for n, value in variables.items() if n in given or n.startswith(GIVEN_BY_BEGINNING)}
    kept |= {name: variables[name] for name in FOLDERS if name in variables}
    return kept | {name: os.path.abspath(kept[name]) for name in FOLDERS if kept.get(name)}


def steered(variables: Mapping[str, str]) -> list[str]:
    """The variables by which somebody else says how Python and its tools work."""
    return [name for name in variables if name.startswith(STEERING) and name not in OF_PLACES]


def begin_anew() -> None:
    """Forget what steers our tools, and begin this command again where Python itself was steered.

    What Python was told when it began cannot be taken back later: without asserts or docstrings, say, other
    things would be graded, and told.
    """
    ours = steered(os.environ)
    for name in ours:
        del os.environ[name]
    if not (sys.flags.optimize or any(name.startswith("PYTHON") for name in ours)):
        return
    written = ["-B"] if sys.dont_write_bytecode else []
    boot = [*written, "-I" if sys.flags.isolated else "-P", "-c", BOOT, json.dumps(trusted()), str(START)]
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    again = [sys.executable, *boot, "grader", *sys.argv[1:]]
    if os.name == "posix":
        os.execv(sys.executable, again)  # noqa: S606
    sys.exit(subprocess.run(again, check=False).returncode)  # elsewhere whoever called would not wait for it


def library(name: str) -> Any:
    """A library, imported where nothing lies that it could take for its settings, as matplotlib would."""
    with chdir("/"):
        return import_module(name)


def program(name: str) -> str | None:
    """Where a program of the machine lies; where PATH leads into the current folder, it is not followed."""
    places = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return which(name, path=os.pathsep.join(filter(os.path.isabs, places)))

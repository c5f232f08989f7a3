"""The one place where Python processes of ours begin, and where libraries and programs are looked for.

Neither the folder that a command is called in nor a variable of whoever calls it steers them.
"""

from __future__ import annotations

import json
import os
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
GIVEN_BY_BEGINNING = ("COVERAGE_", "DYLD_", "LC_", "LD_LIBRARY_PATH", "NANOGRAD_", "XDG_")
# What they name is a folder; a process that begins elsewhere must be told which.
FOLDERS = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "TMPDIR")


ENOUGH_FILES = 4096


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
            pass_fds=pass_fds,
            stdin=quiet,
            stdout=quiet,
            stderr=stderr,
            env=surroundings(os.environ) | variables,
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        raise MachineError(f"cannot start a grading process: {error}", "free some memory") from None


def surroundings(variables: Mapping[str, str]) -> dict[str, str]:
    """What a process of ours is given of an environment, with folders by their whole names."""
    kept = {n: value for n, value in variables.items() if n in GIVEN or n.startswith(GIVEN_BY_BEGINNING)}
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
    os.execv(sys.executable, [sys.executable, *boot, "grader", *sys.argv[1:]])  # noqa: S606


def library(name: str) -> Any:
    """A library, imported where nothing lies that it could take for its settings, as matplotlib would."""
    with chdir("/"):
        return import_module(name)


def program(name: str) -> str | None:
    """Where a program of the machine lies; where PATH leads into the current folder, it is not followed."""
    places = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return which(name, path=os.pathsep.join(filter(os.path.isabs, places)))

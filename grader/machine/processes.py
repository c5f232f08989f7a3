"""The one place where Python processes of ours begin, and where libraries and programs are looked for.

Neither the folder that a command is called in nor a variable of whoever calls it steers them.
"""

from __future__ import annotations

import json
import os
import resource
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

START = Path(__file__).parents[1] / "start.py"
# What this process finds is found there, too: in a user's own packages, say, which -I leaves out.
BOOT = """
import json, sys
sys.path[:] = json.loads(sys.argv.pop(1))
import runpy
runpy.run_path(sys.argv.pop(1), run_name="__main__")
"""
# They would load modules into the tools that grade, or change what these do.
STEERING = ("PYTHON", "PYTEST_", "HYPOTHESIS_")
# What they name is a folder; a process that begins elsewhere must be told which.
FOLDERS = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "TMPDIR")


ENOUGH_FILES = 4096


def as_many_files_as_may_be() -> None:
    """Let this process and those it starts open as many files as it may, where few are the default.

    A limit that cannot be raised stays: then it is told where it is met.
    """
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
    """The environment without what steers Python and its tools, and with folders by their whole names."""
    kept = {name: value for name, value in variables.items() if not name.startswith(STEERING)}
    return kept | {name: os.path.abspath(kept[name]) for name in FOLDERS if kept.get(name)}


def library(name: str) -> Any:
    """A library, imported where nothing lies that it could take for its settings, as matplotlib would."""
    with chdir("/"):
        return import_module(name)


def program(name: str) -> str | None:
    """Where a program of the machine lies; where PATH leads into the current folder, it is not followed."""
    places = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return which(name, path=os.pathsep.join(filter(os.path.isabs, places)))

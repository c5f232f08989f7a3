"""What a bare interpreter needs to run: its files, found once and remembered for this user."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import platformdirs

from grader.errors import MachineError

# -I ignores the environment and the current folder, -S leaves out site-packages: standard library only.
FLAGS = ("-I", "-S", "-B")
LOADED = re.compile(r"(/\S+) \(0x")
# They are for a screen or a terminal, of which a worker has none, and need many libraries.
NOT_NEEDED = ("_tkinter.", "_curses.", "_curses_panel.", "readline.", "nis.")
DEVICES = ("/dev/null", "/dev/urandom")
PACKAGES = ("site-packages", "dist-packages", "test", "idlelib", "ensurepip")


@dataclass(frozen=True)
class Interpreter:
    """Where the parts of this interpreter lie.

    files: itself and the shared libraries that it and the standard library load, as they are asked for.
    library: the folder of the standard library.
    hidden: folders inside of that which are none of a submission's business.
    """

    executable: str
    files: tuple[str, ...]
    library: str
    hidden: tuple[str, ...]

    @cached_property
    def seen(self) -> tuple[list[str], list[str]]:
        """The folders to list, and the files and folders to read, that it cannot do without."""
        entries = (entry.path for entry in os.scandir(self.library) if entry.path not in self.hidden)
        return [self.library], [*self.files, *sorted(entries), *DEVICES]


@cache
def found() -> Interpreter:
    """The interpreter that runs here; raises MachineError where its libraries cannot be listed."""
    return _described(os.path.realpath(sys.executable), sysconfig.get_path("stdlib"))


def _described(executable: str, library: str) -> Interpreter:
    hidden = tuple(path for name in PACKAGES if os.path.isdir(path := os.path.join(library, name)))
    return Interpreter(executable, (executable, *_libraries(executable, library)), library, hidden)


def _libraries(executable: str, library: str) -> tuple[str, ...]:
    """From this user's cache, as asking takes a third of a second."""
    try:
        state = os.stat(executable)
    except OSError as error:
        what = f"the interpreter {executable} cannot be looked at: {error.strerror}"
        raise MachineError(what, "use one that this user may run") from None
    digest = hashlib.sha256(repr((executable, library, state.st_mtime_ns, state.st_size)).encode())
    key = digest.hexdigest()[:24]
    path = Path(platformdirs.user_cache_dir("nanograd")) / "interpreters" / f"{key}.json"
    with suppress(OSError, ValueError):
        known = json.loads(path.read_text("utf-8"))
        if isinstance(known, list) and all(isinstance(file, str) and os.path.exists(file) for file in known):
            return tuple(known)
    asked = _asked(executable, library)
    with suppress(OSError):
        _keep(path, json.dumps(asked))
    return asked


def _keep(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
        file.write(text)
    os.replace(file.name, path)


def _asked(executable: str, library: str) -> tuple[str, ...]:
    extensions = sorted(Path(library, "lib-dynload").glob("*.so"))
    needed = [str(path) for path in extensions if not path.name.startswith(NOT_NEEDED)]
    try:
        listing = subprocess.run(
            ["/usr/bin/ldd", executable, *needed], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MachineError(f"cannot list the interpreter's libraries: {error}", "is ldd there?") from None
    return tuple(sorted(set(LOADED.findall(listing.stdout))))

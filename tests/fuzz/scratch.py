"""A folder for what targets have to write, where the machine has one in memory."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

MEMORY = Path("/dev/shm")
SHARED = MEMORY if MEMORY.is_dir() else Path(tempfile.gettempdir())


@cache
def folder(name: str) -> Path:
    """One target's own folder, which goes at exit."""
    made = Path(tempfile.mkdtemp(prefix=f"fuzz-{name}-", dir=SHARED))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def written(name: str, file: str, data: bytes) -> Path:
    """A file with this content in a target's folder."""
    path = folder(name) / file
    path.write_bytes(data)
    return path

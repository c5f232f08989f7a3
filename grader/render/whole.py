"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from grader.errors import UsageError


@contextmanager
def whole_file(to: Path) -> Iterator[BinaryIO]:
    """A file to write, which takes the place of what is there once everything is written.

    Raises UsageError where it cannot be written, and leaves nothing behind then.
    """
    place = to.resolve()
    if place.exists() and not place.is_file():
        raise UsageError(f"{to} is no file", "choose the name of a file")
    with _said(to):
        half = place.with_name(f".{place.name[:40]}.{token_hex(8)}.tmp")
        try:
            with half.open("xb") as stream:
                yield stream
            os.replace(half, place)
        finally:
            half.unlink(missing_ok=True)


@contextmanager
def whole_folder(to: Path) -> Iterator[Path]:
    """A new folder to fill, which becomes the one asked for once everything is in it.

    Raises UsageError where there is something already, or where it cannot be written.
    """
    place = to.resolve()
    with _said(to):
        if place.exists() and (not place.is_dir() or any(place.iterdir())):
            raise UsageError(f"{to} is there already, and not an empty folder", "choose a new folder")
        place.parent.mkdir(parents=True, exist_ok=True)
        half = place.with_name(f".{place.name[:40]}.{token_hex(8)}.tmp")
        half.mkdir()
        try:
            yield half
            if place.exists():
                place.rmdir()
            half.rename(place)
        finally:
            shutil.rmtree(half, ignore_errors=True)


@contextmanager
def _said(to: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        raise UsageError(f"cannot write to {to}: {why}", "make room there, or choose another place") from None

"""The exercises that files are, for a hook before a commit: it is given what changed, and grades that."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def asked(files: Iterable[Path], names: tuple[str, ...]) -> dict[Path, tuple[str, ...]]:
    """The exercises among the files by the folder they are in, in the course's order.

    names: of the course's exercises. Other files, and those that are gone, are passed over.
    """
    found: dict[Path, set[str]] = {}
    for file in files:
        if file.suffix == ".py" and file.stem in names and file.exists():
            found.setdefault(file.parent, set()).add(file.stem)
    return {folder: tuple(n for n in names if n in found[folder]) for folder in sorted(found)}

"""What lies in the folder of all submissions, by name and sort."""

from __future__ import annotations

import os
from enum import Enum, auto

from grader.intake.names import leftover
from grader.intake.root import Root


class Sort(Enum):
    """What an entry is, links not followed."""

    FOLDER = auto()
    FILE = auto()
    LINK = auto()
    OTHER = auto()


def listing(root: Root) -> list[tuple[str, Sort]]:
    """The entries by name, without what programs left behind; raises OSError."""
    with root.folder(()) as folder, os.scandir(folder) as entries:
        return sorted(
            ((entry.name, _sort(entry)) for entry in entries if not leftover(entry.name)),
            key=lambda pair: pair[0],
        )


def _sort(entry: os.DirEntry[str]) -> Sort:
    if entry.is_symlink():
        return Sort.LINK
    if entry.is_dir(follow_symlinks=False):
        return Sort.FOLDER
    return Sort.FILE if entry.is_file(follow_symlinks=False) else Sort.OTHER

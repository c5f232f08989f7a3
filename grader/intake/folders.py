"""Reading a hand-in that is a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator

from grader.errors import UsageError
from grader.intake.choosing import DEEPEST, NEXT, Path, nothing, one
from grader.intake.names import leftover, without_ending
from grader.intake.packed import read_archive
from grader.intake.root import below
from grader.printable import printable
from grader.submission import Submission, allowed, content, gather

MOST_ENTRIES = 200_000


def read_folder(handle: int, where: str, title: str, wanted: tuple[str, ...]) -> Submission:
    """What the folder holds, or a folder in it, or the one archive that is all it has.

    handle: a descriptor of the folder.
    Raises UsageError, and OSError for the folder itself.
    """
    walk = _Walk(handle, where, wanted)
    holders = walk.holders()
    if holders:
        with below(handle, one(holders, where)) as folder:
            return gather(title, os.listdir(folder), wanted, lambda name: content(name, folder))
    if walk.python or not walk.archives:
        raise nothing(where, wanted, walk.python, walk.links)
    if len(walk.archives) > 1:
        raise UsageError(f"{where} holds {len(walk.archives)} archives, and no word which one counts", NEXT)
    (inner,) = walk.archives
    return read_archive(handle, inner, f"{where}/{printable(inner)}", title, wanted)


class _Walk:
    """A look into a folder and the folders in it, no deeper than it has to be.

    python: whether any file that could be a submission's was seen.
    archives: those of the folder itself.
    links: a link to a folder, or anything else that was passed over as a link.
    """

    def __init__(self, handle: int, where: str, wanted: tuple[str, ...]) -> None:
        self.handle, self.where = handle, where
        self.wanted = {f"{name}.py" for name in wanted}
        self.left = MOST_ENTRIES
        self.python = False
        self.archives: list[str] = []
        self.links: list[str] = []

    def holders(self) -> list[Path]:
        """The folders that hold a wanted file, all of them equally deep, the least deep there are."""
        level: list[Path] = [()]
        for _ in range(DEEPEST + 1):
            found, deeper = [], []
            for parts in level:
                names, folders = self._look(parts)
                found += [parts] if names & self.wanted else []
                deeper += [(*parts, name) for name in sorted(folders)]
            if found:
                return found
            level = deeper
        return []

    def _look(self, parts: Path) -> tuple[set[str], list[str]]:
        names, folders = set(), []
        with below(self.handle, parts) as folder, os.scandir(folder) as entries:
            for entry in self._counted(entries):
                if allowed(entry.name):
                    names.add(entry.name)
                if leftover(entry.name):
                    continue
                if entry.is_symlink():
                    self.links.append("/".join((*parts, entry.name)))
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(entry.name)
                elif not parts and without_ending(entry.name) and entry.is_file(follow_symlinks=False):
                    self.archives.append(entry.name)
        self.python = self.python or bool(names)
        return names, folders

    def _counted(self, entries: Iterator[os.DirEntry[str]]) -> Iterator[os.DirEntry[str]]:
        for entry in entries:
            self.left -= 1
            if self.left < 0:
                raise UsageError(f"{self.where} holds more than {MOST_ENTRIES:,} files and folders", NEXT)
            yield entry

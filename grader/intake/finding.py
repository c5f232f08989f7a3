"""Finding what a class handed in: looks at names only, and reads nothing that a student wrote."""

from __future__ import annotations

import os
from pathlib import Path

from grader.errors import UsageError
from grader.intake.entries import entries_of
from grader.intake.handin import Found, Layout
from grader.intake.joining import joined
from grader.intake.listing import listing
from grader.intake.names import METADATA, without_ending
from grader.intake.root import Root
from grader.intake.roster import read
from grader.intake.unpacking import unpack
from grader.printable import printable

__all__ = ["Found", "find"]
Troubles = list[tuple[str, str]]


def find(
    folder: Path, wanted: tuple[str, ...], roster: Path | None = None, layout: Layout | None = None
) -> Found:
    """Everything that was handed in below a folder, or in a learning platform's download of one.

    folder: holds a folder, an archive or files named by Canvas or Moodle for each hand-in, or is the export
        of Gradescope; may be a zip or tar archive of all that, which is then unpacked to a temporary folder.
    wanted: the exercises' names.
    roster: who is in the class, see grader.intake.roster.
    layout: what a hand-in may be besides files named after the exercises.
    Raises UsageError where the folder or the roster cannot be read, MachineError where there is no room.
    """
    rows = read(roster) if roster else None
    root, troubles = _opened(folder)
    try:
        entries, more = entries_of(root, rows or [], wanted, passed=roster, layout=layout)
    except OSError as error:
        raise UsageError(
            f"the folder {printable(str(folder))} cannot be read: {error.strerror}", "check its permissions"
        ) from None
    found = joined(entries, rows)
    return Found(found.handins, found.absent, (*troubles, *more, *found.troubles))


def _opened(folder: Path) -> tuple[Root, Troubles]:
    shown = printable(str(folder))
    if not os.path.exists(folder):
        raise UsageError(f"there is no folder {shown}", "check the path")
    if os.path.isdir(folder):
        return _innermost(Root(folder), None), []
    stem = without_ending(folder.name)
    if stem is None or not os.path.isfile(folder):
        raise UsageError(
            f"{shown} is neither a folder nor a zip or tar archive",
            "give the folder that holds the submissions, or the archive that was downloaded",
        )
    root, troubles = unpack(folder)
    return _innermost(root, stem), troubles


def _innermost(root: Root, stem: str | None) -> Root:
    """The folder itself, or the one around everything that an archive of it often has.

    stem: the archive's name, as that folder is often called; None where there is no archive.
    """
    try:
        only, *others = [name for name, _ in listing(root)]
    except (OSError, ValueError):
        return root
    inside = Root(root.path / only, root)
    around = not others and inside.path.is_dir() and not inside.path.is_symlink()
    if around and (only == stem or os.path.lexists(inside.path / METADATA)):
        return inside
    return root

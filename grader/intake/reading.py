"""Reading one hand-in: a folder, an archive or loose files, by the rules of grader/submission.py."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping

from grader.errors import UsageError
from grader.intake.choosing import NoExercise, Path, nothing
from grader.intake.folders import read_folder
from grader.intake.handin import Layout
from grader.intake.packed import read_archive
from grader.intake.root import FOLDER, Root
from grader.printable import printable
from grader.submission import Submission, allowed, content, gather


def read_path(
    root: Root, path: Path, title: str, wanted: tuple[str, ...], layout: Layout | None = None
) -> Submission:
    """The submission that a folder or an archive holds; raises UsageError.

    path: its names below the root.
    title: what the submission is called; wanted as in grader.submission.load.
    layout: what else it may be, where it has none of the wanted files.
    """
    if (
        layout is not None
        and path[-1].endswith(".py")
        and (alone := layout.read(root.path.joinpath(*path), title))
    ):
        return alone
    try:
        found = _as_exercises(root, path, title, wanted)
    except NoExercise:
        other = layout.read(root.path.joinpath(*path), title) if layout else None
        if other is None:
            raise
        return other
    if layout is not None and layout.rather(found):
        return layout.read(root.path.joinpath(*path), title) or found
    return found


def _as_exercises(root: Root, path: Path, title: str, wanted: tuple[str, ...]) -> Submission:
    where = printable("/".join(path))
    try:
        with root.folder(path[:-1]) as above:
            return _read(above, path[-1], where, title, wanted)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(
            f"{where} cannot be read: {reason}", "check what it is, and its permissions"
        ) from None


def read_loose(
    root: Root, files: Mapping[str, str], where: str, title: str, wanted: tuple[str, ...]
) -> Submission:
    """The submission that single files of the root make up; raises UsageError.

    files: the name each has among them, and the name it has in the root.
    """
    try:
        with root.folder(()) as above:
            submission = gather(title, files, wanted, lambda name: content(files[name], above))
    except OSError as error:
        raise UsageError(f"{where} cannot be read: {error.strerror}", "check its permissions") from None
    if not {*submission.sources, *submission.unreadable} & set(wanted):
        raise nothing(where, wanted, any(map(allowed, files)))
    return submission


def _read(above: int, name: str, where: str, title: str, wanted: tuple[str, ...]) -> Submission:
    mode = os.stat(name, dir_fd=above, follow_symlinks=False).st_mode
    if stat.S_ISLNK(mode):
        raise UsageError(f"{where} is a link, and links are not followed", "put the work itself there")
    if not stat.S_ISDIR(mode):
        return read_archive(above, name, where, title, wanted)
    handle = os.open(name, FOLDER | os.O_NOFOLLOW, dir_fd=above)
    try:
        return read_folder(handle, where, title, wanted)
    finally:
        os.close(handle)

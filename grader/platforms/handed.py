"""What a platform has laid into a folder, read as a batch reads a hand-in."""

from __future__ import annotations

import os
from pathlib import Path

from grader.errors import MachineError, UsageError
from grader.intake.folders import read_folder
from grader.intake.root import FOLDER
from grader.submission import Submission


def read(folder: Path, wanted: tuple[str, ...]) -> Submission:
    """The submission: files, a folder of files, or one archive; no path of this machine is told of it.

    Raises UsageError where it holds none that is wanted, MachineError where the folder is not there.
    """
    try:
        handle = os.open(folder, FOLDER)
    except OSError as error:
        raise MachineError(f"cannot open {folder}: {error.strerror}", "is it mounted?") from None
    try:
        return read_folder(handle, "the submission", "submission", wanted)
    except OSError as error:
        raise UsageError(f"the submission cannot be read: {error.strerror}", "hand it in again") from None
    finally:
        os.close(handle)

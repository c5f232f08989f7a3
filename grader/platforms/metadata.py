"""What Gradescope says of a submission: when it was handed in, out of a file full of strangers' text."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grader.intake.root import FOLDER, regular

NAME = "submission_metadata.json"
# It holds the results of every earlier attempt; some hundred of them fit.
MOST = 64 << 20


def handed_in(root: Path) -> datetime | None:
    """When the submission was handed in; None where the file does not say that in a way to be read.

    root: the folder that the file is in. Names, titles and earlier attempts are not looked at.
    """
    try:
        return _time(json.loads(_text(root))["created_at"])
    except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError, OverflowError):
        return None


def _text(root: Path) -> bytes:
    above = os.open(root, FOLDER)
    try:
        with regular(NAME, above) as handle, open(handle, "rb", closefd=False) as file:
            data = file.read(MOST + 1)
    finally:
        os.close(above)
    if len(data) > MOST:
        raise ValueError(f"{NAME} is larger than {MOST >> 20} MiB")
    return data


def _time(text: Any) -> datetime:
    """A time as Gradescope writes it, 2026-01-31T23:59:00.365935-07:00; without a zone it is UTC's."""
    if not isinstance(text, str):
        raise TypeError("a time is text")
    time = datetime.fromisoformat(text)
    time = time if time.tzinfo else time.replace(tzinfo=UTC)
    # A time at either end of the calendar has no equal in UTC; that is raised here and not later.
    return time.astimezone(UTC)

"""Files in which something is kept: written in one go, and begun anew where they are damaged."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from grader.errors import UsageError
from grader.files import replaced
from grader.handout.placing import look
from grader.learner.state import SILENT, Say, unwritten

Thing = TypeVar("Thing")


def recalled(path: Path, parsed: Callable[[Any], Thing], fresh: Thing, say: Say) -> Thing:
    """What a JSON file holds; fresh, where there is none or it is damaged, which is then kept aside.

    parsed: makes the thing from plain values; raises ValueError, TypeError, KeyError or AttributeError
        for any that are none.
    """
    try:
        data = look(path)
        return fresh if data is None else parsed(json.loads(data if isinstance(data, bytes) else b""))
    except UsageError as error:
        say(f"{error.what}; {SILENT}")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        say(_begun_anew(path))
    return fresh


def saved(path: Path, plain: object, say: Say) -> None:
    """Write a JSON file; where that fails, say so."""
    try:
        replaced(path, json.dumps(plain).encode())
    except OSError as error:
        say(unwritten(path, error))


def _begun_anew(path: Path) -> str:
    """Move a damaged file out of the way, and a sentence for that."""
    names = (f"{path.name}.damaged{number if number > 1 else ''}" for number in count(1))
    aside = next(other for name in names if not os.path.lexists(other := path.with_name(name)))
    try:
        path.rename(aside)
    except OSError as error:
        return unwritten(path, error)
    return f"{path} was damaged and is begun anew; the old one is kept as {aside.name}"

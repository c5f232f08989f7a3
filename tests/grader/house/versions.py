"""Which versions of the dependencies there are here, and which the course is tested with."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LINE = re.compile(r"^([\w-]+)==([\w.]+)$", re.MULTILINE)


def named(place: str) -> dict[str, str]:
    """The versions that a file of constraints names."""
    return dict(LINE.findall((ROOT / place).read_text("utf-8")))


as_drawn = pytest.mark.skipif(
    version("hypothesis") != named("constraints.txt")["hypothesis"],
    reason="another Hypothesis draws other cases than those that are written down",
)

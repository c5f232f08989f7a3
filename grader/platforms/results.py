"""Gradescope's results.json, written early and again and again: whenever time is up, the last one counts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grader.errors import MachineError, UsageError
from grader.files import whole_file
from grader.printable import printable
from grader.render.about import About
from grader.render.gradescope import render
from grader.report import Report

STARTED = "Grading is under way. Nothing is graded yet."
OURS = (
    "The grader could not finish, and that is not your fault. What was graded before is below. Please tell "
    "your instructor, who can see the reason and can have this submission graded again."
)


class Results:
    """The file under the root's results; every call replaces it whole, or raises MachineError."""

    def __init__(self, root: Path) -> None:
        self._file = root / "results" / "results.json"
        self._file.parent.mkdir(parents=True, exist_ok=True)

    def start(self) -> None:
        self._write(_bare(STARTED))

    def grow(self, report: Report, open_parts: Sequence[str]) -> None:
        """What is graded so far, and what is not."""
        left = ", ".join(open_parts)
        self._write(_headed(report, About(), f"Grading is under way. Not graded yet: {left}."))

    def finish(self, report: Report, about: About, note: str = "") -> None:
        """The last word; note is a paragraph above it."""
        self._write(_headed(report, about, note))

    def refuse(self, sentence: str) -> None:
        """There is nothing to grade, and the student is told why."""
        self._write(_bare("\n".join(map(printable, sentence.split("\n")))))

    def give_up(self, report: Report | None) -> None:
        """Something of ours broke; what is graded already stays."""
        self._write(_bare(OURS) if report is None else _headed(report, About(), OURS))

    def _write(self, plain: dict[str, Any]) -> None:
        text = json.dumps(plain, ensure_ascii=False, allow_nan=False)
        try:
            with whole_file(self._file) as stream:
                # A half of a surrogate pair becomes JSON's escape for it.
                stream.write(text.encode("utf-8", "backslashreplace"))
        except UsageError as error:
            # It is not the student who chose this place.
            raise MachineError(error.what, error.next_step) from None


def _bare(output: str) -> dict[str, Any]:
    """A results.json without any test."""
    return {
        "score": 0,
        "output": output,
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [],
    }


def _headed(report: Report, about: About, note: str) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(render(report, about))
    if note:
        plain["output"] = f"{note}\n\n{plain['output']}"
    return plain

"""A graded commit as files, and what the runner is told of it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.ci.annotations import APART
from grader.ci.badge import badge
from grader.ci.received import seen as shown
from grader.ci.seen import Changes, Seen, brief
from grader.ci.summary import SIGNS, summary
from grader.errors import MachineError, UsageError
from grader.files import replaced
from grader.render.about import About
from grader.render.classroom50 import render as classroom50
from grader.render.github import render as classroom
from grader.render.github import wrapped
from grader.render.junit import render as junit
from grader.report import Report, to_plain


def files(report: Report, changes: Changes, about: About) -> tuple[Seen, dict[str, str]]:
    """What is shown of a report, and every file that is made of it, by name.

    report.json is the report with one more key, changes.
    """
    plain = to_plain(report) | {"changes": _changes(changes)}
    seen = shown(plain)
    return seen, {
        "report.json": json.dumps(plain, indent=2, ensure_ascii=True, allow_nan=False) + "\n",
        "summary.md": summary(seen),
        "badge.svg": badge(seen),
        "junit.xml": junit(report, about),
        "classroom.json": classroom(report, about),
        "result.json": classroom50(report, about),
    }


def _changes(changes: Changes) -> dict[str, Any]:
    return {
        "base": changes.base,
        "head": changes.head,
        "exercises": list(changes.exercises),
        "graded": list(changes.graded),
        "elsewhere": list(changes.elsewhere),
        "more": changes.more,
    }


def write(texts: Mapping[str, str], folder: Path) -> None:
    """Write the files; raises UsageError where they cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            replaced(folder / name, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise UsageError(
            f"cannot write to {folder}: {error.strerror}", "choose another place: --out"
        ) from None


def runner(seen: Seen, texts: Mapping[str, str], surroundings: Mapping[str, str] = os.environ) -> None:
    """Append to the files from which GitHub's runner takes outputs and the summary, if there are any."""
    outputs = {
        "score": brief(seen.points),
        "max-score": brief(seen.most),
        "bonus": brief(seen.bonus),
        "passed": str(seen.all_passed).lower(),
        "graded": " ".join(seen.changes.graded),
        "elsewhere": str(len(seen.changes.elsewhere) + seen.changes.more),
    }
    lines = "".join(f"{name}={value}\n" for name, value in outputs.items()) + wrapped(texts["classroom.json"])
    for variable, text in (("GITHUB_OUTPUT", lines), ("GITHUB_STEP_SUMMARY", texts["summary.md"])):
        if path := surroundings.get(variable):
            try:
                with open(path, "a", encoding="utf-8") as file:
                    file.write(text)
            except OSError as error:
                what = f"cannot write to {path}, the file of {variable}: {error.strerror}"
                raise MachineError(what, "make room there; what was graded is printed above") from None


def overview(seen: Seen) -> str:
    """Notes, and a line for each exercise; nothing in it is from the commit."""
    lines = [f"{p.name:<10} {_said(p.status):<12} {brief(p.points)}/{brief(p.most)}" for p in seen.parts]
    score = f"score      {brief(seen.points)} of {brief(seen.most)}"
    return "\n".join([*seen.notes, *lines, score, *_apart(seen)]) + "\n"


def _said(status: str) -> str:
    return SIGNS[status].partition(" ")[2]


def _apart(seen: Seen) -> list[str]:
    count = len(seen.changes.elsewhere) + seen.changes.more
    return [f"{APART}: {count}"] if count else []

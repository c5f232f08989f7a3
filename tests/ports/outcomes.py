"""What the grader sees in solutions, in wrong code and in code that misbehaves: the same wherever it runs.

    python -m tests.ports.outcomes COUNT TO
writes it as JSON: all solutions, COUNT of the misconceptions, evenly spread, and every way to misbehave.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from grader.course.course import Course, here
from grader.course.misconceptions import misconceptions
from grader.examine.cases import default_folder
from grader.examine.examining import examine
from grader.examine.setting import Setting
from grader.report.evidence import result_to_plain
from grader.sandbox.cages import choose
from grader.sandbox.runner import Limits
from grader.submission.submission import Submission

# What is done once the first a + b is asked for.
MISBEHAVING = {
    "loop": "while True:\n        pass",
    "exit": "os._exit(3)",
    "sleep": "time.sleep(1000)",
    "crash": "ctypes.string_at(0)",
    "memory": "grown = []\n    while True:\n        grown.append(bytearray(1 << 24))",
    "unicode": "raise ValueError('ε ✓')",
}
ADD = """
import ctypes, os, time

def add(self, other):
    {}
"""
SHORT = Limits(seconds=1.0, patience=2.0)


def solutions(setting: Setting) -> dict[str, object]:
    """What is seen of every exercise's solution."""
    course = setting.course
    sources = {name: course.solution(name) for name in course.names}
    return {
        part.name: result_to_plain(examine(setting, Submission("right", sources, {}), part))
        for part in course.parts
    }


def wrong(setting: Setting, count: int) -> dict[str, object]:
    """What is seen of so many misconceptions."""
    known = [(part, one) for part in setting.course.exercises for one in misconceptions(part.name)]
    chosen = [known[number * len(known) // count] for number in range(min(count, len(known)))]
    return {
        f"{part.name}/{one.id}": result_to_plain(
            examine(setting, Submission("wrong", {part.name: one.source}, {}), part)
        )
        for part, one in chosen
    }


def misbehaving(setting: Setting, ways: Iterable[str] = MISBEHAVING) -> dict[str, object]:
    """What is seen of code that does other things than to compute."""
    short, exercise = replace(setting, limits=SHORT), setting.course.exercises[0]
    return {
        name: result_to_plain(
            examine(
                short,
                Submission(name, {exercise.name: ADD.format(MISBEHAVING[name])}, {}),
                exercise,
                read=False,
            )
        )
        for name in ways
    }


def usual(course: Course) -> Setting:
    """As one's own work is graded, in no cage."""
    return Setting(course, choose("process"), default_folder())


def main(count: str, to: str) -> None:
    setting = usual(here())
    seen = {
        "solutions": solutions(setting),
        "wrong": wrong(setting, int(count)),
        "misbehaving": misbehaving(setting),
    }
    Path(to).write_text(json.dumps(seen, indent=1, sort_keys=True), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])

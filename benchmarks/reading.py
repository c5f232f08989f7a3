"""What a reading costs, warm: processor time on top of the bare grade of the same failed exercise.

python benchmarks/reading.py [--every N]
"""

from __future__ import annotations

import argparse
import resource
from collections.abc import Callable
from dataclasses import replace
from statistics import median

from figures import Section

from grader.course.course import here
from grader.course.misconceptions import misconceptions
from grader.examine.cases import default_folder
from grader.examine.examining import examine
from grader.examine.setting import Setting
from grader.model import Exercise
from grader.sandbox.cages import choose
from grader.submission.submission import Submission

TIMES = 2  # each misconception is examined
ENDLESS = ("backward", "never_ends")  # costs its whole limit, read or not
WANTED = 15


def used() -> float:
    """Processor time of this process and of those that it has waited for, in milliseconds."""
    usages = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * sum(usage.ru_utime + usage.ru_stime for usage in usages)


def cost(work: Callable[[], object]) -> float:
    """The least that it takes; whatever else runs here only adds to that."""
    costs = []
    for _ in range(TIMES):
        before = used()
        work()
        costs.append(used() - before)
    return min(costs)


def costs(setting: Setting, exercise: Exercise, every: int) -> list[tuple[float, float]]:
    """For some of an exercise's misconceptions: the grade alone, and what the reading adds."""
    found = []
    for known in misconceptions(exercise.name)[::every]:
        if (exercise.name, known.id) == ENDLESS:
            continue
        wrong = Submission("bench", {exercise.name: known.source}, {})
        bare = cost(lambda: examine(setting, wrong, exercise, read=False))  # noqa: B023 (called at once)
        read = cost(lambda: examine(setting, wrong, exercise))  # noqa: B023
        found.append((bare, read - bare))
    return found


def main() -> None:
    """Measure every exercise, once what the reference answers is in the cache."""
    parser = argparse.ArgumentParser(description="Measure what a reading costs.")
    help_ = "one misconception in so many (default: 20)"
    parser.add_argument("--every", type=int, default=20, metavar="N", help=help_)
    every = parser.parse_args().every
    setting = Setting(here(), choose("auto"), default_folder())
    section = Section(
        "What a reading costs",
        "What reading the code of a failed exercise adds to its grade, warm; processor time, "
        f"one misconception in {every}, the lesser of {TIMES} times.",
    )
    for exercise in setting.course.exercises:
        first = Submission("warm", {exercise.name: misconceptions(exercise.name)[0].source}, {})
        examine(replace(setting, say=print), first, exercise)
        setting.reference(exercise)
        found = costs(setting, exercise, every)
        bare, added = (median(each) for each in zip(*found, strict=True))
        most = max(each for _, each in found)
        note = f"most {most:.1f} ms; on top of {bare:.0f} ms for the grade alone"
        section.add(f"{exercise.name}, median", added, "ms", digits=1, most=WANTED, note=note)
    section.keep()


if __name__ == "__main__":
    main()

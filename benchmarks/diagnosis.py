"""What naming the misconception adds to a failing exercise, warm: prints milliseconds for each exercise."""

from __future__ import annotations

from dataclasses import replace
from statistics import median
from time import perf_counter

from grader.course.course import here
from grader.course.misconceptions import misconceptions
from grader.course.properties import declared_in
from grader.examine.cases import default_folder
from grader.examine.examining import Examiner, examine
from grader.examine.setting import Setting
from grader.model import Exercise
from grader.sandbox.cages import choose
from grader.submission.submission import Submission

EVERY = 8  # one misconception in so many is timed


def milliseconds(setting: Setting, exercise: Exercise) -> list[float]:
    """How long diagnosis() takes for some of an exercise's misconceptions."""
    properties = declared_in(setting.course.properties(exercise.name))
    times = []
    for known in misconceptions(exercise.name)[::EVERY]:
        examiner = Examiner(setting, Submission("bench", {exercise.name: known.source}, {}))
        examiner.outcome(exercise, properties, properties[0])
        started = perf_counter()
        examiner.diagnosis()
        times.append((perf_counter() - started) * 1000)
        examiner.close()
    return times


def main() -> None:
    """Time every exercise, once its signatures are in the cache."""
    setting = Setting(here(), choose("auto"), default_folder())
    for exercise in setting.course.exercises:
        wrong = Submission("warm", {exercise.name: misconceptions(exercise.name)[0].source}, {})
        examine(replace(setting, say=print), wrong, exercise)
        times = milliseconds(setting, exercise)
        middle, most = median(times), max(times)
        print(f"diagnosis, {exercise.name}: median {middle:.1f} ms, most {most:.1f} ms (20 wanted)")


if __name__ == "__main__":
    main()

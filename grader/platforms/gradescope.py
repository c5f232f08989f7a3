"""One submission on Gradescope: its folder in, a results.json that is there early and grows."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from time import perf_counter

from grader.errors import GraderError, MachineError, UsageError
from grader.grading import result, run_properties, versions
from grader.model import Result
from grader.platforms.handed import read
from grader.platforms.metadata import handed_in
from grader.platforms.results import Results
from grader.policy import Policy, adjusted, stated
from grader.render.about import About
from grader.report import Report
from grader.seeds import named
from grader.setting import Setting
from grader.submission import Submission

UNDATED = "When this was handed in cannot be read, so the time of grading counts."
Tell = Callable[[str], None]


def run(root: Path, opened: Callable[[], Setting], now: datetime, tell: Tell, key: bytes = b"") -> int:
    """Grade what lies under Gradescope's root, and give the exit code; nothing is raised.

    opened: makes the setting, and may raise GraderError.
    now: with its time zone; counts where the time of handing in cannot be read.
    tell: says something that only instructors may read.
    key: under which results name the seed; see seeds.py.
    """
    try:
        results = Results(root)
        results.start()
        return _settled(root, results, opened, now, tell, key)
    except (GraderError, OSError) as error:
        tell(f"cannot write results.json: {error}")
        return MachineError.exit_code


def _settled(
    root: Path, results: Results, opened: Callable[[], Setting], now: datetime, tell: Tell, key: bytes
) -> int:
    """Grade, and leave a results.json whatever happens on the way; raises only where it cannot be written."""
    graded: list[Report] = []
    try:
        return _graded(root, results, opened(), now, graded, key)
    except UsageError as error:
        tell(error.what)
        results.refuse(f"{error.what}\n{error.next_step}")
        return error.exit_code
    except GraderError as error:
        tell(f"{error.what}\n{error.next_step}")
        code = error.exit_code
    except Exception:
        # Whatever it is, the student gets a sentence, and the instructor all there is to know.
        tell(traceback.format_exc())
        code = GraderError.exit_code
    results.give_up(graded[-1] if graded else None)
    return code


def _graded(
    root: Path, results: Results, setting: Setting, now: datetime, graded: list[Report], key: bytes
) -> int:
    """Grade part by part; graded takes every report on the way."""
    started = perf_counter()
    submission = read(root / "submission", setting.course.names)
    policy, at = stated(setting.course), handed_in(root)
    note = UNDATED if at is None and policy.deadline else ""
    for report, left in _growing(submission, setting, policy, at or now, key):
        graded.append(report)
        if left:
            results.grow(report, left)
    about = About(seconds=round(perf_counter() - started, 3))
    results.finish(graded[-1], about, note)
    return 0 if graded[-1].all_passed else 1


def _growing(
    submission: Submission, setting: Setting, policy: Policy, at: datetime, key: bytes
) -> Iterator[tuple[Report, tuple[str, ...]]]:
    """A report after each part, adjusted, and the names of the parts that are still open."""
    course = setting.course
    done: tuple[Result, ...] = ()
    names = [part.name for part in course.parts]
    empty = Report(
        submission=submission.name,
        digest=submission.digest,
        seed=named(setting.seed, key),
        isolation=setting.cage.isolation,
        results=(),
        together=None,
        versions=versions(),
    )
    for number, part in enumerate(course.parts, start=1):
        found = result(part, run_properties(submission, setting, [part]))
        if part.own:
            report = replace(empty, results=done, together=found)
        else:
            done = (*done, found)
            report = replace(empty, results=done)
        yield adjusted(report, policy, at), tuple(names[number:])

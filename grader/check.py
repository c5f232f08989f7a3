"""What an author wants proved before a course goes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from grader.course import GIVEN, Course
from grader.evidence import status
from grader.examining import examine
from grader.model import Exercise, Kind, Result
from grader.properties import declared_in
from grader.sandbox import choose
from grader.scoring import score
from grader.setting import Setting
from grader.submission import Submission

HEADINGS = ("level 1, the idea", "level 2, the mathematics", "level 3, almost code", "common pitfalls")


def findings(course: Course, cache: Path, say: Callable[[str], None]) -> Iterator[str]:
    """Everything that is not as it should be, a sentence each."""
    setting = Setting(course, choose("auto"), cache, say=say)
    yield from stubs_out_of_step(course)
    yield from hints_missing(course)
    for exercise in course.parts:
        yield from rubric_faults(course, exercise)
        yield from solution_faults(setting, exercise)
        yield from stub_faults(setting, exercise)


def stubs_out_of_step(course: Course) -> Iterator[str]:
    """Files in exercises/ that are not what the solutions say they should be."""
    for name, text in handed_out(course).items():
        path = course.root / "exercises" / f"{name}.py"
        if not path.is_file():
            yield f"exercises/{name}.py is missing; run: grader check --write"
        elif path.read_text("utf-8") != text:
            yield f"exercises/{name}.py is not in step with solutions/{name}.py; run: grader check --write"


def handed_out(course: Course) -> dict[str, str]:
    """Every file of exercises/ as students get it."""
    given = {name: course.solution(name) for name in ("__init__", *GIVEN)}
    return given | {name: course.stub(name) for name in course.names}


def write_stubs(course: Course) -> None:
    """Make exercises/ what students get; whatever was written there is gone."""
    for name, text in handed_out(course).items():
        (course.root / "exercises" / f"{name}.py").write_text(text, encoding="utf-8")


def hints_missing(course: Course) -> Iterator[str]:
    """Headings that HINTS.md lacks."""
    lines = (course.root / "HINTS.md").read_text("utf-8").splitlines()
    for name in course.names:
        for heading in HEADINGS:
            if f"### {name}: {heading}" not in lines:
                yield f"HINTS.md has no heading '### {name}: {heading}'"


def rubric_faults(course: Course, exercise: Exercise) -> Iterator[str]:
    """Properties without a title or a share, and shares that do not add up to the exercise's points."""
    claims = [prop.claim for prop in declared_in(course.properties(exercise.name))]
    for claim in claims:
        if not claim.title:
            yield f"{exercise.name}: {claim.name} has no title; give it a docstring"
    total = sum(claim.share for claim in claims if claim.kind is Kind.GRADED)
    if total != exercise.points:
        yield f"{exercise.name}: its properties' points add up to {total}, not to {exercise.points}"


def solution_faults(setting: Setting, exercise: Exercise) -> Iterator[str]:
    """Properties that the solution does not keep."""
    course = setting.course
    sources = {name: course.solution(name) for name in course.names}
    for verdict in _result(setting, exercise, sources).verdicts:
        if status(verdict.outcome) != "passed":
            yield f"{exercise.name}: the solution does not keep '{verdict.claim.title}'"


def stub_faults(setting: Setting, exercise: Exercise) -> Iterator[str]:
    """Stubs that score, or do not count as not started."""
    course = setting.course
    result = _result(setting, exercise, {name: course.stub(name) for name in course.names})
    if score(result).points or {status(v.outcome) for v in result.verdicts} != {"not_started"}:
        yield f"{exercise.name}: the stub does not count as not started"


def _result(setting: Setting, exercise: Exercise, sources: dict[str, str]) -> Result:
    return examine(setting, Submission("check", sources, {}), exercise)

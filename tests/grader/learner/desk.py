"""A student's desk: a course of their own to write in, with reports to remember and a clock to set."""

import shutil
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from grader.course.course import Course, handed_out
from grader.learner.history import Grade, Mark
from grader.model import Claim, Crashed, Finding, Kind, NotStarted, Passed, Result, Verdict
from grader.report.report import Report
from grader.submission.tree import read_given

ROOT = Path(__file__).resolve().parents[3]
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ALONE = {}  # an environment that says nothing
GRADED, TOP = (
    Claim("holds", "It holds.", Kind.GRADED, Fraction(1)),
    Claim("more", "More.", Kind.BONUS, Fraction(5)),
)
OVERWRITES = Finding(
    "overwrites",
    "It overwrites.",
    "self.grad",
    "self.grad = out.grad",
    "",
    "",
    "Gradients add up.",
    "Accumulation",
)


@pytest.fixture
def desk(tmp_path):
    """A course as students have it, but open, with fresh stubs."""
    root = tmp_path / "mine"
    for folder in ("solutions", "tests/properties"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("course.toml", "HINTS.md"):
        shutil.copy(ROOT / name, root)
    course = Course.load(root)
    (root / "exercises").mkdir()
    for name, text in handed_out(course).items():
        (root / "exercises" / f"{name}.py").write_text(text, encoding="utf-8")
    return course


@pytest.fixture
def state(desk):
    """Where the desk's student would have things remembered."""
    folder = desk.root / ".nanograd"
    folder.mkdir()
    return folder


OUTCOMES = {
    "passed": Passed(3),
    "crashed": Crashed(3, "TypeError: no"),
    "not_started": NotStarted("relu.py is still the stub"),
}


def report(course, findings=(), **statuses):
    """A report on what is in exercises/ now; statuses by exercise."""
    parts = {part.name: part for part in course.parts}
    claims = {name: TOP if part.own else GRADED for name, part in parts.items()}
    results = {
        name: Result(parts[name], (Verdict(claims[name], OUTCOMES[status]),), findings)
        for name, status in statuses.items()
    }
    together = results.pop("together", None)
    digest = read_given(course.root / "exercises", course).digest
    return Report("exercises", digest, 7, "full", tuple(results.values()), together, ())


def grades(*described, name="relu"):
    """Grades of one exercise: minutes after noon, its status, and which file that was."""
    points = {"passed": 10, "failed": 4}
    return [
        Grade(
            NOON + timedelta(minutes=minutes),
            0.5,
            0,
            (Mark(name, status, Fraction(points.get(status, 0)), Fraction(10), file),),
        )
        for minutes, status, file in described
    ]


def heard():
    """A list, and what adds to it whatever it is told."""
    said = []
    return said, said.append


def write(course, name, text):
    (course.root / "exercises" / f"{name}.py").write_text(text, encoding="utf-8")

"""SUBJECT: what the grader knows of automatic differentiation, see grader/subject.py.

What takes long to import is imported when it is asked for: a grade of recorded cases needs no torch.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.autograd.any_engine.finding import AnyLayout, is_foreign
from grader.autograd.as_python import ProgramsOverValue
from grader.subject import Ask, Subject, Taught

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.course.course import Course
    from grader.examine.examining import Examiner
    from grader.examine.setting import Setting
    from grader.model import Exercise, Finding
    from grader.notebook.magics import Magic
    from grader.report.report import Report
    from grader.submission.submission import Submission


class AnyEngines(AnyLayout):
    """Implementations in shapes of their own; see examine.examining.Layouts."""

    code = ("autograd/any_engine", "autograd/any_engine/worker")

    def found(self, path: Path, course: Course) -> bool:
        """Whether it is graded as it is."""
        return is_foreign(path, course)

    def grade(
        self, path: Path, setting: Setting, value: str, names: Mapping[str, str], only: Sequence[str]
    ) -> Report:
        """Grade what lies there."""
        from grader.autograd.any_engine.examining import grade_foreign

        return grade_foreign(path, setting, value=value, mapping=names, only=only)

    def examiner(self, setting: Setting, submission: Submission) -> Examiner:
        """The examiner of any submission."""
        from grader.autograd.any_engine.examining import examiner_of

        return examiner_of(setting, submission)

    def rules(self, submission: Submission, lenient: bool) -> str:
        """By which promises it is judged."""
        from grader.autograd.any_engine.shape import rules

        return rules(submission, lenient)


class Autograd(ProgramsOverValue):
    """Automatic differentiation."""

    name = "autograd"
    versions = ("torch",)
    answers = b""
    given = ("value", "module")
    frame = ("__init__", "package")
    attaches = True
    worker = ("autograd.worker",)
    reading = "autograd.reading.worker"
    reads = ("autograd/reading", "autograd/reading/worker")
    finale = ("Now see your own network learn", "demo")
    headings = ("level 1, the idea", "level 2, the mathematics", "level 3, almost code", "common pitfalls")
    # The properties that the template of a new exercise has; what they bring is spread over them.
    template = ("upstream", "several", "gradient", "data", "twice", "large")
    layouts = AnyEngines()

    def of(self, course: Taught) -> Subject:  # noqa: ARG002 (the protocol's)
        """The same for every course: PyTorch answers."""
        return self

    def assembled(self, needed: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
        """Value with the needed operations, and the needed modules."""
        from grader.autograd.worker import assembled

        return assembled(list(needed))

    def taken(self, name: str) -> bool:
        """Whether every Value has it, or it is an operation of programs that means something else."""
        from grader.autograd.program import Symbol

        return name in TAKEN or hasattr(Symbol, name)

    def attached(self, package: str, name: str) -> str:
        """The text of a package's __init__.py with a new operation attached to Value."""
        return _attached(package, name)

    def read(self, exercise: Exercise, source: str, ask: Ask, reference: Ask) -> tuple[Finding, ...]:
        """What an operation, backward() or a network does otherwise than it should."""
        from grader.autograd.reading.networks import read_exercise

        return read_exercise(exercise, source, ask, reference)

    def recordings(self) -> frozenset[str]:
        """As grader record has noted them down beside this module."""
        return _recordings()

    @property
    def magics(self) -> tuple[Magic, ...]:
        """%graph."""
        from grader.autograd.typed import graph

        return (graph,)


TAKEN = ("data", "grad", "neg", "zero")


def _attached(text: str, name: str) -> str:
    """A package's __init__.py with the operation imported, in the order of names, and attached."""
    lines = text.splitlines(keepends=True)
    attached = [place for place, line in enumerate(lines) if line.startswith("Value.")]
    lines.insert(max(attached, default=len(lines) - 1) + 1, f"Value.{name} = {name}\n")
    imports = [place for place, line in enumerate(lines) if line.startswith("from .")]
    later = [place for place in imports if lines[place] > f"from .{name} "]
    lines.insert(min(later, default=max(imports, default=-1) + 1), f"from .{name} import {name}\n")
    return "".join(lines)


@cache
def _recordings() -> frozenset[str]:
    text = Path(__file__).with_name("recordings.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


SUBJECT: Subject = Autograd()

"""Submissions with one of the misconceptions in them, graded as a student's would be."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import cache

from rich.console import Console

from grader.course.course import Course, handed_out, here
from grader.course.misconceptions import misconceptions
from grader.examine.cases import default_folder
from grader.examine.grading import grade
from grader.examine.setting import Setting
from grader.model import Node
from grader.render.picture.svg import example_graph
from grader.render.terminal import render
from grader.report.report import Report
from grader.sandbox.cages import choose
from grader.submission.submission import Submission

WIDTH = 80
STUB = "stub"


@cache
def desk() -> Desk:
    """The desk with our own course on it."""
    course = here()
    return Desk(course, Setting(course, choose("process"), default_folder()))


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the documents' examples are graded; every report is made once."""

    course: Course
    setting: Setting
    graded: dict[tuple[str, str], Report] = field(default_factory=dict)

    def wrong(self, exercise: str, mistake: str) -> dict[str, str]:
        """The solutions, but for one exercise: a misconception by its id, or the stub.

        Raises StopIteration for a mistake that the exercise does not have.
        """
        solved = {name: self.course.solution(name) for name in self.course.names}
        return solved | {exercise: self.source(exercise, mistake)}

    def source(self, exercise: str, mistake: str) -> str:
        """The text of the file with that mistake in it; raises as wrong() does."""
        if mistake == STUB:
            return handed_out(self.course)[exercise]
        return next(one.source for one in misconceptions(exercise) if one.id == mistake)

    def report(self, exercise: str, mistake: str) -> Report:
        """The exercise alone, graded with that mistake in it; raises as wrong() does."""
        key = exercise, mistake
        if key not in self.graded:
            submission = Submission("exercises", self.wrong(exercise, mistake), {})
            self.graded[key] = grade(submission, self.setting, (exercise,))
        return self.graded[key]

    def printed(self, exercise: str, mistake: str) -> str:
        """What a terminal of 80 columns shows of that report."""
        stream = io.StringIO()
        console = Console(file=stream, width=WIDTH, highlight=False)
        render(self.report(exercise, mistake), console, "exercises", "make grade EX={}", "make hint EX={}")
        return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"

    def graph(self, exercise: str, mistake: str) -> tuple[Node, ...]:
        """The graph that shows the mistake best, expected beside got."""
        return example_graph(self.report(exercise, mistake)).shown.graph

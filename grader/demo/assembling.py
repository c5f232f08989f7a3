"""Which parts of the network are the student's own: those that pass; the reference stands in for the rest."""

from __future__ import annotations

from dataclasses import dataclass

from grader.course import Course
from grader.examining import Examiner
from grader.model import Exercise, Result, Verdict
from grader.parts import parts
from grader.properties import declared_in
from grader.scoring import exercise_status
from grader.setting import Setting
from grader.student import Parts
from grader.submission import Submission


@dataclass(frozen=True, slots=True)
class Assembled:
    """An engine, and whose work it is.

    own: the exercises whose part is the student's.
    missing: the others, each with its status in a word.
    """

    own: tuple[str, ...]
    missing: tuple[tuple[str, str], ...]
    parts: Parts

    @property
    def owner(self) -> str:
        return "yours" if self.own else "the reference"


def assembled(setting: Setting, submission: Submission) -> Assembled:
    """Grade every exercise and put together what passed and the reference for what did not."""
    examiner = Examiner(setting, submission)
    try:
        words = {e.name: _status(examiner, e) for e in setting.course.exercises}
    finally:
        examiner.close()
    own = tuple(name for name, word in words.items() if word == "passed")
    missing = tuple((name, word) for name, word in words.items() if word != "passed")
    return Assembled(own, missing, mixed(setting.course, submission, own))


def _status(examiner: Examiner, exercise: Exercise) -> str:
    properties = declared_in(examiner.setting.course.properties(exercise.name))
    verdicts = (Verdict(p.claim, examiner.outcome(exercise, properties, p)) for p in properties)
    return exercise_status(Result(exercise, tuple(verdicts)))


def mixed(course: Course, submission: Submission, own: tuple[str, ...]) -> Parts:
    """The named parts from the submission, with its helper modules; every other from the reference."""
    missing = [name for name in course.names if name not in own]
    sources = {**dict.fromkeys(missing, ""), **submission.sources}
    whole = parts(course, sources, course.together)
    return Parts({**whole.modules, **{name: course.reference[name] for name in missing}}, whole.needed)

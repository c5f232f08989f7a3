"""What the outcomes of an exercise depend on, as digests: by them the gradebook knows what it has graded.

Points, titles and policies are not among it: scores are computed from outcomes whenever they are read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from grader.course.course import COMMON, GIVEN, Course
from grader.examine.cases import key
from grader.examine.reading import reference_name
from grader.examine.setting import Setting, on_given
from grader.model import Exercise
from grader.submission.submission import Submission
from grader.version import VERSION, code_digest

# Together with what cases and readings depend on: everything between programs and outcomes.
JUDGES = (
    "agreement",
    "course",
    "examine",
    "model",
    "report",
    "sandbox",
    "subject",
    "submission",
    "worker",
)


def exercise_digest(setting: Setting, exercise: Exercise) -> bytes:
    """SHA-256 over all that decides an exercise's outcomes besides the submission."""
    course, limits = setting.course, setting.limits
    stem = key(course.subject, course.properties(exercise.name), setting.seed)
    digest = hashlib.sha256(f"{stem} {reference_name(course, exercise)}".encode())
    settled = (VERSION, setting.cage.isolation, limits.seconds, limits.memory)
    digest.update(repr(settled).encode())
    digest.update(code_digest(*JUDGES, course.subject.name, f"{course.subject.name}/worker"))
    stubs = course.names if exercise.own else (exercise.name,)
    _add(digest, (course.stub(name).encode() for name in stubs))
    _add(digest, (course.solution(name).encode() for name in GIVEN))
    return digest.digest()


def course_digest(setting: Setting) -> bytes:
    """SHA-256 over the digests of all exercises: the same for the same course, grader and rules.

    The seed is not in it: reports carry this digest, and whoever has the course could try seeds against it.
    """
    digest = hashlib.sha256(b"lenient" if setting.lenient else b"")
    public = replace(setting, seed=0)
    _add(digest, (exercise_digest(public, exercise) for exercise in setting.course.parts))
    return digest.digest()


def outcome_key(
    course: Course, submission: Submission, exercise: Exercise, of_exercise: bytes, lenient: bool = False
) -> bytes:
    """SHA-256 that is equal where an exercise's outcomes must be: same digest, and same files to see.

    of_exercise: the exercise_digest. lenient: see Setting.
    """
    digest = hashlib.sha256(of_exercise)
    if submission.shape is not None:
        digest.update(code_digest(*course.subject.layouts.code))
        return _of_any_shape(digest, submission, lenient)
    _add(digest, (sentence.encode() for sentence in on_given(course, submission.sources, exercise)))
    others = set() if exercise.own else {*course.names} - {exercise.name}
    for said in (submission.sources, submission.unreadable):
        seen = sorted((name, text) for name, text in said.items() if name not in (*others, *COMMON))
        _add(digest, (piece.encode("utf-8", "surrogatepass") for pair in seen for piece in pair))
        _add(digest, [b"."])
    return digest.digest()


def _of_any_shape(digest: hashlib._Hash, submission: Submission, lenient: bool) -> bytes:
    """The same for an implementation in a shape of its own, of which every exercise sees all."""
    _add(digest, [repr((submission.shape, lenient)).encode()])
    for said in (submission.sources, submission.unreadable):
        _add(
            digest,
            (piece.encode("utf-8", "surrogatepass") for pair in sorted(said.items()) for piece in pair),
        )
        _add(digest, [b"."])
    return digest.digest()


def _add(digest: hashlib._Hash, pieces: Iterable[bytes]) -> None:
    for piece in pieces:
        digest.update(hashlib.sha256(piece).digest())

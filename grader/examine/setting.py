"""Everything that a verdict depends on besides the submission; its code and that beside it; all as digests.

By the digests the gradebook knows what it has graded. Points, titles and policies are not among it: scores
are computed from outcomes whenever they are read.
Readings, which decide nothing, compare code with the reference: what that answers, once for all submissions,
stands here, too.
"""

from __future__ import annotations

import hashlib
import marshal
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import CodeType

from grader.course.course import Course, changed, misplaced
from grader.course.properties import Property
from grader.examine.cases import Bank, key, recall
from grader.machine.cache import Data
from grader.machine.cache import recall as recalled
from grader.model import Exercise, Numbers, Observation, Raised
from grader.report.words import not_counted, to_take_over
from grader.sandbox.cage import Cage
from grader.sandbox.runner import Limits, Parts, Request, Runner, Session
from grader.subject import Ask, Packed, Program, Subject, pack
from grader.submission.submission import Submission
from grader.version import VERSION, code_digest

UNANSWERED = Raised("there is no answer", ())
Answers = dict[Packed, tuple[float, ...] | None]  # None where the reference raises


@dataclass(frozen=True)
class Reference:
    """What the reference answers to the questions of readings.

    answers: what is known; most readings ask nothing else. solution: the engine that is asked the rest.
    """

    answers: Answers
    subject: Subject
    solution: Parts
    cage: Cage

    @contextmanager
    def asking(self) -> Iterator[Ask]:
        """Puts questions to it; a process is begun for the first that nobody has asked yet."""
        with ExitStack() as stack:
            begun: list[Session] = []

            def ask(programs: Sequence[Program]) -> list[Observation]:
                packed = [pack(program) for program in programs]
                # The same question may stand there twice; it is asked once.
                new = {key: p for key, p in zip(packed, programs, strict=True) if key not in self.answers}
                if new and not begun:
                    begun.append(stack.enter_context(self._session()))
                seen = begun[0].observe(Request.of([*new.values()])) if new else ()
                for key, got in zip(new, seen, strict=True):
                    self.answers[key] = got.values if isinstance(got, Numbers) else None
                known = (self.answers[key] for key in packed)
                return [UNANSWERED if values is None else Numbers(values) for values in known]

            yield ask

    @contextmanager
    def _session(self) -> Iterator[Session]:
        # A worker of its own: no code that is read runs beside the solution.
        runner = Runner(self.cage, Limits(), 1, self.subject.worker)
        try:
            with runner.attempt(self.solution) as session:
                yield session
        finally:
            runner.close()


def to_bytes(answers: Answers) -> bytes:
    """Answers as they are kept; nearly all of the numbers are zeros."""
    numbers = array("d")
    for answer in answers.values():
        numbers.extend(answer or ())
    lengths = [-1 if answer is None else len(answer) for answer in answers.values()]
    return zlib.compress(marshal.dumps((list(answers), lengths, numbers.tobytes())), 1)


def from_bytes(data: Data) -> Answers:
    """Takes what to_bytes() gave, and nothing of anybody else's: marshal trusts what it reads."""
    questions, lengths, raw = marshal.loads(zlib.decompress(data))
    numbers, at = array("d", raw), 0
    answers: Answers = {}
    for question, length in zip(questions, lengths, strict=True):
        answers[question] = None if length < 0 else tuple(numbers[at : at + length])
        at += max(0, length)
    return answers


def reference_name(course: Course, exercise: Exercise) -> str:
    """What the reference's answers depend on, as the name under which they are kept.

    Of all parts together nothing is read, and no solution stands beside them.
    """
    subject = course.subject
    needed = course.names if exercise.own else (*exercise.siblings, exercise.name)
    placed = [(part.name, part.defines, part.attach) for part in course.exercises if part.name in needed]
    digest = hashlib.sha256(repr((VERSION, exercise.name, placed)).encode())
    digest.update(code_digest("worker", subject.name, f"{subject.name}/worker", *subject.reads))
    for name in () if exercise.own else needed:
        digest.update(hashlib.sha256(course.solution(name).encode()).digest())
    return f"{exercise.name}-{digest.hexdigest()[:24]}.reference"


def answers_to_itself(reference: Reference, exercise: Exercise, source: str) -> Answers:
    """What the reference is asked, and answers, when it is read as if it were handed in."""
    with reference.asking() as ask:
        reference.subject.read(exercise, source, ask, ask)
    return reference.answers


@dataclass(frozen=True)
class Setting:
    """How and with what to examine.

    cache: the folder of recorded cases.
    say: called with a sentence before something that takes seconds and happens only once.
    thorough: every case is asked; else few, and all of them where one of those does not hold.
    told: the exercises of which the student has been shown almost the code; only there a finding says what
        should be done.
    lenient: whether an implementation in a shape of its own is judged by its own promises, not the course's.
    """

    course: Course
    cage: Cage
    cache: Path
    seed: int = 0
    limits: Limits = field(default_factory=Limits)
    say: Callable[[str], None] = lambda _: None
    lenient: bool = False
    thorough: bool = False
    told: frozenset[str] = frozenset()
    # Read once, and kept for the next submission.
    _said: set[str] = field(default_factory=set, init=False, repr=False, compare=False)
    _banks: dict[str, Bank] = field(default_factory=dict, init=False, repr=False, compare=False)
    _references: dict[str, Reference] = field(default_factory=dict, init=False, repr=False, compare=False)

    def telling(self, told: frozenset[str]) -> Setting:
        """The same, with what was read once, for a student who has been told more."""
        other = replace(self, told=told)
        for name in ("_said", "_banks", "_references"):
            object.__setattr__(other, name, getattr(self, name))
        return other

    def bank(self, exercise: Exercise, properties: Sequence[Property]) -> Bank:
        """The exercise's cases: kept here once asked for, else from the cache, or drawn now and told so."""
        if exercise.name not in self._banks:
            self._banks[exercise.name] = self._recalled(exercise, properties)
        return self._banks[exercise.name]

    def _recalled(self, exercise: Exercise, properties: Sequence[Property]) -> Bank:
        path = self.course.properties(exercise.name)
        return recall(self.course.subject, self.cache, path, self.seed, properties, self.say_once)

    def reference(self, exercise: Exercise) -> Reference:
        """What the exercise's solution answers where code is read; kept like its cases."""
        if exercise.name not in self._references:
            course, source = self.course, self.course.solution(exercise.name)
            solution = replace(
                parts(course, {exercise.name: source}, exercise), reading=course.subject.reading
            )
            new = Reference({}, course.subject, solution, self.cage)
            asked = partial(answers_to_itself, new, exercise, source)
            name = reference_name(course, exercise)
            known = recalled(self.cache, name, from_bytes, asked, to_bytes, self.say_once)
            self._references[exercise.name] = replace(new, answers=known)
        return self._references[exercise.name]

    def say_once(self, sentence: str) -> None:
        """Say a sentence that has not been said yet, if there is somebody to hear it."""
        if sentence not in self._said:
            self._said.add(sentence)
            # In a process that was forked for one submission of a class nobody listens any more.
            with suppress(OSError):
                self.say(sentence)


def on_given(course: Course, sources: Mapping[str, str], exercise: Exercise) -> tuple[str, ...]:
    """What is to be said where a student has changed files that are given, a sentence each."""
    files = changed(course, sources)
    if not files:
        return ()
    found = None if exercise.own else misplaced(sources, files, exercise)
    return (not_counted(files), *([to_take_over(found, exercise)] if found else []))


def parts(course: Course, sources: Mapping[str, str], exercise: Exercise, folder: str = "") -> Parts:
    """The student's file with reference siblings; or, for the last mark, all the student's own.

    The reference of the exercise itself is never among them. Helper modules of the student's own are.
    folder: where the student's files lie, if their code may say so.
    """
    own = set(course.names) if exercise.own else {exercise.name}
    modules: dict[str, str | CodeType] = {
        name: text for name, text in sources.items() if name not in (*course.names, *course.common)
    }
    modules |= {name: code for name, code in course.reference.items() if name not in own}
    modules |= {name: sources[name] for name in own}
    needed = course.names if exercise.own else (*exercise.siblings, exercise.name)
    chosen = (part for part in course.exercises if part.name in needed)
    needs = tuple((part.name, part.defines, part.attach) for part in chosen)
    return Parts(modules, needs, folder=folder)


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
    settled = (VERSION, setting.cage.isolation, limits.seconds, limits.memory, setting.thorough)
    digest.update(repr(settled).encode())
    digest.update(code_digest(*JUDGES, course.subject.name, f"{course.subject.name}/worker"))
    stubs = course.names if exercise.own else (exercise.name,)
    _add(digest, (course.stub(name).encode() for name in stubs))
    _add(digest, (course.solution(name).encode() for name in course.given))
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
        layouts = course.subject.layouts
        digest.update(code_digest(*layouts.code))
        _add(digest, [layouts.besides(submission).encode()])
        return _of_any_shape(digest, submission, lenient)
    _add(digest, (sentence.encode() for sentence in on_given(course, submission.sources, exercise)))
    seen_of = course.names if exercise.own else (exercise.name,)
    _add(
        digest,
        (piece.encode("utf-8", "surrogatepass") for pair in submission.said(seen_of) for piece in pair),
    )
    others = set() if exercise.own else {*course.names} - {exercise.name}
    for said in (submission.sources, submission.unreadable):
        seen = sorted((name, text) for name, text in said.items() if name not in (*others, *course.common))
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

"""Has the code of an exercise that failed read: what it does otherwise than it should.

A reading decides nothing. It asks the code in a process of its own, when all outcomes are settled; and the
reference, once for all submissions, so that what should be done is read off as well.
"""

from __future__ import annotations

import hashlib
import marshal
import zlib
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from grader.course.course import Course
from grader.errors import GraderError
from grader.machine.cache import Data
from grader.model import Exercise, Finding, Numbers, Observation, Raised
from grader.sandbox.cage import Cage
from grader.sandbox.runner import Limits, Parts, Request, Runner, Session
from grader.subject import Ask, Packed, Program, Subject, pack
from grader.version import VERSION, code_digest

# Readings take some hundredths of a second, and a busy machine changes nothing that is said. Where grading
# has waited for the code in vain, or found its process gone, nobody waits long once more.
BRIEF, BRIEFER = Limits(seconds=0.5, patience=10.0), Limits(seconds=0.5, patience=2.0)
# Whether a reader that fails is an error: our own tests set it.
STRICT = False
UNANSWERED = Raised("there is no answer", ())
# Finds something by asking the code, and the reference.
Reader = Callable[[Ask, Ask], tuple[Finding, ...]]
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


def findings(
    read: Reader, engine: Parts, runner: Runner, reference: Reference, limits: Limits = BRIEF
) -> tuple[Finding, ...]:
    """What the code does otherwise than it should, the most important first.

    engine: what it was graded with. Nothing where a reader of ours fails: no grade is to be lost by that.
    """
    to_be_read = replace(engine, reading=reference.subject.reading)
    with runner.attempt(to_be_read, limits=limits) as session, reference.asking() as known:
        session.observe(Request.of([]))
        if session.over:
            return ()  # what cannot even be loaded in that time is not taken apart here, either
        return carefully(read, lambda programs: session.observe(Request.of(programs)), known)


def carefully(read: Reader, ask: Ask, reference: Ask) -> tuple[Finding, ...]:
    """What a reader finds; nothing where it raises, but for what the machine is at fault for."""
    try:
        return read(ask, reference)
    except GraderError:
        raise
    except Exception:
        if STRICT:
            raise
        return ()

"""What the code of each known misconception observes over a bank: recorded once, then replayed."""

from __future__ import annotations

import hashlib
import marshal
from array import array
from collections.abc import Sequence
from pathlib import Path

from grader.course.course import Course
from grader.course.misconceptions import FOLDER, Misconception, misconceptions, texts
from grader.course.properties import declared_in
from grader.examine.cases import Bank, key
from grader.examine.diagnosis import Signature, signature
from grader.examine.setting import Setting, parts
from grader.machine.cache import Data, recall
from grader.model import Exercise
from grader.sandbox.cage import Cage
from grader.sandbox.runner import Limits, Runner
from grader.version import code_digest

# Enough for all of them, endless recursion in every case included; for the endless loop it is only waste.
SECONDS, PATIENCE = 6.0, 4.0
LANES = 20


def recall_signatures(
    setting: Setting, exercise: Exercise, bank: Bank, folder: Path = FOLDER
) -> list[Signature]:
    """The signatures: kept in the setting once asked for, else from the cache, or found now and put there."""
    asked = exercise.name, folder
    if asked not in setting.signatures:
        setting.signatures[asked] = _recalled(setting, exercise, bank, folder)
    return setting.signatures[asked]


def _recalled(setting: Setting, exercise: Exercise, bank: Bank, folder: Path) -> list[Signature]:
    def tried() -> list[Signature]:
        setting.say_once(f"Trying the known mistakes in {exercise.name}, once …")
        return learn(setting.course, exercise, misconceptions(exercise.name, folder), setting.cage, bank)

    name = f"{signatures_key(setting, exercise, folder)}.signatures"
    return recall(setting.cache, name, from_bytes, tried, to_bytes, setting.say_once)


def signatures_key(setting: Setting, exercise: Exercise, folder: Path = FOLDER) -> str:
    """What an exercise's cases and signatures depend on, as the stem of a file's name."""
    stem = key(setting.course.subject, setting.course.properties(exercise.name), setting.seed).removesuffix(
        ".cases"
    )
    return f"{stem}-{fingerprint(setting.course, exercise, folder)}"


def fingerprint(course: Course, exercise: Exercise, folder: Path) -> str:
    """What signatures depend on besides the bank: the wrong code, and what stands around it when it runs."""
    # Another exercise that it does not stand on changes nothing: who adds one waits for its own only.
    needed = (exercise.name, *exercise.siblings)
    around = [part for part in course.parts if exercise.own or part.name in needed]
    parts = [(e.name, e.siblings, e.own, e.defines, e.attach) for e in around]
    digest = hashlib.sha256(repr((SECONDS, exercise.name, parts)).encode())
    digest.update(code_digest("course", "worker", f"{course.subject.name}/worker"))
    # The misconceptions' file, the solution and their reader stand for the wrong code that is made of them:
    # work that is right is graded without applying a single diff.
    made_of = [text.encode() for text in texts(exercise.name, folder)]
    for data in made_of:
        digest.update(hashlib.sha256(data).digest())
    for name in exercise.siblings:
        digest.update(hashlib.sha256(course.solution(name).encode()).digest())
    return digest.hexdigest()[:16]


def learn(
    course: Course, exercise: Exercise, known: Sequence[Misconception], cage: Cage, bank: Bank
) -> list[Signature]:
    """Run every misconception's code, caged like a student's, over the bank."""
    runner = Runner(cage, Limits(seconds=SECONDS, patience=PATIENCE), LANES, course.subject.worker)
    signatures = []
    for misconception in known:
        sources = {exercise.name: misconception.source}
        with runner.attempt(parts(course, sources, exercise)) as attempt:
            signatures.append(signature(misconception.id, bank, attempt.observe(bank.request)))
    runner.close()
    return signatures


def to_bytes(signatures: Sequence[Signature]) -> bytes:
    """The signatures as they are kept."""
    return marshal.dumps([(s.id, array("d", s.values).tobytes(), s.words) for s in signatures])


def from_bytes(data: Data) -> list[Signature]:
    """Takes what to_bytes() gave, and nothing of anybody else's: marshal trusts what it reads."""
    # Megabytes, of which a match looks at little: seen in place rather than copied.
    return [Signature(id_, memoryview(v).cast("d"), words) for id_, v, words in marshal.loads(data)]


def warm(setting: Setting) -> int:
    """Fill the setting's cache for its seed; how many cases there are."""
    cases = 0
    for exercise in setting.course.parts:
        bank = setting.bank(exercise, declared_in(setting.course.properties(exercise.name)))
        cases += len(bank.request.lengths)
        if not exercise.own:
            recall_signatures(setting, exercise, bank)
    return cases

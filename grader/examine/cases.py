"""Record and replay: the cases of an exercise's properties with their answers, drawn once and kept."""

from __future__ import annotations

import hashlib
import marshal
import sys
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from importlib.metadata import version
from itertools import accumulate
from pathlib import Path

import platformdirs

from grader.course.properties import Property, promised
from grader.errors import CourseError
from grader.machine.cache import Data, users_folder
from grader.machine.cache import recall as recalled
from grader.sandbox.runner import Request
from grader.subject import Packed, Program, Programs, Subject, Unfit
from grader.version import code_digest

FORMAT = 1
# A change to any of these may change which cases are drawn, or how they are answered.
MAKERS = ("agreement", "course", "examine", "subject")


@dataclass(frozen=True)
class Bank:
    """Every case of an exercise, property after property, the simplest first in each.

    counts: how many cases each property has.
    written: the places of the cases that were written down rather than drawn, in their author's order.
    request: the programs, ready to send.
    expected: the answers, one after the other.
    """

    subject: Programs
    counts: tuple[int, ...]
    written: tuple[int, ...]
    request: Request
    expected: array[float]

    @cached_property
    def programs(self) -> list[Packed]:
        return self.request.programs()

    @cached_property
    def _offsets(self) -> list[int]:
        return [0, *accumulate(self.request.lengths)]

    def answer(self, case: int) -> tuple[float, ...]:
        """What a right submission observes in a case."""
        return self.cut(self.expected, case)

    def cut(self, numbers: Sequence[float], case: int) -> tuple[float, ...]:
        """One case's part of numbers that lie one case after the other."""
        return tuple(numbers[self._offsets[case] : self._offsets[case + 1]])

    def places(self, prop: int) -> range:
        """Where a property's cases lie."""
        start = sum(self.counts[:prop])
        return range(start, start + self.counts[prop])

    def as_taught(self, places: range) -> Sequence[int]:
        """A property's places: first what its author wrote down, in that order, then what is simplest."""
        known = self._taught.get((places.start, places.stop))
        if known is None:
            written = [place for place in self.written if place in places]
            known = (*written, *(place for place in places if place not in self._written))
            self._taught[places.start, places.stop] = known
        return known

    @cached_property
    def _taught(self) -> dict[tuple[int, int], tuple[int, ...]]:
        return {}

    @cached_property
    def _written(self) -> frozenset[int]:
        return frozenset(self.written)

    def only(self, places: Sequence[int]) -> Request:
        """The programs of these places, ready to send."""
        programs, lengths = self.programs, self.request.lengths
        chosen = [programs[place] for place in places]
        return Request(marshal.dumps(chosen), tuple(lengths[place] for place in places))

    def is_written(self, place: int) -> bool:
        """Whether a case was written down rather than drawn."""
        return place in self._written

    def to_bytes(self) -> bytes:
        request = (self.request.packed, self.request.lengths)
        return marshal.dumps((self.counts, self.written, *request, self.expected.tobytes()))

    @classmethod
    def from_bytes(cls, subject: Programs, data: Data) -> Bank:
        """Takes what to_bytes() gave, and nothing of anybody else's: marshal trusts what it reads."""
        counts, written, packed, lengths, expected = marshal.loads(data)
        return cls(subject, counts, written, Request(packed, lengths), array("d", expected))


def default_folder() -> Path:
    """Where drawn cases are kept from one run to the next, for this user."""
    return users_folder(platformdirs.user_cache_dir) / "cases"


def key(subject: Subject, properties_file: Path, seed: int) -> str:
    """What a bank depends on, as the stem of a file's name: the properties, the seed, and every version."""
    digest = hashlib.sha256()
    theirs = tuple(map(version, ("hypothesis", *subject.versions)))
    versions = (FORMAT, sys.version_info[:2], *theirs, seed)
    digest.update(repr(versions).encode())
    digest.update(promised(properties_file))
    digest.update(code_digest(*MAKERS, subject.name))
    return f"{_exercise(properties_file)}-{digest.hexdigest()[:24]}"


def _exercise(properties_file: Path) -> str:
    return properties_file.stem.removeprefix("test_")


def recall(
    subject: Subject,
    folder: Path,
    properties_file: Path,
    seed: int,
    properties: Sequence[Property],
    say: Callable[[str], None],
) -> Bank:
    """The exercise's bank from the folder, or drawn now and put there.

    say: called with a sentence before drawing, which takes seconds, and where the folder cannot keep it.
    """
    name = f"{key(subject, properties_file, seed)}.cases"

    def drawn() -> Bank:
        say(f"Drawing the cases for {_exercise(properties_file)}, once; PyTorch answers them …")
        return record(subject, properties, seed)

    return recalled(folder, name, partial(Bank.from_bytes, subject), drawn, Bank.to_bytes, say)


def record(subject: Programs, properties: Sequence[Property], seed: int) -> Bank:
    """Draw every property's cases and ask the subject for the answers."""
    programs: list[Program] = []
    expected = array("d")
    counts: list[int] = []
    written: list[int] = []
    for prop in properties:
        cases = _cases(subject, prop, seed)
        counts.append(len(cases))
        at = {program: len(programs) + i for i, (program, _) in enumerate(cases)}
        written += [at[program] for program in dict.fromkeys(prop.first)]
        programs += [program for program, _ in cases]
        for _, numbers in cases:
            expected.extend(numbers)
    return Bank(subject, tuple(counts), tuple(written), Request.of(programs), expected)


def _cases(subject: Programs, prop: Property, seed: int) -> list[tuple[Program, tuple[float, ...]]]:
    from grader.examine.drawing import each_drawn

    try:
        cases = {program: subject.answer(program, prop.kink) for program in prop.first}
    except Unfit:
        raise CourseError(
            f"a program written down for {prop.claim.name} has no answer all must agree with",
            "keep it away from relu's kink, undefined powers, overflow and cancellation",
        ) from None
    if prop.over is not None:
        each_drawn(prop, seed, subject.answer, cases.setdefault)
    return sorted(cases.items(), key=lambda case: subject.size(case[0]))

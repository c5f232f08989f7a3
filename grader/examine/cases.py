"""Record and replay: the cases of an exercise's properties with their answers.

Those of one seed travel with the course, as text that every Python reads alike: a grade by them draws
nothing, and so needs nothing that draws or answers. Others are drawn once and kept for this user.
"""

from __future__ import annotations

import hashlib
import json
import marshal
import math
import sys
from array import array
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from itertools import accumulate
from pathlib import Path
from typing import Any

import platformdirs

from grader.course.properties import Property, made, place_of, promised
from grader.errors import CourseError
from grader.machine.cache import Data, users_folder
from grader.machine.cache import recall as recalled
from grader.sandbox.runner import Request
from grader.subject import Packed, Program, Programs, Subject, Unanswerable, Unfit
from grader.version import code_digest

FORMAT = 2
SCHEMA = "nanograd/cases/v1"
FEW = 20  # of a property's drawn cases; which tell what all of them tell, see benchmarks/worth.py
# A change to any of these may change which cases are drawn, or how they are answered.
MAKERS = ("agreement", "course", "examine", "subject")


@dataclass(frozen=True)
class Bank:
    """Every case of an exercise, property after property, the simplest first in each.

    counts: how many cases each property has.
    written: the places of the cases that were written down rather than drawn, in their author's order.
    request: the programs, ready to send.
    expected: the answers, one after the other. ends: where each ends, where the request does not say it.
    """

    subject: Programs
    counts: tuple[int, ...]
    written: tuple[int, ...]
    request: Request
    expected: array[float]
    ends: tuple[int, ...] = ()

    @cached_property
    def few(self) -> Bank:
        """The cases that are asked first, and of a right submission alone.

        Those are all that were written down, and of those that were drawn some, from the simplest to the
        largest in even steps.
        """
        kept = [self.spread(self.places(number)) for number in range(len(self.counts))]
        places = [place for some in kept for place in some]
        now = {place: number for number, place in enumerate(places)}
        written, answers = tuple(now[place] for place in self.written), list(map(self.answer, places))
        return Bank.of(self.subject, tuple(map(len, kept)), written, self.only(places), answers)

    def spread(self, places: range, few: int = FEW) -> list[int]:
        """Of a property's places those that were written down, and so many of the others in even steps."""
        drawn = [place for place in places if place not in self._written]
        step = max(1.0, (len(drawn) - 1) / max(1, few - 1))
        stay = {drawn[round(step * number)] for number in range(min(few, len(drawn)))}
        return [place for place in places if place in stay or place in self._written]

    @cached_property
    def programs(self) -> list[Packed]:
        return self.request.programs()

    @cached_property
    def _offsets(self) -> list[int]:
        return [0, *(self.ends or accumulate(self.request.lengths))]

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

    @property
    def _parts(self) -> tuple[Any, ...]:
        request = self.request
        return self.counts, self.written, request.packed, request.lengths, self.expected.tobytes(), self.ends

    def to_bytes(self) -> bytes:
        """With the few cases, which are wanted sooner and oftener than all."""
        return marshal.dumps((self._parts, self.few._parts))

    @classmethod
    def from_bytes(cls, subject: Programs, data: Data) -> Bank:
        """Takes what to_bytes() gave, and nothing of anybody else's: marshal trusts what it reads."""
        every, few = (
            cls(subject, counts, written, Request(packed, lengths), array("d", expected), ends)
            for counts, written, packed, lengths, expected, ends in marshal.loads(data)
        )
        vars(every)["few"] = few
        return every

    @classmethod
    def of(
        cls,
        subject: Programs,
        counts: tuple[int, ...],
        written: tuple[int, ...],
        request: Request,
        answers: Sequence[Sequence[float]],
    ) -> Bank:
        """Cases with the answer to each program."""
        expected = array("d")
        for answer in answers:
            expected.extend(answer)
        ends = tuple(accumulate(map(len, answers))) if min(request.lengths, default=0) < 0 else ()
        return cls(subject, counts, written, request, expected, ends)


def default_folder() -> Path:
    """Where drawn cases are kept from one run to the next, for this user."""
    return users_folder(platformdirs.user_cache_dir) / "cases"


def installed(subject: Subject) -> tuple[tuple[str, str], ...]:
    """The versions of what draws and answers here; nothing in place of one that is not installed."""
    return tuple((name, _installed(name)) for name in (*subject.versions, "hypothesis"))


def _installed(name: str) -> str:
    # Recorded cases say themselves what drew them, and this brings what reads mail along.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def key(subject: Subject, properties_file: Path, seed: int) -> str:
    """What a bank depends on, as the stem of a file's name.

    That is the text of what is recorded; of what is drawn here the properties, the seed, and every version.
    """
    digest = hashlib.sha256(repr((FORMAT, sys.version_info[:2])).encode())
    recording = recorded(subject, properties_file, seed)
    if recording is not None:
        digest.update(recording.digest.encode())
    else:
        digest.update(repr((installed(subject), seed)).encode())
        digest.update(promises(subject, properties_file))
        digest.update(code_digest(*MAKERS, subject.name))
    return f"{_exercise(properties_file)}-{digest.hexdigest()[:24]}"


def promises(subject: Subject, properties_file: Path, text: str | None = None) -> bytes:
    """SHA-256 over what decides which cases there are, and of the course what decides their answers.

    text: in place of what stands in the file.
    """
    own = promised(properties_file, text)
    return hashlib.sha256(own + subject.answers).digest() if subject.answers else own


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
    """The exercise's bank: as it was recorded, else from the folder, else drawn now and put there.

    say: called with a sentence before drawing, which takes seconds, and where the folder cannot keep it.
    Raises Unanswerable where it would have to be drawn, and what answers is not installed.
    """
    name = f"{key(subject, properties_file, seed)}.cases"
    exercise = _exercise(properties_file)

    def made() -> Bank:
        recording = recorded(subject, properties_file, seed)
        if recording is not None:
            return recording.bank(subject)
        trouble = _found(subject, properties_file).trouble
        if trouble:
            say(f"{trouble}.")
        try:
            subject.make_ready()
        except Unanswerable as missing:
            asked = f"the cases of {exercise} with seed {seed} have to be drawn: {missing.what}"
            raise Unanswerable(f"{trouble}; {asked}" if trouble else asked, missing.next_step) from None
        say(f"Drawing the cases for {exercise}, once; {subject.words.answering} …")
        return record(subject, properties, seed)

    return recalled(folder, name, partial(Bank.from_bytes, subject), made, Bank.to_bytes, say)


@dataclass(frozen=True)
class Recording:
    """An exercise's cases as they travel with the course.

    promises: the digest of what its properties promised then. text: that of their file, which says the same
        of a file that nobody has touched, and is had sooner. versions: of what drew and answered them.
    counts, written: as a Bank has them. cases: a program and its answer in each line.
    """

    seed: int
    promises: str
    text: str
    versions: tuple[tuple[str, str], ...]
    counts: tuple[int, ...]
    written: tuple[int, ...]
    cases: tuple[str, ...]
    digest: str = ""

    @classmethod
    def of(cls, subject: Subject, properties_file: Path, seed: int, bank: Bank) -> Recording:
        """What is to be written down of cases that have just been drawn."""
        numbers = (list(bank.answer(place)) for place in range(len(bank.programs)))
        cases = tuple(_line([*case]) for case in zip(bank.programs, numbers, strict=True))
        said, text = promises(subject, properties_file).hex(), _digest_of(subject.answers, properties_file)
        return cls(seed, said, text, installed(subject), bank.counts, bank.written, cases)

    def to_text(self) -> str:
        """Its file's text: what it is in the first line, then the cases."""
        head = {
            "schema": SCHEMA,
            "seed": self.seed,
            "promises": self.promises,
            "text": self.text,
            "versions": dict(self.versions),
            "counts": self.counts,
            "written": self.written,
        }
        return "\n".join((_line(head), *self.cases, ""))

    @classmethod
    def from_text(cls, text: str) -> Recording:
        """Raises ValueError where it is none."""
        first, *cases = text.splitlines()
        head = json.loads(first)
        try:
            if head["schema"] != SCHEMA:
                raise ValueError(f"it is no {SCHEMA}")
            counts, written = tuple(map(int, head["counts"])), tuple(map(int, head["written"]))
            if sum(counts) != len(cases):
                raise ValueError(f"it has {len(cases)} cases, and should have {sum(counts)}")
            versions = tuple((str(name), str(said)) for name, said in head["versions"].items())
            digest = hashlib.sha256(text.encode()).hexdigest()
            said = int(head["seed"]), str(head["promises"]), str(head.get("text", ""))
            return cls(*said, versions, counts, written, tuple(cases), digest)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"its first line is not what it should be: {error}") from None

    def without(self, dropped: Collection[int], promises: str) -> Recording:
        """The same without some properties, by their places among all; promises: of those that are left."""
        ends = [0, *accumulate(self.counts)]
        kept = [range(*ends[at : at + 2]) for at in range(len(self.counts)) if at not in dropped]
        new = {old: place for place, old in enumerate(old for places in kept for old in places)}
        return replace(
            self,
            promises=promises,
            counts=tuple(map(len, kept)),
            written=tuple(new[place] for place in self.written if place in new),
            cases=tuple(self.cases[old] for old in new),
        )

    def bank(self, subject: Programs) -> Bank:
        """The cases, ready to be asked."""
        cases = json.loads(f"[{','.join(self.cases)}]")
        programs, answers = [_as_tuples(program) for program, _ in cases], [numbers for _, numbers in cases]
        # A recording has numbers only: a program whose length is not theirs says the most there may be.
        lengths = tuple(map(subject.length, programs, map(len, answers)))
        return Bank.of(subject, self.counts, self.written, Request(marshal.dumps(programs), lengths), answers)

    def differs(self, other: Recording) -> str:
        """Where another that was drawn anew is not the same, in words; nothing where it is.

        Numbers have to be the same to the last bit on Linux, where they were recorded; on another system
        within 1e-12.
        """
        if self.counts != other.counts or self.written != other.written:
            return "other cases are drawn"
        for number, (line, again) in enumerate(zip(self.cases, other.cases, strict=True), start=2):
            if line != again:
                (program, numbers), (their_program, theirs) = json.loads(line), json.loads(again)
                if program != their_program:
                    return f"line {number} has another program"
                if sys.platform == "linux" or not all(map(_close, numbers, theirs)):
                    return f"line {number} has another answer"
        return ""


def _close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-12)


def _line(thing: Any) -> str:
    return json.dumps(thing, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _as_tuples(thing: Any) -> Any:
    return tuple([_as_tuples(each) for each in thing]) if isinstance(thing, list) else thing


@dataclass(frozen=True, slots=True)
class Found:
    """What lies where an exercise's cases are recorded: they, or why they do not count, in a sentence."""

    recording: Recording | None = None
    trouble: str = ""


def recorded(subject: Subject, properties_file: Path, seed: int) -> Recording | None:
    """The cases that travel with the course, if they are of this seed and of what the properties promise.

    They answer in the oracle's place. So those that belong to this grader count only as they were recorded;
    an author's own are as trusted as the properties beside them.
    """
    recording = _found(subject, properties_file).recording
    return recording if recording is not None and recording.seed == seed else None


def _found(subject: Subject, properties_file: Path) -> Found:
    place = place_of(properties_file)
    try:
        seen = place.stat()
        recording = _read(place, seen.st_mtime_ns, seen.st_size)
    except FileNotFoundError:
        return Found()
    except (OSError, ValueError, RecursionError):
        recording = None
    if recording is not None:
        untouched = recording.text == _digest_of(subject.answers, properties_file)
        if not untouched and recording.promises != promises(subject, properties_file).hex():
            return Found()  # its properties have been changed, which is their author's right
        known = subject.recordings()
        ours = {pair.partition(" ")[0] for pair in known}
        if recording.promises not in ours or f"{recording.promises} {recording.digest}" in known:
            return Found(recording)
    return Found(trouble=f"{place} is not as it was recorded, so that its cases are left aside")


@lru_cache(maxsize=64)
def _read(place: Path, *_: int) -> Recording:
    """Read once; the last arguments tell a file from the one that stood there before."""
    return Recording.from_text(place.read_text("utf-8"))


def _digest_of(answers: bytes, properties_file: Path) -> str:
    try:
        return hashlib.sha256(properties_file.read_bytes() + answers).hexdigest()
    except OSError:
        return ""


def drawn_with(subject: Subject, properties_files: Sequence[Path], seed: int) -> tuple[tuple[str, str], ...]:
    """The versions of what drew and answered the cases: as recorded, or those that are installed."""
    there = {
        recording and recording.versions
        for recording in (recorded(subject, p, seed) for p in properties_files)
    }
    (versions, *others) = there or {None}
    return versions if versions and not others else installed(subject)


def record(subject: Programs, properties: Sequence[Property], seed: int) -> Bank:
    """Draw every property's cases and ask the subject for the answers."""
    programs: list[Program] = []
    answers: list[tuple[float, ...]] = []
    counts: list[int] = []
    written: list[int] = []
    for prop in properties:
        cases = _cases(subject, prop, seed)
        counts.append(len(cases))
        at = {program: len(programs) + i for i, (program, _) in enumerate(cases)}
        written += [at[program] for program in dict.fromkeys(prop.first)]
        programs += [program for program, _ in cases]
        answers += [numbers for _, numbers in cases]
    return Bank.of(subject, tuple(counts), tuple(written), Request.of(programs), answers)


def _cases(subject: Programs, prop: Property, seed: int) -> list[tuple[Program, tuple[float, ...]]]:
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


Answer = Callable[[Program, bool], tuple[float, ...]]
Try = Callable[[Program, tuple[float, ...]], object]


def each_drawn(prop: Property, seed: int, answer: Answer, try_out: Try, shrink: bool = False) -> None:
    """Let hypothesis choose programs, and call try_out with each that is fit to be asked, and its answer.

    The same property, seed and versions draw the same programs in the same order, as long as try_out
    does not raise; shrink then lets hypothesis look for a smaller one before it raises the same.
    """
    import hypothesis.strategies
    from hypothesis import HealthCheck, Phase, Verbosity

    def body(program: Program) -> None:
        try:
            expected = answer(program, prop.kink)
        except Unfit:
            hypothesis.reject()
        try_out(program, expected)

    assert prop.over is not None
    strategy: hypothesis.strategies.SearchStrategy[Any] = made(prop.over)
    test = hypothesis.given(strategy)(body)
    settings = hypothesis.settings(
        max_examples=prop.drawn,
        database=None,
        deadline=None,
        derandomize=False,
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
    )
    with _no_local_constants():
        hypothesis.seed(seed)(settings(test))()


@contextmanager
def _no_local_constants() -> Iterator[None]:
    """Keep hypothesis from trying numbers it finds in loaded modules, which differ from run to run.

    None of its settings turns that off, so this reaches inside. Where a new version has moved what is patched
    here, patch.object raises, so that it cannot go unnoticed.
    """
    from unittest.mock import patch

    from hypothesis.internal.conjecture import providers
    from hypothesis.internal.constants_ast import Constants

    providers.CONSTANTS_CACHE.cache.clear()
    with patch.object(providers, "_get_local_constants", Constants):
        yield
    providers.CONSTANTS_CACHE.cache.clear()

"""Runs a target on inputs within bounds, and keeps what broke it."""

from __future__ import annotations

import json
import random
import resource
import signal
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from tests.fuzz.mutating import Mutator, of_bytes

CORPUS = Path(__file__).parent / "corpus"
SECONDS = 5.0  # for one input; none should need a tenth of a second
MEMORY = 1 << 30  # more than before, of address space, for all inputs
LARGEST = 1 << 18  # bytes of an input: what is large is unpacked, not typed


class Hang(BaseException):
    """An input took too long; no handler of ours may take it for an error of its own."""


@dataclass(frozen=True)
class Target:
    """Something that reads what strangers wrote.

    run: reads an input; asserts what must hold of what comes out.
    seeds: inputs to begin with, as they should be.
    promised: what it may raise.
    """

    run: Callable[[bytes], object]
    seeds: Callable[[], Sequence[bytes]]
    promised: tuple[type[BaseException], ...] = ()
    mutate: Mutator = of_bytes


@dataclass
class Found:
    """What broke a target: an input for each place and kind of trouble."""

    target: Target
    runs: int = 0
    troubles: dict[str, tuple[bytes, str]] = field(default_factory=dict)

    def __call__(self, data: bytes) -> None:
        self.runs += 1
        try:
            with in_time(SECONDS):
                self.target.run(data)
        except self.target.promised:
            pass
        except (Exception, Hang) as error:
            self.troubles.setdefault(_place(error), (data, traceback.format_exc(limit=-8)))


def _place(error: BaseException) -> str:
    """The kind of trouble and where ours it came up, which tells one from another."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "grader" in frame.filename or "fuzz" in frame.filename] or frames
    return f"{type(error).__name__} at {Path(ours[-1].filename).name}:{ours[-1].lineno}"


@contextmanager
def in_time(seconds: float) -> Iterator[None]:
    """Raises Hang where the block takes longer."""

    def ring(number: int, frame: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def in_memory(more: int) -> Iterator[None]:
    """Lets the process grow by so many bytes of address space and no further; Linux only."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    now = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + more, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def kept(name: str) -> list[bytes]:
    """The inputs that once broke a target."""
    return [path.read_bytes() for path in sorted((CORPUS / name).glob("*"))]


def keep(name: str, data: bytes) -> Path:
    """Put an input where every later run begins with it."""
    path = CORPUS / name / sha256(data).hexdigest()[:12]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def fuzz(name: str, target: Target, go_on: Callable[[int], bool], seed: int = 0) -> Found:
    """Run a target on its seeds, on what broke it before, and on changed ones for as long as asked."""
    chance = random.Random(f"{name} {seed}")
    found, pool = Found(target), [*target.seeds(), *kept(name)]
    with in_memory(MEMORY):
        for data in list(pool):
            found(data)
        while go_on(found.runs):
            data = target.mutate(chance, chance.choice(pool))[:LARGEST]
            found(data)
            # Some changes pile up, as a second change often needs the first.
            if chance.random() < 0.02:
                pool.append(data)
    return found


def for_seconds(seconds: float) -> Callable[[int], bool]:
    """Go on until the clock says so."""
    end = time.monotonic() + seconds
    return lambda runs: time.monotonic() < end


def for_runs(count: int) -> Callable[[int], bool]:
    """Go on until so many inputs were tried, which makes a run the same every time."""
    return lambda runs: runs < count


def as_json(found: Found) -> str:
    """What was found, for whoever reads a log."""
    return json.dumps({place: text for place, (_, text) in found.troubles.items()}, indent=1)

"""The doctor: which cages this machine has, and whether they hold, proved by attempts to escape."""

from __future__ import annotations

import os
import secrets
import signal
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

from grader.doctor.cages import Absent, Examined, Finding, Tried
from grader.doctor.canaries import ESCAPED, VARIABLE, Canaries, Scene, processes_of
from grader.doctor.probing import LEFTOVERS, LIMITS, PIPE, Probe, probes
from grader.errors import MachineError, UsageError
from grader.observation import Ended, Misfit, Numbers, Observation, Overtime, Raised
from grader.program import Chain
from grader.request import Request
from grader.sandbox import CAGES, NAMES
from grader.sandbox.cage import Cage, Caged
from grader.student import MIB, Limits, Parts, Student

AT_ONCE = 8  # much of their time is waiting
SHORT, USUAL = Limits(seconds=1.0, patience=1.5), Limits(seconds=5.0)
EXCESS: Scene = {"memory": 513 * MIB, "seconds": 3.0}  # more than those limits allow
MOMENT, LEAVING = 0.05, 0.5  # seconds
# How the kernel ends what oversteps.
STOPS = ("SIGKILL", "SIGSYS", "SIGXCPU", "SIGXFSZ")
ADD = """
def add(self, other):
    other.grad = outcome[1]
    return type(self)(outcome[0])
"""
VALUE = """
class Value:
    def __init__(self, data):
        self.data, self.grad = data, 0.0

    def backward(self):
        pass
"""
ASK = Request.of([Chain(1)])


def examine(sandbox: str | None = None) -> list[Finding]:
    """Every known cage, or the one that this word chooses.

    Raises UsageError for an unknown word, MachineError where there is no room to try anything.
    """
    return [_finding(name) for name in _chosen(sandbox)]


def _chosen(sandbox: str | None) -> list[str]:
    if sandbox is None:
        return list(CAGES)
    if sandbox not in NAMES:
        raise UsageError(f"there is no sandbox '{sandbox}'", f"known are: {', '.join(NAMES)}")
    if sandbox == "auto":
        return [next(name for name, (_, why_not) in CAGES.items() if not why_not())]
    return [sandbox]


def _finding(name: str) -> Finding:
    make, why_not = CAGES[name]
    if why := why_not():
        return Absent(name, why)
    return examined(name, make())


def examined(name: str, cage: Cage, known: Sequence[Probe] | None = None) -> Examined:
    """Try the probes, by default all, in a cage; raises MachineError where there is no room for that."""
    chosen = probes() if known is None else known
    groups: dict[str, list[Probe]] = {}
    for probe in chosen:
        groups.setdefault(probe.name if probe.kind in (LIMITS, LEFTOVERS) else probe.kind, []).append(probe)
    # Those that wait for a limit first, so that nobody waits for them in the end.
    order = sorted(groups.values(), key=lambda group: group[0].kind != LIMITS)
    with _variable() as secret, ThreadPoolExecutor(AT_ONCE) as pool:
        done = [
            one for group in pool.map(lambda group: _together(group, cage, secret), order) for one in group
        ]
    tried = tuple(sorted(done, key=lambda one: chosen.index(one.probe)))
    return Examined(name, cage.isolation, tried, cage.lacking)


@contextmanager
def _variable() -> Iterator[str]:
    """Something secret in this process's own environment."""
    secret = os.environ[VARIABLE] = secrets.token_hex(16)
    try:
        yield secret
    finally:
        os.environ.pop(VARIABLE, None)


class Marked:
    """A cage that gives its workers a command line by which what is left of them can be found."""

    def __init__(self, cage: Cage, token: str) -> None:
        self.cage, self.token = cage, token
        self.isolation, self.inside, self.lacking = cage.isolation, cage.inside, cage.lacking

    def start(self, arguments: Sequence[str], pass_fds: Sequence[int]) -> Caged:
        return self.cage.start([*arguments, self.token], pass_fds)


def _together(group: Sequence[Probe], cage: Cage, variable: str) -> list[Tried]:
    """Probes of one kind, in one worker."""
    limits = SHORT if group[0].kind == LIMITS else USUAL
    student = Student(cage, limits, len(group))
    try:
        return [
            _left_behind(probe, cage) if probe.kind == LEFTOVERS else _tried(probe, student, variable)
            for probe in group
        ]
    finally:
        student.close()


def _tried(probe: Probe, student: Student, variable: str) -> Tried:
    with Canaries() as canaries:
        held, how = _attempt(
            probe, student, probe.module(canaries.scene(EXCESS | {"variable_says": variable}))
        )
        harm = canaries.harm()
        return Tried(probe, held and not harm, harm or how)


def _left_behind(probe: Probe, cage: Cage) -> Tried:
    """In two turns, each a submission of its own."""
    with Canaries() as canaries:
        marked = Marked(cage, canaries.token)
        for turn in (1, 2):
            student = Student(marked, USUAL, lanes=1)
            try:
                held, how = _attempt(probe, student, probe.module(canaries.scene(EXCESS, turn)))
            finally:
                student.close()
            if left := _end_what_is_left(canaries.token):
                return Tried(probe, False, left)
            if turn == 1 and not held:
                break
        return Tried(probe, held, how)


def _end_what_is_left(token: str) -> str:
    """End what has outlived its worker, and say so; nothing where there was none."""
    by = time.monotonic() + LEAVING
    while (left := processes_of(token)) and time.monotonic() < by:
        time.sleep(MOMENT)
    for pid in left:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    return "a process outlived its worker" if left else ""


def _attempt(probe: Probe, student: Student, module: str) -> tuple[bool, str]:
    """Whether it was held, and how it went."""
    parts = Parts({"value": VALUE, "add": module + ADD}, (("add", "add", "__add__"),))
    try:
        with student.attempt(parts) as attempt:
            seen = attempt.observe(ASK)[0]
            if _claims_escape(seen):
                # What comes late is found with the next answer: a claim counts if that is in order.
                time.sleep(MOMENT)
                seen = attempt.observe(ASK)[0]
            return _judged(probe, seen)
    except (MachineError, OSError) as error:
        return False, f"it could not be tried: {error}"


def _claims_escape(seen: Observation) -> bool:
    return isinstance(seen, Numbers) and seen.values[0] != 0.0


def _judged(probe: Probe, seen: Observation) -> tuple[bool, str]:
    """Whether it was held, and how it went. What could not be tried was not."""
    match seen:
        case Numbers((0.0, number)):
            return True, os.strerror(int(number)) if number else "nothing came of it"
        case Numbers():
            return False, "it succeeded"
        case Overtime() if probe.kind == LIMITS:
            return True, "it was ended at its limit of time"
        case Overtime():
            return False, "it could not be tried: it did not end"
        case Ended(reason):
            return _ended(probe, reason)
        case Raised(error=reason) | Misfit(reason):
            return False, f"it could not be tried: {reason}"


def _ended(probe: Probe, reason: str) -> tuple[bool, str]:
    if f"exit code {ESCAPED}," in reason:
        return False, "it ran"
    if probe.kind == PIPE or reason.endswith(STOPS):
        return True, reason
    return False, f"it could not be tried: {reason}"

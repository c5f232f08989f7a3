"""Workers where nothing forks: they see what the others see, and what they cannot bound ends all the same."""

import os
import signal
import subprocess
import time

import pytest

from grader.autograd.subject import SUBJECT
from grader.errors import MachineError
from grader.machine import processes
from grader.model import Ended, Overtime, Raised
from grader.sandbox import spawned
from grader.sandbox.cage import Process
from grader.sandbox.launch import Death, How
from grader.sandbox.runner import Limits, Request
from grader.sandbox.spawned import Spawned
from tests.grader.sandbox.adding import PRODUCT, PRODUCT_SEEN, SUM, SUM_SEEN, adding, plus
from tests.grader.sandbox.unwalled import add, leave_out
from tests.needs import linux, posix
from tests.ports.outcomes import MISBEHAVING, misbehaving, solutions, usual, wrong
from tests.samples import WHOLE, some


@pytest.fixture(autouse=True)
def nothing_forks(monkeypatch):
    monkeypatch.setattr(processes, "MAY_FORK", False)


@pytest.mark.untraced(reason="a tracer's calls count as well where code calls itself")
@posix
@pytest.mark.parametrize(
    "seen",
    [
        solutions,
        lambda setting: wrong(setting, 24 if WHOLE else 3),
        lambda setting: misbehaving(setting, some([*MISBEHAVING], 4)),
    ],
    ids=["solutions", "wrong", "misbehaving"],
)
def test_what_is_seen_is_the_same_as_where_processes_fork(seen, course, monkeypatch):
    here = seen(usual(course))
    monkeypatch.setattr(processes, "MAY_FORK", True)
    assert here == seen(usual(course))


def test_every_exercise_has_a_process_of_its_own(student_with, attempting):
    runner = student_with()
    source = "import exercises.value\nexercises.value.Value.__mul__ = None\n" + adding("")
    with attempting(runner, source=source) as attempt:
        assert attempt.observe(Request.of([SUM])) == [SUM_SEEN]
    with attempting(runner, "mul") as attempt:
        assert attempt.observe(Request.of([PRODUCT])) == [PRODUCT_SEEN]


def test_texts_are_there_although_another_thread_brings_them(observed, monkeypatch):
    reading = os.read

    def late(fd, count):
        data = reading(fd, count)
        if data.find(b"ValueError") == 2:
            time.sleep(0.3)
        return data

    monkeypatch.setattr(os, "read", late)
    programs = [plus(float(number)) for number in range(30)]
    seen = observed(adding("raise ValueError(self.data)"), *programs)
    assert seen == [Raised(f"ValueError: {number}.0", ("add.py, line 11, in add",)) for number in range(30)]


def test_requests_larger_than_a_pipe_are_answered(observed, solutions):
    programs = [plus(float(number)) for number in range(20_000)]
    seen = observed(solutions["add"], *programs)
    assert [one.values[2] for one in seen] == [number + 3.0 for number in range(20_000)]


def descriptors():
    return sorted(os.listdir("/proc/self/fd"))


@linux
def test_closing_gives_every_descriptor_back():
    before = descriptors()
    Spawned(Process(), 9, SUBJECT.worker).close()
    assert descriptors() == before


def test_ending_says_how_its_process_ended():
    worker = Spawned(Process(), 3, SUBJECT.worker)
    worker.begin(0, Limits())
    death = worker.end(0)
    worker.close()
    assert (death.how, death.number) == (How.STAYED, 9)


class Dying(Process):
    """A cage whose interpreter ends at once, as where memory is short."""

    def start(self, arguments, pass_fds, standard=subprocess.DEVNULL):
        return super().start(["-c", "", *arguments[2:]], pass_fds, standard)


def test_worker_that_ends_as_it_starts_is_the_machines_fault():
    worker = Spawned(Dying(), 3, SUBJECT.worker)
    with pytest.raises(MachineError, match="did not start"):
        worker.begin(0, Limits())
    worker.close()


@linux
def test_endless_code_is_gone_once_the_runner_is_closed(student_with, attempting):
    body = "open('/dev/null')\nwhile True: pass"
    runner = student_with(seconds=0.5)
    with attempting(runner, source=adding(body)) as attempt:
        process = attempt._process.lane._process
        assert attempt.observe(Request.of([SUM])) == [Overtime(0.5, busy=True)]
    runner.close()
    assert process.poll() is not None
    assert not os.path.exists(f"/proc/{process.pid}")


# What the system does not bound

UNBOUNDED = """
_bounded = _limit

def _limit(memory, seconds):
    _bounded(1 << 40, seconds)
    return {}
"""
# More than the process that has started it, which Linux counts, too.
GREEDY = adding("taken = []\nfor _ in range(99):\n    taken.append(b'x' * (1 << 24))\n    time.sleep(0.02)")
TOO_MUCH = Ended("its process took more than 64 MiB of memory", busy=True)
BIT = 64 << 20


@linux
def test_memory_that_the_system_does_not_bound_is_looked_after_from_inside(monkeypatch, observed):
    leave_out(monkeypatch, "close")  # the filter would refuse to end it, where there is one
    add(monkeypatch, "worker.child", UNBOUNDED.format(False))
    assert observed(GREEDY, memory=BIT) == [TOO_MUCH]


@linux
def test_memory_is_looked_after_from_outside_too(monkeypatch, observed):
    def used(process):
        with open(f"/proc/{process.pid}/statm") as file:
            return 0.0, int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    add(monkeypatch, "worker.child", UNBOUNDED.format(True))
    monkeypatch.setattr(spawned, "used", used)
    assert observed(GREEDY, memory=BIT) == [TOO_MUCH]


def test_right_code_is_not_taken_for_greedy(monkeypatch, observed):
    add(monkeypatch, "worker.child", UNBOUNDED.format(False))
    assert observed(adding(""), memory=BIT) == [SUM_SEEN]


def test_processor_time_is_looked_after_from_outside(monkeypatch, student_with, attempting):
    started = time.monotonic()
    monkeypatch.setattr(spawned, "used", lambda _: (100 * (time.monotonic() - started), 0))
    runner = student_with(seconds=20.0, patience=5.0)
    with attempting(runner, source=adding("while True: pass")) as attempt:
        assert attempt.observe(Request.of([SUM])) == [Overtime(20.0, busy=True)]
    assert time.monotonic() - started < 20.0


@posix
def test_group_that_may_not_be_killed_is_no_fault(monkeypatch, observed):
    """So it is on macOS where all that is left of it has ended and is still to be waited for."""

    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "killpg", refuse)
    assert observed(adding("while True: pass"), seconds=0.5) == [Overtime(0.5, busy=True)]


def test_ends_that_windows_tells_by_number_are_told_as_signals(monkeypatch):
    class Crashed:
        def poll(self):
            return 0xC0000005 - (1 << 32)

    monkeypatch.setattr(spawned, "used", lambda _: (1.0, 0))
    assert spawned._look_on_windows(Crashed()) == (Death(How.SIGNALLED, signal.SIGSEGV, 1.0), 0)


# What a student's code finds open

OPEN = """
found = []
for fd in range(1024):
    try:
        os.fstat(fd)
    except OSError:
        continue
    found.append(fd)
raise ValueError(len(found))
"""


@pytest.mark.untraced(reason="the tracer has a descriptor of its own")
@linux
@pytest.mark.parametrize("forks", [True, False])
def test_nothing_is_open_but_the_lane_and_the_null_device(forks, monkeypatch, observed):
    monkeypatch.setattr(processes, "MAY_FORK", forks)
    (seen,) = observed(adding(OPEN))
    assert seen.error == "ValueError: 6"

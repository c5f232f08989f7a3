"""What somebody else ends is no doing of the student's code, and is tried again."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from grader.autograd.subject import SUBJECT
from grader.errors import MachineError
from grader.examine.setting import parts
from grader.model import Ended, Overtime
from grader.sandbox.cage import Process
from grader.sandbox.runner import Limits, Request, Runner
from tests.grader.sandbox.adding import ABORTED, SUM, SUM_SEEN, adding
from tests.needs import filtered, linux


class Killed:
    """A cage whose workers' children can be found from outside."""

    isolation, lacking = "none", ""
    inside = package = None

    def start(self, arguments, pass_fds):
        self.running = Process().start(arguments, pass_fds)
        return self.running

    @property
    def zygote(self):
        return self.running.process.pid

    @property
    def child(self):
        (pid,) = Path(f"/proc/{self.zygote}/task/{self.zygote}/children").read_text().split()
        return int(pid)


@pytest.fixture
def killed_cage():
    return Killed()


@pytest.fixture
def kill(killed_cage):
    """Sends signals, while an attempt runs, to the exercise's process or to the worker's first one."""
    threads = []

    def begin(who, number, times):
        def run():
            seen = set()
            deadline = time.monotonic() + 30
            while len(seen) < times and time.monotonic() < deadline:
                with suppress(AttributeError, OSError, ValueError):
                    # Not before it is busy with the student's file.
                    child = killed_cage.child
                    if child not in seen and "nanosleep" in Path(f"/proc/{child}/wchan").read_text():
                        os.kill(child if who == "child" else killed_cage.zygote, number)
                        seen.add(child)
                time.sleep(0.01)

        threads.append(Thread(target=run))
        threads[-1].start()

    yield begin
    for thread in threads:
        thread.join()


SLOW = "import time\ntime.sleep(0.3)\n"


@linux
@filtered
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("who", ["child", "zygote"])
def test_process_that_somebody_else_ends_is_begun_anew(who, number, course, killed_cage, kill):
    runner = Runner(killed_cage, Limits(), 9, SUBJECT.worker)
    chosen = parts(course, {"add": SLOW + adding("")}, course.exercises[0])
    kill(who, number, times=2)
    try:
        with runner.attempt(chosen) as attempt:
            assert attempt.observe(Request.of([SUM])) == [SUM_SEEN]
    finally:
        runner.close()


@linux
@filtered
def test_processes_that_are_always_ended_are_the_machines_fault(course, killed_cage, kill):
    runner = Runner(killed_cage, Limits(), 9, SUBJECT.worker)
    chosen = parts(course, {"add": SLOW + adding("")}, course.exercises[0])
    kill("child", signal.SIGKILL, times=3)
    try:
        with pytest.raises(MachineError, match="ended from outside"), runner.attempt(chosen) as attempt:
            attempt.observe(Request.of([SUM]))
    finally:
        runner.close()


@linux
@filtered
def test_who_ignores_the_end_of_its_time_is_out_of_time(observed):
    deaf = "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nwhile True: pass"
    assert observed(deaf, seconds=1.0, patience=60.0) == [Overtime(1.0, busy=True)]


TWICE = """
import os, sys
from exercises.value import Value

def add(self, other):
    frame = sys._getframe()
    while "answer" not in frame.f_locals:
        frame = frame.f_back
    answer = frame.f_locals["answer"]
    whole = answer.nonce + b"\\0" + bytes(8 * 6) + answer.nonce
    os.write(answer.numbers_fd, whole)
    {}
    return Value(self.data + other.data, (self, other), "+")
"""


@pytest.mark.parametrize("waits", ["pass", "import time; time.sleep(0.3)"], ids=["at once", "later"])
def test_second_answer_is_out_of_turn_whenever_it_comes(waits, observed):
    assert observed(TWICE.format(waits)) == [Ended(ABORTED, busy=True)]

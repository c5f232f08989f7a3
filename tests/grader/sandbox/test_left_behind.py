"""What a student's code leaves behind is gone with its exercise: processes, and files in its folder."""

import os
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest

from grader.autograd.subject import SUBJECT
from grader.model import Ended, Numbers, Overtime
from grader.sandbox.cage import Process
from grader.sandbox.runner import Limits, Request, Runner
from tests.grader.sandbox.adding import PARENT, PRODUCT, PRODUCT_SEEN, SUM, SUM_SEEN, adding, plus
from tests.grader.sandbox.family import family
from tests.grader.sandbox.unwalled import leave_out
from tests.needs import every_cage, linux


@pytest.fixture
def mark():
    """A name for processes that nothing else here has."""
    return f"ng{uuid4().hex[:12]}"


def named(mark):
    """The processes of that name, dead ones aside."""
    found = []
    for comm in Path("/proc").glob("[0-9]*/comm"):
        try:
            if comm.read_text().strip() == mark and " Z " not in (comm.parent / "stat").read_text():
                found.append(int(comm.parent.name))
        except OSError:
            continue
    return found


NAMING = "import ctypes; ctypes.CDLL(None).prctl(15, b'{}', 0, 0, 0)"
LINGER = "def linger():\n    while True: time.sleep(1)"
SPIN = "def linger():\n    while True: pass"
DAEMON = """
child = os.fork()
if not child:
    os.setsid()
    if os.fork(): os._exit(0)
    {}
os.waitpid(child, 0)
"""
SESSIONS = """
if not os.fork():
    for _ in range(5):
        os.setsid()
        if os.fork(): linger()
    linger()
"""
IGNORING = """
if not os.fork():
    for number in (1, 2, 15): signal.signal(number, signal.SIG_IGN)
    linger()
"""
LEFT_BEHIND = {
    "child": (LINGER, "if not os.fork(): linger()", 2),
    "children": (LINGER, "for _ in range(10):\n    if not os.fork(): linger()", 11),
    "child that ignores signals": (LINGER, IGNORING, 2),
    "child in a group of its own": (LINGER, "if not os.fork(): os.setpgid(0, 0); linger()", 2),
    "child in a session of its own": (LINGER, "if not os.fork(): os.setsid(); linger()", 2),
    "daemon": (LINGER, DAEMON.format("linger()"), 2),
    "daemon that has closed everything": (LINGER, DAEMON.format("os.closerange(0, 256); linger()"), 2),
    "chain of sessions": (LINGER, SESSIONS, 7),
    "thread": (SPIN, "threading.Thread(target=linger, daemon=True).start()", 1),
    "thread that must be waited for": (SPIN, "threading.Thread(target=linger).start()", 1),
    "spinning child": (SPIN, "if not os.fork(): linger()", 2),
    "stopped child": (LINGER, "child = os.fork()\nif not child: linger()\nos.kill(child, signal.SIGSTOP)", 2),
}


@linux
@pytest.mark.parametrize("kind", LEFT_BEHIND)
def test_nothing_is_left_of(kind, mark, student_with, attempting, unfiltered):
    linger, body, processes = LEFT_BEHIND[kind]
    naming = NAMING.format(mark)
    runner = student_with()
    with attempting(runner, source=adding(f"{linger}\n{naming}\n{body}")) as attempt:
        assert attempt.observe(Request.of([SUM])) == [SUM_SEEN]
        assert soon(lambda: len(named(mark)) == processes)
    assert named(mark) == []
    with attempting(runner, "mul") as attempt:
        assert attempt.observe(Request.of([PRODUCT])) == [PRODUCT_SEEN]


@linux
@pytest.mark.parametrize(
    "kind", ["child", "children", "child that ignores signals", "spinning child", "stopped child"]
)
def test_nothing_is_left_of_its_group_where_orphans_cannot_be_adopted(
    kind, mark, student_with, attempting, unfiltered, monkeypatch
):
    leave_out(monkeypatch, "_adopt_orphans", "_listed", of="worker.zygote")
    linger, body, processes = LEFT_BEHIND[kind]
    source = adding(f"{linger}\n{NAMING.format(mark)}\n{body}")
    with attempting(student_with(), source=source) as attempt:
        assert attempt.observe(Request.of([SUM])) == [SUM_SEEN]
        assert soon(lambda: len(named(mark)) == processes)
    assert soon(lambda: not named(mark))


def soon(condition):
    """Whether a condition holds by the time that processes have started."""
    until = time.monotonic() + 5
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    return condition()


@linux
def test_nothing_is_left_of_another_program(mark, student_with, attempting, monkeypatch):
    leave_out(monkeypatch, "close", "see_only")
    body = f"subprocess.Popen(['{mark}', '60'], executable='/bin/sleep', start_new_session=True)"
    with attempting(student_with(), source=adding(body)) as attempt:
        assert attempt.observe(Request.of([SUM])) == [SUM_SEEN]
        assert soon(lambda: commanded(mark))
    assert not commanded(mark)


def commanded(mark):
    """Whether some process was started with that as its first word."""
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if command.read_bytes().startswith(mark.encode() + b"\0"):
                return True
        except OSError:
            continue
    return False


@linux
@pytest.mark.parametrize("body", ["os._exit(0)", "os.closerange(0, 256)", "while True: pass"])
def test_nothing_is_left_of_a_child_whose_parent_came_to_a_bad_end(
    body, mark, student_with, attempting, unfiltered
):
    naming = NAMING.format(mark)
    source = adding(f"{LINGER}\n{naming}\nif not os.fork(): os.closerange(0, 256); linger()\n{body}")
    with attempting(student_with(seconds=1.0), source=source) as attempt:
        (seen,) = attempt.observe(Request.of([SUM]))
        assert isinstance(seen, Ended | Overtime)
        assert named(mark) == []


@linux
def test_nothing_is_left_of_a_process_that_stopped_its_parent(mark, student_with, attempting, unfiltered):
    runner = student_with(seconds=1.0)
    stopping = adding(f"{NAMING.format(mark)}\n{PARENT}\nos.kill(zygote, signal.SIGSTOP)\ntime.sleep(20)")
    with attempting(runner, source=stopping) as attempt:
        assert attempt.observe(Request.of([SUM])) == [Overtime(1.0, busy=True)]
    assert soon(lambda: not named(mark))
    with attempting(runner, "mul") as attempt:
        assert attempt.observe(Request.of([PRODUCT])) == [PRODUCT_SEEN]


@linux
@every_cage
def test_nothing_is_left_where_the_grader_itself_fails(student_with, attempting):
    runner = student_with()
    with suppress(ZeroDivisionError), attempting(runner) as attempt:
        attempt.observe(Request.of([SUM]))
        during = family()
        raise ZeroDivisionError
    assert len(during) - len(family()) == 1


LEFT_IN_FOLDER = {
    "deep folders": "for _ in range(1500): os.mkdir('d'); os.chdir('d')",
    "a link in its place": "here = os.getcwd(); os.rmdir(here); os.symlink(os.path.dirname(here), here)",
    "a file in its place": "here = os.getcwd(); os.rmdir(here); os.close(os.open(here, os.O_CREAT))",
}


@pytest.mark.parametrize("kind", LEFT_IN_FOLDER)
def test_folder_that_is_hard_to_remove_ends_no_grading(kind, attempting, monkeypatch):
    folder = tempfile.mkdtemp()
    monkeypatch.setattr(tempfile, "tempdir", folder)
    leave_out(monkeypatch, "close", "see_only")
    runner = Runner(Process(), Limits(), 3, SUBJECT.worker)
    try:
        with attempting(runner, source=adding(LEFT_IN_FOLDER[kind])) as attempt:
            (seen,) = attempt.observe(Request.of([plus(1.0)]))
        assert isinstance(seen, Numbers)
        runner.close()
        assert os.listdir(folder) == []
    finally:
        subprocess.run(["rm", "-rf", folder], check=True)

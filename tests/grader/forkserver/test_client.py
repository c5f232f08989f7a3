"""The lanes of a class: what breaks is replaced, and what is told arrives."""

import shutil
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from grader.errors import CourseError, GraderError, MachineError
from grader.forkserver import client
from grader.forkserver.client import (
    LENGTH,
    LaneBroken,
    Order,
    Room,
    Server,
    Task,
    fault_to_plain,
    receive,
    send,
)
from grader.submission.submission import Submission

ROOT = Path(__file__).resolve().parents[3]
TASK = Task(Submission("ann", {}, {}), ("add",))
FAULT = {"fault": fault_to_plain(MachineError("out of memory", "free some"))}
HELLO, ANSWER = {"course": "c"}, {"evidence": {"add": {}}}


class Process:
    """Answers each lane with what is prepared for it, then closes it; to wait for, it is gone."""

    def __init__(self, answers, fds):
        for fd in fds:
            lane = socket.socket(fileno=socket.dup(fd))
            threading.Thread(target=self.serve, args=(lane, answers), daemon=True).start()

    @staticmethod
    def serve(lane, answers):
        first, *rest = answers
        with lane:
            for message in first:
                send(lane, message)
            for message in rest:
                receive(lane)
                send(lane, message)
            receive(lane)

    def wait(self, timeout=None):
        return 0


@pytest.fixture
def opened(monkeypatch):
    """Makes a room with one lane, whose processes are played: one item each, in the order of their starts."""
    rooms = []

    def make(*processes, say=lambda _: None):
        waiting = list(processes)

        def start(module, order, lanes, pass_fds, stderr):
            answers = waiting.pop(0)
            if isinstance(answers, GraderError):
                raise answers
            return Process(answers, pass_fds)

        monkeypatch.setattr(client, "started", start)
        rooms.append(Room(Order("process", 0, 5.0, 1.0, "", ""), 1, say))
        return rooms[-1]

    yield make
    for one in rooms:
        one.close()


def test_what_a_process_says_while_it_opens_is_passed_on(opened):
    said = []
    opened([[{"say": "Drawing …"}, HELLO]], say=said.append).open()
    assert said == ["Drawing …"]


def test_fault_is_raised_and_its_lane_goes_on(opened):
    lanes = opened([[HELLO], FAULT, ANSWER])
    with pytest.raises(MachineError, match="out of memory"):
        lanes.examine(TASK)
    assert lanes.examine(TASK).evidence == ANSWER["evidence"]


def test_lane_that_breaks_is_replaced_for_the_next(opened):
    lanes = opened([[HELLO], ANSWER], [[HELLO], ANSWER])
    lanes.examine(TASK)
    with pytest.raises(LaneBroken):
        lanes.examine(TASK)
    assert lanes.examine(TASK).evidence == ANSWER["evidence"]


def test_lane_that_cannot_be_replaced_is_tried_again(opened):
    none = MachineError("cannot start a grading process", "free some memory")
    lanes = opened([[HELLO], ANSWER], none, [[HELLO], ANSWER])
    lanes.examine(TASK)
    with pytest.raises(LaneBroken):
        lanes.examine(TASK)
    with pytest.raises(MachineError, match="cannot start"):
        lanes.examine(TASK)
    assert lanes.examine(TASK).evidence == ANSWER["evidence"]


def test_lane_that_is_reset_is_a_broken_one(monkeypatch):
    def reset(lane):
        raise ConnectionResetError

    monkeypatch.setattr(client, "receive", reset)
    with pytest.raises(LaneBroken):
        client._answer(None)


def test_message_that_is_cut_off_is_the_end():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(LENGTH.pack(9) + b"{")
        theirs.shutdown(socket.SHUT_WR)
        assert receive(ours) is None


def test_process_that_does_not_end_is_killed(monkeypatch):
    monkeypatch.setattr(client, "CLOSING", 0.05)
    command = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"]
    process = subprocess.Popen(command, start_new_session=True)
    monkeypatch.setattr(client, "started", lambda *_, **__: process)
    server = Server(Order("process", 0, 5.0, 1.0, "", ""))
    server.close()
    server.end()
    assert process.returncode == -signal.SIGKILL


def test_properties_that_pytest_cannot_read_are_the_course_s_fault(tmp_path):
    for part in ("solutions", "exercises", "tests/properties"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("course.toml", "HINTS.md", "pyproject.toml"):
        shutil.copy(ROOT / file, tmp_path)
    (tmp_path / "tests" / "properties" / "test_add.py").write_text("def\n")
    lanes = Room(Order("process", 0, 5.0, 1.0, str(tmp_path)), 1)
    try:
        with pytest.raises(CourseError, match="pytest could not run the properties"):
            lanes.open()
    finally:
        lanes.close()

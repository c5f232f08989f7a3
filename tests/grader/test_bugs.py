"""Tests that fail today; each says in which file it belongs once it passes."""

import os
import subprocess
import tempfile
import time

import pytest

from grader.errors import MachineError
from grader.parts import parts
from grader.launch import Launched
from grader.observation import Misfit, Numbers, Overtime, Raised
from grader.program import Chain
from grader.request import Request
from grader.sandbox import choose
from grader.sandbox.process import Process
from grader.student import Limits, Student
from grader.submission import load
from tests.grader.test_sandbox import descriptors
from tests.grader.test_student import (
    NAMING,
    PARENT,
    adding,
    attempting,
    mark,
    named,
    observed,
    plus,
    student_with,
)

__all__ = ["attempting", "mark", "observed", "student_with"]


# -> test_student.py


def test_every_request_gets_its_own_texts(student_with, attempting):
    with attempting(student_with(), source=adding("raise ValueError(self.data)")) as attempt:
        seen = attempt.observe(Request.of([plus(1.0)])) + attempt.observe(Request.of([plus(2.0)]))
    assert [raised.error for raised in seen] == ["ValueError: 1.0", "ValueError: 2.0"]


def test_limit_holds_for_all_requests_of_an_attempt_together(student_with, attempting):
    with attempting(student_with(seconds=1.0), source=adding("time.sleep(0.4)")) as attempt:
        start = time.monotonic()
        seen = [attempt.observe(Request.of([plus(1.0)]))[0] for _ in range(5)]
        assert time.monotonic() - start < 1.5
    assert isinstance(seen[-1], Overtime)


FREES_ITSELF = "import ctypes; ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)"  # PR_SET_PDEATHSIG
FORKS = "if os.fork(): os.kill(zygote, 9); os._exit(0)\nos.setsid()"


@pytest.mark.parametrize("start", [f"{FREES_ITSELF}\nos.kill(zygote, 9)", FORKS], ids=["itself", "child"])
def test_nothing_is_left_of_a_submission_that_killed_the_zygote(start, mark, student_with, attempting):
    # It ends by itself after six seconds, so that a failure leaves nothing behind for good.
    end = "until = time.time() + 6\nwhile time.time() < until: pass\nos._exit(0)"
    source = adding(f"{NAMING.format(mark)}\n{PARENT}\n{start}\n{end}")
    student = student_with(seconds=1.0)
    with attempting(student, source=source) as attempt:
        attempt.observe(Request.of([plus(1.0)]))
    student.close()
    time.sleep(0.5)
    assert named(mark) == []


FLOOD = """
import os, struct, sys
frame = sys._getframe()
while "text_fd" not in frame.f_locals: frame = frame.f_back
text = b"\\n" * 65000
os.write(frame.f_locals["text_fd"], struct.pack("<H", len(text)) + text)
def add(self, other): raise ValueError
"""


def test_long_text_planted_in_the_pipe_costs_the_grader_little(student_with, attempting):
    with attempting(student_with(), source=FLOOD) as attempt:
        start = time.monotonic()
        attempt.observe(Request.of([plus(1.0)] * 100))
        assert time.monotonic() - start < 2


LEFT_IN_FOLDER = {
    "deep folders": "for _ in range(3000): os.mkdir('d'); os.chdir('d')",
    "a link in its place": "here = os.getcwd(); os.rmdir(here); os.symlink(os.path.dirname(here), here)",
    "a file in its place": "here = os.getcwd(); os.rmdir(here); os.close(os.open(here, os.O_CREAT))",
}


@pytest.mark.parametrize("kind", LEFT_IN_FOLDER)
def test_folder_that_is_hard_to_remove_ends_no_grading(kind, attempting, monkeypatch):
    folder = tempfile.mkdtemp()
    monkeypatch.setattr(tempfile, "tempdir", folder)
    student = Student(choose("process"), Limits(), 3)
    try:
        with attempting(student, source=adding(LEFT_IN_FOLDER[kind])) as attempt:
            attempt.observe(Request.of([plus(1.0)]))
        student.close()
        assert os.listdir(folder) == []
    finally:
        subprocess.run(["rm", "-rf", folder], check=True)


def test_exercises_of_a_submission_leave_each_other_no_files(student_with, attempting):
    student = student_with()
    with attempting(student, source=adding("os.mkdir('secret')")) as attempt:
        attempt.observe(Request.of([plus(1.0)]))
    with attempting(student, source=adding("raise ValueError(os.listdir('.'))")) as attempt:
        assert attempt.observe(Request.of([plus(1.0)]))[0].error == "ValueError: []"


@pytest.mark.parametrize("name", ["worker"])
def test_helper_module_may_have_the_name_of_ours(name, student_with, attempting):
    source = f"from {name} import x\n" + adding("self.grad = x")
    with attempting(student_with(), source=source, **{name: "x = 7.0"}) as attempt:
        assert isinstance(attempt.observe(Request.of([plus(1.0)]))[0], Numbers)


@pytest.mark.parametrize(
    "body",
    [
        "class Meta(type):\n    __name__ = property(lambda cls: 1 / 0)\nclass Odd(Exception, metaclass=Meta): pass\nraise Odd",
        "class Text(str):\n    def __format__(self, spec): raise KeyError\n"
        "class Odd(Exception):\n    def __str__(self): return Text('x')\nraise Odd",
        "class Odd(Exception):\n    __traceback__ = property(lambda self: 1 / 0)\nraise Odd",
    ],
    ids=["name of its class", "text of its own type", "traceback"],
)
def test_exception_that_raises_while_it_is_described_is_still_raised(body, observed):
    (seen,) = observed(adding(body))
    assert isinstance(seen, Raised)


def test_number_that_is_one_only_the_second_time_is_a_misfit(observed):
    body = (
        "class Odd:\n    times = 0\n    def __float__(self):\n        Odd.times += 1\n"
        "        return 1.0 if Odd.times > 1 else None\nself.grad = Odd()"
    )
    (seen,) = observed(adding(body), plus(1.0))
    assert isinstance(seen, Misfit)


def test_gradient_within_the_graph_may_be_a_huge_int(observed):
    (seen,) = observed(adding("out.grad = 10**400"), plus(1.0))
    assert isinstance(seen, Numbers)


# -> test_sandbox.py


class Refusing:
    isolation = "none"

    def start(self, arguments, pass_fds):
        raise MachineError("no process", "wait")


def test_cage_that_does_not_start_leaks_no_descriptor():
    before = descriptors()
    with pytest.raises(MachineError):
        Launched(Refusing(), 3)
    assert descriptors() == before


class Dying:
    """A cage whose interpreter ends at once, as where memory is short."""

    isolation = "none"

    def start(self, arguments, pass_fds):
        return Process().start(["-c", "import os; os._exit(1)"], pass_fds)


def test_interpreter_that_ends_at_once_is_the_machines_fault_and_not_the_students(course):
    student = Student(Dying(), Limits(seconds=2.0), 3)
    chosen = parts(course, {"add": course.solution("add")}, course.exercises[0])
    try:
        with pytest.raises(MachineError), student.attempt(chosen) as attempt:
            attempt.observe(Request.of([Chain(1)]))
    finally:
        student.close()


# -> test_submission.py


def test_folder_in_place_of_a_file_leaks_no_descriptor(tmp_path):
    (tmp_path / "add.py").write_text("x = 1\n")
    (tmp_path / "mul.py").mkdir()
    before = descriptors()
    for _ in range(5):
        load(tmp_path, ("add",))
    assert descriptors() == before


def test_exercises_are_read_however_many_helpers_stand_before_them(tmp_path):
    (tmp_path / "mul.py").write_text("x = 1\n")
    for number in range(100):
        (tmp_path / f"helper{number}.py").write_text("")
    assert "mul" in load(tmp_path, ("mul",)).sources

"""The cage and what runs in it: chosen by name, started bare, ended whole, and nothing lost on the way."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from grader.errors import MachineError
from grader.examining import parts
from grader.launch import FILES, Launched, worker_code
from grader.observation import Numbers
from grader.program import Chain
from grader.request import Request
from grader.sandbox import CAGES, NAMES, choose
from grader.sandbox.process import Process
from grader.student import Limits, Student

SAYS = """
import os, sys
os.write(int(sys.argv[1]), repr({}).encode())
"""
LATER = 20.0

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """A folder in which every temporary folder of a test is made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


# The choice


@pytest.mark.parametrize("name", [*(n for n in NAMES if n not in (*CAGES, "auto")), "", "nonsense", "Process"])
def test_cage_that_is_not_to_be_had_is_the_machines_fault(name):
    with pytest.raises(MachineError) as caught:
        choose(name)
    assert caught.value.exit_code == 71
    assert f"'{name}'" in caught.value.what
    assert "--sandbox" in caught.value.next_step


def test_every_known_cage_is_chosen_by_its_name():
    assert {name: type(choose(name)) for name in CAGES} == CAGES


def test_auto_takes_the_strongest():
    assert type(choose("auto")) is next(iter(CAGES.values()))


def test_every_name_can_be_chosen_or_is_named_as_a_choice():
    assert {*CAGES, "auto"} <= set(NAMES)


def test_process_says_that_it_is_no_cage():
    assert choose("process").isolation == "none"


# A process


@pytest.fixture
def pipe():
    ends = list(os.pipe())
    yield ends
    for fd in ends:
        os.close(fd)


@pytest.fixture
def caged(temporary, pipe):
    """Starts a program in the process cage and gives the running worker."""
    running = []

    def start(source, *arguments):
        running.append(Process().start(["-c", source, str(pipe[1]), *arguments], [pipe[1]]))
        return running[-1]

    yield start
    for worker in running:
        worker.kill()


@pytest.fixture
def says(caged, pipe):
    """What an expression is worth in the cage, as repr shows it."""

    def ask(expression):
        caged(SAYS.format(expression))
        return os.read(pipe[0], 10_000).decode()

    return ask


def test_interpreter_is_bare(says):
    flags = "(sys.flags.isolated, sys.flags.no_site, sys.flags.dont_write_bytecode, 'site' in sys.modules)"
    assert says(flags) == "(1, 1, 1, False)"


def test_interpreter_is_the_graders_own_version(says):
    assert says("sys.version") == repr(sys.version)


def test_process_is_in_a_session_of_its_own(says):
    assert says("os.getsid(0) == os.getpgid(0) == os.getpid()") == "True"


def test_process_is_in_an_empty_folder(says, temporary):
    assert says("(os.listdir('.'), os.path.dirname(os.getcwd()))") == repr(([], str(temporary.resolve())))


def test_process_has_only_the_descriptors_it_was_given(says, pipe):
    with open(os.devnull) as other:
        os.set_inheritable(other.fileno(), True)
        open_now = "[fd for fd in range(256) if not __import__('contextlib').suppress(OSError) or is_open(fd)]"
        source = "(lambda: [fd for fd in range(256) if is_open(fd)])()"
        assert open_now
        assert source

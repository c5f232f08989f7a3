"""A student's own code by hand: it comes from its file, for tracebacks and for debuggers."""

import json
import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner

from grader.commands.student import grade
from tests.grader.conftest import ROOT
from tests.grader.watch.watched import project

BY_HAND = """
from grader.alone import engine

Value = engine("mul").Value
b = Value(2) * Value(3)
"""
# An exercise that tells whatever it can of where it lies.
TELLS = """

def add(self, other):
    import inspect, sys, traceback
    place = sys._getframe().f_code.co_filename
    try:
        1 / 0
    except ZeroDivisionError:
        shown = traceback.format_exc()
    assert "1 / 0" in shown and "1 / 0" in inspect.getsource(add)
    raise ValueError(f"{place} {__file__} {shown}")
"""


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """A copy of the course with its grader, which is compiled once."""
    return project(tmp_path_factory.mktemp("alone") / "own")


@pytest.fixture
def own(copied, solutions):
    """Such a copy with a student's mul in it, and the other exercises as they are given."""
    root = copied
    shutil.copytree(ROOT / "exercises", root / "exercises", dirs_exist_ok=True)
    (root / "exercises" / "mul.py").write_text(solutions["mul"], "utf-8")
    (root / "by_hand.py").write_text(BY_HAND)
    return root


def python(root, *arguments, text=""):
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=root, input=text, env={"PYTHONPATH": str(root), "NANOGRAD_HISTORY": "off"},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_breakpoint_in_the_students_file_stops_a_program_that_was_pasted(own, solutions):
    wanted = next(n for n, line in enumerate(solutions["mul"].splitlines(), 1) if "out = Value(" in line)
    typed = f"b exercises/mul.py:{wanted}\nc\np self.data, other.data\nq\n"
    said = python(own, "-m", "pdb", "by_hand.py", text=typed).stdout
    assert f"> {own}/exercises/mul.py({wanted})mul()" in said
    assert "(2, 3)" in said


def test_traceback_shows_the_students_line(own, solutions):
    file = own / "exercises" / "mul.py"
    file.write_text(solutions["mul"].replace("self.data * other.data", "self.data * other.dada"), "utf-8")
    said = python(own, "by_hand.py").stderr
    assert f'File "{file}", line' in said
    assert "out = Value(self.data * other.dada, (self, other)" in said


def test_helpers_and_imports_without_a_dot_are_those_of_the_same_engine(own, solutions):
    other = solutions["mul"].replace("from .value import", "from value import")
    (own / "exercises" / "mul.py").write_text(other, "utf-8")
    again = (
        BY_HAND
        + "assert engine('mul').Value is not Value\nprint(b.data, (engine('mul').Value(2) * 4).data)\n"
    )
    (own / "by_hand.py").write_text(again)
    done = python(own, "by_hand.py")
    assert (done.stdout, done.stderr) == ("6 8\n", "")


@pytest.mark.parametrize("sandbox", ["process", "auto"])
def test_own_code_knows_its_file_and_the_report_does_not(sandbox, own, tmp_path, monkeypatch):
    (own / "exercises" / "add.py").write_text(TELLS)
    monkeypatch.chdir(own)
    monkeypatch.setenv("NANOGRAD_HISTORY", "off")
    words = ["--exercise", "add", "--json", "-", "--sandbox", sandbox]
    there = tmp_path / "handed-in"
    there.mkdir()
    (there / "add.py").write_text(TELLS)
    told = [CliRunner().invoke(grade, [*words, *place]).stdout for place in ([], [str(there)])]
    reports = [*map(json.loads, told)]
    mine, theirs = (report["exercises"] for report in reports)
    assert mine == theirs
    error = mine[0]["properties"][0]["error"]
    assert error.startswith(
        'ValueError: add.py add.py Traceback (most recent call last): File "add.py", line 7, in add 1 / 0'
    )
    assert str(own) not in json.dumps(reports)

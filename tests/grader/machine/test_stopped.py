"""A command that is stopped from the keyboard ends in one word, whatever it was doing."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

STOPPED_WHILE_IMPORTING = """
import sys

class Pressed:
    def find_spec(self, name, path=None, target=None):
        if name == "{module}":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Pressed())
from grader.__main__ import main
main()
"""


@pytest.mark.parametrize("module", ["grader.machine.processes", "grader.cli", "click"])
def test_ctrl_c_while_it_still_imports_is_no_traceback(module):
    code = STOPPED_WHILE_IMPORTING.replace("{module}", module)
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "\nAborted!\n")


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc for a process's children")
def test_ctrl_c_while_it_grades_is_no_traceback(tmp_path, course):
    (tmp_path / "add.py").write_text("def add(self, other):\n    while True:\n        print(end='x')\n")
    words = [sys.executable, "-P", "-m", "grader", "grade", str(tmp_path), "--exercise", "add"]
    with subprocess.Popen(words, cwd=course.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as grading:
        children = Path(f"/proc/{grading.pid}/task/{grading.pid}/children")
        while not children.read_text():
            time.sleep(0.01)
        grading.send_signal(signal.SIGINT)
        _, said = grading.communicate(timeout=60)
    # Nothing at all is said where it is stopped just while what properties print is taken away.
    assert grading.returncode == 1
    assert said in (b"\nAborted!\n", b"")

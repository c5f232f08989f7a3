"""Nothing that a student runs needs what only Unix has; tests/ports/without_unix.py takes that away."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.author.release import release
from grader.errors import MachineError
from grader.machine import folders
from grader.sandbox import cages

# The project is made once, and its commands are run once.
pytestmark = pytest.mark.xdist_group("without Unix")

HERE = Path(__file__).resolve().parents[3]
SHIM = HERE / "tests" / "ports" / "without_unix.py"
# A relu that lets everything through, so that there is something to draw and to hint at.
LETS_THROUGH = """
from .value import Value

def relu(self):
    out = Value(self.data, (self,), "relu")
    def _backward():
        self.grad += out.grad
    out._backward = _backward
    return out
"""


@pytest.fixture(scope="module")
def project(course, tmp_path_factory):
    """A released project with a right add and a wrong relu, and what its grade was."""
    root = tmp_path_factory.mktemp("windows") / "project"
    release(course, root)
    shutil.copy(HERE / "solutions" / "add.py", root / "exercises")
    (root / "exercises" / "relu.py").write_text(LETS_THROUGH, "utf-8")
    run(
        root,
        "grade",
        "--exercise",
        "add",
        "--exercise",
        "relu",
        "--json",
        "report.json",
        "--sandbox",
        "process",
        code=1,
    )
    return root


def run(root, *arguments, code=0):
    """What a command says where there is nothing of Unix's."""
    done = subprocess.run(
        [sys.executable, "-B", SHIM, root, *arguments],
        cwd=root,
        # A machine of CI's remembers no grades.
        env={name: value for name, value in os.environ.items() if name != "CI"} | {"COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr[-3000:]
    return done.stdout


def test_grade_sees_the_same(project):
    seen = json.loads((project / "report.json").read_text("utf-8"))
    status = {one["name"]: one["status"] for one in seen["exercises"]}
    assert status == {"add": "passed", "relu": "failed"}
    assert seen["isolation"] == "none"


COMMANDS = {
    ("list",): "relu",
    ("hint", "relu"): "what yours does",
    ("progress",): "10/10",
    ("graph", "--report", "report.json"): "differs",
    ("graph", "(a*b).relu()", "a=2", "b=-3"): "<-- differs",
    ("report", "report.json", "--html", "report.html"): "report.html",
    ("submit",): "hand-in.zip",
    ("demo", "--steps", "5"): "accuracy",
}


@pytest.fixture(scope="module")
def told(project):
    """What each command says, with its exit code at the end; all of them in one process."""
    said = run(project, *(word for command in COMMANDS for word in (*command, "++")), "--version")
    return dict(zip(COMMANDS, re.split(r"(?<=\n\+\+ \d)\n", said), strict=False))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_command_does_its_work(command, told):
    assert COMMANDS[command] in told[command]
    assert told[command].endswith("\n++ 0")


def test_reset_keeps_a_copy(project, tmp_path):
    mine = shutil.copytree(project, tmp_path / "mine")
    run(mine, "reset", "relu")
    kept = [path for path in mine.rglob("*relu*") if path.read_text("utf-8") == LETS_THROUGH]
    assert len(kept) == 1
    assert kept != [mine / "exercises" / "relu.py"]


def test_authors_release_and_lay_down_exercises(tmp_path):
    course = tmp_path / "course"
    shutil.copytree(HERE, course, ignore=shutil.ignore_patterns(".*", "__pycache__", "build"))
    run(course, "new", "tanh")
    assert (course / "solutions" / "tanh.py").is_file()
    run(HERE, "release", "--to", str(tmp_path / "released"))
    assert (tmp_path / "released" / "exercises" / "add.py").is_file()


def test_folders_are_held_by_path_where_they_have_no_descriptors(monkeypatch, tmp_path):
    monkeypatch.setattr(folders, "HOLDS", False)
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "file").write_bytes(b"here")
    (tmp_path / "link").symlink_to(tmp_path / "inner")
    root = folders.Root(tmp_path)
    with root.folder(("inner",)) as folder, folders.regular("file", folder) as file:
        assert file.read() == b"here"
    assert root.exists(("inner", "file"))
    assert not root.exists(("inner", "other"))
    with pytest.raises(OSError, match="link"), root.folder(("link",)):
        pass


def test_a_class_is_refused_on_windows_with_what_to_use(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    for name in ("auto", "process"):
        with pytest.raises(MachineError, match="on Windows there is no sandbox") as told:
            cages.choose(name, strangers=True)
        assert "WSL" in told.value.next_step

"""docs/any-engine.md: what it shows is typed, and prints what it says."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.sandbox.cages import choose

ROOT = Path(__file__).resolve().parents[3]
SHAPES = Path(__file__).parents[1] / "autograd" / "shapes"
TEXT = (ROOT / "docs" / "any-engine.md").read_text("utf-8")
TYPED = [
    line.partition("  #")[0].strip() for line in re.findall(r"^\.venv/bin/(grader .*)$", TEXT, re.MULTILINE)
]
SHOWN = re.findall(r"<!-- shown by: (\S+) -->\n```\n(.*?)\n```", TEXT, re.DOTALL)
WEAK = ["--sandbox", "process"] if choose("auto").isolation == "none" else []


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    """What the document speaks of, by the names it has there."""
    folder = tmp_path_factory.mktemp("any")
    shutil.copytree(SHAPES / "karpathy", folder / "micrograd")
    shutil.make_archive(str(folder / "micrograd"), "zip", SHAPES, "karpathy")
    shutil.copytree(SHAPES / "several_values", folder / "lectures")
    shutil.copy(SHAPES / "own_words.py", folder)
    shutil.copy(SHAPES / "lecture_notebook.py", folder / "lecture.py")
    shutil.copy(SHAPES / "cannot" / "reads_a_file.py", folder / "housing.py")
    return folder


def run(words, place):
    command = [sys.executable, "-m", "grader", *words, *WEAK]
    return subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)


def test_document_shows_every_way():
    assert len(TYPED) >= 5
    assert {line.split()[1] for line in TYPED} == {"grade"}
    assert len(SHOWN) == 3


@pytest.mark.parametrize("line", TYPED)
def test_every_command_shown_grades(line, place):
    done = run(line.split()[1:], place)
    assert done.returncode == (0 if "micrograd" in line else 1), done.stderr
    assert done.stdout


@pytest.mark.parametrize(("name", "lines"), SHOWN)
def test_output_shown_is_what_is_printed(name, lines, place):
    done = run(["grade", name], place)
    printed = [line.strip() for line in (done.stdout + done.stderr).splitlines()]
    assert [line for line in lines.splitlines() if line.strip() not in printed] == []

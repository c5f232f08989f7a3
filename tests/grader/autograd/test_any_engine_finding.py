"""Which paths are graded as they are, and what is read of them."""

import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from grader.autograd.any_engine.examining import (
    grade_foreign,
)
from grader.autograd.any_engine.finding import AnyLayout, is_foreign, read
from grader.autograd.program import Shape as Sizes
from grader.errors import UsageError
from grader.report.scoring import exercise_status
from grader.submission.submission import AnyShape

SHAPES = Path(__file__).parent / "shapes"
KARPATHY = SHAPES / "karpathy"
MLP = Sizes("MLP", (2, 3, 1))


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_folder_named_after_exercises_is_an_ordinary_submission(course, tmp_path):
    write(tmp_path / "add.py", "def add(self, other): ...")
    write(tmp_path / "engine.py", "class Value:\n    def __add__(self, other): ...")
    assert not is_foreign(tmp_path, course)


def test_network_in_files_of_our_names_beside_an_engine_is_not(course, tmp_path):
    write(tmp_path / "neuron.py", "class Neuron: ...")
    assert not is_foreign(tmp_path, course)
    write(tmp_path / "engine.py", "class Value:\n    def __add__(self, other): ...")
    assert is_foreign(tmp_path, course)


def test_course_s_own_folder_is_not_taken_for_an_engine(course):
    assert not is_foreign(course.root, course)


def test_folder_without_python_is_told_what_an_exercise_is(course, tmp_path):
    assert not is_foreign(tmp_path, course)
    assert is_foreign(KARPATHY, course)


def test_links_and_other_people_s_packages_are_not_read(tmp_path):
    write(tmp_path / "engine.py", "class Value: ...")
    write(tmp_path / "venv" / "lib.py", "class Value: ...")
    (tmp_path / "linked.py").symlink_to(tmp_path / "engine.py")
    assert set(read(tmp_path, AnyShape()).sources) == {"engine"}


CLASS = "class Value:\n    def __add__(self, other):\n        return self\n"


def cells(*sources):
    return json.dumps({"cells": [{"cell_type": "code", "source": source} for source in sources]})


def test_notebook_is_read_where_no_script_has_an_engine(tmp_path):
    write(tmp_path / "lecture.ipynb", cells("%time 1\nimport math", CLASS))
    write(tmp_path / "plots.py", "x = 1\n")
    assert set(read(tmp_path, AnyShape()).sources) == {"plots", "lecture.ipynb"}
    write(tmp_path / "engine.py", CLASS)
    assert set(read(tmp_path, AnyShape()).sources) == {"plots", "engine"}


def test_notebook_with_exercises_in_cells_of_their_own_is_no_engine(tmp_path):
    write(tmp_path / "homework.ipynb", cells(CLASS, "%%exercise neuron\nclass Neuron: ..."))
    assert AnyLayout().read(tmp_path, "ada") is None


def test_archive_is_read_without_the_folder_around_everything(tmp_path):
    with zipfile.ZipFile(tmp_path / "mine.zip", "w") as archive:
        archive.writestr("mine-main/pack/engine.py", "class Value: ...")
        archive.writestr("mine-main/README.md", "hello")
        archive.writestr("../outside.py", "class Value: ...")
    assert set(read(tmp_path / "mine.zip", AnyShape()).sources) == {"pack/engine"}


def test_repository_is_read_as_committed(lenient, tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(KARPATHY, folder)
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "engine"]):
        subprocess.run([*git, *words], check=True, capture_output=True)
    write(folder / "micrograd" / "engine.py", "not committed")
    report = grade_foreign(Path(f"file://{folder}"), lenient, only=["add"])
    assert exercise_status(report.results[0]) == "passed"


def test_repository_that_is_not_there_is_told(lenient, tmp_path):
    with pytest.raises(UsageError, match="there is no repository"):
        grade_foreign(Path(f"file://{tmp_path}/nowhere"), lenient)

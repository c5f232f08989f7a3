"""A new exercise: what the author's guide shows, done in a copy of the repository, and the refusals."""

import json
import os
import re
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from grader.author.exercises import _shares
from grader.autograd.subject import SUBJECT
from grader.course.misconceptions import misconceptions
from tests.grader.called import grader

# What is made once takes long: all these tests in one process.
pytestmark = pytest.mark.xdist_group("chapter")

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("solutions", "exercises", "tests/properties", "tests/misconceptions")
FILES = ("course.toml", "pyproject.toml", "HINTS.md")
GUIDE = (ROOT / "docs" / "guides" / "author.md").read_text("utf-8")
CHAPTER = re.search(r"^## Adding an exercise\n(.*?)^## ", GUIDE, re.MULTILINE | re.DOTALL)[1]
COMMANDS = [line.split() for line in re.findall(r"^\.venv/bin/grader (.*)$", CHAPTER, re.MULTILINE)]
BLOCKS = re.findall(r"^In `([\w/.]+)`, ([^:]*):\n\n```\w+\n(.*?)```", CHAPTER, re.MULTILINE | re.DOTALL)
ADDED = re.search(r"^````md\n(.*?)^````$", GUIDE, re.MULTILINE | re.DOTALL)[1]
# What the guide's wrong versions do, as it is read off them; nobody has written a line on tanh for that.
READ = {
    "no_upstream": {"upstream-missing"},
    "overwrites": {"overwrites"},
    "slope_of_the_input": {"wrong-number"},
}


def copied(folder, *more):
    """A copy of the course, with one misconception of each exercise: that all are caught others show."""
    for name in (*FOLDERS, *more):
        shutil.copytree(ROOT / name, folder / name)
    for name in FILES:
        shutil.copy(ROOT / name, folder)
    for path in (folder / "tests" / "misconceptions").iterdir():
        sections = re.split(r"^(?=## )", path.read_text("utf-8"), flags=re.MULTILINE)
        path.write_text("".join(sections[:2]), encoding="utf-8")
    return folder


def typed(folder, *arguments):
    """A command of the grader in that folder."""
    return subprocess.run(
        [sys.executable, "-B", "-m", "grader", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def between_the_markers(text, block):
    marked = r"(?<=# begin solution\n).*?(?=    # end solution\n)"
    return re.sub(marked, lambda _: block, text, flags=re.DOTALL)


def in_place_of_the_diff(text, block, id_):
    sections = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    (place,) = [place for place, section in enumerate(sections) if section.startswith(f"## {id_}:")]
    sections[place] = re.sub(r"(?<=```diff\n).*?(?=```)", lambda _: block, sections[place], flags=re.DOTALL)
    return "".join(sections)


def in_place_of_the_property(text, block):
    name = re.search(r"^def test_\w+\(", block, re.MULTILINE)[0]
    chunks = text.split("\n\n\n")
    (place,) = [place for place, chunk in enumerate(chunks) if name in chunk]
    return "\n\n\n".join([*chunks[:place], block.rstrip(), *chunks[place + 1 :]])


WAYS = {
    "between the markers": between_the_markers,
    "in place of the diff under `no_upstream`": partial(in_place_of_the_diff, id_="no_upstream"),
    "in place of the diff under `overwrites`": partial(in_place_of_the_diff, id_="overwrites"),
    "in place of the property of that name": in_place_of_the_property,
}


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """A copy in which somebody followed the chapter and the guide, and what each command came to."""
    folder = copied(tmp_path_factory.mktemp("course"), "grader")
    runs = [typed(folder, *COMMANDS[0])]
    for path, way, block in BLOCKS:
        text = (folder / path).read_text("utf-8")
        (folder / path).write_text(WAYS[way](text, block), encoding="utf-8")
    known = folder / "tests" / "misconceptions" / "tanh.md"
    known.write_text(f"{known.read_text('utf-8')}\n{ADDED}", encoding="utf-8")
    runs += [typed(folder, *command) for command in COMMANDS[1:]]
    return folder, runs


@pytest.fixture(scope="module")
def followed(walked):
    return walked[0]


def graded(folder, submission, name="tanh"):
    words = ("grade", submission, "--exercise", name, "--json", "-")
    run = grader(*words, cwd=folder, NANOGRAD_COURSE=str(folder))
    (exercise,) = json.loads(run.stdout)["exercises"]
    return exercise


def test_chapter_shows_every_command_and_block():
    assert [command[:2] for command in COMMANDS] == [
        ["new", "tanh"],
        ["record"],
        ["check", "--write"],
        ["check"],
        ["grade", "solutions"],
    ]
    assert len(BLOCKS) == CHAPTER.count("```py\n") + CHAPTER.count("```diff\n") == 4


def test_a_misconception_is_added_in_six_lines():
    assert len([line for line in ADDED.splitlines() if not line.startswith("```")]) == 6


def test_every_command_of_the_chapter_ends_well(walked):
    assert [(run.returncode, run.stderr if run.returncode else "") for run in walked[1]] == [(0, "")] * 5


def test_new_says_what_to_fill_in(walked):
    said = walked[1][0].stdout
    for path in [path for path, way, _ in BLOCKS if "property" not in way] + ["HINTS.md"]:
        assert re.search(rf"^  {path} \(\d\)$", said, re.MULTILINE)
    assert "grader check --write" in said


def test_solution_scores_full_marks(followed):
    exercise = graded(followed, "solutions")
    assert (exercise["status"], exercise["score"], exercise["max_score"]) == ("passed", 6, 6)


def test_stub_is_not_started(followed):
    assert graded(followed, "exercises")["status"] == "not_started"


@pytest.mark.parametrize("misconception", READ)
def test_misconception_loses_points_and_is_read(followed, tmp_path, misconception):
    known = {m.id: m.source for m in misconceptions("tanh", followed / "tests" / "misconceptions")}
    assert set(known) == set(READ)
    (tmp_path / "tanh.py").write_text(known[misconception])
    exercise = graded(followed, tmp_path)
    assert exercise["score"] < exercise["max_score"]
    assert {finding["finding"] for finding in exercise["findings"]} == READ[misconception]


def test_what_it_does_is_said_in_the_names_of_its_author(followed, tmp_path):
    right = (followed / "solutions" / "tanh.py").read_text("utf-8")
    both = right.replace("self.grad += (1 - result.data**2) * result.grad", "self.grad = 1 - result.data**2")
    assert both != right
    (tmp_path / "tanh.py").write_text(both)
    found = {f["finding"]: f for f in graded(followed, tmp_path)["findings"]}
    assert set(found) == {"overwrites", "upstream-missing"}
    assert found["overwrites"]["does"] == "self.grad = 1 - result.data**2"


def test_counterexample_calls_the_method(followed, tmp_path):
    (tmp_path / "tanh.py").write_text("def tanh(self):\n    return self * 1\n")
    shown = [p["counterexample"]["program"] for p in graded(followed, tmp_path)["properties"]]
    assert all(".tanh()" in program for program in shown)


def test_wrong_form_is_named_as_a_method(followed, tmp_path):
    (tmp_path / "tanh.py").write_text("def tanh(self):\n    return 1.0\n")
    assert "a.tanh() gave a float" in json.dumps(graded(followed, tmp_path))


def test_other_exercises_are_unaffected(followed):
    exercise = graded(followed, "solutions", "add")
    assert (exercise["score"], exercise["max_score"]) == (10, 10)


def test_new_engine_has_the_operation(followed):
    code = "from solutions import Value; print(Value(0.0).tanh().data)"
    run = subprocess.run([sys.executable, "-B", "-c", code], cwd=followed, capture_output=True, check=True)
    assert run.stdout == b"0.0\n"


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    return copied(tmp_path_factory.mktemp("pristine"))


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(folder, *arguments):
    before = contents(folder)
    run = grader("new", *arguments, cwd=folder, NANOGRAD_COURSE=str(folder))
    assert contents(folder) == before
    assert (run.returncode, run.stdout) == (2, "")
    assert "Traceback" not in run.stderr
    return run.stderr


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("relu", "exists already"),
        ("value", "exists already"),
        ("together", "exists already"),
        ("data", "exists already"),
        ("neg", "exists already"),
        ("zero_all", "exists already"),
        ("2tanh", "is no name"),
        ("a.b", "is no name"),
        ("../tanh", "is no name"),
        ("Tanh", "is no name"),
        ("_op", "is no name"),
        ("lambda", "is no name"),
        ("math", "would hide"),
    ],
)
def test_name_that_cannot_be_used_is_refused(pristine, name, why):
    assert refused(pristine, name).startswith(f"grader: '{name}' {why}")


@pytest.mark.parametrize("points", ["5", "0", "many"])
def test_points_that_cannot_be_shared_out_are_refused(pristine, points):
    assert "--points" in refused(pristine, "tanh", "--points", points)


@pytest.mark.parametrize("path", ["exercises/sinh.py", "tests/properties/test_sinh.py"])
def test_no_file_is_overwritten(pristine, path):
    (pristine / path).write_text("mine = 1\n")
    said = refused(pristine, "sinh")
    (pristine / path).unlink()
    assert path in said
    assert "is there already" in said


@pytest.mark.parametrize("points", range(6, 20))
def test_shares_add_up(points):
    shares = _shares(SUBJECT.template, points)
    assert set(shares) == set(SUBJECT.template)
    assert sum(shares.values()) == points
    assert min(shares.values()) >= 1

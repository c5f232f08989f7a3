"""The hook before a commit, as pre-commit runs it in a repository of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.platforms.runners import asked
from grader.submission.choice import NoExercise

# The hook is installed once.
pytestmark = pytest.mark.xdist_group("changed")

ROOT = Path(__file__).resolve().parents[3]


def names(files, course):
    return {each.folder: each.names for each in asked(files, course)}


def test_files_become_exercises_in_the_courses_order_by_their_folder(tmp_path, course):
    for name in ("mul", "add"):
        (tmp_path / f"{name}.py").write_text(course.stub(name))
    for name in ("value.py", "add.txt"):
        (tmp_path / name).touch()
    files = [tmp_path / name for name in ("mul.py", "add.py", "value.py", "add.txt", "pow.py")]
    assert names(files, course) == {tmp_path: ("add", "mul")}


def test_files_that_are_no_exercises_ask_for_nothing(tmp_path, course):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_add.py").write_text("def test_it(): ...\n")
    (tmp_path / "notes.py").write_text(course.solution("add"))
    files = [Path("README.md"), Path("exercises/value.py"), tmp_path / "tests" / "test_add.py"]
    assert names([*files, tmp_path / "notes.py"], course) == {}


def test_file_of_another_name_counts_for_the_exercise_that_is_meant(tmp_path, course):
    (tmp_path / "mul.py").write_text(course.stub("mul"))
    (tmp_path / "Mul (1).py").write_text(course.solution("mul"))
    (found,) = asked([tmp_path / "Mul (1).py"], course)
    assert (found.names, found.submission.taken) == (("mul",), {"mul": "Mul (1).py"})


def test_file_that_may_be_meant_and_is_not_plain_asks_for_its_exercise_and_says_why(tmp_path, course):
    (tmp_path / "add.py").write_text(course.stub("add"))
    for number in (1, 2):
        (tmp_path / f"mul {number}.py").write_text(f"{course.solution('mul')}\nx = {number}\n")
    (found,) = asked([tmp_path / "mul 2.py"], course)
    assert found.names == ("mul",)
    assert "nothing says which of them counts" in found.submission.unclear["mul"]


def test_nothing_plain_at_all_is_said(tmp_path, course):
    for number in (1, 2):
        (tmp_path / f"mul {number}.py").write_text(f"{course.solution('mul')}\nx = {number}\n")
    with pytest.raises(NoExercise, match="nothing says which of them counts"):
        asked([tmp_path / "mul 2.py"], course)


def run(folder, *command):
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        # Where all these tests have their folders.
        "PRE_COMMIT_HOME": str(folder.parents[1] / "pre-commit"),
    }
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def git(folder, *words):
    done = run(folder, "git", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def committed(folder):
    git(folder, "init", "--quiet")
    git(folder, "config", "user.name", "t")
    git(folder, "config", "user.email", "t@example.org")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=first")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture(scope="module")
def hooked(tmp_path_factory, course):
    """A student's repository with the hook in place."""
    place = tmp_path_factory.mktemp("changed")
    hooks, folder = place / "hooks", place / "project"
    hooks.mkdir()
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", hooks)
    revision = committed(hooks)
    (folder / "exercises").mkdir(parents=True)
    for name in course.names:
        (folder / "exercises" / f"{name}.py").write_text(course.stub(name))
    grader = folder / ".venv" / "bin" / "grader"
    grader.parent.mkdir(parents=True)
    grader.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m grader "$@"\n')
    grader.chmod(0o755)
    (folder / ".gitignore").write_text(".venv/\n")
    (folder / ".pre-commit-config.yaml").write_text(
        f"repos:\n  - repo: {hooks}\n    rev: {revision}\n    hooks:\n      - id: nanograd\n"
    )
    committed(folder)
    installed = run(folder, sys.executable, "-m", "pre_commit", "install")
    assert installed.returncode == 0, installed.stderr
    prepared = run(folder, sys.executable, "-m", "pre_commit", "install-hooks")
    assert prepared.returncode == 0, prepared.stderr
    return folder


@pytest.fixture
def project(hooked, tmp_path):
    return shutil.copytree(hooked, tmp_path / "project")


def commit(folder, **sources):
    for name, text in sources.items():
        (folder / "exercises" / f"{name}.py").write_text(text)
    git(folder, "add", "--all")
    return run(folder, "git", "commit", "--message=work")


def test_an_exercise_that_passes_is_committed_however_many_are_not_started(project, solutions):
    done = commit(project, add=solutions["add"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert git(project, "log", "-1", "--format=%s") == "work"


def test_an_exercise_that_fails_stops_the_commit_and_says_why(project, solutions):
    done = commit(project, add=solutions["add"], mul=solutions["mul"].replace("+=", "="))
    assert done.returncode == 1
    assert "a * b" in done.stderr
    assert "10/10" in done.stderr  # add
    assert "not started" not in done.stderr
    assert git(project, "log", "-1", "--format=%s") == "first"


def test_exercise_under_another_name_stops_the_commit_as_well(project, solutions):
    text = solutions["mul"].replace("+=", "=")
    (project / "exercises" / "mul (1).py").write_text(text)
    done = commit(project)
    assert done.returncode == 1
    assert "Graded from files of another name or place: mul from mul (1).py." in done.stderr + done.stdout


def test_what_is_staged_counts_and_not_what_lies_there(project, solutions):
    (project / "exercises" / "add.py").write_text(solutions["add"])
    git(project, "add", "exercises/add.py")
    (project / "exercises" / "add.py").write_text("raise ValueError('half done')\n")
    done = run(project, "git", "commit", "--message=staged")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "half done" in (project / "exercises" / "add.py").read_text()


def test_other_files_are_committed_without_grading(project):
    (project / "notes.md").write_text("Mine.\n")
    git(project, "add", "--all")
    done = run(project, "git", "commit", "--message=notes")
    assert done.returncode == 0
    assert "no files to check" in done.stdout + done.stderr

"""Which course a command is about: the one around the current folder, never a stranger's by accident."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.author.release import release
from grader.course.course import here, own_root, root_around
from grader.errors import UsageError
from tests.grader.called import grader

# What is made once takes long: all these tests in one process.
pytestmark = pytest.mark.xdist_group("clones")

ROOT = Path(__file__).resolve().parents[3]


def of(clone, *arguments, cwd):
    """A clone's own grader, called in another folder."""
    return subprocess.run(
        [sys.executable, "-I", str(clone / "grader" / "start.py"), "grader", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def clones(course, tmp_path_factory):
    """Two projects side by side; in the second add has been written, and is worth more."""
    folder = tmp_path_factory.mktemp("clones")
    release(course, folder / "one")
    shutil.copytree(folder / "one", folder / "other")
    toml = folder / "other" / "course.toml"
    toml.write_text(toml.read_text("utf-8").replace('title = "a + b"\n', 'title = "the other sum"\n'))
    shutil.copy(ROOT / "solutions" / "add.py", folder / "other" / "exercises" / "add.py")
    return folder / "one", folder / "other"


@pytest.fixture(scope="module")
def laid(clones, tmp_path_factory):
    """A stranger's repository, whose properties leave a mark where they are run; and where that would be."""
    above = tmp_path_factory.mktemp("stranger")
    folder, mark = above / "theirs", above / "was run"
    shutil.copytree(clones[1], folder)
    for path in (folder / "tests" / "properties").glob("*.py"):
        path.write_text(f"open({str(mark)!r}, 'w').close()\n" + path.read_text("utf-8"))
    (folder / "handed-in" / "ada").mkdir(parents=True)
    shutil.copy(ROOT / "solutions" / "add.py", folder / "handed-in" / "ada")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "handed in")):
        command = ["git", "-c", "user.name=s", "-c", "user.email=s@localhost", *words]
        subprocess.run(command, cwd=folder, check=True)
    return folder, mark


@pytest.fixture
def trap(laid):
    yield laid
    laid[1].unlink(missing_ok=True)


def test_the_course_is_searched_upwards_and_is_the_graders_own_where_there_is_none(clones, tmp_path):
    inside = clones[1] / "exercises"
    assert root_around(inside) == clones[1]
    assert here(inside).root == clones[1]
    assert root_around(tmp_path) is None
    assert here(tmp_path).root == own_root() == ROOT


def test_a_course_that_another_user_put_above_is_refused(clones, monkeypatch):
    file = clones[0] / "course.toml"
    owner = file.stat().st_uid
    monkeypatch.delenv("SUDO_UID", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1, raising=False)
    if owner == 0:
        os.chown(file, 4242, -1)
    try:
        with pytest.raises(UsageError, match="belongs to another user") as caught:
            here(clones[0] / "exercises")
        assert "grader --course" in caught.value.next_step
        monkeypatch.setenv("SUDO_UID", str(file.stat().st_uid))
        assert here(clones[0]).root == clones[0]
    finally:
        if owner == 0:
            os.chown(file, owner, -1)


def test_two_clones_side_by_side_never_grade_each_other(clones):
    one, other = clones
    for standing, points in ((one, "not started"), (other / "exercises", "10/10")):
        for called in clones:
            done = of(called, "grade", "--exercise", "add", cwd=standing)
            assert points in done.stdout, done.stderr
            # Only where the grader is another's there is something to say.
            assert bool(done.stderr) == (called != standing and called not in standing.parents)
            assert len(done.stderr.splitlines()) <= 1
    said = of(one, "list", cwd=other)
    assert "the other sum" in said.stdout
    assert f"the course is the one in {other}; the grader is the one in {one}" in said.stderr


def test_elsewhere_it_says_whose_exercises_it_grades(clones, tmp_path):
    done = of(clones[1], "grade", "--exercise", "add", cwd=tmp_path)
    assert "10/10" in done.stdout
    assert done.stderr == f"grader: the course is the one in {clones[1]}\n"
    done = of(clones[1], "grade", clones[0] / "exercises", "--exercise", "add", cwd=tmp_path)
    assert "not started" in done.stdout
    assert done.stderr == ""


def test_a_course_that_is_named_is_the_one(clones, tmp_path):
    for words, variables in ((("--course", clones[1]), {}), ((), {"NANOGRAD_COURSE": str(clones[1])})):
        done = grader(*words, "list", cwd=clones[0], **variables)
        assert "the other sum" in done.stdout
        assert done.stderr == ""
    done = grader("--course", tmp_path, "list", cwd=clones[0])
    assert (done.returncode, "course.toml" in done.stderr) == (70, True)


STRANGERS = {
    "ci": ("ci", "--out", "{out}/ci"),
    "gitlab": ("gitlab", "exercises", "--junit", "{out}/j.xml", "--codequality", "{out}/q.json"),
    "exercism": ("exercism", "add", "exercises", "{out}"),
    "batch": ("batch", "handed-in", "--gradebook", "{out}/class.sqlite"),
}


@pytest.mark.parametrize("name", STRANGERS)
def test_nothing_of_a_strangers_course_is_run_where_others_are_graded(name, trap, tmp_path):
    folder, mark = trap
    words = [word.format(out=tmp_path) for word in STRANGERS[name]]
    done = grader(*words, cwd=folder)
    assert done.returncode in (0, 1, 71), done.stderr
    assert not mark.exists()
    assert "the course is the grader's own; for the one in" in done.stderr


def test_the_trap_springs_where_somebody_stands_in_it(clones, trap):
    """As it is promised of one's own folder; so that the test above means something."""
    folder, mark = trap
    of(clones[0], "list", "sum", cwd=folder)
    assert mark.exists()

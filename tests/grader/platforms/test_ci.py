"""grader ci, as any continuous integration calls it."""

import json
import os
import subprocess
import sys

import pytest

from tests.grader.called import grader
from tests.grader.platforms.pull import ROOT, commit, git

# The repository is made once, and its last commit is graded once.
pytestmark = pytest.mark.xdist_group("ci")
KEPT = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "GITHUB_"))}
FILES = {"report.json", "summary.md", "badge.svg", "junit.xml", "classroom.json", "result.json"}


@pytest.fixture(scope="module")
def repository(tmp_path_factory, course):
    """The stubs, then everything solved, then a wrong layer."""
    folder = tmp_path_factory.mktemp("repository")
    git(folder, "init", "--quiet", "--initial-branch", "main")
    commit(folder, {f"exercises/{name}.py": course.stub(name) for name in course.names})
    commit(folder, {f"exercises/{name}.py": course.solution(name) for name in course.names})
    commit(folder, {"exercises/layer.py": "class Layer:\n    pass\n"})
    return folder


@pytest.fixture(autouse=True)
def nowhere(monkeypatch):
    """As where neither git nor a runner has said anything."""
    for name in os.environ.keys() - KEPT.keys():
        monkeypatch.delenv(name)


def words(repository, out, *arguments):
    return ["ci", "--repo", repository, "--out", out, "--sandbox", "process", *arguments]


def ci(repository, out, *arguments):
    return grader(*words(repository, out, *arguments))


@pytest.fixture(scope="module")
def changed(repository, tmp_path_factory):
    """What is said and written of a wrong layer, graded by a process of its own."""
    out = tmp_path_factory.mktemp("changed")
    command = [sys.executable, "-m", "grader", *words(repository, out, "--base", "HEAD~1")]
    run = subprocess.run(command, cwd=ROOT, env=KEPT, capture_output=True, text=True, check=False)
    return run, out


def score(out):
    report = json.loads((out / "report.json").read_text())
    return report["score"], report["max_score"]


def test_without_a_base_everything_is_graded(repository, tmp_path):
    run = ci(repository, tmp_path / "out", "--head", "HEAD~1")
    assert (run.returncode, run.stderr) == (0, "")
    assert score(tmp_path / "out") == (100, 100)
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES


def test_with_a_base_only_what_depends_on_the_change_is(changed):
    run, out = changed
    assert run.returncode == 1
    assert score(out) == (15, 25)


def test_what_has_not_changed_is_graded_on_demand(repository, tmp_path):
    assert ci(repository, tmp_path, "--base", "HEAD~1", "--everything").returncode == 1
    assert score(tmp_path) == (90, 100)


def test_where_no_runner_listens_there_are_no_commands(changed):
    run, _ = changed
    assert "::" not in run.stdout
    assert "mlp        passed       15/15" in run.stdout


def test_commit_that_is_not_there_is_wrong_use(repository, tmp_path):
    run = ci(repository, tmp_path, "--head", "nowhere")
    assert (run.returncode, run.stdout) == (2, "")
    assert "there is no commit nowhere" in run.stderr
    assert "git fetch origin COMMIT" in run.stderr


def test_place_that_cannot_be_written_is_wrong_use(repository, tmp_path):
    (tmp_path / "file").write_text("")
    run = ci(repository, tmp_path / "file" / "out", "--base", "HEAD~1")
    assert run.returncode == 2
    assert "cannot write to" in run.stderr


def test_same_commit_gives_the_same_report_byte_for_byte(repository, changed, tmp_path):
    ci(repository, tmp_path, "--base", "HEAD~1")
    first, second = ((out / "report.json").read_bytes() for out in (changed[1], tmp_path))
    assert first == second

"""Classroom 50: its autograder in a checkout, as the runner starts it, and what the runner would refuse."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import tarfile

import pytest

from tests.grader.author.test_wheel import built_once
from tests.grader.platforms.pull import ROOT, commit, git

# With the other tests of the wheel, which is built once.
pytestmark = pytest.mark.xdist_group("wheel")

AUTOGRADER = ROOT / "platforms" / "classroom50" / "autograder.py"
TAG = "submit/2026-12-01T10-00-00Z-abcdef1"
SAID = {
    "CLASSROOM": "ml-2026",
    "ASSIGNMENT": "nanograd",
    "OWNER": "Ada",
    "USERNAME": "Ada",
    "ASSIGNMENT_TYPE": "team",
    "SUBMISSION_TAG": TAG,
    "COMMIT_URL": "https://github.com/school/ml-2026-nanograd-ada/commit/abcdef1",
    "RELEASE_URL": "https://github.com/school/ml-2026-nanograd-ada/releases/tag/submit%2Fx",
    "REVIEW_URL": "https://github.com/school/ml-2026-nanograd-ada/compare/0...abcdef1",
}


# result-v1.schema.json lets nothing else stand on top.
KEYS = {"schema", "classroom", "assignment", "assignment_type", "owner", "submission", "commit", "release"}
KEYS |= {"review", "datetime", "graded_at", "score", "max-score", "tests", "submitted_by"}
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z")


def refused(data, *, classroom="ml-2026", assignment="nanograd", owner="ada", kind="team"):
    """Why the runner would publish no such result; nothing where it would (validate_result in runner.py)."""
    texts = [data.get(field) for field in ("commit", "release", "review", "datetime")]
    tests = data.get("tests")
    holds = {
        "schema": data.get("schema") == "classroom50/result/v1",
        "whose": (data.get("classroom"), data.get("assignment")) == (classroom, assignment),
        "owner": str(data.get("owner")).lower() == owner,
        "assignment_type": data.get("assignment_type") == kind,
        "submission": str(data.get("submission")).startswith("submit/"),
        "links": all(isinstance(text, str) and text for text in texts),
        "datetime": bool(MOMENT.fullmatch(str(data.get("datetime")))),
        "keys": {*data} <= KEYS,
        "score": fits(data.get("score"), data.get("max-score")),
        "tests": isinstance(tests, list) and all(map(well_made, tests)),
    }
    return next((what for what, kept in holds.items() if not kept), "")


def well_made(test):
    named = isinstance(test.get("test-name"), str) and test["test-name"]
    return named and type(test.get("passed")) is bool and fits(test.get("score"), test.get("max-score"))


def fits(score, most):
    return type(score) is int and type(most) is int and 0 <= score <= most


@pytest.fixture(scope="module")
def checkout(tmp_path_factory, course):
    folder = tmp_path_factory.mktemp("checkout")
    git(folder, "init", "--quiet", "--initial-branch", "main")
    files = {"exercises/add.py": course.solution("add").replace("+=", "=")}
    commit(folder, {**files, ".classroom50.yaml": "classroom: ml-2026\n", "result.json": '{"score": 100}\n'})
    return folder


def graded(checkout, tmp_path, **said):
    """What the autograder does, with a grader that is installed already."""
    grader = tmp_path / "grader"
    grader.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -P -m grader "$@"\n')
    grader.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "GITHUB_"))}
    return subprocess.run(
        [sys.executable, AUTOGRADER],
        cwd=checkout,
        env={**kept, "GRADER": str(grader), "GRADER_SANDBOX": "process", **said},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def result(checkout, tmp_path_factory):
    run = graded(checkout, tmp_path_factory.mktemp("bin"), **SAID)
    assert run.returncode == 0, run.stderr
    return json.loads((checkout / "result.json").read_text())


def test_result_is_what_the_runner_takes(result):
    assert refused(result) == ""


def test_result_says_what_the_runner_said(result):
    keys = ("owner", "submission", "commit", "release", "review")
    names = ("OWNER", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL", "REVIEW_URL")
    assert [result[key] for key in keys] == [SAID[name] for name in names]


def test_result_that_was_committed_is_nobodys_mark(result):
    assert 0 < result["score"] < 10
    assert result["max-score"] == 100


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"classroom": "other"}, "whose"),
        ({"owner": "eve"}, "owner"),
        ({"owner": ""}, "owner"),
        ({"assignment_type": "individual"}, "assignment_type"),
        ({"submission": "v1"}, "submission"),
        ({"review": ""}, "links"),
        ({"datetime": "2026-12-01 10:00:00"}, "datetime"),
        ({"usernames": ["ada"]}, "keys"),
        ({"score": 7.5}, "score"),
        ({"score": True}, "score"),
        ({"score": 101}, "score"),
        ({"tests": [{"test-name": "x", "passed": 1, "score": 0, "max-score": 0}]}, "tests"),
    ],
)
def test_what_the_runner_rejects_is_rejected_here(result, change, why):
    assert refused({**result, **change}) == why


def test_without_what_the_runner_says_there_is_no_result(checkout, tmp_path, result):
    run = graded(checkout, tmp_path, CLASSROOM="ml-2026")
    assert run.returncode == 2
    assert "did not say: ASSIGNMENT, SUBMISSION_TAG" in run.stderr


def test_grader_that_breaks_gives_no_result_and_no_success(checkout, tmp_path, result):
    run = graded(checkout, tmp_path, **SAID, GRADER="/bin/false-grader")
    assert run.returncode != 0
    assert not (checkout / "result.json").exists()


# The bundle, from the archive that is published to the result


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """What is published for an assignment: autograder.py, and the course as a wheel."""
    pytest.importorskip("setuptools", reason="pip install setuptools, to build the wheel")
    folder = tmp_path_factory.mktemp("published")
    _, wheel = built_once(tmp_path_factory.getbasetemp())
    with tarfile.open(folder / "nanograd.tar.gz", "w:gz") as packed:
        for file in (AUTOGRADER, wheel):
            packed.add(file, f"nanograd/{file.name}")
    return folder / "nanograd.tar.gz"


def test_bundle_is_as_small_as_the_runner_takes_it(bundle):
    assert bundle.stat().st_size < 10 * 1024 * 1024  # MAX_FETCH_BYTES


def test_bundle_installs_itself_and_gives_a_result_that_the_runner_takes(bundle, tmp_path, course):
    """The runner's own steps: it unpacks the bundle, and starts autograder.py with the checkout around it.

    Nothing is asked of a package index: what the course needs comes from the environment of these tests.
    """
    with tarfile.open(bundle) as packed:
        # Not every 3.11 has it, nor an argument of that name.
        packed.extraction_filter = getattr(tarfile, "data_filter", None)
        packed.extractall(tmp_path / "runtime")
    inside = tmp_path / "runtime" / "nanograd"
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    git(checkout, "init", "--quiet", "--initial-branch", "main")
    commit(checkout, {"exercises/add.py": course.solution("add")})
    names = ("HOME", "PATH", "XDG_CACHE_HOME")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PYTHONPATH": sysconfig.get_path("purelib")}
    run = subprocess.run(
        [sys.executable, str(inside / "autograder.py")],
        cwd=checkout,
        env={**kept, **offline, **SAID, "GRADER_SANDBOX": "process", "CLASSROOM50_BUNDLE_DIR": str(inside)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    result = json.loads((checkout / "result.json").read_text())
    assert refused(result) == ""
    assert (result["score"], result["tests"][0]["passed"]) == (10, True)

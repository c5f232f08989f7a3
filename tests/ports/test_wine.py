"""On Windows, as far as Wine is it: the same verdicts and counterexamples as here.

Not part of make test: it fetches half a gigabyte. Run it with: pytest tests/ports
"""

import json
import subprocess

import pytest

from grader.course.course import Course
from tests.needs import needs
from tests.ports import outcomes, wine
from tests.ports.alike import alike

pytestmark = needs(not wine.why_not(), wine.why_not() or "Wine is there")
WRONG = 40


@pytest.fixture(scope="session")
def windows(tmp_path_factory):
    """A folder with Python for Windows in it."""
    folder = tmp_path_factory.mktemp("wine")
    try:
        wine.set_up(folder)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"what Windows needs is not to be had here: {error}")
    return folder


@pytest.fixture(scope="session")
def seen(windows):
    """What is seen there."""
    to = windows / "seen.json"
    done = wine.run(windows, "-m", "tests.ports.outcomes", str(WRONG), wine.windows(to))
    assert to.is_file(), done.stderr.decode("utf-8", "replace")[-2000:]
    return json.loads(to.read_text("utf-8"))


@pytest.fixture(scope="module")
def setting():
    return outcomes.usual(Course.load(wine.HERE))


def test_solutions_pass_on_windows(seen):
    statuses = {one["status"] for part in seen["solutions"].values() for one in part["outcomes"].values()}
    assert statuses == {"passed"}


def test_wrong_code_is_seen_alike_on_windows(seen, setting):
    here = json.loads(json.dumps(outcomes.wrong(setting, WRONG)))
    assert len(here) == WRONG
    assert [name for name in here if not alike(here[name], seen["wrong"][name])] == []


@pytest.mark.parametrize("name", ["loop", "exit", "sleep", "unicode"])
def test_code_that_misbehaves_is_told_alike_on_windows(name, seen, setting):
    assert alike(json.loads(json.dumps(outcomes.misbehaving(setting)))[name], seen["misbehaving"][name])


@pytest.mark.parametrize("name", ["crash", "memory"])
def test_code_that_does_worse_ends_on_windows(name, seen):
    assert {one["status"] for one in seen["misbehaving"][name]["outcomes"].values()} <= {
        "crashed",
        "timed_out",
    }


@pytest.mark.parametrize("words", [["list"], ["hint", "relu"], ["progress"], ["grade", "--help"]])
def test_command_works_on_windows(words, windows):
    done = wine.run(windows, "-m", "grader", *words)
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)


def test_a_class_is_refused_on_windows(windows, tmp_path):
    book = wine.windows(tmp_path / "class.sqlite")
    done = wine.run(windows, "-m", "grader", "batch", "solutions", "--gradebook", book)
    assert done.returncode == 71
    assert b"on Windows there is no sandbox" in done.stderr

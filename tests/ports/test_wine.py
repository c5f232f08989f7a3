"""On Windows, as far as Wine is it: the same verdicts and counterexamples as here.

Not part of make test: it fetches half a gigabyte. Run it with: pytest tests/ports
"""

import json
import re
import shlex
import shutil
import subprocess

import pytest

from grader.author.release import handout, handout_without_grader
from grader.course.course import Course
from grader.course.misconceptions import misconceptions
from tests.grader.watch.watched import Terminal
from tests.needs import needs, tmux
from tests.ports import outcomes, wine
from tests.ports.alike import alike

pytestmark = needs(not wine.why_not(), wine.why_not() or "Wine is there")
WRONG = 40
# What Windows has not; but the heads of stubs name both ways.
ELSEWHERE = re.compile(r"(?<!, or )\bmake (-C|[a-z]+ EX=|grade|hint|list|setup|torch|watch)|\bcp |\.venv/bin")


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
def course():
    return Course.load(wine.HERE)


@pytest.fixture(scope="module")
def setting(course):
    return outcomes.usual(course)


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


# Commands, in a project that Windows's own init has laid down


def said(windows, *words, cwd, code=0):
    """What a command prints there, which names nothing that only others have."""
    done = wine.run(windows, "-m", "grader", *words, cwd=cwd)
    text = (done.stdout + done.stderr).decode("utf-8").replace("\r\n", "\n")
    assert (done.returncode, "Traceback" in text) == (code, False), text
    assert not ELSEWHERE.search(text)
    return text


@pytest.fixture(scope="session")
def laid_down(windows, tmp_path_factory):
    folder = tmp_path_factory.mktemp("laid down")
    assert "grader grade" in said(windows, "init", "mine", cwd=folder)
    return folder / "mine"


@pytest.fixture(scope="session")
def graded(windows, laid_down, tmp_path_factory):
    """The same with a right add and a wrong relu, and with what a grade has left."""
    mine = shutil.copytree(laid_down, tmp_path_factory.mktemp("graded") / "mine")
    shutil.copy(wine.HERE / "solutions" / "add.py", mine / "exercises")
    (mine / "exercises" / "relu.py").write_text(misconceptions("relu")[0].source, "utf-8")
    assert "10/10" in said(windows, "grade", "--json", "report.json", cwd=mine, code=1)
    return mine


@pytest.fixture
def mine(graded, tmp_path):
    """A copy of it, to be changed."""
    return shutil.copytree(graded, tmp_path / "mine")


def files(folder):
    """What is in a folder; its manifest aside, which says when it was made."""
    return {
        place.relative_to(folder).as_posix(): place.read_bytes()
        for place in folder.rglob("*")
        if place.is_file() and place.name != ".release.json"
    }


def test_init_lays_down_the_same_bytes_on_windows(laid_down, course):
    expected = {place.as_posix(): data for place, data in handout_without_grader(course).items()}
    assert files(laid_down) == expected


def test_release_writes_the_same_bytes_on_windows(windows, course, tmp_path):
    said(windows, "release", "--to", wine.windows(tmp_path / "project"), cwd=wine.HERE)
    assert files(tmp_path / "project") == {place.as_posix(): data for place, data in handout(course).items()}


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["list"], "relu"),
        (["hint", "relu"], "what yours does"),
        (["progress"], "10/10"),
        (["progress", "--svg", "progress.svg"], "progress.svg"),
        (["graph", "--report", "report.json"], "differs"),
        (["graph", "(a*b).relu()", "a=2", "b=-3"], "<-- differs"),
        (["report", "report.json", "--html", "report.html"], "report.html"),
        (["solution", "add"], "def add"),
        (["submit"], "hand-in.zip"),
        (["grade", "--help"], "--exercise"),
    ],
    ids=" ".join,
)
def test_command_works_on_windows(words, what, windows, graded):
    assert what in said(windows, *words, cwd=graded)


def test_reset_names_what_brings_it_back_on_windows(windows, mine):
    before = (mine / "exercises" / "relu.py").read_bytes()
    told = said(windows, "reset", "relu", cwd=mine)
    kept, back = re.search(r"^  copy (\S+) (\S+)$", told, re.MULTILINE).groups()
    assert back == r"exercises\relu.py"
    assert mine.joinpath(*kept.split("\\")).read_bytes() == before
    assert (mine / "exercises" / "relu.py").read_bytes() != before


def test_update_keeps_what_was_changed_on_windows(windows, mine):
    before = (mine / "exercises" / "relu.py").read_bytes()
    (mine / "HINTS.md").write_text("mine\n")
    assert "HINTS.md: replaced, yours saved" in said(windows, "update", cwd=mine)
    assert (mine / "exercises" / "relu.py").read_bytes() == before


def test_demo_trains_on_windows_or_says_what_it_wants(windows, graded, tmp_path):
    words = ("demo", "--steps", "3", "--out", wine.windows(tmp_path))
    done = wine.run(windows, "-m", "grader", *words, cwd=graded)
    text = (done.stdout + done.stderr).decode("utf-8")
    if "torch" in text and done.returncode:
        assert (done.returncode, "pip install torch" in text, "Traceback" in text) == (71, True, False)
    else:
        assert "after 3 steps" in text
        assert (tmp_path / "moons.png").is_file()


def test_an_author_checks_the_course_and_adds_an_exercise_on_windows(windows, tmp_path):
    course = tmp_path / "course"
    shutil.copytree(wine.HERE, course, ignore=shutil.ignore_patterns(".*", "__pycache__", "build"))
    assert "8 exercises: solutions pass" in said(windows, "check", cwd=course)
    said(windows, "new", "tanh", cwd=course)
    assert (course / "solutions" / "tanh.py").is_file()


NOTEBOOK = """
try:
    from IPython.core.interactiveshell import InteractiveShell
except ImportError:
    raise SystemExit("no IPython")
shell = InteractiveShell.instance()
shell.run_cell("%load_ext grader")
shell.run_cell("%%exercise add\\n" + open("exercises/add.py", encoding="utf-8").read())
shell.run_cell("%hint relu")
"""


def test_a_notebook_grades_its_cell_on_windows(windows, mine):
    done = wine.run(windows, "-c", NOTEBOOK, cwd=mine)
    text = (done.stdout + done.stderr).decode("utf-8")
    if "no IPython" in text:
        pytest.skip("needs IPython; pip install ipython")
    assert "Ready: %%exercise NAME grades its cell" in text
    assert "10/10" in text
    assert "Traceback" not in text


# Wine's console tells of keys only to who has asked for one before.
WATCH = """
import ctypes
kernel, there, count = ctypes.WinDLL("kernel32"), ctypes.create_string_buffer(64), ctypes.c_ulong()
kernel.PeekConsoleInputW(kernel.GetStdHandle(-10), there, 1, ctypes.byref(count))
from grader.__main__ import main
main()
"""


@pytest.fixture
def watch(windows, mine):
    variables = wine.variables(windows).items()
    before = "; ".join(f"export {name}={shlex.quote(value)}" for name, value in variables)
    terminal = Terminal(mine, before=before, command=wine.command(windows, "-c", WATCH, "watch"))
    yield terminal
    terminal.close()


@tmux
def test_watch_grades_what_is_saved_and_heeds_keys_on_windows(watch, course):
    watch.shows("q quit")
    watch.save("mul", course.stub("mul").replace("raise", "return 1  #"))
    watch.shows("mul: a * b  failed")
    watch.press("l")
    watch.shows("A number goes there, Esc back.")
    watch.press("q")
    watch.shows("ended with 0")


def test_a_class_is_refused_on_windows(windows, tmp_path):
    book = wine.windows(tmp_path / "class.sqlite")
    done = wine.run(windows, "-m", "grader", "batch", "solutions", "--gradebook", book)
    assert done.returncode == 71
    assert b"on Windows there is no sandbox" in done.stderr

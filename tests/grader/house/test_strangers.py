"""No file of a stranger runs in a process of ours, wherever a command is called and whatever lies there."""

import ast
import csv
import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from grader.errors import MachineError, UsageError
from grader.forkserver.client import Order, Task
from grader.machine import processes
from grader.machine.processes import command, program, started, surroundings
from grader.model import Exercise
from grader.start import trusted
from grader.submission.commit import commit, content, entries
from grader.submission.submission import Submission
from grader.watch.board import Faulted, Graded, Lost
from grader.watch.loop import Grading

ROOT = Path(__file__).resolve().parents[3]
GRADER = str(Path(sys.executable).with_name("grader"))
START = str(ROOT / "grader" / "start.py")
WEAK = ("--sandbox", "process")
pytestmark = pytest.mark.xdist_group("strangers")
# Neither may a program that lies there be taken for the machine's.
PROGRAMS = ("bwrap", "git", "ldd", "rm", "python", "python3", "sleep")


@pytest.fixture(scope="module")
def scene(tmp_path_factory, planted, solutions):
    """A class in a folder full of planted modules and programs, its gradebook in another such folder."""
    place = tmp_path_factory.mktemp("strangers")
    handed_in, books = planted.into(place / "handed-in"), planted.into(place / "books")
    for name in PROGRAMS:
        script = handed_in / "bin" / name
        script.parent.mkdir(exist_ok=True)
        script.write_text(f"#!/bin/sh\n: > {planted.left / 'program'}\nexit 3\n")
        script.chmod(0o755)
    for person, wrong in (("ada", "+="), ("socket", "=")):
        folder = handed_in / person
        planted.into(folder, files=False)
        for name, text in solutions.items():
            (folder / f"{name}.py").write_text(text.replace("+=", wrong) if name == "add" else text)
    return handed_in, books


def run(planted, words, cwd, **variables):
    """A command in that folder; what it prints, once it is sure that nothing planted was run."""
    environment = os.environ | {"PATH": f"bin:.:{os.environ['PATH']}", "PYTEST_ADDOPTS": "--no-such"}
    done = subprocess.run(
        words, cwd=cwd, env=environment | variables, capture_output=True, text=True, check=False
    )
    assert planted.marks() == [], done.stderr
    assert "Traceback" not in done.stderr
    assert "planted" not in done.stderr.replace(str(planted.folder), "")
    return done


def test_every_planted_module_leaves_a_mark_where_it_is_imported(planted):
    """The test of the test: the folder on the path, as -m has it."""
    names = ["grader", "hypothesis", "json", "matplotlib", "pytest", "socket", "torch"]
    code = (
        "import sys; sys.path.insert(0, '.')\n"
        "for name in sys.argv[1:]:\n"
        "    sys.modules.pop(name, None)\n"
        "    try:\n        __import__(name)\n    except ImportError:\n        pass\n"
    )
    subprocess.run([sys.executable, "-I", "-c", code, *names], cwd=planted.folder, check=True)
    assert planted.marks() == names
    assert {"rich", "click", "dataclasses", "_pytest", "xml", "watchfiles", "pyarrow"} <= set(planted.names)


@pytest.fixture(scope="module")
def book(scene, planted):
    """The class, graded where it lies."""
    handed_in, books = scene
    done = run(planted, [GRADER, "batch", ".", "--gradebook", "../books/class.sqlite", *WEAK], handed_in)
    assert done.returncode in (0, 1), done.stderr
    return books / "class.sqlite"


def test_a_batch_called_in_the_folder_of_submissions_gives_right_scores(scene, book, planted):
    _, books = scene
    done = run(planted, [GRADER, "export", str(book), "--format", "csv", "--to", "class.csv"], books)
    assert done.returncode == 0, done.stderr
    with (books / "class.csv").open(encoding="utf-8-sig", newline="") as file:
        found = {row["id"]: (row["score"], row["add"]) for row in csv.DictReader(file)}
    assert found["ada"] == ("100", "10")
    assert float(found["socket"][1]) < 10


@pytest.mark.parametrize(
    "how", [[GRADER], [sys.executable, "-P", "-m", "grader"], [sys.executable, "-I", START, "grader"]]
)
def test_the_command_gives_right_scores_however_it_is_called(scene, planted, how):
    handed_in, _ = scene
    for person, code in (("ada", 0), ("socket", 1)):
        words = [*how, "grade", person, "--exercise", "add", "--json", "-", *WEAK]
        done = run(planted, words, handed_in)
        assert done.returncode == code, done.stderr
        assert (json.loads(done.stdout)["score"] == 10) == (code == 0)


COMMANDS = {
    "report": ("report", "../books/class.sqlite", "--html", "../class.html"),
    "rescore": ("rescore", "../books/class.sqlite"),
    "feedback": ("export", "../books/class.sqlite", "--format", "json", "--to", "../reports"),
    "list": ("list",),
    "schema": ("schema",),
    "graph": ("graph", "a * b"),
    "warm": ("warm",),
    "gitlab": ("gitlab", "ada", "--junit", "../j.xml", "--codequality", "../q.json", *WEAK),
    "exercism": ("exercism", "add", "ada", "../exercism", *WEAK),
    "changed": ("changed", "ada/add.py", *WEAK),
    "keygen": ("keygen", "../course.key"),
    "gradescope": ("gradescope", "build", "--to", "../autograder.zip", "--seed", "1"),
    "release": ("release", "--to", "../released"),
}


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_no_command_runs_what_lies_where_it_is_called(scene, book, planted, words):
    handed_in, _ = scene
    (handed_in.parent / "exercism").mkdir(exist_ok=True)
    done = run(planted, [GRADER, *words], handed_in)
    assert done.returncode == 0, done.stderr


def test_ci_takes_nothing_of_a_checkout_but_its_exercises(scene, planted, solutions):
    handed_in, _ = scene
    checkout = handed_in / "checkout"
    (checkout / "exercises").mkdir(parents=True)
    (checkout / "exercises" / "add.py").write_text(solutions["add"])
    (checkout / "exercises" / "socket.py").write_text(solutions["add"])
    planted.into(checkout)
    # All of them lie there; those that are committed, too, are so few because each is read by git.
    theirs = ("conftest", "grader", "json", "pytest", "socket", "torch")
    committed = [path.name for path in checkout.iterdir() if path.stem in theirs]
    assert len(committed) > len(theirs)
    git = ["git", "-c", "user.name=s", "-c", "user.email=s@localhost"]
    for words in (["init", "-q"], ["add", "exercises", *committed], ["commit", "-q", "-m", "x"]):
        subprocess.run([*git, *words], cwd=checkout, check=True)
    words = [GRADER, "ci", "--repo", ".", "--out", "../../ci", *WEAK]
    done = run(planted, words, checkout)
    assert done.returncode == 1, done.stderr
    assert re.search(r"^add +passed +10/10$", done.stdout, re.MULTILINE), done.stdout


def test_the_comment_is_made_by_no_module_of_the_checkout(planted):
    for words in ([sys.executable, "-I", "-S", START, "grader.ci.comment"],):
        done = run(planted, words, planted.folder, GITHUB_EVENT_PATH="/nowhere")
        assert done.returncode == 2
        assert "cannot be read" in done.stderr


def test_the_watch_s_process_runs_nothing_of_the_folder_it_is_called_in(
    scene, planted, course, solutions, monkeypatch
):
    handed_in, _ = scene
    monkeypatch.chdir(handed_in)
    monkeypatch.setattr(sys, "path", ["", str(handed_in), *sys.path])
    monkeypatch.setenv("PYTHONPATH", str(handed_in))
    answered, told = threading.Event(), []

    def tell(event):
        told.append(event)
        if isinstance(event, Graded | Faulted | Lost):
            answered.set()

    grading = Grading(course, Order("process", 0, 5.0, 3.0, str(course.root)), tell)
    grading.start()
    try:
        grading.ask(1, Task(Submission("s", {"add": solutions["add"]}, {}), ("add",)))
        assert answered.wait(120)
    finally:
        grading.close()
    assert planted.marks() == []
    assert isinstance(told[-1], Graded), told
    assert isinstance(told[-1].result.exercise, Exercise)


def test_a_notebook_s_magics_import_nothing_from_the_folder_that_it_is_opened_in(planted, tmp_path):
    """A kernel finds modules there, as cells may want; what is imported for us is none of them."""
    pytest.importorskip(
        "IPython", reason="pip install 'nanograd-course[notebook]', to try the notebook's magics"
    )
    code = (
        "import sys\n"
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "from traitlets.config import Config\n"
        "settings = Config()\n"
        "settings.HistoryManager.enabled = False\n"
        "shell = InteractiveShell.instance(config=settings, ipython_dir=sys.argv[1])\n"
        "shell.history_length\n"
        "from grader.course.course import here\n"
        "sys.path.insert(0, '')\n"
        "import grader\n"
        "try:\n"
        "    grader.load_ipython_extension(shell)\n"  # in a folder of strangers, it may be refused
        "except Exception as error:\n"
        "    print(error)\n"
        "from grader.notebook import cells, magics\n"
        "magics.add(cells.Session(here(), print, sandbox='process'), shell)\n"
        "shell.run_line_magic('graph', 'a * b')\n"
        "shell.run_cell_magic('exercise', 'add', 'def add(self, other):\\n    return 1\\n')\n"
        "assert sys.path[0] == ''\n"
    )
    done = run(planted, [sys.executable, "-I", "-c", code, str(tmp_path)], planted.folder)
    assert done.returncode == 0, done.stderr + done.stdout


# How processes begin


def test_a_module_is_started_from_this_very_grader_whatever_else_is_installed(tmp_path, monkeypatch):
    (tmp_path / "grader").mkdir()
    (tmp_path / "grader" / "__init__.py").write_text("raise SystemExit('another grader')\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    run = subprocess.run(command("grader", "--version"), capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("grader, version")


def test_what_the_caller_finds_a_process_of_ours_finds(tmp_path, monkeypatch):
    (tmp_path / "only_mine.py").write_text("print('found')\n")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    run = subprocess.run(command("only_mine"), capture_output=True, text=True, check=True)
    assert run.stdout == "found\n"


@pytest.mark.parametrize("entry", ["", ".", "relative", "HERE"])
def test_the_current_folder_is_no_place_for_modules(entry, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    place = str(tmp_path) if entry == "HERE" else entry
    monkeypatch.setattr(sys, "path", [place, *sys.path])
    assert place not in trusted()
    assert set(trusted()) < set(sys.path)


def test_a_current_folder_that_is_gone_keeps_nobody_from_starting(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert subprocess.run(command("grader", "--version"), cwd="/", capture_output=True, check=True).stdout


def test_variables_that_steer_python_and_its_tools_stay_behind(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = {"PYTHONPATH": "x", "PYTHONHOME": "x", "PYTEST_ADDOPTS": "x", "HYPOTHESIS_STORAGE_DIRECTORY": "x"}
    kept = {"HOME": "/home", "XDG_CACHE_HOME": "cache", "TMPDIR": ""}
    expected = {"HOME": "/home", "XDG_CACHE_HOME": str(tmp_path / "cache"), "TMPDIR": ""}
    assert surroundings(given | kept) == expected


def test_where_no_process_is_to_be_had_that_is_the_machines_fault(monkeypatch):
    def refuse(*_, **__):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    with pytest.raises(MachineError, match="cannot start a grading process"):
        started("grader", pass_fds=())


def test_a_process_of_ours_begins_in_the_root_folder_and_isolated(tmp_path, monkeypatch):
    said = tmp_path / "said"
    (tmp_path / "telling.py").write_text(
        "import os, sys\n"
        "print(os.getcwd(), sys.flags.isolated, os.getsid(0) == os.getpid(), file=sys.stderr)\n"
    )
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    with said.open("wb") as stderr:
        assert started("telling", pass_fds=[], stderr=stderr).wait() == 0
    assert said.read_text() == "/ 1 True\n"


def test_a_program_is_not_looked_for_in_the_current_folder(tmp_path, monkeypatch):
    (tmp_path / "git").write_text("#!/bin/sh\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", ":.:bin")
    assert program("git") is None
    monkeypatch.setenv("PATH", f":.:{tmp_path}")
    assert program("git") == str(tmp_path / "git")


def test_a_library_finds_no_settings_in_the_current_folder(tmp_path, monkeypatch):
    (tmp_path / "settings").touch()
    (tmp_path / "looking_around.py").write_text("import os\nfound = os.path.exists('settings')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    assert processes.library("looking_around").found is False
    assert Path.cwd() == tmp_path


def test_a_repository_s_own_settings_run_no_program(tmp_path):
    """It says that a missing file is brought by a program, and all else that git can be told to run."""
    mark, repository = tmp_path / "mark", tmp_path / "repository"
    repository.mkdir()

    def git(*words):
        subprocess.run(["git", "-C", str(repository), *words], check=True, capture_output=True)

    git("init", "-q")
    (repository / "add.py").write_text("x = 1\n")
    git("add", "--all")
    git("-c", "user.name=s", "-c", "user.email=s@localhost", "commit", "-q", "-m", "x")
    evil = f"touch {mark}"
    settings = {
        "extensions.partialClone": "origin",
        "core.repositoryFormatVersion": "1",
        "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::sh -c '{evil}'",
        "remote.origin.uploadpack": evil,
        "protocol.allow": "always",
        "protocol.ext.allow": "always",
        "core.fsmonitor": evil,
        "core.sshCommand": evil,
        "core.pager": evil,
        "diff.external": evil,
        "core.hooksPath": str(repository),
        "core.alternateRefsCommand": evil,
    }
    for name, value in settings.items():
        git("config", name, value)
    head = commit(repository, "HEAD")
    entry = entries(repository, head)["add.py"]
    (repository / ".git" / "objects" / entry.object[:2] / entry.object[2:]).unlink()
    with pytest.raises(MachineError, match="not fetched"):
        content(repository, entry)
    with pytest.raises(UsageError):
        commit(repository, "f" * 40)
    assert not mark.exists()


# Nothing starts in another way


def python_started(tree):
    """The lines of a module in which the interpreter's own path is asked for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("executable", "_base_executable"):
            yield ast.unparse(node), node.lineno


# Workers begin from a bare interpreter, which cage.FLAGS isolate; the probes are attacks in a cage.
ALLOWED = {
    "machine/processes.py",
    "sandbox/cage.py",
    "sandbox/cages.py",
}


def test_only_one_place_starts_python():
    found = {
        path.relative_to(ROOT / "grader").as_posix()
        for path in (ROOT / "grader").rglob("*.py")
        if "probes" not in path.relative_to(ROOT / "grader").parts
        if "executable" in (text := path.read_text("utf-8"))
        if any(name.startswith("sys.") for name, _ in python_started(ast.parse(text)))
    }
    assert found <= ALLOWED, found - ALLOWED
    assert "machine/processes.py" in found


# Where strangers' files may lie while these are run, or what people copy from them.
TEXTS = (
    *("Makefile", "action.yml", "Dockerfile", ".pre-commit-hooks.yaml", "README.md", "HINTS.md", ".ci/run"),
    *(path.relative_to(ROOT).as_posix() for path in (ROOT / ".github").rglob("*.yml")),
    *(path.relative_to(ROOT).as_posix() for path in (ROOT / "platforms").rglob("*") if path.is_file()),
    *(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")),
    *(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.ipynb")),
    *(
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "grader" / "autograd" / "templates").rglob("*")
        if path.is_file()
    ),
)
PYTHON = re.compile(
    r"python[0-9.]*[\"'})]* +(?P<flags>(?:-\w+ +)*?)-(?:m|c) *[\"']?(?P<module>[\w.]*)", re.IGNORECASE
)
# Modules of the course's own checkout, for its authors, which nothing but that folder has.
AUTHORS = ("docs.make", "tests.cover", "tests.fuzz", "tests.ports", "tests.redteam")


def loose(text):
    """The commands in a text that have Python look into the current folder first."""
    for found in PYTHON.finditer(text):
        isolated = re.search(r"-\w*[IP]", found["flags"])
        if not isolated and not found["module"].startswith(AUTHORS):
            yield found[0]


@pytest.mark.parametrize("name", TEXTS)
def test_no_command_that_is_shown_or_run_looks_into_the_current_folder_first(name):
    if name.endswith(".cast"):
        return
    assert list(loose((ROOT / name).read_text("utf-8", "replace"))) == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("python3 -m venv x", 1),
        ('"$python" -m grader', 1),
        ('exec "${PYTHON:-python3}" -B -m grader.ci.comment', 1),
        ("$(PYTHON) -c 'import os'", 1),
        ("python -I -m venv; python3 -P -m grader; python -I -c 'x'; .venv/bin/python -m docs.make", 0),
    ],
)
def test_a_loose_command_would_be_found(text, count):
    assert len(list(loose(text))) == count

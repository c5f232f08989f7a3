"""grader watch in a real terminal with somebody at the keys; the screens are what tmux shows."""

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.course.misconceptions import misconceptions
from tests.grader.watch.watched import Terminal, project, running
from tests.needs import linux, tmux

pytestmark = [
    tmux,
    linux,  # what runs is found in /proc
    pytest.mark.xdist_group("watch"),
]
ENDLESS = "def add(self, other):\n    while True:\n        pass\n"


def misconception(exercise, name):
    return next(known.source for known in misconceptions(exercise) if known.id == name)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return project(tmp_path_factory.mktemp("watched"))


@pytest.fixture(scope="module")
def session(root):
    """One watch for many tests, each of which saves what it needs."""
    terminal = Terminal(root)
    terminal.shows("add: a + b  not started")
    yield terminal
    terminal.close()


@pytest.fixture
def watch(session, course):
    """The watch with every exercise as it was handed out, at add."""
    for name in reversed(course.names):
        if (session.root / "exercises" / f"{name}.py").read_text() != course.stub(name):
            session.save(name, course.stub(name))
            session.shows(f"{name}: ", "is still the stub")
    session.press("1")
    session.shows("add: a + b  not started")
    return session


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return project(tmp_path_factory.mktemp("place"))


@pytest.fixture
def own(place):
    """A watch of its own, to be ended; it may still be starting."""
    terminal = Terminal(place)
    terminal.shows("watching exercises/", "q quit")
    yield terminal
    terminal.close()


# A save


def test_saved_exercise_that_is_right_passes_and_nobody_is_taken_elsewhere(watch, solutions):
    watch.save("add", solutions["add"])
    screen = watch.shows("add: a + b  passed", "10/10", "All 10 properties hold", "checked in")
    assert "✓ add  · mul" in screen
    assert "1 of 8 passed" in screen
    assert "n goes on to mul" in screen
    watch.press("n")
    watch.shows("mul: a * b  not started")


@pytest.mark.parametrize("width", [80, 120])
def test_mistake_is_shown_with_counterexample_and_findings_in_one_screen(watch, width):
    watch.resize(width, 32)
    watch.save("add", misconception("add", "only_self"))
    screen = watch.shows("add: a + b  failed", "c = a + b", "expected", "<-- differs", "What your code does:")
    assert max(map(len, screen.split("\n"))) <= width
    assert "q quit" in screen
    watch.resize(80, 24)
    watch.shows("shortened; space: all of it", "grader grade --exercise add")


def test_checking_is_said_at_once_and_a_later_save_does_not_wait_for_an_endless_one(watch, solutions):
    watch.save("add", ENDLESS)
    watch.shows("add: a + b  checking … 1 s")
    begun = time.monotonic()
    watch.save("add", solutions["add"])
    watch.shows("add: a + b  passed")
    assert time.monotonic() - begun < 8  # the limit is ten seconds of processor time


def test_burst_of_saves_ends_with_the_verdict_on_the_last(watch, solutions):
    for number in range(30):
        watch.save("add", misconception("add", "only_self") + f"# {number}\n")
    watch.save("add", solutions["add"])
    watch.shows("add: a + b  passed")
    time.sleep(1)
    assert "add: a + b  passed" in watch.screen()


def test_syntax_error_half_way_is_a_finding_like_others(watch):
    watch.save("add", "def add(self, other):\n    out = type(self)(self.data +\n")
    watch.shows("add: a + b  crashed", "SyntaxError", "at add.py, line 2")


def test_deleted_file_is_calmly_missed(watch):
    (watch.root / "exercises" / "add.py").unlink()
    watch.shows("add: a + b  not started", "add.py is not there", "r puts the stub back")
    watch.press("r", "r")
    watch.shows("add.py is still the stub", "yours: .nanograd/backups/add-")


def test_helper_module_has_all_that_see_it_graded_again(watch, solutions):
    helper = watch.root / "exercises" / "mine.py"
    watch.save("add", "from .mine import add\n")
    watch.shows("add: a + b  crashed", "ModuleNotFoundError")
    helper.write_text(solutions["add"])
    watch.shows("add: a + b  passed")
    helper.unlink()
    watch.shows("add: a + b  crashed")


def test_given_file_is_said_to_make_no_difference(watch):
    given = watch.root / "exercises" / "value.py"
    given.write_text(given.read_text() + "\n# mine\n")
    watch.shows("value.py is given: grading uses its own copy of it")


def test_all_eight_are_graded_together_once_all_have_passed(watch, solutions, course):
    for name in course.names:
        watch.save(name, solutions[name])
        watch.shows(f"{name}: ", "  passed  ", "properties hold")
    watch.shows("8 of 8 passed", "Well done!", "Together: passed, 4/4 bonus points")


def test_grading_process_that_is_killed_is_replaced(watch, solutions):
    serving = [pid for pid in running(watch.root) if b"grader.forkserver.server" in command(pid)]
    (grading,) = (pid for pid in serving if b"grader watch" in command(parent(pid)))
    os.kill(grading, signal.SIGKILL)
    watch.shows("another one is starting")
    watch.save("mul", solutions["mul"])
    watch.shows("mul: a * b  passed")


def test_verdict_on_a_save_is_remembered(watch, solutions):
    history = watch.root / ".nanograd" / "history.jsonl"
    before = history.read_text().count("\n") if history.exists() else 0
    watch.save("pow", solutions["pow"])
    watch.shows("pow: a ** k  passed")
    time.sleep(0.5)
    *_, last = history.read_text().splitlines()
    assert history.read_text().count("\n") == before + 1
    assert '"pow"' in last


# The keys


def test_keys_lead_to_hints_list_keys_and_back(watch):
    watch.press("h")
    watch.shows("add: level 1, the idea", "level 1 of")
    watch.press("h")
    watch.shows("add: level 2, the mathematics")
    watch.press("l")
    watch.shows("8  ·  mlp", "0/15 points", "when all others pass")
    watch.press("5")
    watch.shows("backward: the chain rule, in order  not started")
    watch.press("?")
    watch.shows("the keys", "put the stub back")
    watch.press("Escape")
    watch.shows("backward: the chain rule, in order  not started")


def test_graph_goes_into_a_picture_and_onto_the_screen(watch):
    watch.save("add", misconception("add", "only_self"))
    watch.shows("add: a + b  failed")
    watch.press("g")
    watch.shows("Drawn into .nanograd/graph.svg", "c = a + b", "<-- differs")
    assert "<svg" in (watch.root / ".nanograd" / "graph.svg").read_text()


def test_reset_is_only_done_when_it_is_asked_for_twice(watch, solutions):
    watch.save("add", solutions["add"])
    watch.shows("add: a + b  passed")
    watch.press("r")
    watch.shows("Put the stub back in add.py?")
    watch.press("x")
    time.sleep(0.3)
    assert (watch.root / "exercises" / "add.py").read_text() == solutions["add"]
    watch.press("r", "y")
    watch.shows("add.py is still the stub")


def test_small_terminal_shows_what_fits(watch):
    watch.resize(40, 12)
    watch.shows("add: a + b", "h hint")
    watch.resize(80, 24)
    watch.shows("q quit")


# The end


def restored(terminal):
    """Whether the terminal is as the shell had it."""
    return (
        terminal.tells("#{alternate_on} #{cursor_flag}") == "0 1"
        and " -icanon" not in terminal.screen()
        and " -echo " not in terminal.screen()
    )


@pytest.mark.parametrize(("key", "code"), [("q", 0), ("C-c", 130)])
def test_key_ends_it_with_the_terminal_as_it_was(own, key, code):
    own.press(key)
    own.shows(f"ended with {code}", "icanon")
    assert restored(own)


def test_signal_ends_it_with_the_terminal_as_it_was_and_no_process_left(own):
    (watch,) = (pid for pid in running(own.root) if b"grader watch" in command(pid))
    os.kill(watch, signal.SIGTERM)
    own.shows("ended with 143", "icanon")
    assert restored(own)
    until = time.monotonic() + 10
    while any(b"watching" in command(pid) for pid in running(own.root)):
        assert time.monotonic() < until
        time.sleep(0.1)


def command(pid):
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return b""
    return b" ".join(words) if b"python" in words[0] else b""


def parent(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[1])


def test_suspended_watch_gives_the_terminal_back_and_goes_on(own):
    own.press("C-z")
    until = time.monotonic() + 10
    while own.tells("#{alternate_on}") != "0":
        assert time.monotonic() < until
        time.sleep(0.05)
    for pid in running(own.root):
        os.kill(pid, signal.SIGCONT)
    own.shows("watching exercises/", "q quit")
    assert own.tells("#{alternate_on}") == "1"
    own.press("q")
    own.shows("ended with 0")
    assert restored(own)


def test_error_of_ours_is_said_in_a_terminal_as_it_was(tmp_path):
    root = project(tmp_path)
    (root / "tests" / "properties" / "test_mul.py").write_text("def broken(:\n")
    terminal = Terminal(root)
    screen = terminal.shows("ended with 70")
    assert "Traceback" not in screen
    assert restored(terminal)
    terminal.close()


def test_too_few_open_files_are_said_with_what_to_do(tmp_path):
    terminal = Terminal(project(tmp_path), width=100, before="ulimit -n 64")
    terminal.shows("Too many open files: raise the limit: ulimit -n 1024")
    terminal.close()


@pytest.mark.parametrize("arguments", [[], ["--poll"]])
def test_pipe_is_no_terminal_and_gets_told_what_to_do_instead(arguments):
    command = [sys.executable, "-m", "grader", "watch", *arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "grader: watch needs a terminal, for its screen and its keys",
        "        grade once instead: grader grade",
    ]


@pytest.mark.parametrize("closed", ["<&-", ">&-", "<&- >&-"])
def test_closed_input_or_output_is_no_terminal_either(closed):
    command = shlex.join([sys.executable, "-m", "grader", "watch"])
    done = subprocess.run(["bash", "-c", f"{command} {closed}"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("grader: watch needs a terminal")

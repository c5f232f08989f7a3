"""What a student pastes: a program runs as the report shows it, and gives what it is said to give.

In a process of its own on the wrong code of every misconception, and at the prompts that people have.
"""

import os
import shutil
import subprocess
import sys
import time
from functools import cache, partial
from pathlib import Path

import pytest

from grader.agreement import close
from grader.autograd.as_python import Form, source
from grader.autograd.program import Chain, Forward, Nudge, Shape, Training, trace
from grader.model import Crashed, Failed, TimedOut
from grader.report.words import counterexample_of
from tests.grader.autograd.test_as_python import printed
from tests.grader.autograd.variants import WRONG, catalogue
from tests.needs import needs, tmux
from tests.samples import WHOLE, some

ROOT = Path(__file__).resolve().parents[3]
ENDLESS = 3.0  # seconds after which a program that is said to give no answer has given none


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project to paste in: the course and its grader, with the solutions in exercises/."""
    root = tmp_path_factory.mktemp("pasted") / "project"
    shutil.copytree(ROOT / "grader", root / "grader", ignore=shutil.ignore_patterns("__pycache__"))
    copies = {"solutions": "solutions", "exercises": "solutions", "tests/properties": "tests/properties"}
    for into, folder in copies.items():
        shutil.copytree(ROOT / folder, root / into, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("course.toml", "pyproject.toml"):
        shutil.copy(ROOT / name, root)
    return root


@pytest.fixture
def written(project):
    """Writes an exercise into the project, where the solution stands again afterwards."""
    names = []

    def write(name, text):
        names.append(name)
        (project / "exercises" / f"{name}.py").write_text(text)

    yield write
    for name in names:
        shutil.copy(project / "solutions" / f"{name}.py", project / "exercises")


def run(project, program, patience=60.0):
    """What a program prints in a process of its own, and what it ends with."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=project,
        # The first process keeps what it compiles of the copy, wherever others are told not to.
        env=os.environ | {"PYTHONPATH": str(project), "PYTHONDONTWRITEBYTECODE": ""},
        capture_output=True,
        text=True,
        timeout=patience,
        check=False,
    )
    return done.stdout, done.stderr.rstrip().rpartition("\n")[2]


def shown(result):
    """Every different program that a result shows, with an outcome that it belongs to."""
    found = {}
    for verdict in result.verdicts:
        if (case := counterexample_of(verdict.outcome)) is not None:
            found.setdefault(case.source, verdict.outcome)
    return found


def gives(outcome, stdout, error):
    """Whether what was printed is what the outcome says."""
    match outcome:
        case Failed(counterexample=case, reason=""):
            found = {} if error else printed(stdout)
            return not error and all(close(found[label], value) for label, value in case.got)
        case Failed(counterexample=case):
            # Something came back in another form than promised: the program shows it, or stops at it.
            return bool(error) or len(stdout.splitlines()) > 0 < len(case.expected)
        case Crashed(error=said):
            return error.partition(":")[0] == said.partition(":")[0]
    return False


@pytest.mark.parametrize("variant", some(catalogue(WRONG), 16), ids=str)
def test_program_shown_for_a_misconception_gives_what_is_said(variant, examined, project, written):
    written(variant.exercise, variant.sources[variant.exercise])
    programs = shown(examined(variant.exercise, variant.sources))
    # Those of a result are much alike; all of them would take a process each.
    for program, outcome in list(programs.items())[: None if WHOLE else 1]:
        if isinstance(outcome, TimedOut):
            with pytest.raises(subprocess.TimeoutExpired):
                run(project, program, ENDLESS)
        else:
            stdout, error = run(project, program)
            assert gives(outcome, stdout, error), (program, stdout, error, outcome)


def test_single_output_in_a_list_is_taken_out_of_it(examined, project, written, solutions):
    listing = solutions["layer"].replace("return outs[0] if len(outs) == 1 else outs", "return outs")
    assert listing != solutions["layer"]
    wrong = listing.replace("return outs", "return [-out for out in outs]")
    written("layer", wrong)
    programs = shown(examined("layer", {"layer": wrong}))
    assert any(line.endswith("m(x)[0]") for program in programs for line in program.splitlines())
    for program, outcome in programs.items():
        assert gives(outcome, *run(project, program)), program


def test_program_shows_how_a_module_is_built_where_that_is_not_as_promised(project):
    program = Forward(Shape("MLP", (1, 2, 1)), (1, 2, 3, 4, 5, 6, 7), ((2,),), plain=True)
    stdout, _ = run(project, source(program, "mlp", form=Form(odd=True), printed=[0]))
    neurons = "[len(layer.neurons) for layer in m.layers] = [2, 1]"
    inputs = "[len(n.w) for layer in m.layers for n in layer.neurons] = [1, 1, 2]"
    kinds = f"[type(p).__name__ for p in m.parameters()] = {['Value'] * 7}"
    assert stdout.splitlines()[:2] == [f"{neurons}, {inputs}", kinds]


# The prompts of people. A plain one takes line after line; a coloured one takes what is pasted as a whole.


@cache
def has_colours(python):
    """Whether there is such a Python, and its prompt is the one that came with 3.13."""
    probe = "import sys, _pyrepl; sys.exit(sys.version_info < (3, 13))"
    try:
        return (
            subprocess.run([python, "-c", probe], capture_output=True, check=False, timeout=60).returncode
            == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


def pythons():
    """Every Python that may have the coloured prompt, the one that runs the tests first."""
    kept = Path.home() / ".pyenv" / "versions"
    found = [sys.executable, *filter(None, map(shutil.which, ("python3.13", "python3.14")))]
    return [*found, *(str(path) for path in sorted(kept.glob("3.1[3-9]*/bin/python")))]


COLOURED = next(filter(has_colours, pythons()), "")
coloured = needs(COLOURED, "needs the coloured prompt; install Python 3.13, as python3.13")
PROMPT = ">>> "
PROGRAMS = {
    "a graph": (trace(lambda a, b: a * b + a, 2, 3), "add"),
    "a loop": (Chain(5), "backward"),
    "a network": (Forward(Shape("Layer", (2, 2)), (2, 3, 4, 5, 6, 7), ((2, 3), (4, 5)), joint=True), "layer"),
    "a large network": (Forward(Shape("MLP", (2, 3, 1)), tuple(range(2, 15)), ((2, 3),)), "mlp"),
    "a loop in a loop": (
        Training(Shape("Neuron", (1,)), (0.5, 0.5), ((1,), (-1,)), ((1,), (0,)), 0.05),
        "neuron",
    ),
    "changed and back": (Nudge(Shape("Layer", (1, 2)), (2, 3, 4, 5), (6,)), "layer"),
}


class Prompt:
    """A Python prompt in a terminal of its own, with whatever reaches it."""

    def __init__(self, python, project, folder, plain):
        self.socket = str(folder / "tmux")
        extra = {"PYTHON_BASIC_REPL": "1"} if plain else {}
        # A Python that is not the one of these tests finds what the grader needs beside it.
        path = os.pathsep.join(
            [str(project), *(place for place in sys.path if place.endswith("site-packages"))]
        )
        env = {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "HISTFILE": "/dev/null", **extra}
        settings = [word for name, value in env.items() for word in ("-e", f"{name}={value}")]
        self.tmux(
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-c",
            str(project),
            "-x",
            "200",
            "-y",
            "200",
            *settings,
            python,
            "-q",
        )
        self.wait(lambda screen: PROMPT.strip() in screen)

    def tmux(self, *words, text=None):
        done = subprocess.run(
            ["tmux", "-S", self.socket, *words], input=text, capture_output=True, text=True, check=True
        )
        return done.stdout

    def screen(self):
        return self.tmux("capture-pane", "-p", "-J")

    def wait(self, until):
        for _ in range(600):
            if until(screen := self.screen()):
                return screen
            time.sleep(0.05)
        raise AssertionError(screen)

    def paste(self, text):
        """Paste a text as a terminal does, and press Enter; the screen when all of it has run."""
        self.tmux("load-buffer", "-", text=f'{text}print("all", "done")\n')
        self.tmux("paste-buffer", "-p")
        self.tmux("send-keys", "Enter")
        return self.wait(lambda screen: "\nall done" in screen)


@pytest.fixture
def prompt(project, tmp_path):
    opened = []

    def start(python, plain):
        opened.append(Prompt(python, project, tmp_path, plain))
        return opened[-1]

    yield start
    for each in opened:
        each.tmux("kill-server")


@pytest.fixture(scope="module")
def alone(project):
    """What a program prints in a process of its own, and what it ends with; run once."""
    return cache(partial(run, project))


@pytest.mark.untraced(reason="what is measured is the grader of this checkout, with its stubs")
@tmux
@pytest.mark.xdist_group("pasted-at-prompts")
@pytest.mark.parametrize("plain", [True, pytest.param(False, marks=coloured)], ids=["plain", "coloured"])
def test_every_kind_of_program_can_be_pasted_at_a_prompt(plain, alone, prompt):
    at = prompt(sys.executable if plain else COLOURED, plain)
    for program, exercise in PROGRAMS.values():
        text = source(program, exercise)
        told, error = alone(text)
        assert not error
        screen = at.paste(text)
        assert "Error" not in screen, screen
        assert [line for line in told.splitlines() if line not in screen.splitlines()] == [], screen
        at.tmux("send-keys", "C-l")
        at.wait(lambda screen: "all done" not in screen)


@pytest.mark.untraced(reason="what is measured is the grader of this checkout, with its stubs")
@tmux
@pytest.mark.xdist_group("pasted-at-prompts")
@pytest.mark.parametrize("plain", [True, pytest.param(False, marks=coloured)], ids=["plain", "coloured"])
def test_program_with_what_ran_before_it_can_be_pasted(plain, alone, prompt):
    (program, exercise), (first, _) = PROGRAMS["a loop in a loop"], PROGRAMS["a graph"]
    text = source(program, exercise, before=[program, first])
    screen = prompt(sys.executable if plain else COLOURED, plain).paste(text)
    assert "Error" not in screen, screen
    assert all(line in screen.splitlines() for line in alone(text)[0].splitlines()), screen


@pytest.mark.untraced(reason="what is measured is the grader of this checkout, with its stubs")
@tmux
def test_what_the_terminal_shows_can_be_pasted_as_it_stands(project, prompt, written, solutions):
    """Copied with the mouse: from the first line of the program to its last, whatever stands left of it."""
    written("mul", solutions["mul"].replace("+=", "="))
    command = [sys.executable, "-m", "grader", "grade", "--exercise", "mul", "--sandbox", "process"]
    told = subprocess.run(
        command,
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project), "NANOGRAD_HISTORY": "off"},
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    lines = told.splitlines()
    start = next(n for n, line in enumerate(lines) if "from grader.alone" in line)
    end = next(n for n, line in enumerate(lines) if line.lstrip().startswith("print("))
    screen = prompt(sys.executable, True).paste("\n".join(lines[start : end + 1]) + "\n")
    assert "b.data = 4, a.grad = 2.0" in screen.splitlines(), screen

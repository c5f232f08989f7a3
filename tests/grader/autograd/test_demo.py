"""The demo: whose parts are at work, what is learnt, and what is said and drawn of it."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from grader.autograd import demo as drawing
from grader.autograd.commands import demo
from grader.autograd.demo import listed, percent, power
from grader.autograd.moons import SHAPE, Beside, Engine, accuracy, mixed, task
from grader.autograd.program import Chain
from grader.autograd.subject import SUBJECT
from grader.errors import UsageError
from grader.model import Numbers
from grader.sandbox.runner import MIB, Limits, Request, Runner
from grader.submission.submission import Submission

ROOT = Path(__file__).resolve().parents[3]
STEPS = 30  # so many are enough for the seed that the demo has by itself
one_process = pytest.mark.xdist_group("demo")
NEURON_TOO_WIDE = """

def _checked(self, nin, nonlin=True, made=Neuron.__init__):
    made(self, nin, nonlin)
    if nin == 16:
        raise ValueError('too wide \\x1b[31m')


Neuron.__init__ = _checked
"""


def run(*arguments):
    return CliRunner().invoke(demo, ["--sandbox", "process", *map(str, arguments)])


@pytest.fixture
def stubs(tmp_path, course):
    folder = tmp_path / "begun"
    folder.mkdir()
    for name in course.names:
        (folder / f"{name}.py").write_text(course.stub(name))
    return folder


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A whole demo of the solutions, and the folder it drew into, on grids with few points."""
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawing, "COARSE", (9, 7))
        patch.setattr(drawing, "FINE", (15, 11))
        return run(ROOT / "solutions", "--steps", STEPS, "--out", folder), folder


@one_process
def test_reference_learns_the_moons_to_the_last_point(whole):
    result, _ = whole
    assert result.exit_code == 0
    assert f"accuracy  100 % of 100 points, after {STEPS} steps" in result.output


@one_process
def test_first_losses_are_those_of_torch(whole):
    result, _ = whole
    words = " ".join(result.output.split())
    apart = re.search(r"equal to 1e-9 in the first 10 steps \(at most (\S+) apart", words)
    assert apart
    assert float(apart[1]) < 1e-9


@one_process
def test_time_is_told_beside_that_of_torch(whole):
    words = " ".join(whole[0].output.split())
    assert re.search(r"\d ms a step; PyTorch takes \S+ ms, so it is \d+ times as fast", words)


@one_process
def test_without_a_terminal_there_is_a_line_every_few_steps(whole):
    told = re.findall(r"^step (\d+) of 30: loss \S+ \(PyTorch \S+\), accuracy \d+ %", whole[0].output, re.M)
    assert told == ["1", "10", "11", "20", "21", "30"]


@one_process
def test_last_picture_shows_each_moon_on_its_own_side(whole):
    with Image.open(whole[1] / "moons.png") as opened:
        picture = opened.convert("RGB")
    width, height = picture.size
    # Far above the upper moon, and far below the lower one.
    red, _, blue = picture.getpixel((width // 10, height // 8))
    assert blue > red
    red, _, blue = picture.getpixel((width * 9 // 10, height * 8 // 10))
    assert red > blue


@one_process
def test_pictures_are_drawn_on_the_way_and_in_the_end(whole):
    drawn = sorted(path.name for path in whole[1].iterdir())
    assert drawn == ["losses.png", "moons.gif", "moons.png", *(f"step-{n:03d}.png" for n in range(0, 31, 3))]


@one_process
def test_animation_has_every_picture(whole):
    with Image.open(whole[1] / "moons.gif") as animation:
        assert animation.n_frames == 11


def test_reference_stands_in_for_what_does_not_pass_and_that_is_said(stubs, solutions):
    (stubs / "mul.py").write_text(solutions["mul"])
    (stubs / "add.py").write_text(solutions["add"].replace("+=", "="))
    result = run(stubs, "--steps", 1, "--no-pictures")
    assert result.exit_code == 0
    assert " ".join(result.output.split()).startswith(
        "Your own: mul. The reference stands in for add (not right yet) and for pow, relu, backward, neuron, "
        "layer and mlp (not started). step 1 of 1: loss 4.9181 (PyTorch 4.9181), accuracy 26 %"
    )


def test_with_nothing_written_the_reference_shows_what_is_to_be_built(stubs):
    result = run(stubs, "--steps", 1, "--no-pictures")
    assert result.output.startswith("None of the parts is yours yet: this is what you are about to build.")


def test_code_that_breaks_off_in_training_is_a_message(solved):
    path = solved / "neuron.py"
    path.write_text(path.read_text() + NEURON_TOO_WIDE)
    result = run(solved, "--steps", 1, "--no-pictures")
    assert isinstance(result.exception, UsageError)
    assert re.fullmatch(
        r"training broke off in step 1 at neuron\.py, line \d+, in _checked: ValueError: too wide \\x1b\[31m",
        result.exception.what,
    )


def test_mixed_engine_runs_the_students_part(course, setting, solutions):
    doubled = {"relu": solutions["relu"].replace("max(0, self.data)", "2 * max(0, self.data)")}
    given = task(0)
    scores = []
    for own in ((), ("relu",)):
        engine = Engine(setting.cage, mixed(course, Submission("s", doubled, {}), own))
        scores.append(engine.scores(given.parameters, given.points[:3]))
        engine.close()
    plain, doubled = scores
    assert all(abs(a - b) > 1e-6 for a, b in zip(plain, doubled, strict=True))


def test_scores_come_in_the_order_of_the_points_however_many(course, setting):
    given = task(0)
    many = [given.points[place % 7] for place in range(260)]
    engine = Engine(setting.cage, mixed(course, Submission("s", {}, {}), ()))
    scores = engine.scores(given.parameters, many)
    engine.close()
    assert scores == tuple(scores[place % 7] for place in range(260))
    assert len(set(scores)) == 7


def test_same_seed_gives_the_same_task_and_another_another():
    assert task(3) == task(3)
    assert task(3).points != task(5).points
    assert task(3).parameters != task(5).parameters


def test_task_fits_the_network():
    given = task(0)
    assert len(given.parameters) == SHAPE.parameters
    assert (given.labels.count(-1), given.labels.count(1)) == (50, 50)


def test_score_of_nothing_or_no_number_is_on_neither_side():
    assert accuracy((0.0, float("nan"), -1.0, 2.0), (1, 1, -1, 1)) == 0.5


def test_torch_run_goes_down(course):
    beside = Beside(task(0))
    losses = [beside.step(0.1) for _ in range(20)]
    assert losses[-1] < losses[0]


def test_hundred_percent_is_said_only_of_all():
    assert [percent(part) for part in (1.0, 0.999, 0.5, 0.0)] == ["100 %", "99 %", "50 %", "0 %"]


def test_words_of_the_demo():
    assert (listed(("a",)), listed(("a", "b", "c"))) == ("a", "a, b and c")
    assert (power(1e-9), power(6.4e-16)) == ("1e-9", "6e-16")


def test_folder_that_cannot_be_written_is_said_before_any_training(tmp_path):
    (tmp_path / "file").write_text("")
    result = run(ROOT / "solutions", "--out", tmp_path / "file")
    assert isinstance(result.exception, UsageError)
    assert "cannot write the pictures" in result.exception.what
    assert result.output == ""


def test_without_matplotlib_it_says_how_to_get_or_do_without_it(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib", None)  # as if it were not installed
    result = run("--out", tmp_path / "out")
    assert isinstance(result.exception, UsageError)
    assert "the pictures need matplotlib" in result.exception.what
    assert "--no-pictures" in result.exception.next_step


def test_stopping_it_keeps_what_was_drawn(tmp_path):
    # Where the tests run in the background, shells have it ignored.
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    few = "from grader.autograd import demo as drawing; drawing.COARSE = (9, 7)"
    command = f"{heard}; {few}; from grader.autograd.commands import demo; demo()"
    arguments = ["solutions", "--out", str(tmp_path / "out"), "--sandbox", "process"]
    process = subprocess.Popen(
        [sys.executable, "-uc", command, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    first = [process.stdout.readline() for _ in range(2)][1]
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does it, to the workers as well
    output, errors = process.communicate(timeout=120)
    assert first.startswith("step 1 of 100")
    assert process.returncode == 130
    assert "what was drawn is kept" in errors
    assert "Traceback" not in output + errors
    assert {"step-000.png", "losses.png", "moons.gif"} <= {p.name for p in (tmp_path / "out").iterdir()}


def test_chain_of_a_million_additions_goes_forward_and_back(course, setting):
    room = Limits(seconds=60.0, patience=3.0, memory=2048 * MIB)
    runner = Runner(setting.cage, room, 1, SUBJECT.worker)
    with runner.attempt(mixed(course, Submission("s", {}, {}), ())) as attempt:
        (seen,) = attempt.observe(Request.of([Chain(1_000_000)]))
    runner.close()
    assert seen == Numbers((1_000_001.0, 1_000_001.0))

"""Whatever one exercise does, it costs that exercise alone."""

from functools import cache

import pytest

from grader.examine.grading import grade
from grader.examine.setting import Setting
from grader.report.evidence import status
from grader.report.scoring import exercise_status, score
from grader.sandbox.runner import Limits
from grader.submission.submission import load
from tests.samples import some

NAMES = ("add", "mul", "pow", "relu", "backward", "neuron", "layer", "mlp")
CALLABLE = {"neuron": "class Neuron:", "layer": "class Layer:", "mlp": "class MLP:"}


def endless(name):
    body = "while True:\n            pass\n"
    if name in CALLABLE:
        return f"{CALLABLE[name]}\n    def __init__(self, *args, **kwargs):\n        {body}"
    return f"def {name}(*args):\n        {body}"


def exiting(name):
    return "import os\n" + endless(name).replace("while True:", "if True:").replace("pass", "os._exit(0)")


def flooding(name):
    return endless(name).replace("pass", "print('x' * 100_000)")


def graded(course, setting, folder, seconds=0.5, only=()):
    # A loop is ended by the processor's time, and the clock has patience with a busy machine.
    quick = Setting(course, setting.cage, setting.cache, limits=Limits(seconds=seconds, patience=5.0))
    return grade(load(folder, course.names), quick, only)


def others_are_untouched(report, *names):
    return all(
        exercise_status(result) == "passed" and score(result).points == score(result).most
        for result in report.results
        if result.exercise.name not in names
    )


def own(report, name):
    return next(result for result in report.results if result.exercise.name == name)


def missing(path, name):
    path.unlink()


def misspelt(path, name):
    path.write_text("def broken(:\n    pass\n")


def looping(path, name):
    path.write_text(endless(name))


def ending(path, name):
    path.write_text(exiting(name))


FAULTS = (missing, misspelt, looping, ending)
ROUNDS = range(len(NAMES))
TAKEN = some(ROUNDS, 3)


def faults(number):
    """Four of the exercises and what is wrong with each; over all rounds everyone has every fault once."""
    turned = [NAMES[(number + n) % len(NAMES)] for n in range(len(FAULTS))]
    return dict(zip(turned, FAULTS, strict=True))


@pytest.fixture(scope="session")
def round_of(course, setting, solutions, tmp_path_factory):
    """A report on half of the exercises with faults and the other half right; made once for each round."""

    @cache
    def report(number):
        folder = tmp_path_factory.mktemp("isolation")
        for name, text in solutions.items():
            (folder / f"{name}.py").write_text(text)
        for name, make in faults(number).items():
            make(folder / f"{name}.py", name)
        return graded(course, setting, folder)

    return report


def each(fault):
    """One run for each exercise that has this fault, beside the others of its round."""
    place = FAULTS.index(fault)
    rows = [
        pytest.param(
            number, NAMES[(number + place) % len(NAMES)], marks=pytest.mark.xdist_group(f"isolation-{number}")
        )
        for number in TAKEN
    ]
    return pytest.mark.parametrize(("number", "name"), rows)


@each(missing)
def test_missing_exercise_is_not_started(number, name, round_of):
    assert exercise_status(own(round_of(number), name)) == "not_started"
    assert score(own(round_of(number), name)).points == 0


@each(misspelt)
def test_syntax_error_crashes_its_exercise(number, name, round_of):
    outcome = own(round_of(number), name).verdicts[0].outcome
    assert status(outcome) == "crashed"
    assert outcome.error.startswith("SyntaxError")
    assert outcome.frames == (f"{name}.py, line 1",)


@each(looping)
def test_endless_exercise_times_out(number, name, round_of):
    assert exercise_status(own(round_of(number), name)) == "timed_out"
    assert score(own(round_of(number), name)).points == 0


@each(ending)
def test_exiting_exercise_crashes(number, name, round_of):
    result = own(round_of(number), name)
    assert exercise_status(result) == "crashed"
    assert "exit code 0" in result.verdicts[0].outcome.error
    assert score(result).points == 0


@pytest.mark.parametrize(
    "number", [pytest.param(n, marks=pytest.mark.xdist_group(f"isolation-{n}")) for n in TAKEN]
)
def test_exercises_beside_missing_broken_endless_and_exiting_ones_have_all_their_points(number, round_of):
    assert others_are_untouched(round_of(number), *faults(number))


def test_every_exercise_has_every_fault_once():
    pairs = [(name, fault) for number in ROUNDS for name, fault in faults(number).items()]
    assert sorted(pairs, key=str) == sorted({(n, f) for n in NAMES for f in FAULTS}, key=str)


def test_flooding_exercise_times_out_alone(course, setting, solved):
    (solved / "relu.py").write_text(flooding("relu"))
    report = graded(course, setting, solved, only=("pow", "relu", "backward"))
    assert [exercise_status(result) for result in report.results] == ["passed", "timed_out", "passed"]
    assert others_are_untouched(report, "relu")


def test_wrong_add_costs_no_other_exercise_a_point(course, setting, solved):
    wrong = (solved / "add.py").read_text().replace("+=", "=")
    (solved / "add.py").write_text(wrong)
    report = graded(course, setting, solved, seconds=10.0)
    assert exercise_status(own(report, "add")) == "failed"
    assert others_are_untouched(report, "add")
    assert exercise_status(report.together) == "failed"

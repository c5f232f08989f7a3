"""Whatever one exercise does, it costs that exercise alone."""

import pytest

from grader.evidence import status
from grader.grading import grade
from grader.scoring import exercise_status, score
from grader.setting import Setting
from grader.student import Limits
from grader.submission import load

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


def graded(course, setting, folder, seconds=1.0):
    # A loop is ended by the processor's time, and the clock has patience with a busy machine.
    quick = Setting(course, setting.cage, setting.cache, limits=Limits(seconds=seconds, patience=5.0))
    return grade(load(folder, course.names), quick)


def others_are_untouched(report, name):
    return all(
        exercise_status(result) == "passed" and score(result).points == score(result).most
        for result in report.results
        if result.exercise.name != name
    )


def own(report, name):
    return next(result for result in report.results if result.exercise.name == name)


@pytest.mark.parametrize("name", NAMES)
def test_missing_exercise_is_not_started_and_costs_itself_alone(name, course, setting, solved):
    (solved / f"{name}.py").unlink()
    report = graded(course, setting, solved, seconds=10.0)
    assert exercise_status(own(report, name)) == "not_started"
    assert score(own(report, name)).points == 0
    assert others_are_untouched(report, name)


@pytest.mark.parametrize("name", NAMES)
def test_syntax_error_crashes_its_exercise_alone(name, course, setting, solved):
    (solved / f"{name}.py").write_text("def broken(:\n    pass\n")
    report = graded(course, setting, solved, seconds=10.0)
    outcome = own(report, name).verdicts[0].outcome
    assert status(outcome) == "crashed"
    assert outcome.error.startswith("SyntaxError")
    assert outcome.frames == (f"{name}.py, line 1",)
    assert others_are_untouched(report, name)


@pytest.mark.parametrize("name", NAMES)
def test_endless_exercise_times_out_alone(name, course, setting, solved):
    (solved / f"{name}.py").write_text(endless(name))
    report = graded(course, setting, solved)
    assert exercise_status(own(report, name)) == "timed_out"
    assert score(own(report, name)).points == 0
    assert others_are_untouched(report, name)


@pytest.mark.parametrize("name", NAMES)
def test_exiting_exercise_crashes_alone(name, course, setting, solved):
    (solved / f"{name}.py").write_text(exiting(name))
    report = graded(course, setting, solved, seconds=10.0)
    assert exercise_status(own(report, name)) == "crashed"
    assert "exit code 0" in own(report, name).verdicts[0].outcome.error
    assert score(own(report, name)).points == 0
    assert others_are_untouched(report, name)


def test_flooding_exercise_times_out_alone(course, setting, solved):
    (solved / "relu.py").write_text(flooding("relu"))
    report = graded(course, setting, solved)
    assert exercise_status(own(report, "relu")) == "timed_out"
    assert others_are_untouched(report, "relu")


def test_wrong_add_costs_no_other_exercise_a_point(course, setting, solved):
    wrong = (solved / "add.py").read_text().replace("+=", "=")
    (solved / "add.py").write_text(wrong)
    report = graded(course, setting, solved, seconds=10.0)
    assert exercise_status(own(report, "add")) == "failed"
    assert others_are_untouched(report, "add")
    assert exercise_status(report.together) == "failed"

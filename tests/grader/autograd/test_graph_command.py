"""The command graph: of what is typed, of a report, of one's work; where it says the picture is."""

import json

import pytest
from click.testing import CliRunner

from grader.autograd.commands import graph
from grader.cli import Group
from tests.grader.autograd.test_typed import OVERWRITING

MAIN = Group(commands={"graph": graph})


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        return CliRunner().invoke(MAIN, ["graph", *map(str, arguments)], catch_exceptions=False)

    return call


@pytest.fixture
def mistaken(solved):
    (solved / "mul.py").write_text(OVERWRITING)
    return solved


def test_an_expression_is_drawn_and_told(run, mistaken, tmp_path):
    done = run("(x*x + y).relu()", "x=3", "--submission", mistaken, "--sandbox", "process")
    assert done.exit_code == 0
    assert "Got: your add.py, mul.py, pow.py, relu.py, backward.py." in done.output
    assert "x = 3" in next(line for line in done.output.splitlines() if line.endswith("<-- differs"))
    assert f"{tmp_path / 'graph.svg'} has the picture." in done.output
    assert "differs here" in (tmp_path / "graph.svg").read_text()


def test_a_file_of_another_name_is_drawn_and_told(run, mistaken):
    (mistaken / "mul.py").rename(mistaken / "mul (1).py")
    done = run("x * x", "--submission", mistaken, "--sandbox", "process")
    assert done.output.startswith("Taken from files of another name or place: mul from mul (1).py.\n")
    assert "<-- differs" in done.output


def test_a_file_that_is_not_plainly_meant_is_told_and_not_drawn(run, mistaken):
    text = (mistaken / "mul.py").read_text()
    (mistaken / "mul.py").unlink()
    for number in (1, 2):
        (mistaken / f"mul {number}.py").write_text(f"{text}\nx = {number}\n")
    done = run("x * x", "--submission", mistaken, "--sandbox", "process")
    assert done.output.startswith("mul is not taken: mul.py is not there; mul 1.py and mul 2.py define mul")
    assert "The reference stands in for mul: Not graded:" in done.output


def test_an_expression_may_begin_with_a_minus(run, solved):
    done = run("-a * b", "--submission", solved, "--sandbox", "process", "--out", "it.png")
    assert done.exit_code == 0
    assert "b = 2" in done.output


def test_without_an_expression_the_smallest_counterexample_is_drawn(run, mistaken, tmp_path):
    done = run("--submission", mistaken, "--exercise", "mul", "--sandbox", "process", "--out", "m.svg")
    assert done.exit_code == 0
    assert done.output.startswith("mul: ")
    assert "b = a * a" in done.output
    assert "= a * a" in (tmp_path / "m.svg").read_text()


def test_a_report_in_json_serves_as_well(run, mistaken, tmp_path, setting, course):
    from grader.examine.grading import grade
    from grader.report.report import to_json
    from grader.submission.submission import load

    report = grade(load(mistaken, course.names), setting, ("mul",))
    (tmp_path / "report.json").write_text(to_json(report))
    done = run("--report", "report.json")
    assert done.exit_code == 0
    live = run("--submission", mistaken, "--exercise", "mul", "--sandbox", "process")
    assert live.output == done.output


def test_when_everything_has_passed_it_says_what_could_be_drawn(run, solved):
    done = run("--submission", solved, "--exercise", "add", "--sandbox", "process")
    assert done.exit_code == 2
    assert "everything has passed" in done.output
    assert "grader graph" in done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a + b", "--out", "x.gif"], "neither .svg nor .png"),
        (["a + b", "--exercise", "sub"], "there is no exercise 'sub'"),
        (["a + b", "--report", "r.json"], "two things to draw"),
        (["--report", "none.json"], "cannot read none.json"),
        (["a + b", "c"], "gives no leaf its number"),
        (["a +"], "at its end"),
    ],
)
def test_wrong_use_is_told_in_two_lines(arguments, said, run):
    done = run(*arguments)
    assert done.exit_code == 2
    assert said in done.output
    assert done.output.count("\n") == 2


def test_a_report_of_a_stranger_steers_no_terminal(run, tmp_path, mistaken, setting, course):
    from grader.examine.grading import grade
    from grader.report.report import to_plain
    from grader.submission.submission import load

    plain = to_plain(grade(load(mistaken, course.names), setting, ("mul",)))
    for property_ in plain["exercises"][0]["properties"]:
        property_["title"] = "::error::\x1b[31mred"
        for node in (property_["counterexample"] or {"graph": []})["graph"]:
            node["formula"] = "\x1b]0;title\x07"
    (tmp_path / "report.json").write_text(json.dumps(plain))
    done = run("--report", "report.json")
    assert done.exit_code == 0
    assert "\x1b" not in done.output
    assert not [line for line in done.output.splitlines() if line.lstrip().startswith("::")]

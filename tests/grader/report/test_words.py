"""Outcomes in words: the graph as a tree, crashes and time-outs as a beginner can read them."""

import re
from dataclasses import replace

import pytest

from grader.autograd.as_python import graph_of
from grader.autograd.program import trace
from grader.examine.examining import examine
from grader.model import Counterexample, Crashed, Kind
from grader.render.terminal import half_done
from grader.report.evidence import status
from grader.report.report import notes
from grader.report.scoring import score
from grader.report.words import counterexample_of, example, headline, in_full, in_words, meaning, tree
from grader.sandbox.runner import Limits
from grader.submission.submission import Submission

PREORDER = """
def backward(self):
    self.grad = 1.0
    seen = set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            node._backward()
            for operand in node._prev:
                visit(operand)

    visit(self)
"""


def failures(result):
    return [v for v in result.verdicts if v.claim.kind is Kind.GRADED and status(v.outcome) != "passed"]


def preorder_tree(examined):
    shown = counterexample_of(example(examined("backward", {"backward": PREORDER})).outcome)
    return shown, list(map(str, tree(shown)))


def test_tree_shows_every_node_once_and_names_it_where_it_is_met_again():
    shared = trace(lambda a: (a * 2) + (a * 2) * a, 5)
    numbers = tuple(map(float, range(shared.length)))
    graph = graph_of(shared, numbers, None)
    lines = list(map(str, tree(Counterexample("", (), (), False, graph))))
    first = [line.split("=")[0].strip(" ├└─│") for line in lines if "=" in line]
    assert sorted(first) == [node.name for node in graph]
    assert [line.strip(" ├└─│") for line in lines if "above" in line] == ["a, as above"] * 2


def test_tree_marks_the_first_wrong_node_with_expected_beside_got(examined):
    shown, lines = preorder_tree(examined)
    (suspect,) = [node for node in shown.graph if node.suspect]
    (marked,) = [line.split() for line in lines if line.endswith("<-- differs")]
    assert suspect.name in marked
    assert [float(word) for word in marked[-6:-2]] == [*suspect.data, *suspect.grad]
    assert suspect.grad[0] != suspect.grad[1]


def test_wrong_data_is_suspected_before_any_gradient(examined, solutions):
    minus = {"add": solutions["add"].replace("self.data + other", "self.data - other")}
    shown = counterexample_of(example(examined("add", minus)).outcome)
    assert [node.formula for node in shown.graph if node.suspect] == ["a + b"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("TypeError: 'NoneType' object is not callable", "None was called"),
        ("AttributeError: 'int' object has no attribute 'data'", "plain number has nothing of that name"),
        ("AttributeError: 'NoneType' object has no attribute 'grad'", "return its result"),
        ("RecursionError: maximum recursion depth exceeded", "without end"),
        ("ZeroDivisionError: division by zero", "zero"),
        ("SyntaxError: invalid syntax", "cannot read the file"),
        ("ModuleNotFoundError: No module named 'numpy'", "standard library"),
        ("TypeError: '>' not supported between instances of 'Value' and 'int'", "in its data"),
        ("TypeError: add() missing 1 required positional argument: 'other'", "def line"),
    ],
)
def test_exception_is_told_in_plain_words(error, words):
    assert words in in_words(error)


def test_unknown_exception_is_left_to_speak_for_itself():
    assert in_words("MyError: 42") == ""
    assert meaning(Crashed(1, "MyError: 42")) == []


def test_half_done_stub_is_told_apart_from_a_crash_and_from_not_started(examined, course):
    stub = course.stub("neuron")
    half = stub.replace('raise NotImplementedError("neuron: TODO 5")', "return [*self.w, self.b]")
    assert half != stub
    result = examined("neuron", {"neuron": half})
    assert half_done(result)
    assert headline(result.verdicts[0].outcome).startswith(
        "It stops where the stub does: neuron: TODO 1 and 2"
    )
    assert not half_done(examined("neuron", {"neuron": stub}))


def test_time_out_names_the_program_and_the_usual_cause(course, setting, solutions):
    loop = "    while exponent < 0:\n        pass\n"
    endless = solutions["pow"].replace("    out = Value(", f"{loop}    out = Value(")
    quick = replace(setting, limits=Limits(seconds=1.0))
    exercise = next(e for e in course.exercises if e.name == "pow")
    result = examine(quick, Submission("s", {"pow": endless}, {}), exercise)
    outcome = next(v.outcome for v in result.verdicts if v.claim.name == "negative_exponents")
    text = in_full(outcome)
    assert re.search(r"b = a \*\* -\d", text)
    assert "never becomes false" in text
    passed = {v.claim.name for v in result.verdicts if status(v.outcome) == "passed"}
    assert {"data_is_the_power", "gradient_is_the_power_rule"} <= passed


def test_crash_names_the_students_file_and_line_and_nothing_of_ours(examined, solutions):
    called = solutions["mul"].replace("out._backward = _backward", "out._backward = _backward()")
    outcome = failures(examined("mul", {"mul": called}))[0].outcome
    text = in_full(outcome)
    assert "'NoneType' object is not callable" in text
    assert "worker" not in text.replace("grader", "")


def test_recursive_backward_keeps_full_marks_with_a_note_about_the_bonus(examined, solutions):
    recursive = """
def backward(self):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for operand in node._prev:
                visit(operand)
            order.append(node)

    visit(self)
    self.grad = 1
    for node in reversed(order):
        node._backward()
"""
    result = examined("backward", {"backward": recursive})
    assert score(result).points == score(result).most
    assert any("1,000 operations" in note for note in notes(result))
    assert any("int 1" in note for note in notes(result))
    assert result.findings == ()


def test_solution_has_no_notes(examined, solutions):
    assert notes(examined("backward", solutions)) == []

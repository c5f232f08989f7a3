"""What is read off operations: every label, nothing else, and nothing that is not so."""

from __future__ import annotations

import ast
import random
from dataclasses import replace
from functools import partial

import pytest

from grader.autograd.reading import algebra
from grader.autograd.reading.networks import read_exercise
from grader.autograd.reading.records import Question
from grader.course.misconceptions import misconceptions
from grader.examine.examining import findings
from grader.examine.setting import parts
from grader.model import Numbers
from grader.sandbox.runner import Runner
from tests.grader.autograd.reading.labels_operations import CATALOGUE, COMPOUNDS
from tests.grader.autograd.variants import DISGUISED, RIGHT, catalogue
from tests.samples import some

OPERATIONS = tuple(CATALOGUE)
WRONG = [(name, m) for name in OPERATIONS for m in misconceptions(name)]
DISGUISES = [v for v in catalogue(DISGUISED) if v.exercise in OPERATIONS]
RIGHTS = [v for v in catalogue(RIGHT) if v.exercise in OPERATIONS]
HEAD = "from .value import Value\n\n"
ADD = f"""{HEAD}def add(self, other):
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")
    def rule():
        self.grad += out.grad
        other.grad += out.grad
    out._backward = rule
    return out
"""


@pytest.fixture(scope="module")
def runner(course, setting):
    runner = Runner(setting.cage, setting.limits, 200, course.subject.worker)
    yield runner
    runner.close()


@pytest.fixture(scope="module")
def read(course, setting, runner):
    """Reads one operation, from its source or from all files of a submission."""

    def run(name, sources):
        sources = {name: sources} if isinstance(sources, str) else sources
        exercise = next(part for part in course.parts if part.name == name)
        engine = parts(course, sources, exercise)
        reference = setting.reference(exercise)
        reader = partial(course.subject.read, exercise, sources[name])
        return findings(reader, engine, runner, reference)

    return run


def cell(finding, source):
    """The operand that a finding is about, a or b, by the names in the source; or nothing."""
    functions = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))
    names = next(([a.arg for a in f.args.args] for f in functions if f.name in OPERATIONS), ["self", "other"])
    about = finding.part.partition("(")[2].strip(")") or finding.part.partition(".")[0]
    return dict(zip(names, "ab", strict=False)).get(about, "")


def missed_and_false(found, label, source):
    """The groups of a label that were not found, and what was found without a label."""
    needed, _, more = label.partition(";")
    groups = [group.strip().split("|") for group in needed.split(",") if group.strip()]
    may = {word for group in groups for word in group} | {word.strip() for word in more.split(",")}
    said = [{f.finding, f"{f.finding}@{cell(f, source)}"} for f in found]
    missed = [group for group in groups if not any({*group} & words for words in said)]
    return missed, [f for f, words in zip(found, said, strict=True) if not words & may]


@pytest.mark.parametrize(("name", "wrong"), some(WRONG, 60), ids=lambda x: getattr(x, "id", x))
def test_what_a_catalogued_operation_does_wrong_is_found_and_nothing_else(name, wrong, read):
    assert missed_and_false(read(name, wrong.source), CATALOGUE[name][wrong.id], wrong.source) == ([], [])


@pytest.mark.parametrize("variant", some(DISGUISES, 15), ids=str)
def test_a_disguise_hides_nothing(variant, read):
    label = CATALOGUE[variant.exercise][variant.name.partition("__")[0]]
    found = read(variant.exercise, variant.sources)
    assert missed_and_false(found, label, variant.sources[variant.exercise]) == ([], [])


@pytest.mark.parametrize("case", COMPOUNDS, ids=str)
def test_all_mistakes_of_a_compound_are_found(case, read):
    label, source = COMPOUNDS[case]
    assert missed_and_false(read(case[0], source), label, source) == ([], [])


@pytest.mark.parametrize("variant", some(RIGHTS, 30), ids=str)
def test_nothing_is_said_of_a_right_operation(variant, read):
    assert read(variant.exercise, variant.sources) == ()


def test_the_part_the_formula_the_place_and_the_line_are_told(read):
    wrong = ADD.replace("other.grad += out.grad", "other.grad = 2 * other.data * out.grad")
    overwrites, derivative = read("add", wrong)
    assert (overwrites.finding, overwrites.part, overwrites.line) == ("overwrites", "other.grad", 8)
    assert overwrites.does == "other.grad = 2 * other.data * out.grad"
    assert overwrites.should == derivative.should == "other.grad += out.grad"
    assert (derivative.finding, derivative.condition) == ("derivative", "")


def test_a_threshold_of_the_codes_own_is_the_condition(read):
    opens = f"""{HEAD}def relu(self):
    out = Value(max(0, self.data), (self,), "relu")
    def rule():
        if self.data > 0.7:
            self.grad += out.grad
    out._backward = rule
    return out
"""
    (found,) = read("relu", opens)
    assert (found.finding, found.condition) == ("no-share", "self.data > 0 and self.data <= 0.7")


def test_names_are_those_of_the_code(read):
    wrong = ADD.replace("self", "left").replace("other", "right").replace("out", "total")
    found = read("add", wrong.replace("left.grad +=", "left.grad ="))
    assert [(f.part, f.does) for f in found] == [("left.grad", "left.grad = total.grad")]


IDEAS = {
    "a misspelt attribute": (ADD.replace("self.grad +=", "self.gard ="), "In line 7 self.gard is set"),
    "a rule that takes an argument": (ADD.replace("rule():", "rule(self):"), "without arguments"),
    "a raise that was left": (
        ADD.replace("    return out", '    raise NotImplementedError("add")\n    return out'),
        "What stands below line 10 is never reached",
    ),
    "the result's own gradient": (
        ADD.replace("self.grad +=", "out.grad +="),
        "What the rule changes is out.grad",
    ),
}


@pytest.mark.parametrize(("source", "said"), IDEAS.values(), ids=IDEAS)
def test_the_idea_behind_it_is_told_where_the_source_shows_it(source, said, read):
    assert any(said in finding.explanation for finding in read("add", source))


def test_what_depends_on_earlier_calls_is_told_as_that_and_no_formula_is(read):
    cached = ADD.replace("def add(self, other):", "kept = {}\n\ndef add(self, other):").replace(
        '    out = Value(self.data + other.data, (self, other), "+")',
        "    key = self.data, getattr(other, 'data', other)\n"
        "    if key in kept:\n        return kept[key]\n"
        '    out = kept[key] = Value(self.data + other.data, (self, other), "+")',
    )
    assert [finding.finding for finding in read("add", cached)] == ["depends-on-before"]


def test_an_endless_loop_ends_the_reading_and_says_nothing(course, setting, runner):
    looping = f"{HEAD}def add(self, other):\n    while True:\n        pass\n"
    exercise = course.exercises[0]
    engine = parts(course, {"add": looping}, exercise)
    quick = Runner(setting.cage, replace(setting.limits, seconds=0.2, patience=1.0), 4, course.subject.worker)
    reading = partial(course.subject.read, exercise, looping)
    found = findings(reading, engine, quick, setting.reference(exercise))
    quick.close()
    assert found == ()


HOSTILE = random.Random(7)  # the same numbers in every run
MADE_UP = {
    "zeros": lambda length: [0.0] * length,
    "ones": lambda length: [1.0] * length,
    "small whole numbers": lambda length: [float(HOSTILE.randrange(-1, 30)) for _ in range(length)],
    "any numbers": lambda length: [HOSTILE.uniform(-1e300, 1e300) for _ in range(length)],
    "no numbers": lambda length: [float("nan")] * length,
    "infinities": lambda length: [float("inf")] * length,
}


@pytest.mark.parametrize("make", MADE_UP.values(), ids=MADE_UP)
@pytest.mark.parametrize("number", range(len(OPERATIONS)))
def test_made_up_numbers_bring_no_error(make, number, course, setting):
    exercise = course.exercises[number]

    def ask(questions):
        return [Numbers(tuple(make(question.length))) for question in questions]

    with setting.reference(exercise).asking() as reference:
        assert isinstance(read_exercise(exercise, "", ask, reference), tuple)


def test_a_tree_of_towering_powers_takes_no_time(course, setting):
    """An expression that only a hostile process would send: 9 ** 9 ** 9 ** …"""
    flat = [value for _ in range(20) for value in (6.0, 0.0, 1.0, 9.0)] + [1.0, 9.0]
    exercise = course.exercises[1]

    def ask(questions):
        right = reference(questions)
        spoilt = []
        for question, got in zip(questions, right, strict=True):
            values = list(got.values) if isinstance(got, Numbers) else [0.0] * question.length
            if len(values) > 300:
                values[16 : 17 + len(flat)] = [len(flat) / 2, *flat]
            spoilt.append(Numbers(tuple(values)))
        return spoilt

    with setting.reference(exercise).asking() as reference:
        assert read_exercise(exercise, "", ask, reference) == ()


def test_no_program_that_others_ask_is_a_question(course):
    """A question's answer is numbers of a fixed length like any program's: there is no other way back."""
    question = Question("operation", ("__add__", "two", False, "ab", (1.0, 2.0)), 16)
    assert (question.tag, question.length) == ("reading", 16)


FORMULAS = {
    "a * b + b * a": "2 * a * b",
    "(a + b) * (a - b)": "a**2 - b**2",
    "a ** k * a": "a**(k + 1)",
    "a / b": "a / b",
    "a * 1 + 0 * b": "a",
    "abs(-2 * a)": "2 * abs(a)",
}


def tree(source):
    """A Python expression over a, b and k as a worker's symbols would have it."""
    signs = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}

    def made(node):
        match node:
            case ast.BinOp(left, op, right):
                return (signs[type(op)], made(left), made(right))
            case ast.UnaryOp(_, operand):
                return ("neg", made(operand))
            case ast.Call(function, [argument]):
                return (function.id, made(argument))
            case ast.Name(name):
                return ("sym", name)
        return ("num", node.value)

    return made(ast.parse(source, mode="eval").body)


@pytest.mark.parametrize(("source", "said"), FORMULAS.items())
def test_equal_formulas_have_one_normal_form(source, said):
    formula = algebra.normal(tree(source))
    assert algebra.text(formula, {name: name for name in "abk"}) == said
    at = {"a": 1.7, "b": 2.3, "k": 3.0}
    assert algebra.value(formula, at) == pytest.approx(eval(source, {"abs": abs}, at))


def test_an_exception_is_told_with_its_line_and_where_it_happens(read):
    wrong = f"""{HEAD}def pow(self, exponent):
    out = Value(self.data ** exponent, (self,), "**")
    def rule():
        self.grad += exponent * out.data / self.data * out.grad
    out._backward = rule
    return out
"""
    (found,) = read("pow", wrong)
    assert (found.finding, found.part, found.line) == ("raises", "the rule", 6)
    assert found.does.startswith("ZeroDivisionError")
    assert found.condition == "self.data == 0"


def test_formulas_that_nobody_wrote_are_multiplied_out_only_so_far(course, setting):
    """Sums times sums, in every place where an expression fits."""
    sums = [2.0, 0.0, 0.0, 0.0, 0.0, 1.0]  # a + b
    flat = [value for _ in range(18) for value in (4.0, 0.0, *sums)] + sums  # (a + b) * (a + b) * …
    exercise = course.exercises[1]

    def ask(questions):
        spoilt = []
        for question, got in zip(questions, reference(questions), strict=True):
            values = list(got.values) if isinstance(got, Numbers) else [0.0] * question.length
            if len(values) > 300:
                for start in (16, 16 + 181, 16 + 362):
                    values[start : start + 1 + len(flat)] = [len(flat) / 2, *flat]
            spoilt.append(Numbers(tuple(values)))
        return spoilt

    with setting.reference(exercise).asking() as reference:
        read_exercise(exercise, "", ask, reference)
    assert 0 < algebra.Work.done < 2 * algebra.MOST_WORK

"""What is read of engines in shapes of their own: in their names, of what is wrong, and of nothing else."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from grader.autograd.any_engine.examining import AnyExaminer
from grader.autograd.any_engine.finding import read as submitted
from grader.autograd.any_engine.modes import cautious
from grader.autograd.any_engine.shape import shape_from_numbers
from grader.course.misconceptions import misconceptions
from grader.course.properties import declared_in
from grader.model import Numbers, Raised
from grader.submission.submission import AnyShape, Submission
from tests.grader.autograd.reading import labels_backward, labels_operations, test_backward, test_operations
from tests.grader.autograd.variants import RIGHT, catalogue
from tests.samples import some

SHAPES = Path(__file__).parents[1] / "shapes"
TABLE = tomllib.loads((SHAPES / "expected.toml").read_text("utf-8"))
del TABLE["cannot"]
READ = ("add", "mul", "pow", "relu", "backward")
# By hand, from their code: finding and part.
WRONG = {
    ("original_half", "mul"): ["overwrites self.grad", "overwrites other.grad"],
    ("early_lecture", "add"): ["overwrites self.grad", "overwrites other.grad"],
    ("early_lecture", "mul"): ["overwrites self.grad", "overwrites other.grad"],
    ("chinese", "pow"): ["upstream-misused self.grad", "derivative self.grad"],
    ("old_python", "mul"): ["wrong-number self.grad", "wrong-number other.grad"],
    ("one_weight_for_all", "pow"): ["data out.data", "data out.data", "derivative self.grad"],
    ("last_layer_only", "pow"): ["derivative self.grad"],
    ("last_layer_only", "relu"): ["data out.data", "share-undue self.grad"],
    ("numbers_without_graph", "mul"): ["result result"],
    ("numbers_without_graph", "relu"): ["raises the operation"],
    ("bias_for_every_input", "relu"): ["share-undue self.grad"],
    ("function_classes", "add"): ["upstream-missing self.grad", "upstream-missing other.grad"],
    ("parameter_subclass", "add"): ["no-share other.grad"],
    ("preorder", "backward"): ["order turns"],
    ("breadth_first", "backward"): ["order turns"],
    ("grad_starts_at_one", "backward"): ["seed-missing self.grad"],
    ("equal_means_same", "backward"): ["never-runs turns"],
    ("until_nothing_changes", "backward"): ["endless backward()"],
    ("rules_walk_on", "backward"): ["never-runs turns"],
    ("number_among_operands", "pow"): ["operand-type out.parents"],
    ("seeded_by_hand", "backward"): ["seed-missing self.grad", "never-runs turns"],
    ("only_a_notebook", "pow"): ["overwrites self.grad"],
    # Nothing is sent back in it, and how its nodes are linked is not seen.
    ("forward_mode", "backward"): [],
    # Edges show nobody's turn, and without a way back nothing is read.
    ("edges_are_objects", "backward"): [],
    ("wrong_sum_no_backward", "add"): [],
    # A gradient that is had by a call; turns that are in nobody's list.
    ("gradient_is_asked_for", "mul"): [],
    ("one_user_each", "backward"): [],
    ("bound_and_unseeded", "backward"): [],
    # A tape that other graphs are on as well: no graph of one's own shows it.
    ("tape_never_cleared", "backward"): [],
    ("positive_bases", "pow"): ["raises the operation"],
}


@pytest.fixture(scope="module")
def opened(lenient):
    """An engine's examiner, from its source or from a path; one is open at a time."""
    kept = {}

    def run(path=None, source="", strict=False):
        key = path, source, strict
        if key not in kept:
            close()
            kept[key] = made(path, source, strict)
        return kept[key]

    def made(path, source, strict):
        asked = AnyShape()
        if path is not None:
            asked = AnyShape("", tuple(sorted(TABLE[path.stem].get("map", {}).items())))
        given = submitted(path, asked) if path else Submission("test", {"engine": source}, {}, asked)
        return AnyExaminer(replace(lenient, lenient=not strict), given)

    def close():
        for examiner in kept.values():
            examiner.close()
        kept.clear()

    yield run
    close()


@pytest.fixture(scope="module")
def read(opened, course):
    """Reads one part, whether it is right or wrong."""

    def run(name, **given):
        examiner = opened(**given)
        return examiner.read_alone(examiner.found, next(part for part in course.parts if part.name == name))

    return run


def place(name):
    path = SHAPES / name
    return path if path.is_dir() else SHAPES / f"{name}.py"


def said(found):
    return [f"{finding.finding} {finding.part}" for finding in found]


@pytest.mark.parametrize(("shape", "name"), some([*WRONG], 14))
def test_what_a_wrong_part_does_is_found_and_nothing_else(shape, name, read):
    assert said(read(name, path=place(shape))) == WRONG[shape, name]


@pytest.mark.parametrize("shape", some(list(TABLE), 8))
def test_nothing_is_said_of_a_right_part_whatever_its_shape(shape, read):
    missing = {*TABLE[shape].get("absent", ()), *TABLE[shape].get("not_started", ())}
    for name in READ:
        if (shape, name) not in WRONG and name not in missing:
            assert said(read(name, path=place(shape))) == []


def test_table_has_every_part_that_is_read_and_fails():
    words = ("failed", "crashed", "timed_out")
    failing = {(s, n) for s in TABLE for word in words for n in TABLE[s].get(word, ()) if n in READ}
    assert failing == {*WRONG}


# ---- the course's catalogue, as somebody would have written it in one class with names of their own


OWN = {"Value": "Num", "data": "value", "grad": "gradient", "_prev": "children", "_backward": "pull"}


def own(source):
    """A part of the course's, in those names and without what it imports of it."""
    source = re.sub(r"^from (__future__|\.value|exercises\.value) import .*$", "", source, flags=re.M)
    return re.sub(rf"\b({'|'.join(OWN)})\b", lambda word: OWN[word[1]], source)


@pytest.fixture(scope="module")
def engine(course):
    """An engine of one file, all right but for this part."""

    def made(name, source):
        parts = [part for part in course.exercises if part.attach]
        parts.sort(key=lambda part: part.name == name)
        text = "from __future__ import annotations\n" + own(
            (course.root / "exercises/value.py").read_text("utf-8")
        )
        for part in parts:
            code = source if part.name == name else course.solution(part.name)
            text += f"\n{own(code)}\nNum.{part.attach} = {part.defines}\n"
        return text + "Num.__radd__ = lambda a, b: a + b\nNum.__rmul__ = lambda a, b: a * b\n"

    return made


MISTAKES = [
    *((n, m, labels_operations.CATALOGUE[n][m.id]) for n in READ[:-1] for m in misconceptions(n)),
    *(("backward", m, labels_backward.CATALOGUE[m.id]) for m in misconceptions("backward")),
]
# Here a constructor says it, of which nothing is known in an engine of one's own.
UNSAID = {"wraps_everything"}


@pytest.mark.parametrize(
    ("name", "wrong", "label"), some(MISTAKES, 12), ids=lambda x: getattr(x, "id", None) or str(x)[:12]
)
def test_the_same_is_found_as_in_the_courses_own_shape(name, wrong, label, read, engine):
    found = read(name, source=engine(name, wrong.source), strict=True)
    if name == "backward":
        assert test_backward.missed_and_false(found, label) == ([], set())
        return
    missed, false = test_operations.missed_and_false(found, label, own(wrong.source))
    assert false == []
    assert not missed or wrong.id in UNSAID


RIGHTS = [v for v in catalogue(RIGHT) if v.exercise in READ and len(v.sources) == 1]


@pytest.mark.parametrize("variant", some(RIGHTS, 6), ids=str)
def test_nothing_is_said_of_what_is_right_in_other_names(variant, read, engine):
    source = engine(variant.exercise, variant.sources[variant.exercise])
    assert read(variant.exercise, source=source) == ()


# ---- three engines with several mistakes each


HALF_RIGHT = """class Scalar:
    def __init__(self, value, children=(), op=""):
        self.value = value
        self.gradient = 0
        self.children = set(children)
        self.op = op
        self.back = None

    def __add__(self, b):
        if not isinstance(b, Scalar):
            b = Scalar(b)
        total = Scalar(self.value + b.value, (self, b), "+")
        def back():
            self.gradient += total.gradient
            b.gradient += total.gradient
        total.back = back
        return total

    def __mul__(self, b):
        if not isinstance(b, Scalar):
            b = Scalar(b)
        product = Scalar(self.value * b.value, (self, b), "*")
        def back():
            self.gradient = b.value * product.gradient
            b.gradient = self.value * product.gradient
        product.back = back
        return product

    def __pow__(self, k):
        power = Scalar(self.value ** k, (self,), "**")
        def back():
            self.gradient += self.value ** (k - 1) * power.gradient
        power.back = back
        return power

    def relu(self):
        out = Scalar(self.value if self.value > 0 else 0, (self,), "relu")
        def back():
            if out.value > 0:
                self.gradient += out.gradient
        out.back = back
        return out

    def backward(self):
        self.gradient = 1
        nodes = []
        def visit(node):
            if node in nodes:
                return
            nodes.append(node)
            for child in node.children:
                visit(child)
        visit(self)
        for node in nodes:
            if node.back is not None:
                node.back()
"""
SLOPES = """import math


class Var:
    def __init__(self, x, parents=()):
        self.x = x
        self.d = 0.0
        self.parents = list(parents)  # pairs of a node and the slope towards it

    def __add__(self, other):
        return Var(self.x + other.x, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        return Var(self.x * other.x, [(self, self.x), (other, other.x)])

    def __pow__(self, k):
        return Var(math.pow(self.x, k), [(self, k * self.x)])

    def relu(self):
        return Var(max(0.0, self.x), [(self, 1.0)])

    def backward(self, seed=1.0):
        self.d += seed
        for node, slope in self.parents:
            node.backward(seed * slope)
"""
METHODS = """class Node:
    def __init__(self, data, operands=(), op=None):
        self.data, self.grad, self.operands, self.op = data, 0.0, operands, op

    def __add__(self, other):
        return Node(self.data + other.data, (self, other), "add")

    def __mul__(self, other):
        return Node(self.data * other.data, (self, other), "mul")

    def step(self):
        if self.op == "add":
            for operand in self.operands:
                operand.grad -= self.grad
        elif self.op == "mul":
            a, b = self.operands
            a.grad += b.data * self.grad
            b.grad += a.data * self.grad

    def backprop(self):
        order = []
        def visit(node):
            if node not in order:
                for operand in node.operands:
                    visit(operand)
                order.append(node)
        visit(self)
        self.grad = self.data
        for node in reversed(order):
            node.step()
"""
SEVERAL = {
    "closures": (
        HALF_RIGHT,
        {
            "add": [],
            "mul": [
                "self.gradient = b.value * product.gradient",
                "b.gradient = self.value * product.gradient",
            ],
            "pow": ["self.gradient += self.value**(k - 1) * power.gradient"],
            "relu": [],
            "backward": ["r: turn 1 · m: turn 2, before its user n · n: turn 3"],
        },
    ),
    "slopes": (
        SLOPES,
        {
            "add": [],
            "mul": ["self.d += self.x * out.d", "other.d += other.x * out.d"],
            "pow": ["self.d += k * self.x * out.d"],
            "relu": ["self.d += out.d"],
            "backward": [],
        },
    ),
    "methods": (
        METHODS,
        {
            "add": ["self.grad -= out.grad", "other.grad -= out.grad"],
            "mul": [],
            "backward": ["self.data"],
        },
    ),
}


@pytest.mark.parametrize(
    ("which", "name"), [(which, name) for which, (_, parts) in SEVERAL.items() for name in parts]
)
def test_each_of_several_wrong_parts_is_read_in_its_own_names(which, name, read):
    source, wanted = SEVERAL[which]
    assert [finding.does for finding in read(name, source=source)] == wanted[name]


def test_lines_are_those_of_the_file(read):
    lines = HALF_RIGHT.split("\n")
    for finding in (*read("mul", source=HALF_RIGHT), *read("pow", source=HALF_RIGHT)):
        assert finding.does in re.sub(r" (\*\*) ", r"\1", lines[finding.line - 1])


def test_sentences_speak_of_their_class_and_their_rule(read):
    never = HALF_RIGHT.replace("total.back = back", "pass")
    (finding, *_) = read("add", source=never)
    assert (finding.finding, finding.part) == ("rule-not-stored", "total.back")
    assert finding.explanation.startswith("The result's back is still what every new Scalar has")


# ---- by which promises it is read


REFUSES = HALF_RIGHT.replace("if not isinstance(b, Scalar):\n            b = Scalar(b)", "b.value")
RESETS = HALF_RIGHT.replace(
    """            nodes.append(node)
            for child in node.children:
                visit(child)
        visit(self)
        for node in nodes:
""",
    """            for child in node.children:
                visit(child)
            nodes.append(node)
        visit(self)
        for node in nodes:
            node.gradient = 0
        self.gradient = 1
        for node in reversed(nodes):
""",
)


@pytest.mark.parametrize(
    ("name", "source", "finding"),
    [("add", REFUSES, "plain-number self + 3"), ("backward", RESETS, "resets a.gradient")],
    ids=["add", "backward"],
)
def test_what_its_own_promises_leave_out_is_told_only_where_the_courses_hold(name, source, finding, read):
    assert said(read(name, source=source, strict=True)) == [finding]
    assert said(read(name, source=source)) == []


def test_only_what_failed_is_read(opened, course):
    examiner = opened(source=HALF_RIGHT)
    told = {}
    for exercise in course.exercises[:2]:
        properties = declared_in(course.properties(exercise.name))
        for prop in properties:
            examiner.outcome(exercise, properties, prop)
        told[exercise.name] = said(examiner.findings())
        assert all(finding.should == "" for finding in examiner.findings())
    assert told == {"add": [], "mul": ["overwrites self.gradient", "overwrites b.gradient"]}


# ---- what a worker says is not trusted


def test_an_exception_that_no_line_of_theirs_raises_is_not_theirs():
    ours, theirs = Raised("AttributeError: x", ()), Raised("AttributeError: x", ("a.py, line 1, in f",))
    got, other = cautious(lambda _: [ours, theirs])([])
    assert isinstance(got, Numbers)
    assert other is theirs


@pytest.mark.parametrize(
    "told", ["engine.py:x:f", "engine.py:1:f()", "/etc/passwd:1:f", ":1:f", "engine.py:1"]
)
def test_a_place_that_is_none_is_not_looked_at(told):
    text = f"class=Value\n__add__.place={told}\nrule=a b\noperands=children"
    shape = shape_from_numbers([*text.encode()])
    assert (shape.places, shape.rule, shape.operands) == ({}, "", "children")


def test_single_precision_is_not_read(read):
    for name in ("float32_numpy", "float32_ctypes"):
        assert all(read(part, path=place(name)) == () for part in READ)

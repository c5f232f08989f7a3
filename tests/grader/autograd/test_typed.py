"""Expressions as they are typed: what they become, what is refused and where, and what they give."""

import pytest

from grader.autograd.program import Plain, Step
from grader.autograd.typed import Bench, leaf_values, typed
from grader.errors import UsageError
from grader.sandbox.runner import Limits
from grader.submission.submission import Submission

OVERWRITING = """
def mul(self, other):
    if not isinstance(other, type(self)):
        other = type(self)(other)
    out = type(self)(self.data * other.data, (self, other), "*")

    def _backward():
        self.grad = other.data * out.grad
        other.grad = self.data * out.grad

    out._backward = _backward
    return out
"""


def formulas(text, **values):
    asked = typed(text, values)
    return [f"{n.name} = {n.formula}" for n in asked.shown([0.0] * asked.program.length, None).graph]


def test_leaves_keep_their_names_and_results_get_others():
    assert formulas("(a*b + c).relu()", a=2, b=-3, c=10) == [
        *("a = 2", "b = -3", "c = 10"),
        *("d = a * b", "e = d + c", "f = e.relu()"),
    ]
    assert formulas("w1 * x") == ["w1 = 1", "x = 2", "a = w1 * x"]


def test_results_have_numbers_where_letters_run_out():
    text = " + ".join(["a", *("v1" for _ in range(30))])
    names = [line.split()[0] for line in formulas(text)]
    assert len(set(names)) == len(names) == 32
    assert names[:3] == ["a", "v1", "v2"]


def test_leaves_that_are_not_given_count_up():
    assert typed("x + y * x + z", {"y": 0.5}).program.leaves == (1, 0.5, 3)


def test_operators_and_relu_become_steps():
    steps = typed("relu(-a / 2 ** 3 - 1.5)", {}).program.steps
    assert steps == (
        Step("neg", (0,)),
        Step("/", (1, Plain(8))),
        Step("-", (2, Plain(1.5))),
        Step("relu", (3,)),
        Step("backward", (4,)),
    )


def test_plain_numbers_are_operands_on_either_side():
    assert formulas("2 * a - 1")[1:] == ["b = 2 * a", "c = b - 1"]


def test_a_single_name_is_a_graph():
    assert formulas("x") == ["x = 1"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a @ b", "'a @ b' at character 1: this operator is not known"),
        ("a + sin(b)", r"'sin\(b\)' at character 5: this is not understood"),
        ("a ** b", "'b' at character 6: an exponent is a plain number here"),
        ("a + (2).relu()", "at character 5: a plain number has no relu"),
        ("relu(a, b)", "this is not understood"),
        ("a.data", "'a.data' at character 1: this is not understood"),
        ("a + 'b'", "\"*'b'.* at character 5: this is not understood"),
        ("True * a", "'True' at character 1: this is not understood"),
        ("a if b else c", "this is not understood"),
        ("[a for a in b]", "this is not understood"),
        ("__import__('os').system('x')", "this is not understood"),
        ("é + a.b", "'a.b' at character 5"),
        ("9 ** 9 ** 9 * a", r"'9 \*\* 9 \*\* 9' at character 1: this number is too large"),
        ("1e999 * a", "this number is too large"),
        ("1 / 0 * a", "'1 / 0' at character 1: this divides by zero"),
        ("(-8) ** 0.5 * a", "this is no real number"),
        ("a +", "at its end: invalid syntax"),
        ("a = 2", "character"),
        ("1 + 2", "no names in it"),
        ("-" * 1900 + "a", "nested too deeply|cannot be read"),
        ("a + " * 600 + "a", "longer than 2,000"),
        (" + ".join("a" for _ in range(200)), "at most 120 nodes"),
        ("a\0b", "null bytes|cannot be read"),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_the_place_named(text, said):
    with pytest.raises(UsageError, match=said):
        typed(text, {})


def test_a_leaf_that_is_not_there_is_named():
    with pytest.raises(UsageError, match="has no z in it"):
        typed("a + b", {"z": 1})


def test_leaf_values_are_read():
    assert leaf_values(["a=2", "w_1 = -0.5", "c=+3"]) == {"a": 2, "w_1": -0.5, "c": 3}


@pytest.mark.parametrize("text", ["a", "a=", "a=x", "2=a", "a=nan", "a=1e999", "a==2", "a-b=2", "a=0x10"])
def test_what_gives_no_leaf_a_number_is_refused(text):
    with pytest.raises(UsageError, match="gives no leaf its number"):
        leaf_values([text])


def test_a_leaf_is_given_once():
    with pytest.raises(UsageError, match="a is given twice"):
        leaf_values(["a=1", "a=2"])


@pytest.fixture(scope="module")
def bench(course, setting):
    return Bench(course, setting.cage, Limits(seconds=5.0))


def observed(bench, text, sources, values=None, only=()):
    return bench.observe(typed(text, values or {}), Submission("test", sources, {}), only)


def test_ones_own_mistake_is_found_and_marked(bench, solutions):
    seen = observed(bench, "x * x + y", {**solutions, "mul": OVERWRITING}, {"x": 3})
    nodes = {node.name: node for node in seen.shown.graph}
    assert nodes["x"].grad == (6.0, 3.0)
    assert [name for name, node in nodes.items() if node.suspect] == ["x"]
    assert seen.own == ("add", "mul", "pow", "relu", "backward")
    assert seen.waiting == ()


def test_the_reference_stands_in_for_what_is_not_started(bench, course, solutions):
    seen = observed(bench, "a * b", {"add": course.stub("add"), "mul": solutions["mul"]})
    assert seen.own == ("mul",)
    assert dict(seen.waiting)["add"] == "not started yet."
    assert [node.grad for node in seen.shown.graph] == [(2.0, 2.0), (1.0, 1.0), (1.0, 1.0)]


def test_only_the_part_asked_for_is_ones_own(bench, solutions):
    seen = observed(bench, "x * x + y", {**solutions, "mul": OVERWRITING}, only=("add",))
    assert seen.own == ("add",)
    assert not [node for node in seen.shown.graph if node.suspect]


def test_with_nothing_of_ones_own_there_is_the_reference_alone(bench):
    seen = observed(bench, "a + b", {})
    assert seen.own == ()
    assert [node.grad for node in seen.shown.graph] == [(1.0, None)] * 3


def test_what_raises_is_told_and_drawn_as_it_should_be(bench, solutions):
    seen = observed(bench, "a * b", {**solutions, "mul": "def mul(self, other):\n    return 1 / 0\n"})
    assert seen.trouble == ("ZeroDivisionError: division by zero", "  at mul.py, line 2, in mul")
    assert [node.data for node in seen.shown.graph] == [(1.0, None), (2.0, None), (2.0, None)]


def test_a_helper_module_of_ones_own_comes_along(bench, solutions):
    wrapped = {"mul": "from .product import mul\n", "product": solutions["mul"]}
    seen = observed(bench, "a * b", {**solutions, **wrapped})
    assert seen.trouble == ()


@pytest.mark.parametrize(
    ("text", "said"), [("1 / (a - a)", "ZeroDivisionError"), ("a * 1e99 * 1e99 * 1e99 * 1e99", "too large")]
)
def test_an_expression_without_a_value_is_refused(text, said, bench):
    with pytest.raises(UsageError, match=said):
        observed(bench, text, {})


def test_pytorch_agrees_with_what_is_expected(bench):
    from grader.autograd.oracle import answer

    asked = typed("(a*b - c/4).relu() ** 2 + -a", {"a": 2.5, "b": 3, "c": -1})
    seen = bench.observe(asked, Submission("test", {}, {}))
    found = [node.data[0] for node in seen.shown.graph] + [node.grad[0] for node in seen.shown.graph]
    assert found == pytest.approx(answer(asked.program), rel=1e-12)

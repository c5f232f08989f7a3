"""What a worker makes of an engine in a shape of its own, part by part."""

import _ast
import math
from fractions import Fraction
from types import SimpleNamespace

import numpy
import pytest

from grader.autograd.any_engine.worker.graphs import found
from grader.autograd.any_engine.worker.kept import number_in, put_number
from grader.autograd.any_engine.worker.loading import Inert, Needed, compiled
from grader.autograd.any_engine.worker.modules import recognised
from grader.autograd.any_engine.worker.order import backward
from grader.autograd.any_engine.worker.serving import graph_of, refused
from grader.autograd.any_engine.worker.siblings import attach
from grader.autograd.any_engine.worker.values import Missing, Values, arguments, attributes, is_stub


def kept(source):
    """The names that a module without its demo defines."""
    code, _ = compiled(source, "engine.py", whole=False)
    namespace = {"__name__": "engine"}
    exec(code, namespace)
    return set(namespace) - {"__name__", "__builtins__"}


def test_demo_is_cut_and_what_defines_stays():
    source = """
import math
LIMIT = 3
class Value:
    def __init__(self, data): self.data = data
def helper(x): return x
a = Value(2)
a.label = "a"
b = a
for i in range(3): b = helper(b)
print(b)
"""
    assert kept(source) == {"math", "LIMIT", "Value", "helper"}


def test_statement_that_a_class_needs_stays_although_it_calls():
    source = """
def table(): return {"+": 1}
RULES = table()
UNUSED = table()
class Value:
    def rule(self): return RULES["+"]
"""
    assert kept(source) == {"table", "RULES", "Value"}


def test_methods_put_on_a_class_afterwards_stay():
    source = """
class Value: pass
def add(a, b): return 1
Value.__add__ = lambda a, b: add(a, b)
for name in ["mul"]: setattr(Value, name, add)
assert hasattr(Value, "__add__")
"""
    code, _ = compiled(source, "engine.py", whole=False)
    namespace = {}
    exec(code, namespace)
    assert namespace["Value"].__add__
    assert namespace["Value"].mul


def test_main_block_never_runs():
    assert kept("x = 1\nif __name__ == 'engine':\n    y = 2\n") == {"x"}


def test_library_in_a_try_is_optional():
    _, optional = compiled(
        "try:\n    import cupy\nexcept ImportError:\n    cupy = None\n", "e.py", whole=True
    )
    assert optional == {"cupy"}


def test_tree_is_read_without_the_module_ast():
    # Importing it would take longer than examining an exercise.
    assert compiled.__globals__["tree"] is _ast


def test_nothing_is_an_instance_of_what_is_not_there():
    assert not isinstance(2.0, Inert("numpy").ndarray)


def test_numpy_that_is_not_there_is_said_with_what_to_do():
    with pytest.raises(
        Needed, match="this engine needs NumPy, which is not installed here: pip install numpy"
    ):
        Inert("numpy").exp(2) + 1


def test_inert_things_may_be_named_and_called_and_not_computed_with():
    plot = Inert("matplotlib.pyplot").subplots(2, figsize=(3, 4)).axes[0]
    assert list(plot) == []
    with pytest.raises(Needed, match="matplotlib"):
        plot + 1


def test_decorator_of_a_missing_library_leaves_the_function():
    def f():
        return 1

    assert Inert("numba").njit(f) is f


def engine(body, make="self.data, self.grad, self.prev = data, 0.0, prev"):
    """A class of numbers, and what is known of it."""
    source = f"class Value:\n    def __init__(self, data, prev=()):\n        {make}\n{body}"
    namespace = {"__name__": "engine"}
    exec(source, namespace)
    namespace["Value"].__module__ = "engine"
    return Values(namespace["Value"], "engine", {})


STYLES = {
    "closures": """
    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))
        def back():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out.back = back
        return out
""",
    "given": """
    def __mul__(self, other):
        out = Value(self.data * other.data, [self, other])
        def back(node):
            self.grad += other.data * node.grad
            other.grad += self.data * node.grad
        out.back = back
        return out
""",
    "lazy": """
    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))
        out.slopes = lambda: (other.data, self.data)
        return out
""",
    "shares": """
    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))
        out.back = lambda g: (g * other.data, g * self.data)
        return out
""",
    "slopes": """
    def __mul__(self, other):
        out = Value(self.data * other.data, [self, other])
        out.slopes = [other.data, self.data]
        return out
""",
    "pairs": """
    def __mul__(self, other):
        return Value(self.data * other.data, [(self, other.data), (other, self.data)])
""",
    "mapping": """
    def __mul__(self, other):
        return Value(self.data * other.data, {self: other.data, other: self.data})
""",
}


@pytest.mark.parametrize("style", STYLES)
def test_way_of_linking_nodes_is_found_and_can_be_written(style):
    values = engine(STYLES[style])
    graph = graph_of(values)
    assert graph.kind == style
    a, b = values.make(3.0), values.make(2.0)
    inner = a * b
    ours = graph.node(12.0, (inner, a), (2.0, 5.0))
    backward(graph, ours)
    assert (a.grad, b.grad) == (2 * 2.0 + 5, 2 * 3.0)


def test_our_operations_fit_among_an_engine_s_own():
    values = engine(STYLES["closures"])
    rules = {"+": "lambda a, b: (a + b, 1.0, 1.0)"}
    graph = graph_of(values)
    attach(values, graph, rules, [], remembered=True)
    a, b = values.make(3.0), values.make(2.0)
    backward(graph, 1 + (a * b + a))
    assert (a.grad, b.grad) == (3, 3)


def test_wrong_operations_leave_the_way_of_linking_open():
    values = engine("""
    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))
        out.slopes = [1, 1]
        return out
""")
    assert graph_of(values) is None
    assert found(values.make, "grad", [(values.make(2.0) * values.make(3.0), (values.make(2.0),))]) == []


def test_refused_are_plain_numbers_and_what_is_not_there():
    values = engine("""
    def __add__(self, other):
        return Value(self.data + other.data, (self, other))
    def __mul__(self, other):
        return Value(self.data * getattr(other, 'data', other))
    def __pow__(self, k):
        assert isinstance(k, int), "whole exponents only"
        return Value(self.data ** k)
    def relu(self):
        return Value(missing(self.data))
""")
    lacking = refused(values)
    assert {"+right", "+left", "*left", "**float", "-", "neg", "tanh"} <= lacking
    assert not {"+", "*", "*right", "**int", "**negative", "relu"} & lacking


def test_number_is_found_whatever_it_is_called():
    values = engine("", make="self._held, self.slope_grad, self.prev = data, 0, prev")
    assert (values.data, values.grad) == ("_held", "slope_grad")


def test_class_that_holds_no_number_is_none_of_numbers():
    with pytest.raises(Missing):
        engine("", make="self.data = str(data)")


def test_exact_fractions_are_numbers():
    namespace = {"Fraction": Fraction}
    exec("class Value:\n    def __init__(self, data): self.data = Fraction(data)\n", namespace)
    assert Values(namespace["Value"], "engine", {}).data == "data"


def test_slots_and_private_attributes_are_seen():
    class Held:
        __slots__ = ("__hidden", "data")

        def __init__(self):
            self.data, self.__hidden = 1, 2

    assert attributes(Held()) == {"data": 1, "_Held__hidden": 2}


def test_partial_functions_have_arguments_too():
    from functools import partial

    assert arguments(partial(lambda a, b, c=1: None, 1)) == (["b", "c"], 1)


def test_stub_is_what_touches_nothing():
    class Value:
        def todo(self, other):
            """Add."""
            other = other if isinstance(other, Value) else Value(other)

        def done(self, other):
            return self.data + other.data

    assert is_stub(Value.todo, "Value")
    assert not is_stub(Value.done, "Value")


@pytest.mark.parametrize("name", ["relu", "tanh", "sigmoid", "linear"])
def test_activation_is_told_by_its_numbers(name):
    functions = {
        "relu": lambda x: max(0, x),
        "tanh": math.tanh,
        "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
        "linear": lambda x: x,
    }
    assert recognised(functions[name])[0] == name


def relu(x):
    return max(0.0, x)


def test_relu_after_relu_is_told_from_relu_alone_by_the_opposite_sign():
    twice = recognised(lambda x: max(0.0, relu(x)), "relu")
    opposite = recognised(lambda x: max(0.0, -relu(x)), "relu", -1.0)
    assert [name for name in twice if name in opposite] == ["relu"]


class Cell:
    """Keeps one number, and what is none."""

    def __init__(self, number):
        self.number, self.shape, self.name = number, (), "cell"


@pytest.mark.parametrize(
    ("held", "number"),
    [
        (2.5, 2.5),
        (numpy.array(2.5), 2.5),
        (numpy.array([[2.5]]), 2.5),
        (Cell(2.5), 2.5),
        (Cell(numpy.array([2.5])), 2.5),
        (None, None),
        ("2.5", "2.5"),
    ],
)
def test_number_is_read_however_it_is_kept(held, number):
    assert number_in(held) == number


@pytest.mark.parametrize("held", [numpy.array([1.0, 2.0]), [2.5], SimpleNamespace(a=1.0, b=2.0)])
def test_what_keeps_several_numbers_is_no_number(held):
    assert number_in(held) is held


def test_number_is_put_where_the_one_before_it_was_kept():
    thing = SimpleNamespace(plain=1.0, array=numpy.array([1]), cell=Cell(numpy.array(1.0, "float32")))
    inner = thing.cell
    for name in vars(thing):
        put_number(thing, name, 0.5)
    assert (thing.plain, thing.array.tolist(), thing.cell) == (0.5, [0.5], inner)
    assert (inner.number.dtype, inner.number.item()) == ("float32", 0.5)

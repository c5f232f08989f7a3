"""A few lines of Python as an expression."""

import operator

import pytest

from grader.autograd.program import Expression, Plain, Step, trace

OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


def backward(node):
    return Step("backward", (node,))


@pytest.mark.parametrize("sign", OPERATORS)
def test_operation_on_two_nodes(sign):
    assert trace(OPERATORS[sign], 2, 3) == Expression((2, 3), (Step(sign, (0, 1)), backward(2)))


@pytest.mark.parametrize("sign", OPERATORS)
def test_plain_number_on_the_right(sign):
    traced = trace(lambda a: OPERATORS[sign](a, 7), 2)
    assert traced.steps == (Step(sign, (0, Plain(7))), backward(1))


@pytest.mark.parametrize("sign", OPERATORS)
def test_plain_number_on_the_left(sign):
    traced = trace(lambda a: OPERATORS[sign](7, a), 2)
    assert traced.steps == (Step(sign, (Plain(7), 0)), backward(1))


def test_exponent_is_a_plain_number():
    assert trace(lambda a: a**-0.5, 2).steps == (Step("**", (0, Plain(-0.5))), backward(1))


def test_negation_and_relu_have_one_operand():
    assert trace(lambda a: (-a).relu(), 2).steps == (Step("neg", (0,)), Step("relu", (1,)), backward(2))


def test_any_method_is_an_operation_of_one_operand():
    assert trace(lambda a: a.tanh() + 1, 2).steps[0] == Step("tanh", (0,))


@pytest.mark.parametrize("name", ["__abs__", "__float__", "_repr_pretty_"])
def test_names_that_python_looks_for_are_not_there(name):
    def build(a):
        assert not hasattr(a, name)

    trace(build, 2)


def test_any_other_method_is_the_operation_of_that_name():
    assert trace(lambda a: a.tanh().exp(), 2).steps == (Step("tanh", (0,)), Step("exp", (1,)), backward(2))


def test_what_begins_with_an_underscore_is_no_operation():
    with pytest.raises(AttributeError, match="__index__"):
        trace(lambda a: a.__index__(), 2)


def test_same_node_may_be_both_operands():
    assert trace(lambda a: a * a, 2).steps == (Step("*", (0, 0)), backward(1))


def test_steps_stand_in_the_order_they_are_taken():
    traced = trace(lambda a, b, c: (a + b) * (b - c), 2, 3, 4)
    assert traced.steps == (Step("+", (0, 1)), Step("-", (1, 2)), Step("*", (3, 4)), backward(5))


def test_a_leaf_may_be_the_root():
    assert trace(lambda a: a, 3) == Expression((3,), (backward(0),))


def test_leaves_keep_their_type_and_stay_when_unused():
    traced = trace(lambda a, b: a, 2, 3.0)
    assert [type(leaf) for leaf in traced.leaves] == [int, float]


def test_several_backward_calls_stand_where_they_were_made():
    def build(a, b):
        (a * b).backward()
        (a + b).backward()

    traced = trace(build, 2, 3)
    assert traced.steps == (Step("*", (0, 1)), backward(2), Step("+", (0, 1)), backward(3))


def test_a_returned_node_goes_backward_last():
    def build(a, b):
        c = a * b
        c.backward()
        return a + c

    traced = trace(build, 2, 3)
    assert traced.steps == (Step("*", (0, 1)), backward(2), Step("+", (0, 2)), backward(3))


def test_zero_all_is_a_step_that_makes_no_node():
    def build(a):
        b = a * 2
        b.backward()
        b.zero_all()
        (b * 3).backward()

    traced = trace(build, 5)
    two, three = Step("*", (0, Plain(2))), Step("*", (1, Plain(3)))
    assert traced.steps == (two, backward(1), Step("zero"), three, backward(2))
    assert traced.nodes == 3


def test_each_trace_starts_anew():
    def build(a):
        return a + a

    assert trace(build, 2) == trace(build, 2)

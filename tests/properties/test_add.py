"""What add promises."""

from grader.agreement import agree
from grader.autograd.over import LARGE, NEGATIVE, apart, expressions, twice
from grader.autograd.program import trace
from grader.course.properties import graded

OTHERS = ("*", "-", "neg", "**", "relu", "/")


@graded(points=1, first=[trace(lambda a, b: a + b, 2, 3)], over=expressions("+"))
def test_data_is_the_sum(expected, got):
    """The data of a + b is the sum of the two data."""
    assert agree(got.data, expected.data)


@graded(
    points=1,
    # The third has no part in the sum, so that ones alone are no answer.
    first=[trace(lambda a, b: a + b, 2, 3), trace(lambda a, b, _: a + b, 2, 3, 4)],
    over=apart(expressions("+", steps=(1, 1), leaves=(2, 2))),
)
def test_gradient_reaches_both_operands(expected, got):
    """The gradient of a + b is 1 for both operands."""
    assert agree(got.grads, expected.grads)


@graded(
    points=1,
    first=[
        trace(lambda a, b: (a + b) * 3, 2, 3),
        trace(lambda a, b, c: (a + b) * c, 2, 3, 4),
        trace(lambda a, b: (a + b) * -2, 2, 3),
        trace(lambda a, b, c: (a + b) + c, 2, 3, 4),
        trace(lambda a, b, c: c + (a + b), 2, 3, 4),
    ],
    over=apart(expressions("+", ("*", "neg"), steps=(2, 4))),
)
def test_upstream_gradient_is_passed_on(expected, got):
    """The gradient that arrives at a + b is passed on: 3 * (a + b) gives 3."""
    assert agree(got.grads, expected.grads)


@graded(
    points=1,
    first=[trace(lambda a: a + a, 2), trace(lambda a: a + a + a, 2)],
    over=expressions("+", leaves=(1, 1)),
)
def test_same_operand_twice(expected, got):
    """a + a gives a the gradient 2: both shares count."""
    assert agree(got.grads, expected.grads)


@graded(
    points=1,
    first=[
        trace(lambda a, b: (a + b) + a, 2, 3),
        trace(lambda a, b: (a + b) + b, 2, 3),
        trace(lambda a, b, c: (a + b) * (a + c), 2, 3, 4),
        trace(lambda a, b, c: (b + a) * (c + a), 2, 3, 4),
    ],
    over=expressions("+", ("*",), steps=(2, 6), leaves=(2, 3)),
)
def test_operand_used_in_several_places(expected, got):
    """A Value used in several sums collects a gradient from each of them."""
    assert agree(got.grads, expected.grads)


@graded(
    points=1, first=[trace(lambda a: a + 3, 2)], over=apart(expressions("+", plain=True, always_plain=True))
)
def test_plain_number_on_the_right(expected, got):
    """a + 3 works: a plain number may be the second operand."""
    assert agree(got.values, expected.values)


@graded(
    points=1,
    first=[trace(lambda a: 3 + a, 2)],
    over=apart(expressions("+", ("-",), plain=True, always_plain=True)),
)
def test_plain_number_on_the_left(expected, got):
    """3 + a works: a plain number may be the first operand."""
    assert agree(got.values, expected.values)


@graded(
    points=1,
    first=[trace(lambda a, b: a + b, -2, -3), trace(lambda a, b: a + b, 0, 2), trace(lambda a: a + 0, -1000)],
    over=apart(expressions("+", numbers=NEGATIVE | LARGE, plain=True)),
)
def test_negative_zero_and_large_operands(expected, got):
    """Negative, zero and large operands are added like any other."""
    assert agree(got.values, expected.values)


def one_sum_after_another(a, b):
    (a + b).backward()
    (a + 3 * b).backward()


@graded(
    points=1,
    first=[trace(one_sum_after_another, 2, 3)],
    over=twice(expressions("+", leaves=(1, 3), steps=(1, 3))),
)
def test_gradients_accumulate_over_two_graphs(expected, got):
    """A second graph over the same leaves adds its gradients to those of the first."""
    assert agree(got.grads, expected.grads)


@graded(points=1, over=expressions("+", OTHERS, steps=(3, 30), leaves=(2, 4), plain=True))
def test_graphs_of_up_to_30_operations(expected, got):
    """Every leaf of a graph of up to 30 mixed operations gets the right gradient."""
    assert agree(got.values, expected.values)

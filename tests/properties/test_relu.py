"""What relu promises. At its kink, zero, any slope from 0 to 1 is right."""

from grader.agreement import agree
from grader.autograd.over import LARGE, NEGATIVE, apart, expressions, twice
from grader.autograd.program import trace
from grader.course.properties import graded, noted

OTHERS = ("+", "*", "-", "neg", "**", "/")


@graded(
    points=1,
    first=[trace(lambda a: a.relu(), 2), trace(lambda a: a.relu(), 0.5), trace(lambda a: a.relu(), 30)],
    over=expressions("relu", ("+", "*"), steps=(1, 2)),
)
def test_positive_data_stays(expected, got):
    """The relu of a positive number is that number."""
    assert agree(got.data, expected.data)


@graded(
    points=1,
    first=[
        trace(lambda a: a.relu(), -2),
        trace(lambda a: a.relu(), -0.5),
        trace(lambda a, b: a.relu() + b, -2, 3),
    ],
    over=expressions("relu", ("+",), numbers=NEGATIVE, steps=(1, 2)),
)
def test_negative_data_becomes_zero(expected, got):
    """The relu of a negative number is 0, and the operand keeps its data."""
    assert agree(got.data, expected.data)


@graded(
    points=1,
    first=[trace(lambda a: a.relu(), 2), trace(lambda a: a.relu(), 0.5)],
    over=apart(expressions("relu", ("+",), numbers=LARGE.map(abs), steps=(1, 2))),
)
def test_gradient_passes_where_positive(expected, got):
    """Where the operand is positive, the gradient passes as it is."""
    assert agree(got.grads, expected.grads)


@graded(
    points=1,
    first=[trace(lambda a: a.relu(), -2), trace(lambda a, b: a.relu() + b, -2, 3)],
    over=apart(expressions("relu", ("+",), numbers=NEGATIVE, steps=(1, 2))),
)
def test_gradient_stops_where_negative(expected, got):
    """Where the operand is negative, no gradient passes."""
    assert agree(got.grads, expected.grads)


@graded(
    points=2,
    first=[
        trace(lambda a: a.relu() * 3, 2),
        trace(lambda a: a.relu() * -3, 2),
        trace(lambda a: a.relu() * -3, -2),
        trace(lambda a: a.relu() * 0, 2),
        trace(lambda a: a.relu() ** 2, 3),
        trace(lambda a: -a.relu(), 2),
    ],
    over=apart(expressions("relu", ("*", "neg"), steps=(2, 4), plain=True)),
)
def test_upstream_gradient_is_passed_on(expected, got):
    """The gradient that arrives at relu, be it positive or negative, is what passes."""
    assert agree(got.grads, expected.grads)


@graded(
    points=1,
    first=[
        trace(lambda a: a.relu(), 0),
        trace(lambda a: a.relu() * 3, 0),
        trace(lambda a: a.relu() * 2, 0.0),
    ],
    kink=True,
)
def test_zero_is_allowed_any_slope_between(expected, got):
    """At exactly 0 the data is 0, and any share from 0 to 1 of the gradient may pass."""
    upstream = 1 if len(got.data) == 2 else got.packed[2][1][1][1][0]
    assert agree(got.data, expected.data)
    assert 0 <= got.grads[0] <= upstream


@noted(first=[trace(lambda a: a.relu(), 0)], kink=True)
def test_torch_takes_zero_at_the_kink(expected, got):
    """At exactly 0 PyTorch takes the slope 0; yours takes another, which is just as right."""
    assert agree(got.grads, expected.grads)


@graded(
    points=1,
    first=[
        trace(lambda a: a.relu() + a, 2),
        trace(lambda a: a + a.relu(), 2),
        trace(lambda a: a.relu() + a.relu(), 2),
        trace(lambda a: a.relu() * a, 2),
        trace(lambda a: a * a.relu(), -2),
        trace(lambda a: a.relu() + a, -2),
    ],
    over=expressions("relu", ("+", "*"), steps=(2, 5), leaves=(1, 2)),
)
def test_operand_used_in_several_places(expected, got):
    """A Value that goes through relu and elsewhere collects a gradient from each use."""
    assert agree(got.values, expected.values)


def one_relu_after_another(a):
    a.relu().backward()
    (a * 3).relu().backward()
    a.relu().backward()


@graded(
    points=1,
    first=[trace(one_relu_after_another, 2), trace(one_relu_after_another, -2)],
    over=twice(expressions("relu", ("+",), leaves=(1, 2), steps=(1, 2))),
)
def test_gradients_accumulate_over_two_graphs(expected, got):
    """A second graph over the same leaves adds its gradients to those of the first."""
    assert agree(got.grads, expected.grads)


@graded(points=1, over=expressions("relu", OTHERS, steps=(3, 30), leaves=(2, 4), plain=True))
def test_graphs_of_up_to_30_operations(expected, got):
    """Every leaf of a graph of up to 30 mixed operations gets the right gradient."""
    assert agree(got.values, expected.values)

"""What pow promises. Never asked: 0 to a power below 1, a negative base to a fraction."""

from grader.agreement import agree
from grader.autograd.over import LARGE, NEGATIVE, apart, expressions, twice
from grader.autograd.program import trace
from grader.course.properties import graded

OTHERS = ("+", "*", "-", "neg", "relu", "/")
WHOLE = (2, 3, 4, 5)
BELOW_ZERO = (-1, -2, -3)
FRACTIONS = (0.5, 1.5, 2.5, -0.5, -1.5)


@graded(
    points=1,
    first=[
        trace(lambda a: a**2, 3),
        trace(lambda a: a**3, 2),
        trace(lambda a: a**1, 3),
        trace(lambda a: a**0, 3),
    ],
    over=expressions("**", exponents=(*WHOLE, 1)),
)
def test_data_is_the_power(expected, got):
    """The data of a ** k is the data of a to the power k."""
    assert agree(got.data, expected.data)


@graded(
    points=1,
    first=[trace(lambda a: a**2, 3), trace(lambda a: a**3, 2)],
    over=expressions("**", exponents=WHOLE, steps=(1, 1), leaves=(1, 1)),
)
def test_gradient_is_the_power_rule(expected, got):
    """The gradient of a ** k is k * a ** (k - 1)."""
    assert agree(got.grads, expected.grads)


@graded(
    points=1,
    first=[
        trace(lambda a: a**2 * 3, 3),
        trace(lambda a: (a**2) ** 3, 2),
        trace(lambda a, b: a**2 * b, 3, 4),
        trace(lambda a: -(a**2), 3),
    ],
    over=apart(expressions("**", ("*", "+", "neg"), exponents=WHOLE, steps=(2, 4), plain=True)),
)
def test_upstream_gradient_is_passed_on(expected, got):
    """The gradient that arrives at a ** k multiplies the one it passes on."""
    assert agree(got.grads, expected.grads)


@graded(
    points=1,
    first=[trace(lambda a: a**-1, 2), trace(lambda a: a**-2, 2), trace(lambda a: 1 / a, -2)],
    over=apart(expressions("**", ("*",), exponents=BELOW_ZERO, steps=(1, 3))),
)
def test_negative_exponents(expected, got):
    """Negative exponents work: a ** -1 is 1 / a."""
    assert agree(got.values, expected.values)


@graded(
    points=1,
    first=[trace(lambda a: a**0.5, 4), trace(lambda a: a**1.5, 4), trace(lambda a: a**-0.5, 4)],
    over=apart(expressions("**", ("*",), exponents=FRACTIONS, numbers=LARGE, steps=(1, 2))),
)
def test_fractional_exponents(expected, got):
    """Fractional exponents work: a ** 0.5 is the square root."""
    assert agree(got.values, expected.values)


@graded(
    points=1,
    first=[
        trace(lambda a: a**2, -3),
        trace(lambda a: a**3, -2),
        trace(lambda a: a**-1, -2),
        trace(lambda a: a**2, 0),
        trace(lambda a: a**3, 0),
        trace(lambda a: a**1, 0),
    ],
    over=apart(expressions("**", ("*",), exponents=(*WHOLE, *BELOW_ZERO), numbers=NEGATIVE, steps=(1, 3))),
)
def test_negative_and_zero_bases(expected, got):
    """A negative base, or zero, to a whole power works like any other."""
    assert agree(got.values, expected.values)


@graded(
    points=1,
    first=[trace(lambda a: a**1, 3), trace(lambda a: a**0, 3), trace(lambda a, b: a**0 + b**1, 2, 3)],
    over=apart(expressions("**", ("*", "+"), exponents=(1, 0), steps=(1, 3))),
)
def test_exponents_one_and_zero(expected, got):
    """a ** 1 has gradient 1, and a ** 0 has gradient 0."""
    assert agree(got.grads, expected.grads)


@graded(
    points=1,
    first=[
        trace(lambda a: a**2 + a, 3),
        trace(lambda a: a**2 + a**3, 2),
        trace(lambda a: a**2 * a, 3),
        trace(lambda a: a * a**2, 3),
    ],
    over=expressions("**", ("*", "+"), exponents=WHOLE, steps=(2, 5), leaves=(1, 2)),
)
def test_base_used_in_several_places(expected, got):
    """A Value used in several powers collects a gradient from each of them."""
    assert agree(got.grads, expected.grads)


def one_power_after_another(a):
    (a**2).backward()
    (a**3).backward()


@graded(
    points=1,
    first=[trace(one_power_after_another, 2)],
    over=twice(expressions("**", exponents=WHOLE, leaves=(1, 2), steps=(1, 2))),
)
def test_gradients_accumulate_over_two_graphs(expected, got):
    """A second graph over the same leaves adds its gradients to those of the first."""
    assert agree(got.grads, expected.grads)


@graded(points=1, over=expressions("**", OTHERS, steps=(3, 30), leaves=(2, 4), plain=True))
def test_graphs_of_up_to_30_operations(expected, got):
    """Every leaf of a graph of up to 30 mixed operations gets the right gradient."""
    assert agree(got.values, expected.values)

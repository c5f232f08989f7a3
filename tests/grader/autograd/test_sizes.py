"""Which of two programs is the simpler one."""

from itertools import pairwise

import pytest

from grader.autograd.program import (
    Bare,
    Census,
    Chain,
    Forward,
    Fresh,
    Nudge,
    Seed,
    Shape,
    Training,
    size,
    trace,
)

ONE, TWO = Shape("Neuron", (1,)), Shape("Neuron", (2,))


def in_order(programs):
    return all(size(a) < size(b) for a, b in pairwise(programs))


def test_fewer_operations_come_first_whatever_the_numbers():
    assert in_order(
        [
            trace(lambda a, b, c: a, -2.5, -2.5, -2.5),
            trace(lambda a: a + a, 5),
            trace(lambda a: a + a + a, 2),
        ]
    )


def test_fewer_leaves_come_before_smaller_numbers():
    assert in_order([trace(lambda a: a + a, 2.5), trace(lambda a, b: a + b, 2, 2)])


def test_small_integers_come_before_their_negatives_and_decimals_last():
    assert in_order([trace(lambda a: a, number) for number in (2, -2, 3, -3, 4, 2.5, -2.5, 3.5)])


@pytest.mark.parametrize("dull", [0, 1, -1])
@pytest.mark.parametrize("telling", [2, 3, -2, -3])
def test_numbers_that_hide_mistakes_come_after_two_and_three(dull, telling):
    assert in_order([trace(lambda a: a, telling), trace(lambda a: a, dull)])


def test_plain_numbers_weigh_like_leaves():
    assert in_order([trace(lambda a: a + 2, 3), trace(lambda a: a + 3, 3), trace(lambda a: a + 2.5, 3)])


def test_the_float_of_an_integer_weighs_no_more():
    assert size(trace(lambda a: a, 2.0)) == size(trace(lambda a: a, 2))


def test_shorter_chains_come_first():
    assert in_order([Chain(1), Chain(2), Chain(100_000)])


def test_simpler_leaves_come_first_in_a_seed():
    assert in_order([Seed(2), Seed(3), Seed(1), Seed(2.5)])


def test_fewer_rows_and_smaller_modules_come_first():
    assert in_order(
        [
            Forward(ONE, (5, 5), ((5,),)),
            Forward(TWO, (2, 2, 2), ((2, 2),)),
            Forward(ONE, (2, 2), ((2,), (2,))),
        ]
    )


def test_simpler_parameters_and_inputs_come_first():
    assert in_order(
        [
            Forward(ONE, (2, 2), ((2,),)),
            Forward(ONE, (2, 3), ((2,),)),
            Forward(ONE, (2, 3), ((4,),)),
            Forward(ONE, (2, 2.5), ((2,),)),
        ]
    )


def training(steps, rate=0.1, weight=2):
    return Training(ONE, (weight, 2), ((2,),), ((2,),), rate, steps)


@pytest.mark.parametrize(
    "programs",
    [
        [Nudge(ONE, (2, 2), (2,)), Nudge(ONE, (2, 2), (3,)), Nudge(TWO, (2, 2, 2), (2, 2))],
        [training(1), training(1, weight=3), training(2)],
        [Census(ONE), Census(TWO)],
        [Fresh(ONE, 2), Fresh(TWO, 2)],
        [Bare(ONE), Bare(TWO)],
    ],
    ids=["nudge", "training", "census", "fresh", "bare"],
)
def test_smaller_modules_come_first_in_every_kind(programs):
    assert in_order(programs)

"""When two numbers count as equal."""

from math import inf, nan

import pytest

from grader.agreement import agree, close


@pytest.mark.parametrize("expected", [0.0, 1.0, nan, inf, -inf])
def test_nan_agrees_with_nothing(expected):
    assert not close(nan, expected)


@pytest.mark.parametrize("got", [0.0, 1.0, inf, -inf])
def test_nothing_agrees_with_nan(got):
    assert not close(got, nan)


@pytest.mark.parametrize("infinity", [inf, -inf])
@pytest.mark.parametrize("expected", [0.0, 1e300, inf, -inf])
def test_infinity_agrees_with_nothing_not_even_itself(infinity, expected):
    assert not close(infinity, expected)


@pytest.mark.parametrize("infinity", [inf, -inf])
def test_no_number_agrees_with_infinity(infinity):
    assert not close(1.0, infinity)


@pytest.mark.parametrize("expected", [0, 1, -1, 2.5, 1e-300, 1e300, 5e-324])
def test_every_finite_number_agrees_with_itself(expected):
    assert close(expected, expected)


@pytest.mark.parametrize("expected", [1e9, -1e9])
@pytest.mark.parametrize("side", [1, -1])
def test_large_numbers_may_differ_by_a_billionth(expected, side):
    assert close(expected + side * 1.0, expected)
    assert not close(expected + side * 1.001, expected)


@pytest.mark.parametrize("side", [1, -1])
def test_near_zero_a_trillionth_is_allowed(side):
    assert close(side * 1e-12, 0.0)
    assert not close(side * 1.001e-12, 0.0)


@pytest.mark.parametrize("side", [1, -1])
def test_around_one_both_tolerances_add_up(side):
    assert close(1 + side * 1.0005e-9, 1.0)
    assert not close(1 + side * 1.002e-9, 1.0)


def test_opposite_signs_do_not_agree():
    assert not close(-1e-3, 1e-3)


def test_tolerance_is_measured_by_what_is_expected():
    assert not close(1e9, 0.0)
    assert not close(0.0, 1e9)


def test_same_numbers_agree():
    assert agree((1.0, 2.0, 0.0), (1.0, 2.0, 0.0))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_wrong_number_anywhere_is_enough(place):
    got = [1.0, 2.0, 3.0]
    got[place] += 1e-6
    assert not agree(got, (1.0, 2.0, 3.0))


@pytest.mark.parametrize("got", [(), (1.0,), (1.0, 2.0, 3.0)])
def test_another_length_does_not_agree(got):
    assert not agree(got, (1.0, 2.0))

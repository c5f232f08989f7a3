"""Outcomes survive the way through JSON text."""

import json
from fractions import Fraction
from math import inf, nan

import pytest

from grader.evidence import (
    claim_from_plain,
    claim_to_plain,
    number_to_plain,
    outcome_from_plain,
    outcome_to_plain,
    status,
)
from grader.model import Claim, Counterexample, Crashed, Failed, Kind, Node, NotStarted, Passed, TimedOut

GRAPH = (
    Node("a", "2", (), (2.0, 2.0), (1.0, 0.1), False),
    Node("b", "a + a", ("a", "a"), (4.0, nan), (1.0, inf), True),
)
SHOWN = Counterexample(
    "a = Value(2)\n",
    (("a.data", 2.0), ("a.grad", 1.0)),
    (("a.data", 2.0), ("a.grad", 0.1)),
    (1, 1, 2.0, 0),
    GRAPH,
)
MUTE = Counterexample(
    "a = Value(2)\n",
    (("a.data", 2.0),),
    (),
    (1, 1, 2.25, 1),
    (Node("a", "2", (), (2.0, None), (1.0, None), False),),
)
OUTCOMES = {
    "passed": [Passed(1), Passed(120)],
    "failed": [Failed(3, SHOWN), Failed(3, MUTE, "a.grad is None, expected a number")],
    "crashed": [
        Crashed(0, "add.py is not UTF-8 text"),
        Crashed(3, "ValueError: „ä“", ("add.py, line 3, in add", "add.py, line 9, in helper"), SHOWN),
    ],
    "timed_out": [TimedOut(10.0), TimedOut(0.25, MUTE)],
    "not_started": [NotStarted("add.py is still the stub")],
}
EVERY = [(word, outcome) for word, outcomes in OUTCOMES.items() for outcome in outcomes]


def through_json(outcome):
    return outcome_from_plain(json.loads(json.dumps(outcome_to_plain(outcome), allow_nan=False)))


@pytest.mark.parametrize(("word", "outcome"), EVERY)
def test_outcome_survives_json(word, outcome):
    assert repr(through_json(outcome)) == repr(outcome)


@pytest.mark.parametrize(("word", "outcome"), EVERY)
def test_outcome_has_its_one_word(word, outcome):
    assert status(outcome) == word
    assert outcome_to_plain(outcome)["status"] == word


@pytest.mark.parametrize("number", [nan, inf, -inf])
def test_numbers_json_does_not_have_survive_it(number):
    failed = Failed(1, Counterexample("", (("a.data", 1.0),), (("a.data", number),), (1, 1, 1.0, 1)))
    ((label, back),) = through_json(failed).counterexample.got
    assert (label, repr(back)) == ("a.data", repr(number))


@pytest.mark.parametrize(("number", "plain"), [(nan, "nan"), (inf, "inf"), (-inf, "-inf"), (0.1, 0.1)])
def test_only_what_json_lacks_becomes_text(number, plain):
    assert number_to_plain(number) == plain


def test_numbers_survive_to_the_last_bit():
    odd = (0.1 + 0.2, 5e-324, 1.7976931348623157e308, -0.0)
    named = tuple((f"{place}", number) for place, number in enumerate(odd))
    back = through_json(Failed(1, Counterexample("", named, named, (1, 1, 1.0, 1)))).counterexample
    assert [repr(number) for _, number in back.got] == [repr(number) for number in odd]


@pytest.mark.parametrize("cases", [0, -1])
def test_passed_without_a_case_is_refused(cases):
    with pytest.raises(ValueError, match="no case"):
        Passed(cases)


def test_stored_pass_without_a_case_is_refused():
    with pytest.raises(ValueError, match="no case"):
        outcome_from_plain({"status": "passed", "cases": 0})


def test_unknown_status_is_refused():
    with pytest.raises(ValueError, match="'perfect'"):
        outcome_from_plain({"status": "perfect"})


@pytest.mark.parametrize(("word", "outcome"), EVERY)
def test_missing_key_is_refused(word, outcome):
    plain = outcome_to_plain(outcome)
    for key in plain:
        rest = {name: value for name, value in plain.items() if name != key}
        with pytest.raises(KeyError, match=key):
            outcome_from_plain(rest)


@pytest.mark.parametrize(
    "plain",
    [
        {"status": "passed", "cases": "many"},
        {"status": "failed", "cases": 1, "counterexample": None, "reason": ""},
    ],
)
def test_wrong_type_is_refused(plain):
    with pytest.raises((KeyError, ValueError)):
        outcome_from_plain(plain)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("share", [Fraction(0), Fraction(2), Fraction(1, 3)])
def test_claim_survives_json(kind, share):
    claim = Claim("data_is_the_sum", "The data of a + b is the sum.", kind, share)
    assert claim_from_plain(json.loads(json.dumps(claim_to_plain(claim)))) == claim

"""Outcomes survive the way through JSON text."""

import json
from dataclasses import asdict, replace
from fractions import Fraction
from math import inf, nan

import pytest

from grader.model import (
    Claim,
    Counterexample,
    Crashed,
    Exercise,
    Failed,
    Finding,
    Kind,
    Node,
    NotStarted,
    Passed,
    Result,
    TimedOut,
    Verdict,
)
from grader.report.evidence import (
    LONGEST,
    MOST_NODES,
    claim_from_plain,
    claim_to_plain,
    diagnosis_to_plain,
    fraction,
    number_to_plain,
    outcome_from_plain,
    outcome_to_plain,
    result_from_plain,
    result_to_plain,
    status,
    text,
    whole,
)

GRAPH = (
    Node("a", "2", (), (2.0, 2.0), (1.0, 0.1), False),
    Node("b", "a + a", ("a", "a"), (4.0, nan), (1.0, inf), True),
)
SHOWN = Counterexample(
    "a = Value(2)\n",
    (("a.data", 2.0), ("a.grad", 1.0)),
    (("a.data", 2.0), ("a.grad", 0.1)),
    False,
    GRAPH,
)
MUTE = Counterexample(
    "a = Value(2)\n",
    (("a.data", 2.0),),
    (),
    True,
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
    "not_started": [
        NotStarted("add.py is still the stub"),
        NotStarted("it does without", absent=True),
        NotStarted("add.py is not there", missing=True),
    ],
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
    failed = Failed(1, Counterexample("", (("a.data", 1.0),), (("a.data", number),), True))
    ((label, back),) = through_json(failed).counterexample.got
    assert (label, repr(back)) == ("a.data", repr(number))


@pytest.mark.parametrize(("number", "plain"), [(nan, "nan"), (inf, "inf"), (-inf, "-inf"), (0.1, 0.1)])
def test_only_what_json_lacks_becomes_text(number, plain):
    assert number_to_plain(number) == plain


def test_numbers_survive_to_the_last_bit():
    odd = (0.1 + 0.2, 5e-324, 1.7976931348623157e308, -0.0)
    named = tuple((f"{place}", number) for place, number in enumerate(odd))
    back = through_json(Failed(1, Counterexample("", named, named, True))).counterexample
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
    for key in plain.keys() - {"absent", "missing"}:  # which stands only where it is so
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


# Whole results


EXERCISE = Exercise("add", "a + b", Fraction(10), ())
CLAIMS = (
    Claim("sum", "The sum", Kind.GRADED, Fraction(1)),
    Claim("order", "Any order", Kind.BONUS, Fraction(2)),
)
VERDICTS = (Verdict(CLAIMS[0], OUTCOMES["failed"][0]), Verdict(CLAIMS[1], Passed(4)))
FOUND = Finding(
    "no_parents", "It has no parents.", "out._prev", "it is empty", "(self, other)", "a > 0", "Why.", "add", 7
)


@pytest.mark.parametrize("findings", [(), (FOUND,), (FOUND, replace(FOUND, part="self", line=0))])
@pytest.mark.parametrize("notes", [(), ("One.", "Two.")])
def test_result_survives_json(findings, notes):
    result = Result(EXERCISE, VERDICTS, findings, notes)
    plain = json.loads(json.dumps(result_to_plain(result)))
    assert ("notes" in plain) is bool(notes)
    assert repr(result_from_plain(EXERCISE, CLAIMS, plain)) == repr(result)


def said(**others):
    return asdict(FOUND) | others


def older(plain):
    """What was kept before there were findings."""
    del plain["findings"]
    return plain


@pytest.mark.parametrize("diagnosis", [None, {}])
def test_what_was_kept_without_a_diagnosis_has_no_findings(diagnosis):
    plain = older(result_to_plain(Result(EXERCISE, VERDICTS))) | {"diagnosis": diagnosis}
    assert result_from_plain(EXERCISE, CLAIMS, plain).findings == ()


def test_an_old_diagnosis_is_a_finding_without_a_part():
    plain = older(result_to_plain(Result(EXERCISE, VERDICTS))) | {"diagnosis": diagnosis_to_plain(FOUND)}
    (found,) = result_from_plain(EXERCISE, CLAIMS, plain).findings
    assert found == Finding("no_parents", "It has no parents.", "", "", "", "", "Why.", "add")


def test_findings_are_kept_within_their_bounds():
    long = replace(FOUND, does="x" * 1000, explanation="y" * 1200)
    plain = json.loads(json.dumps(result_to_plain(Result(EXERCISE, VERDICTS, (long,) * 50))))
    kept = result_from_plain(EXERCISE, CLAIMS, plain).findings
    assert len(kept) == 40
    assert kept[0] == replace(long, does="x" * 399 + "…")


def test_claim_that_was_never_examined_is_a_missing_key():
    plain = result_to_plain(Result(EXERCISE, VERDICTS[:1]))
    with pytest.raises(KeyError, match="order"):
        result_from_plain(EXERCISE, CLAIMS, plain)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda plain: plain.pop("outcomes"), "this is no result: 'outcomes'"),
        (lambda plain: plain.pop("findings"), "this is no result: 'diagnosis'"),
        (lambda plain: plain.update(outcomes=7), "this is no result"),
        (lambda plain: older(plain).update(diagnosis={"name": "only"}), "this is no result"),
        (lambda plain: older(plain).update(diagnosis=[7]), "this is no result"),
        (lambda plain: plain.update(findings={"name": "only"}), "there are no findings, or too many"),
        (lambda plain: plain.update(findings=[7]), "this is no result"),
        (lambda plain: plain.update(findings=[{"name": "only"}]), "this is no result: 'finding'"),
        (lambda plain: plain.update(findings=[said(part=7)]), "7 is no text"),
        (lambda plain: plain.update(findings=[said(line=-1)]), "-1 is no count"),
        (lambda plain: plain.update(findings=[said(line="7")]), "'7' is no whole number"),
        (lambda plain: plain.update(findings=[said(does="x" * 401)]), "more than there is room for"),
        (lambda plain: plain.update(findings=[said()] * 41), "there are no findings, or too many"),
        (lambda plain: plain.update(notes=[7]), "7 is no text"),
        (lambda plain: plain["outcomes"]["sum"].pop("cases"), "an outcome has no 'cases'"),
        (lambda plain: plain["outcomes"]["sum"].pop("status"), "an outcome has no 'status'"),
    ],
)
def test_what_is_no_result_is_refused_in_words(change, said):
    plain = json.loads(json.dumps(result_to_plain(Result(EXERCISE, VERDICTS))))
    change(plain)
    with pytest.raises(ValueError, match=said):
        result_from_plain(EXERCISE, CLAIMS, plain)


# What somebody else may have written


FAILED = outcome_to_plain(OUTCOMES["failed"][0])


def graph(nodes):
    return FAILED | {"counterexample": FAILED["counterexample"] | {"graph": nodes}}


def node(name, *operands):
    return FAILED["counterexample"]["graph"][0] | {"name": name, "operands": list(operands)}


def test_graph_has_at_most_so_many_nodes():
    nodes = [node(str(number)) for number in range(MOST_NODES)]
    assert len(outcome_from_plain(graph(nodes)).counterexample.graph) == MOST_NODES
    for more in (1, 2):
        with pytest.raises(ValueError, match="larger than any"):
            outcome_from_plain(graph([*nodes, *(node(f"more {number}") for number in range(more))]))


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        ([node("a"), node("a")], "two nodes of one name"),
        ([node("a", "b"), node("b")], "the node 'a' is made from nodes that come later"),
        ([node("a", "a")], "the node 'a' is made from nodes that come later"),
    ],
)
def test_graph_that_is_none_is_refused(nodes, said):
    with pytest.raises(ValueError, match=said):
        outcome_from_plain(graph(nodes))


@pytest.mark.parametrize("suspect", [1, "yes", None])
def test_only_true_makes_a_node_suspect(suspect):
    (made,) = outcome_from_plain(graph([node("a") | {"suspect": suspect}])).counterexample.graph
    assert made.suspect is False


@pytest.mark.parametrize("said", [1, "yes", None])
def test_only_true_makes_a_thing_absent_or_missing(said):
    plain = {"status": "not_started", "reason": "", "absent": said, "missing": said}
    assert outcome_from_plain(plain) == NotStarted("")


def test_counts_go_from_nothing_to_two_billions():
    for cases in (0, (1 << 31) - 1):
        assert outcome_from_plain(FAILED | {"cases": cases}).cases == cases
    for cases in (-1, 1 << 31, (1 << 31) + 1):
        with pytest.raises(ValueError, match="is no count"):
            outcome_from_plain(FAILED | {"cases": cases})


@pytest.mark.parametrize("value", [None, "1", 1.0, True, False])
def test_what_is_no_whole_number_is_refused(value):
    with pytest.raises(ValueError, match="is no whole number"):
        whole(value)


@pytest.mark.parametrize("value", [None, True, "1", "infinity", [1], {}])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match="is no "):
        outcome_from_plain({"status": "timed_out", "limit": value, "counterexample": None})


def test_texts_are_as_long_as_the_longest():
    assert text("x" * LONGEST) == "x" * LONGEST
    for value in ("x" * (LONGEST + 1), "x" * (LONGEST + 2), None, 7, [], b"x"):
        with pytest.raises(ValueError, match="is no text"):
            text(value)


@pytest.mark.parametrize("written", ["0", "10", "1/3", "20/7"])
def test_fractions_are_read_as_they_are_written(written):
    assert fraction(written) == Fraction(written)


@pytest.mark.parametrize("value", ["", "-1", "1/0", "0.5", "1e9", "9" * 19, 1, 0.5, None, Fraction(1), b"1"])
def test_what_is_no_fraction_is_refused(value):
    with pytest.raises(ValueError, match="is no fraction"):
        fraction(value)


@pytest.mark.parametrize("plain", [{"status": "great"}, {"status": []}, {"status": None}, [], None, 7])
def test_what_is_no_outcome_is_refused(plain):
    with pytest.raises(ValueError, match="no outcome"):
        outcome_from_plain(plain)


def test_a_number_beyond_all_floats_is_no_outcome():
    plain = {"status": "timed_out", "limit": 10**400, "counterexample": None}
    with pytest.raises(ValueError, match="this is no outcome"):
        outcome_from_plain(plain)

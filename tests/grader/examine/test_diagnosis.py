"""Which known mistake a submission makes: the one that gives the same on every program, and only that one."""

from math import inf, nan

import pytest

from grader.autograd.program import Fresh, Shape, Training, trace
from grader.autograd.subject import SUBJECT
from grader.course.misconceptions import Misconception
from grader.course.properties import bonus, graded, noted
from grader.examine.cases import record
from grader.examine.diagnosis import Matcher, Signature, named, signature, wordless
from grader.model import Diagnosis, Ended, Misfit, Numbers, Overtime, Raised

SUM = trace(
    lambda a, b: a + b, 2, 3
)  # numbers of a + b: data of a, b and the sum; gradients of a, b, the sum
PRODUCT = trace(lambda a, b: a * b, 2, 3)
WEIGHTS = Fresh(Shape("Neuron", (3,)), 1)
TRAINING = Training(Shape("Neuron", (1,), nonlin=False), (0.25, 1.5), ((1,), (-1,)), ((1,), (0,)), 0.05)
KINK = trace(lambda a: a.relu(), 0)
RAISED = Raised("ValueError: no", ("value.py, line 3, in f", "add.py, line 9, in add"))


def is_kept(expected, got):
    assert expected.data == got.data


def declared(how, *programs, **more):
    return how(**more, first=programs)(is_kept).prop


PROPS = [
    declared(graded, SUM, PRODUCT, points=1),
    declared(graded, WEIGHTS, points=1),
    declared(graded, KINK, points=1, kink=True),
    declared(bonus, SUM, points=1),
    declared(noted, SUM),
    declared(graded, TRAINING, points=1),
]
PLACES = {"sum": 0, "product": 1, "weights": 2, "kink": 3, "bonus": 4, "note": 5, "training": 6}


@pytest.fixture(scope="module")
def bank():
    return record(SUBJECT, PROPS, 0)


@pytest.fixture
def right(bank):
    return [Numbers(bank.answer(place)) for place in range(len(bank.programs))]


def changed(seen, **by_place):
    """The observations with others at some places."""
    made = list(seen)
    for name, got in by_place.items():
        made[PLACES[name]] = got
    return made


def moved(numbers, at, by):
    values = list(numbers.values)
    values[at] += by
    return Numbers(tuple(values))


@pytest.fixture
def match(bank):
    """Whether what is seen of one code and of another is the same mistake."""

    def run(seen, known):
        return Matcher(bank, PROPS, seen).matching([signature("it", bank, known)]) == ["it"]

    return run


def test_the_same_everywhere_is_the_same_mistake(match, right):
    assert match(right, right)


@pytest.mark.parametrize("place", ["sum", "product", "training"])
@pytest.mark.parametrize("at", [0, 2, 3, 4])
@pytest.mark.parametrize("by", [1e-3, -1e-3])
def test_one_other_number_anywhere_is_another_mistake(match, right, place, at, by):
    other = changed(right, **{place: moved(right[PLACES[place]], at, by)})
    assert not match(other, right)
    assert not match(right, other)


def test_gradients_between_root_and_leaves_may_be_anything(match, right):
    assert match(changed(right, sum=moved(right[0], 5, 1.0)), right)


@pytest.mark.parametrize(("size", "near", "far"), [(0.0, 1e-9, 1.01e-9), (1e6, 0.1, 0.101)])
@pytest.mark.parametrize("side", [1, -1])
def test_numbers_agree_more_loosely_than_for_a_grade(match, right, size, near, far, side):
    known = changed(right, sum=Numbers((size, *right[0].values[1:])))
    assert match(changed(known, sum=moved(known[0], 0, side * near)), known)
    assert not match(changed(known, sum=moved(known[0], 0, side * far)), known)


def test_around_one_both_tolerances_add_up(match, right):
    known = changed(right, sum=Numbers((1.0, *right[0].values[1:])))
    assert match(changed(known, sum=moved(known[0], 0, 1.005e-7)), known)
    assert not match(changed(known, sum=moved(known[0], 0, 1.02e-7)), known)


def test_infinity_agrees_with_itself_and_nan_with_nan_only(match, right):
    def with_first(number):
        return changed(right, sum=Numbers((number, *right[0].values[1:])))

    numbers = [0.0, inf, -inf, nan]
    agreeing = {(a, b) for a in numbers for b in numbers if match(with_first(a), with_first(b))}
    assert agreeing == {(number, number) for number in numbers}


@pytest.mark.parametrize("place", ["bonus", "note"])
def test_what_brings_no_points_tells_nothing(match, right, place):
    assert match(changed(right, **{place: RAISED}), right)


def test_of_random_weights_only_matters_which_are_equal(match, right):
    one, other, equal = (Numbers(values) for values in ((1, 2, 1), (5, 9, 5), (5, 5, 9)))
    assert match(changed(right, weights=one), changed(right, weights=other))
    assert not match(changed(right, weights=one), changed(right, weights=equal))
    assert not match(changed(right, weights=equal), changed(right, weights=one))


def test_at_the_kink_matters_whether_the_promise_is_kept(match, right):
    slope, wrong, wronger = (moved(right[3], at, by) for at, by in ((2, 1.0), (1, 1.0), (1, 2.0)))
    assert match(changed(right, kink=slope), right)
    assert match(changed(right, kink=wrong), changed(right, kink=wronger))
    assert not match(changed(right, kink=wrong), right)
    assert not match(right, changed(right, kink=wrong))


@pytest.mark.parametrize("place", ["sum", "weights", "kink"])
@pytest.mark.parametrize("got", [RAISED, Misfit("no Value"), Ended("gone", True), Overtime(5.0, True)])
def test_what_gives_no_numbers_matches_only_the_same(match, right, place, got):
    mute = changed(right, **{place: got})
    assert match(mute, mute)
    assert not match(mute, right)
    assert not match(right, mute)
    assert not match(mute, changed(right, **{place: Misfit("something else")}))


def test_all_that_match_are_told_in_their_order(bank, right):
    wrong = changed(right, product=moved(right[1], 2, 1.0))
    known = [
        signature(name, bank, seen) for name, seen in (("a", wrong), ("b", right), ("c", wrong), ("d", right))
    ]
    assert Matcher(bank, PROPS, right).matching(known) == ["b", "d"]
    assert Matcher(bank, PROPS, wrong).matching(known) == ["a", "c"]
    assert Matcher(bank, PROPS, changed(right, sum=RAISED)).matching(known) == []
    assert Matcher(bank, PROPS, right).matching([]) == []


def test_places_without_numbers_are_compared_first(bank, right):
    asked = []

    class Asked(dict):
        def get(self, place, default=None):
            asked.append(place)
            return super().get(place, default)

    seen = changed(right, product=RAISED)
    Matcher(bank, PROPS, seen).matching([Signature("it", signature("it", bank, right).values, Asked())])
    assert asked == [PLACES["product"]]


def test_a_signature_keeps_numbers_and_words_by_place(bank, right):
    made = signature("it", bank, changed(right, product=Misfit("no Value")))
    assert (made.id, made.words) == ("it", {1: "no Value"})
    assert bank.cut(made.values, 0) == right[0].values
    assert all(number != number for number in bank.cut(made.values, 1))
    assert bank.cut(made.values, 2) == right[2].values


def test_a_signature_is_of_every_program(bank, right):
    with pytest.raises(ValueError, match="shorter"):
        signature("it", bank, right[:-1])


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (RAISED, "ValueError: no in add.py"),
        (Raised("ValueError: no", ()), "ValueError: no in "),
        (Raised("TypeError: Mine.up() takes 2", ("a.py, line 1",)), "TypeError: it() takes 2 in a.py"),
        (Raised("NameError: name 'total' is not defined", ("a.py, line 1",)), "NameError in a.py"),
        (Raised("UnboundLocalError: total", ("a.py, line 1",)), "UnboundLocalError in a.py"),
        (Misfit("no Value"), "no Value"),
        (Ended("by signal 9", False), "ended"),
        (Overtime(5.0, False), "overtime"),
        (Numbers((1.0,)), ""),
    ],
)
def test_words_leave_out_what_a_student_may_name_as_he_likes(got, words):
    assert wordless(got) == words


def misconception(id_, *twins):
    return Misconception("add", id_, f"{id_} is its name.", "Why.", "add", twins, "sum", "")


def test_the_one_that_matches_is_named():
    assert named([misconception("a")]) == Diagnosis("a", "a is its name.", "Why.", "add")


def test_of_twins_the_first_is_named():
    found = [misconception("a", "b", "c"), misconception("b"), misconception("c")]
    assert named(found).misconception == "a"


def test_nothing_is_named_where_nothing_matches_or_several_do():
    assert named([]) is None
    assert named([misconception("a"), misconception("b")]) is None
    assert named([misconception("a", "b"), misconception("b"), misconception("c")]) is None

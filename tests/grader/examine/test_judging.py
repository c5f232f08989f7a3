"""From observations to outcomes: what a student is told of a case that does not hold."""

from dataclasses import replace
from math import inf, nan

import pytest

from grader.agreement import agree
from grader.autograd.as_python import SHOWN, source
from grader.autograd.oracle import answer
from grader.autograd.program import Chain, Forward, Fresh, Shape, trace
from grader.autograd.subject import SUBJECT
from grader.course.properties import graded
from grader.examine.cases import record
from grader.examine.judging import Broken, broken, counterexample, first_broken, holds, verdict
from grader.model import Crashed, Ended, Failed, Misfit, Numbers, Overtime, Passed, Raised, TimedOut

SUM = trace(lambda a, b: a + b, 2, 3)
SUM_NUMBERS = (2.0, 3.0, 5.0, 1.0, 1.0, 1.0)
NUMBERLESS = [Misfit("a + b gave None, expected a Value"), Raised("KeyError: 1", ()), Ended("gone", True)]


def everything_agrees(expected, got):
    assert agree(got.values, expected.values)


PROP = graded(points=1, first=[SUM, trace(lambda a: a, 2), trace(lambda a: a + 1, 2.5)])(
    everything_agrees
).prop


@pytest.fixture(scope="module")
def bank():
    return record(SUBJECT, [PROP], 0)


@pytest.fixture
def right(bank):
    """What a right submission is seen to do."""
    return [Numbers(bank.answer(place)) for place in bank.places(0)]


def wrong(numbers):
    return Numbers(tuple(number + 1 for number in numbers.values))


def judged(got, program=SUM):
    return verdict(SUBJECT, "add", 7, Broken(program, answer(program), got))


def test_nothing_is_broken_where_all_agrees(bank, right):
    assert first_broken(PROP, bank, bank.places(0), right) is None


def test_what_was_written_down_is_shown_in_its_author_s_order(bank, right):
    for written in ((2, 0), (1,)):
        ordered = replace(bank, written=written)
        assert first_broken(PROP, ordered, bank.places(0), list(map(wrong, right))) == written[0]


def test_where_no_written_case_is_broken_the_simplest_is_shown(bank, right):
    drawn = replace(bank, written=(2,))
    for place in (0, 1):
        seen = [*right[:place], *map(wrong, right[place:2]), right[2]]
        assert first_broken(PROP, drawn, bank.places(0), seen) == place


def test_a_case_that_was_never_tried_is_shown_only_where_nothing_else_is(bank, right):
    ended = [Ended("it ended", busy=False)] * 3
    ordered = replace(bank, written=(2, 1, 0))
    assert first_broken(PROP, ordered, bank.places(0), ended) == 2
    assert first_broken(PROP, ordered, bank.places(0), [Ended("it ended", busy=True), *ended[1:]]) == 0
    assert first_broken(PROP, ordered, bank.places(0), [right[0], wrong(right[1]), ended[2]]) == 1


def test_cases_of_other_properties_do_not_matter(bank, right):
    seen = [wrong(right[0]), *right[1:]]
    assert first_broken(PROP, bank, range(1, 3), seen) is None


@pytest.mark.parametrize("got", [*NUMBERLESS, Overtime(5.0, True)])
def test_a_case_without_numbers_does_not_hold(bank, got):
    assert not holds(PROP, bank, 0, got)


@pytest.mark.parametrize("number", [nan, inf, -inf])
def test_numbers_that_are_not_finite_do_not_hold(bank, right, number):
    assert holds(PROP, bank, 0, right[0])
    assert not holds(PROP, bank, 0, Numbers((number, *right[0].values[1:])))


def test_a_gradient_between_root_and_leaves_may_be_anything(bank, right):
    place = next(place for place in bank.places(0) if bank.answer(place) == SUM_NUMBERS)
    assert holds(PROP, bank, place, Numbers((*SUM_NUMBERS[:-1], nan)))
    assert not holds(PROP, bank, place, Numbers((*SUM_NUMBERS[:-2], nan, 1.0)))


def test_a_broken_case_has_its_program_its_answer_and_what_was_seen(bank):
    got = Misfit("a + b gave None, expected a Value")
    found = [broken(bank, place, got) for place in bank.places(0)]
    assert {case.program for case in found} == set(PROP.first)
    assert all(case.expected == answer(case.program) and case.got is got and case.written for case in found)


def test_all_kept_is_passed():
    assert verdict(SUBJECT, "add", 7, None) == Passed(7)


def test_nothing_tried_is_never_passed():
    with pytest.raises(ValueError, match="no case"):
        verdict(SUBJECT, "add", 0, None)


def test_other_numbers_are_failed_expected_beside_got():
    outcome = judged(Numbers((2.0, 3.0, 6.0, 1.0, 0.5, 1.0)))
    assert isinstance(outcome, Failed)
    assert (outcome.cases, outcome.reason) == (7, "")
    assert outcome.counterexample.expected == (("c.data", 5.0), ("a.grad", 1.0), ("b.grad", 1.0))
    assert outcome.counterexample.got == (("c.data", 6.0), ("a.grad", 1.0), ("b.grad", 0.5))


def test_counterexample_is_the_program_as_python_for_the_exercise():
    outcome = judged(Numbers((0.0,) * 6))
    assert outcome.counterexample.source == source(SUM, "add", printed=[0, 1, 2, 3, 4])


def test_counterexample_says_whether_the_program_was_written_down():
    for written in (True, False):
        shown = counterexample(SUBJECT, "add", Broken(SUM, SUM_NUMBERS, Numbers(SUM_NUMBERS), written))
        assert shown.drawn is not written


def test_a_program_counts_as_drawn_where_nothing_else_is_said():
    assert judged(Numbers((2.0, 3.0, 6.0, 1.0, 1.0, 1.0))).counterexample.drawn


def test_another_form_is_failed_with_a_reason_and_without_numbers():
    outcome = judged(Misfit("a + b gave None, expected a Value"))
    assert isinstance(outcome, Failed)
    assert outcome.reason == "a + b gave None, expected a Value"
    assert outcome.counterexample.expected == (("c.data", 5.0), ("a.grad", 1.0), ("b.grad", 1.0))
    assert outcome.counterexample.got == ()


def test_another_form_is_shown_as_it_comes_and_numbers_without_it():
    program = Forward(Shape("Layer", (1, 1), False), (2.0, 2.0), ((2.0,),))
    listed, plain = (
        counterexample(SUBJECT, "layer", Broken(program, answer(program), Numbers(())), misfit=odd).source
        for odd in (True, False)
    )
    misfit = verdict(SUBJECT, "layer", 7, Broken(program, answer(program), Misfit("a list")))
    raised = verdict(SUBJECT, "layer", 7, Broken(program, answer(program), Raised("KeyError: 1", ())))
    assert listed != plain
    assert misfit.counterexample.source == listed
    assert raised.counterexample.source == plain


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("{3} is a str, expected a number", "a.grad is a str, expected a number"),
        ("{0} and {2}", "a.data and c.data"),
        ("{6} is out of range", "{6} is out of range"),
        ("{999999} and {} and {-1} and {x}", "{999999} and {} and {-1} and {x}"),
        ("{9999999}", "{9999999}"),
        ("100% {{3}}", "100% {a.grad}"),
    ],
)
def test_a_place_in_a_reason_becomes_its_label(said, told):
    assert judged(Misfit(said)).reason == told


def test_what_raises_is_crashed_with_where_and_with_what_program():
    outcome = judged(Raised("ZeroDivisionError: division by zero", ("add.py, line 3, in add",)))
    assert isinstance(outcome, Crashed)
    assert (outcome.cases, outcome.error) == (7, "ZeroDivisionError: division by zero")
    assert outcome.frames == ("add.py, line 3, in add",)
    assert outcome.counterexample.source == source(SUM, "add", printed=[2, 3, 4])


@pytest.mark.parametrize(
    ("error", "frames"),
    [
        ("SyntaxError: invalid syntax", ("add.py, line 3",)),
        ("IndentationError: unexpected indent", ("add.py, line 3",)),
        ("TabError: inconsistent use of tabs", ("add.py, line 3",)),
        ("NameError: name 'x' is not defined", ("add.py, line 3, in <module>",)),
        pytest.param(
            "NameError: name 'x' is not defined",
            ("add.py, line 9, in <module>", "add.py, line 3, in helper"),
        ),
    ],
)
def test_what_breaks_while_loading_has_no_program_to_show(error, frames):
    outcome = judged(Raised(error, frames))
    assert isinstance(outcome, Crashed)
    assert (outcome.error, outcome.frames) == (error, frames)
    assert outcome.counterexample is None


def test_a_missing_definition_is_said_in_plain_words():
    outcome = judged(Raised("Missing: add.py defines no add", ()))
    assert outcome == Crashed(7, "add.py defines no add")


def test_a_students_own_exception_may_have_any_name():
    outcome = judged(Raised("MissingOperand: b", ("add.py, line 3, in add",)))
    assert outcome.counterexample is not None


@pytest.mark.parametrize("busy", [True, False])
def test_the_end_of_the_process_is_crashed_with_the_program_it_was_busy_with(busy):
    outcome = judged(Ended("its process ended with exit code 3", busy))
    assert isinstance(outcome, Crashed)
    assert (outcome.error, outcome.frames) == ("its process ended with exit code 3", ())
    assert (outcome.counterexample is not None) == busy


@pytest.mark.parametrize("busy", [True, False])
def test_overtime_is_timed_out_with_the_program_it_was_busy_with(busy):
    outcome = judged(Overtime(5.0, busy))
    assert isinstance(outcome, TimedOut)
    assert outcome.limit == 5.0
    assert (outcome.counterexample is not None) == busy


def shown(program, *changes):
    """The labels shown where some of the answer's numbers were changed, by place."""
    numbers = list(answer(program))
    for place in changes:
        numbers[place] += 1
    outcome = judged(Numbers(tuple(numbers)), program)
    assert [label for label, _ in outcome.counterexample.got] == [
        label for label, _ in outcome.counterexample.expected
    ]
    return [label for label, _ in outcome.counterexample.expected]


def test_a_leafs_data_is_shown_only_where_it_was_changed():
    assert shown(SUM, 3) == ["c.data", "a.grad", "b.grad"]
    assert shown(SUM, 1) == ["b.data", "c.data", "a.grad", "b.grad"]


def test_gradients_between_root_and_leaves_are_not_shown_among_the_numbers():
    program = trace(lambda a: (a + a) + a, 2)
    assert shown(program, 3, 4, 5) == ["b.data", "c.data", "a.grad"]


def long_sum(a):
    return sum([a] * 20, start=a)


@pytest.mark.parametrize("changed", [20, 21])
def test_of_many_numbers_result_and_gradients_are_shown(changed):
    assert shown(trace(long_sum, 2), changed) == ["v.data", "a.grad"]


def test_twelve_numbers_are_not_yet_many():
    assert shown(trace(lambda a: sum([a] * 10, start=a), 2), 10) == [
        *(f"{c}.data" for c in "bcdefghijk"),
        "a.grad",
    ]
    assert shown(trace(lambda a: sum([a] * 11, start=a), 2), 11) == ["m.data", "a.grad"]


def test_of_many_numbers_those_that_differ_are_shown_too():
    assert shown(trace(long_sum, 2), 5, 9)[:2] == ["f.data", "j.data"]


def test_of_too_many_numbers_those_that_differ_come_before_the_others():
    shape = Shape("Layer", (3, 4))
    program = Forward(shape, tuple(range(1, 17)), ((2, 3, 4),))
    assert program.length > SHOWN
    labels = shown(program, program.length - 1)
    assert len(labels) == SHOWN
    assert labels[-1] == "x[2].grad"
    assert labels[:-1] == shown(program, *range(SHOWN - 1))[:-1]


def test_never_more_than_so_many_numbers_are_shown():
    program = trace(long_sum, 2)
    assert len(shown(program, *range(21))) == SHOWN


@pytest.mark.parametrize("number", [nan, inf])
def test_numbers_that_are_not_finite_are_shown_as_they_are(number):
    outcome = judged(Numbers((2.0, 3.0, 5.0, number, 1.0, 1.0)))
    assert dict(outcome.counterexample.got)["a.grad"] is number


def test_graph_has_every_node_expected_beside_got():
    graph = judged(Numbers((2.0, 3.0, 6.0, 1.0, 0.5, 1.0))).counterexample.graph
    assert [(node.name, node.formula, node.operands) for node in graph] == [
        ("a", "2", ()),
        ("b", "3", ()),
        ("c", "a + b", ("a", "b")),
    ]
    assert [node.data for node in graph] == [(2.0, 2.0), (3.0, 3.0), (5.0, 6.0)]
    assert [node.grad for node in graph] == [(1.0, 1.0), (1.0, 0.5), (1.0, 1.0)]


def suspect(program, *changes):
    numbers = list(answer(program))
    for place in changes:
        numbers[place] += 1
    graph = judged(Numbers(tuple(numbers)), program).counterexample.graph
    return [node.name for node in graph if node.suspect]


def test_the_first_wrong_data_is_marked():
    program = trace(lambda a: (a * 2) * 3 + a, 5)
    assert suspect(program, 1, 2, 3, 4) == ["b"]


def test_where_all_data_is_right_the_first_wrong_gradient_from_the_root_is_marked():
    program = trace(lambda a: (a * 2) * 3 + a, 5)
    data, (a, b, c) = program.nodes, (0, 1, 2)
    assert suspect(program, data + a) == ["a"]
    assert suspect(program, data + a, data + b) == ["b"]
    assert suspect(program, data + a, data + b, data + c) == ["c"]


def test_after_several_passes_only_a_leafs_gradient_is_marked():
    def two_roots(a):
        (a * 2).backward()
        (a * 3).backward()

    program = trace(two_roots, 5)
    assert suspect(program, program.nodes, program.nodes + 1, program.nodes + 2) == ["a"]


def test_a_graph_without_numbers_marks_nothing():
    graph = judged(Misfit("a + b gave None, expected a Value")).counterexample.graph
    assert [node.data for node in graph] == [(2.0, None), (3.0, None), (5.0, None)]
    assert not any(node.suspect for node in graph)


@pytest.mark.parametrize(
    "program", [Chain(3), Forward(Shape("Neuron", (1,)), (2, 3), ((4,),)), Fresh(Shape("Neuron", (2,)), 2)]
)
def test_programs_that_are_no_expression_have_no_graph(program):
    outcome = judged(Numbers((7.0,) * program.length), program)
    assert outcome.counterexample.graph == ()
    assert len(outcome.counterexample.got) == program.length


@pytest.mark.parametrize(("before", "said"), [((), "differs"), ((SUM,), "depends"), (None, "depends")])
def test_what_fails_only_after_others_is_said_to_depend_on_them_known_or_not(before, said):
    worst = Broken(SUM, answer(SUM), wrong(Numbers(answer(SUM))))
    assert verdict(SUBJECT, "add", 7, worst, before).reason == getattr(SUBJECT.words, said)

"""What a student is shown of a mistake that only drawn programs find: the smallest of them."""

from dataclasses import replace

import pytest
from hypothesis import strategies as st

from grader.agreement import agree
from grader.autograd.as_python import source
from grader.autograd.program import Chain, trace, unpack
from grader.autograd.strategies import LARGE, expressions, forwards, shapes
from grader.autograd.subject import SUBJECT
from grader.course.properties import graded
from grader.examine.cases import record
from grader.examine.examining import Examination
from grader.examine.judging import MOST_TRIES, Broken, Shrinker, _Broke, shrunk
from grader.examine.setting import parts
from grader.model import Crashed, Failed, Numbers, Passed
from grader.sandbox.runner import Runner
from grader.subject import Unanswerable
from tests.samples import some

SUM = "    out = Value(self.data + other.data,"
PRODUCT = "    out = Value(self.data * other.data,"
BEYOND_TEN = ("add", SUM, "    total = self.data + other.data\n    out = Value(total + (total > 10),")


def promised(over, **programs):
    """The property that everything observed agrees with torch's answer."""

    def everything_agrees(expected, got):
        assert agree(got.values, expected.values)

    # With so few drawn, what shows the mistake is hardly ever the smallest program that does.
    return graded(points=1, over=over, **{"drawn": 15} | programs)(everything_agrees).prop


@pytest.fixture
def shown(setting, solutions):
    """Breaks a solution by replacing a piece of it, and finds out what its author is shown."""

    def show(prop, exercise, old, new, seed=0):
        assert old in solutions[exercise]
        source = solutions[exercise].replace(old, new)
        course = setting.course
        named = next(part for part in course.parts if part.name == exercise)
        runner = Runner(setting.cage, setting.limits, 1, SUBJECT.worker)
        try:
            with runner.attempt(parts(course, {exercise: source}, named)) as attempt:
                bank = record(SUBJECT, [prop], seed)
                seen = attempt.observe(bank.request)
                seeded = replace(setting, seed=seed)
                return Examination(seeded, named, bank, [prop], attempt, seen).outcome(prop)
        finally:
            runner.close()

    return show


def simplest_drawn(prop, seed, fails):
    """The simplest recorded program whose answer shows the mistake."""
    bank = record(SUBJECT, [prop], seed)
    places = (place for place in bank.places(0) if fails(bank.answer(place)))
    return unpack(bank.programs[next(places)])


def beyond_ten(numbers):
    return max(numbers[: len(numbers) // 2]) > 10


def body(outcome):
    """The lines of the listing after its header, before it prints what came out."""
    lines = outcome.counterexample.source.split("\n\n", 2)[2].splitlines()
    return [line for line in lines if not line.startswith("print(")]


@pytest.mark.parametrize("seed", [2, 11])
def test_a_mistake_beyond_ten_is_shown_by_three_doubled_twice(shown, seed):
    outcome = shown(promised(expressions("+")), *BEYOND_TEN, seed)
    assert body(outcome) == ["a = Value(3)", "b = a + a", "c = b + b", "c.backward()"]
    assert outcome.counterexample.expected == (("b.data", 6), ("c.data", 12), ("a.grad", 4))
    assert outcome.counterexample.got == (("b.data", 6), ("c.data", 13), ("a.grad", 4))


@pytest.mark.parametrize("seed", some([2, 3, 5], 2))
def test_a_mistake_beyond_500_is_shown_by_the_first_number_that_doubles_to_more(shown, seed):
    wrong = "    total = self.data + other.data\n    out = Value(total + (total > 500),"
    outcome = shown(promised(expressions("+", numbers=LARGE)), "add", SUM, wrong, seed)
    assert body(outcome) == ["a = Value(251)", "b = a + a", "b.backward()"]


@pytest.mark.parametrize("seed", some(range(5), 2))
def test_a_mistake_with_half_exponents_is_shown_by_the_root_of_two(shown, seed):
    over = expressions("**", ("+",))
    outcome = shown(promised(over), "pow", "self.data**exponent,", "self.data**int(exponent),", seed)
    assert body(outcome) == ["a = Value(2)", "b = a ** 0.5", "b.backward()"]


@pytest.mark.parametrize("seed", some(range(5), 2))
def test_an_overwritten_gradient_is_shown_by_two_sums_of_one_leaf(shown, seed):
    over = expressions("+", ("*",), leaves=(1, 1), steps=(1, 6))
    outcome = shown(promised(over), "add", "self.grad += out.grad", "self.grad = out.grad", seed)
    first, second, third, last = body(outcome)
    assert (first, second, last) == ("a = Value(2)", "b = a + a", "c.backward()")
    assert third in ("c = a + b", "c = b + a")


@pytest.mark.parametrize("seed", some([0, 2, 3], 2))
def test_a_mistake_with_negative_factors_is_shown_by_minus_two(shown, seed):
    wrong = ("mul", "self.grad += other.data * out.grad", "self.grad += max(other.data, -1) * out.grad")
    outcome = shown(promised(expressions("*", ("+",))), *wrong, seed)
    assert body(outcome) == ["a = Value(-2)", "b = a * a", "b.backward()"]
    assert outcome.counterexample.got == (("b.data", 4), ("a.grad", -3))


@pytest.mark.parametrize("seed", some(range(3), 2))
def test_a_mistake_from_three_neurons_on_is_shown_by_three(shown, seed):
    wrong = ("layer", "else outs\n", "else outs if len(outs) < 3 else outs[::-1]\n")
    lines = body(shown(promised(forwards(shapes("Layer"))), *wrong, seed))
    assert lines[0] == "m = Layer(1, 3, nonlin=False)"
    assert lines[1:7] == [f"m.neurons[{n}].{slot}.data = 2" for n in range(3) for slot in ("w[0]", "b")]
    assert "x = [Value(2)]" in lines


def test_a_mistake_in_a_large_graph_is_shown_by_a_handful_of_operations(shown):
    over = expressions("+", ("*", "-", "relu"), steps=(3, 15), leaves=(2, 4))
    wrong = "    total = self.data + other.data\n    out = Value(total + (total > 100),"
    lines = body(shown(promised(over), "add", SUM, wrong))
    assert lines[0] in ("a = Value(2)", "a = Value(4)")
    assert len(lines) <= 6


@pytest.mark.parametrize("seed", some([0, 2, 3], 2))
def test_what_crashes_is_made_as_small_as_what_fails(shown, seed):
    cold = f"    if self.data < -1:\n        raise ArithmeticError('too cold')\n{PRODUCT}"
    outcome = shown(promised(expressions("*", ("+",), leaves=(1, 3))), "mul", PRODUCT, cold, seed)
    assert isinstance(outcome, Crashed)
    assert outcome.error == "ArithmeticError: too cold"
    assert body(outcome) == ["a = Value(-2)", "b = a * a", "b.backward()"]


@pytest.mark.parametrize("seed", some([1, 2, 3], 2))
def test_what_is_shown_is_never_larger_than_what_was_drawn(shown, seed):
    prop = promised(expressions("+"))
    outcome = shown(prop, *BEYOND_TEN, seed)
    drawn = source(simplest_drawn(prop, seed, beyond_ten), "add", printed=[])
    assert len(body(outcome)) <= len(drawn.split("\n\n", 2)[2].splitlines())


def test_same_seed_shows_the_same(shown):
    prop = promised(expressions("+", ("*", "neg"), leaves=(2, 3), plain=True))
    wrong = ("add", SUM, SUM.replace("other.data", "abs(other.data)"))
    assert shown(prop, *wrong) == shown(prop, *wrong)


def test_a_counterexample_says_whether_it_was_drawn(shown):
    wrong = ("add", SUM, SUM.replace("other.data", "other.data + 1"))
    over = expressions("+", steps=(1, 1), leaves=(1, 1))
    drawn = shown(promised(over), *wrong).counterexample
    written = shown(promised(over, first=[trace(lambda a: a + a, 2)]), *wrong).counterexample
    assert drawn.source == written.source
    assert (written.drawn, drawn.drawn) == (False, True)


def test_a_written_program_that_shows_the_mistake_is_shown_and_nothing_smaller_looked_for(shown):
    written = trace(lambda a: a + a + a + a + a + a, 5.5)
    alone, beside = promised(expressions("+")), promised(expressions("+"), first=[written])
    assert body(shown(alone, *BEYOND_TEN, 2))[0] == "a = Value(3)"
    assert body(shown(beside, *BEYOND_TEN, 2))[0] == "a = Value(5.5)"


EVERY_SEVENTH = """
    add.calls = getattr(add, "calls", 0) + 1
    out = Value(self.data + other.data + (add.calls % 7 == 0),"""
AT_RANDOM = """
    import os
    out = Value(self.data + other.data + (os.urandom(1)[0] < 100),"""
AT_FIRST = """
    add.calls = getattr(add, "calls", 0) + 1
    out = Value(self.data + other.data + (add.calls <= 3),"""
ENDS = """
    add.calls = getattr(add, "calls", 0) + 1
    if add.calls > 40:
        import os
        os._exit(3)
    out = Value(self.data + other.data + 1,"""


@pytest.mark.parametrize("seed", some(range(3), 2))
@pytest.mark.parametrize("lines", [EVERY_SEVENTH, AT_RANDOM], ids=["every seventh sum", "at random"])
def test_code_that_is_wrong_only_now_and_then_still_fails(shown, lines, seed):
    outcome = shown(promised(expressions("+", ("*",), steps=(1, 6))), "add", SUM, lines, seed)
    assert isinstance(outcome, Failed)
    assert outcome.counterexample.expected != outcome.counterexample.got


def test_code_that_is_right_when_asked_again_is_shown_where_it_failed(shown):
    prop = promised(expressions("+"))
    outcome = shown(prop, "add", SUM, AT_FIRST)
    simplest = unpack(record(SUBJECT, [prop], 0).programs[0])
    assert isinstance(outcome, Failed)
    assert body(outcome) == source(simplest, "add", printed=[]).split("\n\n", 2)[2].splitlines()


def test_a_process_that_ends_when_asked_again_is_shown_where_it_failed(shown):
    over = st.sampled_from([trace(lambda a: a + a, number) for number in range(2, 22)])
    outcome = shown(promised(over, drawn=20), "add", SUM, ENDS)
    assert isinstance(outcome, Failed)
    assert body(outcome) == ["a = Value(2)", "b = a + a", "b.backward()"]


def test_right_code_has_nothing_to_show(shown):
    assert isinstance(shown(promised(expressions("+")), "add", SUM, SUM), Passed)


class Attempting:
    """A live attempt as far as shrinking knows: gives one number for everything, and counts."""

    over = None

    def __init__(self):
        self.asked = 0

    def observe(self, request):
        self.asked += 1
        return [Numbers((-1.0,) * length) for length in request.lengths]


def test_trying_ends_after_so_many_programs():
    attempt = Attempting()
    program = Chain(1)
    kept = (-1.0,) * program.length
    shrinker = Shrinker(
        SUBJECT, promised(expressions("+")), attempt, Broken(program, (2.0, 2.0), Numbers(kept))
    )
    for _ in range(MOST_TRIES + 50):
        shrinker.try_out(program, kept)
    assert attempt.asked == MOST_TRIES


class Speechless(type(SUBJECT)):
    """What could say what is right is not there."""

    def make_ready(self):
        raise Unanswerable("PyTorch is not installed", "install it")


def test_where_nothing_says_what_is_right_the_case_stays_as_it_was_drawn():
    start = Broken(trace(lambda a: a + a + a, 2), (), Numbers(()))
    session = Attempting()
    assert shrunk(Speechless(), promised(expressions("+")), 0, session, start) is start
    assert session.asked == 0


def test_only_a_smaller_program_takes_the_place_of_the_smallest():
    small, middle, large = (
        trace(build, 2) for build in (lambda a: a + a, lambda a: a + a + a, lambda a: a + a + a + a)
    )
    shrinker = Shrinker(SUBJECT, promised(expressions("+")), Attempting(), Broken(middle, (), Numbers(())))
    smallest = []
    for program in (large, small, middle):
        with pytest.raises(_Broke):
            shrinker.try_out(program, (0.0,) * program.length)
        smallest.append(shrinker.smallest.program)
    assert smallest == [middle, small, small]

"""What PyTorch answers: the solutions' numbers, numbers known by hand, and where it keeps silent."""

import pytest
import torch

from grader.agreement import agree
from grader.alone import engine
from grader.autograd.oracle import Unfit, answer
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
    View,
    trace,
)
from grader.autograd.worker import run
from grader.course.course import here
from grader.errors import CourseError
from grader.subject import pack
from tests.grader.autograd.test_strategies import DRAWN, drawn

ONE = Shape("Neuron", (1,))
LINEAR = Shape("Neuron", (1,), nonlin=False)
SMALL = Shape("MLP", (1, 2, 1))


@pytest.fixture(scope="module")
def solved():
    """The solutions' classes by name, as the worker has an engine."""
    return vars(engine("together", here().root / "solutions"))


def fit(programs):
    """The programs that have an answer, each with it."""
    for program in programs:
        try:
            yield program, answer(program)
        except Unfit:
            continue


@pytest.mark.parametrize("name", DRAWN)
def test_solutions_observe_what_torch_does(name, solved):
    for program, expected in fit(drawn(name)[:50]):
        assert agree(run(pack(program), solved), expected), program


@pytest.mark.parametrize(
    "program",
    [
        Chain(100),
        Seed(3),
        *(Census(shape) for shape in (ONE, Shape("Layer", (3, 2)), Shape("MLP", (2, 3, 1)))),
        *(Bare(shape) for shape in (ONE, Shape("Layer", (3, 1)), Shape("MLP", (2, 3, 1)))),
    ],
    ids=str,
)
def test_solutions_observe_what_the_oracle_says_of_programs_that_are_not_drawn(program, solved):
    assert agree(run(pack(program), solved), answer(program))


def two_roots(a, b):
    (a * b).backward()
    (a + b).backward()


def zero_between(a, b):
    c = a * b
    c.backward()
    c.zero_all()
    (c + a).backward()


def root_twice(a):
    b = a * 3
    b.backward()
    b.backward()


# Written by hand from the rules of differentiation, not by running anything.
KNOWN = [
    (trace(lambda a: a, 3), (3, 1)),
    (trace(lambda a, b: a + b, 2, 3), (2, 3, 5, 1, 1)),
    (trace(lambda a, b: a - b, 2, 3), (2, 3, -1, 1, -1)),
    (trace(lambda a, b: a * b, 2, 3), (2, 3, 6, 3, 2)),
    (trace(lambda a, b: a / b, 3, 2), (3, 2, 1.5, 0.5, -0.75)),
    (trace(lambda a: a**3, 2), (2, 8, 12)),
    (trace(lambda a: a**-2, 2), (2, 0.25, -0.25)),
    (trace(lambda a: -a, 2), (2, -2, -1)),
    (trace(lambda a: a.relu(), 2), (2, 2, 1)),
    (trace(lambda a: a.relu(), -2), (-2, 0, 0)),
    (trace(lambda a: a + a * a, 3), (3, 9, 12, 7)),
    (trace(lambda a: 10 - 2 * a, 3), (3, 6, 4, -2)),
    (trace(lambda a, b: a * 2, 3, 4), (3, 4, 6, 2, 0)),
    (trace(two_roots, 2, 3), (2, 3, 6, 5, 4, 3)),
    (trace(zero_between, 2, 3), (2, 3, 6, 8, 4, 2)),
    (trace(root_twice, 2), (2, 6, 6)),
    (Chain(5), (6, 6)),
    (Seed(5), (1,)),
    (trace(lambda a: a.exp() + 1, 0), (0, 1, 2, 1)),
    (trace(lambda a: (2 * a).tanh(), 0), (0, 0, 0, 2)),
    (Census(Shape("Layer", (2, 3))), (9, 9, 9, 9, 1)),
    (Bare(ONE), (1,)),
    (Fresh(Shape("Layer", (2, 3)), 2), (0,) * 12),
    # relu(2 * 4 + 3) and its gradients by w, b and x
    (Forward(ONE, (2, 3), ((4,),)), (11, 4, 1, 2)),
    (Forward(ONE, (-2, 3), ((4,),)), (0, 0, 0, 0)),
    (Forward(LINEAR, (-2, 3), ((4,),)), (-5, 4, 1, -2)),
    (Forward(LINEAR, (2, 3), ((4,), (5,))), (11, 13, 9, 2, 2, 2)),
    (Forward(LINEAR, (2, 3), ((4,), (5,)), joint=True), (11, 13, 9, 2, 2, 2)),
    (Forward(LINEAR, (2, 3), ((4,),), plain=True), (11, 4, 1)),
    # 1 * (2 * 4 + 3) + 2 * (5 * 4 + 6)
    (Forward(Shape("Layer", (1, 2)), (2, 3, 5, 6), ((4,),)), (11, 26, 4, 1, 8, 2, 12)),
    # hidden: relu(2 * 1 + 1) = 3 and relu(-1 * 1 + 0) = 0; out: 4 * 3 + 5 * 0 - 20, linear
    (Forward(SMALL, (2, 1, -1, 0, 4, 5, -20), ((1,),)), (-8, 4, 4, 0, 0, 3, 0, 1, 8)),
    (Nudge(ONE, (2, 3), (4,)), (12, 15)),
    # (0.5 * 1 + 0.5 - 0) ** 2 = 1, both gradients 2, 0.5 - 0.1 * 2 = 0.3
    (Training(LINEAR, (0.5, 0.5), ((1,),), ((0,),), 0.1, steps=1), (1, 0.3, 0.3)),
    # and once more: 0.6 ** 2 = 0.36, both gradients 1.2, 0.3 - 0.1 * 1.2 = 0.18
    (Training(LINEAR, (0.5, 0.5), ((1,),), ((0,),), 0.1, steps=2), (1, 0.36, 0.18, 0.18)),
]


@pytest.mark.parametrize(
    ("program", "expected"), KNOWN, ids=[f"{place} {program.tag}" for place, (program, _) in enumerate(KNOWN)]
)
def test_answer_is_known_by_hand(program, expected):
    assert agree(View(pack(program), answer(program)).values, expected)


def test_a_function_torch_does_not_have_is_the_authors_mistake():
    with pytest.raises(CourseError, match="'sinus'"):
        answer(trace(lambda a: a.sinus(), 2))


def test_gradients_between_root_and_leaves_come_last():
    # a = 2, b = a * 3, c = b * b: d c/d b = 2 * b, d c/d a = 3 * 2 * b
    def square(a):
        b = a * 3
        return b * b

    assert answer(trace(square, 2)) == (2, 6, 36, 36, 12, 1)


def test_answers_are_the_same_every_time():
    program = trace(lambda a, b: (a * b + a / b).relu() ** 1.5, 2.5, 0.3)
    assert repr(answer(program)) == repr(answer(program))


KINKS = [
    trace(lambda a: a.relu(), 0),
    trace(lambda a: (a - 2).relu() + a, 2),
    trace(lambda a: (a * 1e-8).relu(), 1),
    trace(lambda a: (a * -1e-8).relu(), 1),
    Forward(ONE, (1, -1), ((1,),)),
    Forward(SMALL, (1, 2, 0, 0, 1, 1, 0), ((1,),)),
    Training(ONE, (1, -1), ((1,),), ((0,),), 0.1, steps=1),
]


@pytest.mark.parametrize("program", KINKS, ids=str)
def test_relu_at_its_kink_is_unfit(program):
    with pytest.raises(Unfit):
        answer(program)


@pytest.mark.parametrize("program", KINKS, ids=str)
def test_relu_at_its_kink_is_answered_where_it_is_allowed(program):
    assert len(answer(program, kink=True)) == program.length


def test_torch_takes_zero_as_the_slope_at_the_kink():
    data, grad = 0.0, 0.0
    assert answer(trace(lambda a: a.relu(), 0), kink=True)[1:3] == (data, grad)


@pytest.mark.parametrize("number", [1e-3, -1e-3, 2])
def test_relu_beside_its_kink_is_fit(number):
    assert answer(trace(lambda a: a.relu(), number))[1:3] == (max(0, number), number > 0)


def test_linear_neuron_at_zero_has_no_kink():
    assert answer(Forward(LINEAR, (1, -1), ((1,),))) == (0.0, 1.0, 1.0, 1.0)


UNDEFINED = {
    "0 ** -1": trace(lambda a: a**-1, 0),
    "0 ** 0.5, infinitely steep": trace(lambda a: a**0.5, 0),
    "(-2) ** 0.5": trace(lambda a: a**0.5, -2),
    "1 / 0": trace(lambda a: 1 / a, 0),
    "0 / 0": trace(lambda a: a / a, 0),
    "undefined, then stopped by relu": trace(lambda a, b: (b - a**0.5).relu(), 0, -1),
}
OVERFLOWS = {
    "data beyond float64": trace(lambda a: a * a, 1e200),
    "data too large": trace(lambda a: a * a, 1e5),
    "gradient too large": trace(lambda a: a**-3, 1e-3),
    "leaf too large": trace(lambda a: a, 1e10),
    "module": Forward(LINEAR, (1e5, 0), ((1e5,),)),
    "training that diverges": Training(LINEAR, (1, 1), ((5,), (4,)), ((0,), (1,)), 100.0),
}


@pytest.mark.parametrize("kink", [True, False])
@pytest.mark.parametrize("program", UNDEFINED.values(), ids=list(UNDEFINED))
def test_undefined_is_unfit(program, kink):
    with pytest.raises(Unfit):
        answer(program, kink)


@pytest.mark.parametrize("kink", [True, False])
@pytest.mark.parametrize("program", OVERFLOWS.values(), ids=list(OVERFLOWS))
def test_overflow_is_unfit(program, kink):
    with pytest.raises(Unfit):
        answer(program, kink)


def test_zero_to_the_power_of_zero_is_unfit():
    with pytest.raises(Unfit):
        answer(trace(lambda a: a**0, 0))


@pytest.mark.parametrize("exponent", [1, 2, 1.5])
def test_zero_to_a_power_of_one_or_more_is_fit(exponent):
    assert answer(trace(lambda a: a**exponent, 0))[1:3] == (0, exponent == 1)


CANCELS = {
    "large terms leave a small one": trace(lambda a, b: (a + b) - a, 1e8, 1e-6),
    "products": trace(lambda a: a * 1e-3 + a * 1e8 - a * 1e8, 1),
    "a divisor made of rounding": trace(lambda a: 1 / ((a + 1e7) - 1e7), 1e-3),
}


@pytest.mark.parametrize("program", CANCELS.values(), ids=list(CANCELS))
def test_cancellation_in_which_the_order_would_decide_is_unfit(program):
    with pytest.raises(Unfit):
        answer(program)


def test_cancellation_among_gradients_is_unfit():
    with pytest.raises(Unfit):
        answer(trace(lambda a: a * 1e8 - a * 1e8 + a * 1e-3, 1))


def test_cancellation_inside_a_neuron_is_unfit():
    with pytest.raises(Unfit):
        answer(Forward(Shape("Neuron", (2,), nonlin=False), (1e8, -1e8, 1e-3), ((1.0, 1.0),)))


@pytest.mark.parametrize(
    "program",
    [
        trace(lambda a, b: a + b, 1e8, 1e-6),
        trace(lambda a, b: a - b, 3, 2.875),
        trace(lambda a: a - a, 3),
        trace(lambda a, b: a * b - a, 2, 1.5),
    ],
)
def test_harmless_differences_are_fit(program):
    assert len(answer(program)) == program.length


# Networks, as torch's own modules have them.


def own_modules():
    """MLP(2, [3, 1]) of torch's own modules, and its parameters in our order."""
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1)).double()
    return module, tuple(ordered(module, lambda parameter: parameter))


def ordered(module, part):
    for linear in module[::2]:
        for weights, bias in zip(part(linear.weight), part(linear.bias), strict=True):
            yield from (*weights.tolist(), bias.item())


def test_forward_and_backward_are_those_of_torchs_own_modules():
    module, numbers = own_modules()
    row = torch.tensor([0.5, 0.25], dtype=torch.float64, requires_grad=True)
    out = module(row)
    out.backward()
    expected = (*out.tolist(), *ordered(module, lambda p: p.grad), *row.grad.tolist())
    found = answer(Forward(Shape("MLP", (2, 3, 1)), numbers, ((0.5, 0.25),)))
    assert found == pytest.approx(expected, rel=1e-12)


def test_nudges_are_those_of_torchs_own_modules():
    module, numbers = own_modules()
    row = torch.tensor([0.5, 0.25], dtype=torch.float64)
    expected = []
    with torch.no_grad():
        for parameter in module.parameters():
            flat = parameter.view(-1)
            for place in range(len(flat)):
                flat[place] += 1
                expected.append(module(row).item())
                flat[place] -= 1
    found = answer(Nudge(Shape("MLP", (2, 3, 1)), numbers, (0.5, 0.25)))
    assert found == pytest.approx(sorted(expected), rel=1e-12)


def test_training_is_that_of_torchs_own_modules():
    module, numbers = own_modules()
    rows, targets = ((0.5, 0.25), (1, 0)), ((1,), (0,))
    losses = []
    for _ in range(10):
        module.zero_grad()
        outs = module(torch.tensor(rows, dtype=torch.float64))
        loss = ((outs - torch.tensor(targets, dtype=torch.float64)) ** 2).sum()
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            for parameter in module.parameters():
                parameter.sub_(0.05 * parameter.grad)
    expected = (*losses, *ordered(module, lambda parameter: parameter))
    found = answer(Training(Shape("MLP", (2, 3, 1)), numbers, rows, targets, 0.05))
    assert found == pytest.approx(expected, rel=1e-12)

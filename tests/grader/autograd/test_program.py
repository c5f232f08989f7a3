"""Programs are data: they survive packing, and say beforehand how many numbers they observe."""

import marshal

import pytest

from grader.alone import engine
from grader.autograd.as_python import labels
from grader.autograd.program import (
    Bare,
    Census,
    Chain,
    Expression,
    Forward,
    Fresh,
    Nudge,
    Plain,
    Seed,
    Shape,
    Step,
    Training,
    trace,
    unpack,
)
from grader.autograd.worker import run
from grader.course.course import here
from grader.subject import pack
from tests.grader.autograd.test_strategies import DRAWN, drawn

NEURON, LAYER, MLP = Shape("Neuron", (3,)), Shape("Layer", (2, 3), nonlin=False), Shape("MLP", (2, 3, 1))


def with_every_action(a, b):
    c = (2 - a) * b
    c.backward()
    c.zero_all()
    (-c).relu().backward()


WRITTEN = [
    trace(lambda a: a, 2),
    trace(with_every_action, 3, 0.5),
    Chain(1),
    Chain(7),
    Seed(3),
    Seed(-0.5),
    *(kind(shape) for kind in (Census, Bare) for shape in (NEURON, Shape("Layer", (2, 1)), MLP)),
    *(Fresh(shape, 3) for shape in (NEURON, LAYER, MLP)),
    Nudge(LAYER, tuple(range(1, 10)), (2, 3)),
    Forward(MLP, tuple(range(13)), ((1, 2), (3, 4), (5.5, 6)), joint=True),
    Forward(NEURON, (1, 2, 3, 4), ((1, 2, 3),), plain=True),
    Training(LAYER, tuple(range(9)), ((1, 2), (3, 4)), ((1, 2, 3), (4, 5, 6)), 0.01, steps=4),
]


@pytest.fixture(scope="module")
def solved():
    """The solutions' classes by name, as the worker has an engine."""
    return vars(engine("together", here().root / "solutions"))


def sent(program):
    """The program as it arrives in a worker; 2 and 2.0 are equal, so tests compare what it looks like."""
    return unpack(marshal.loads(marshal.dumps(pack(program))))


each_written = pytest.mark.parametrize("program", WRITTEN, ids=lambda program: program.tag)
each_drawn = pytest.mark.parametrize("name", DRAWN)


@each_written
def test_written_program_survives_packing(program):
    assert sent(program) == program
    assert repr(sent(program)) == repr(program)


@each_drawn
def test_drawn_program_survives_packing(name):
    programs = drawn(name)
    assert programs
    assert list(map(repr, map(sent, programs))) == list(map(repr, programs))


@each_written
def test_length_is_what_running_a_written_program_observes(program, solved):
    assert len(run(pack(program), solved)) == program.length


@each_drawn
def test_length_is_what_running_a_drawn_program_observes(name, solved):
    ran = 0
    for program in drawn(name)[:20]:
        try:
            observed = run(pack(program), solved)
        except (ZeroDivisionError, OverflowError):  # one of the few that are not fit to be asked
            continue
        assert len(observed) == program.length
        ran += 1
    assert ran > 0


@each_written
def test_every_number_of_a_written_program_has_a_name_of_its_own(program):
    assert len(set(labels(program))) == len(labels(program)) == program.length


@each_drawn
def test_every_number_of_a_drawn_program_has_a_name_of_its_own(name):
    for program in drawn(name):
        assert len(set(labels(program))) == len(labels(program)) == program.length


def test_every_kind_of_program_is_written_here():
    kinds = {Expression, Chain, Seed, Forward, Census, Fresh, Nudge, Bare, Training}
    assert {type(program) for program in WRITTEN} == kinds


def test_packing_tells_plain_numbers_from_nodes():
    packed = pack(trace(lambda a: a + 1, 2))
    assert packed == ("expression", (2,), (("+", (0, (1,))), ("backward", (1,))))


def test_packing_keeps_int_and_float_apart():
    leaves = unpack(pack(Expression((2, 2.0), (Step("+", (0, Plain(3.0))),)))).leaves
    assert [type(leaf) for leaf in leaves] == [int, float]


def test_unknown_kind_is_not_unpacked():
    with pytest.raises(KeyError):
        unpack(("spell", ("Neuron", (1,), True)))


@pytest.mark.parametrize("action", ["backward", "zero"])
def test_actions_make_no_node(action):
    assert not Step(action).makes_node


@pytest.mark.parametrize("op", ["+", "-", "*", "/", "**", "neg", "relu", "tanh"])
def test_operations_make_a_node(op):
    assert Step(op).makes_node


def test_nodes_are_leaves_and_results():
    assert trace(with_every_action, 3, 0.5).nodes == 6


@pytest.mark.parametrize(
    ("shape", "widths", "parameters", "outputs"),
    [
        (Shape("Neuron", (3,)), ((3, 1),), 4, 1),
        (Shape("Layer", (2, 3)), ((2, 3),), 9, 3),
        (Shape("Layer", (4, 1)), ((4, 1),), 5, 1),
        (Shape("MLP", (2, 1)), ((2, 1),), 3, 1),
        (Shape("MLP", (2, 4, 3, 2)), ((2, 4), (4, 3), (3, 2)), 35, 2),
    ],
)
def test_shape_knows_its_layers(shape, widths, parameters, outputs):
    assert (shape.widths, shape.parameters, shape.outputs) == (widths, parameters, outputs)


@pytest.mark.parametrize("name", ["Neuron", "Layer"])
@pytest.mark.parametrize("nonlin", [True, False])
def test_neuron_and_layer_are_linear_where_nonlin_is_false(name, nonlin):
    assert Shape(name, (2, 3), nonlin).linear(0) is not nonlin


def test_only_the_last_layer_of_an_mlp_is_linear():
    shape = Shape("MLP", (2, 4, 3, 1))
    assert [shape.linear(layer) for layer in range(3)] == [False, False, True]


@pytest.mark.parametrize(
    ("program", "names"),
    [
        (trace(lambda a, b: a * b, 2, 3), ["a.data", "b.data", "c.data", "a.grad", "b.grad", "c.grad"]),
        (Chain(9), ["y.data", "x.grad"]),
        (Seed(9), ["x.grad is no int"]),
        (
            Forward(Shape("Neuron", (1,)), (2, 3), ((4,),)),
            ["out.data", "m.w[0].grad", "m.b.grad", "x[0].grad"],
        ),
        (
            Forward(Shape("Layer", (1, 2)), (1, 2, 3, 4), ((5,), (6,)), plain=True),
            ["out1[0].data", "out1[1].data", "out2[0].data", "out2[1].data"]
            + [f"m.neurons[{n}].{slot}.grad" for n in (0, 1) for slot in ("w[0]", "b")],
        ),
    ],
    ids=["expression", "chain", "seed", "neuron", "layer"],
)
def test_labels_are_python_for_the_numbers(program, names):
    assert labels(program) == names


def repeated_sum(operations):
    return trace(lambda a: sum([a] * operations, start=a), 2)


def test_no_node_is_called_l():
    names = labels(repeated_sum(20))
    assert "k.data" in names
    assert "l.data" not in names


def test_nodes_are_numbered_where_letters_run_out():
    assert labels(repeated_sum(24))[24:26] == ["z.data", "a.grad"]
    assert labels(repeated_sum(25))[25:27] == ["v26.data", "v1.grad"]

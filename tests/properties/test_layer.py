"""What Layer promises, over the reference's Neuron."""

from math import isfinite

from grader.agreement import agree
from grader.autograd.over import forwards, nudges, shapes, trainings
from grader.autograd.program import Bare, Census, Forward, Fresh, Nudge, Shape, Training
from grader.course.properties import graded, noted

ONE, TWO = Shape("Layer", (1, 2)), Shape("Layer", (2, 2))
SINGLE, WIDE = Shape("Layer", (2, 1)), Shape("Layer", (2, 3))
LINEAR, TALL = Shape("Layer", (1, 2), nonlin=False), Shape("Layer", (3, 2), nonlin=False)
NUMBERS = (2, 3, 4, 5, 6, 7, 8, 9, 10)


@graded(
    points=2,
    first=[Census(Shape("Layer", sizes)) for sizes in ((1, 1), (2, 1), (1, 2), (2, 3), (3, 2), (4, 4))],
)
def test_parameters_are_those_of_every_neuron(expected, got):
    """parameters() lists the parameters of every neuron in one flat list: nout * (nin + 1) Values."""
    assert agree(got.values, expected.values)


@graded(points=1, first=[Fresh(Shape("Layer", (4, 3)), 2)])
def test_neurons_are_different(expected, got):
    """The neurons of a layer start with different random weights."""
    neurons = [got.values[i : i + 4] for i in range(0, 24, 4)]
    assert len(expected.values) == len(got.values)
    assert all(map(isfinite, got.values))  # NaN differs even from itself
    assert len(set(neurons)) == len(neurons)


@graded(
    points=2,
    first=[
        Forward(LINEAR, (2, 3, 4, 5), ((6,),)),
        Forward(ONE, (2, 3, 4, 5), ((6,),)),
        Forward(ONE, (-2, 3, 4, 5), ((6,),)),
        Forward(LINEAR, (-2, 3, 4, 5), ((6,),)),
        Forward(WIDE, NUMBERS, ((2, 3),)),
        Forward(TALL, NUMBERS[:8], ((2, 3, 4),)),
    ],
    over=forwards(shapes("Layer")),
)
def test_outputs_are_those_of_its_neurons(expected, got):
    """Each neuron reads the same inputs, and the outputs come in the neurons' order."""
    assert agree(got.data, expected.data)


@graded(
    points=1,
    first=[Forward(SINGLE, (2, 3, 4), ((5, 6),)), Forward(Shape("Layer", (1, 1), False), (-2, 3), ((4,),))],
    over=forwards(shapes("Layer", nouts=(1, 1))),
    drawn=50,
)
def test_single_output(expected, got):
    """A layer of one neuron gives that neuron's output."""
    assert agree(got.values, expected.values)


@graded(
    points=1,
    first=[Forward(LINEAR, (2, 3, 4, 5), ((6,),)), Forward(TWO, (2, 3, 4, 5, 6, 7), ((2, 3),))],
    over=forwards(shapes("Layer", nouts=(2, 4))),
)
def test_gradients_of_parameters_and_inputs(expected, got):
    """Every parameter of every neuron gets its gradient, and the inputs collect one from each neuron."""
    assert agree(got.grads, expected.grads)


@graded(
    points=1,
    first=[
        Forward(LINEAR, (2, 3, 4, 5), ((6,), (7,))),
        Forward(ONE, (2, 3, 4, 5), ((6,), (7,)), joint=True),
        Forward(TWO, (2, 3, 4, 5, 6, 7), ((2, 3), (3, 4)), plain=True),
    ],
    over=forwards(shapes("Layer"), rows=(2, 3), joint=True) | forwards(shapes("Layer"), rows=(2, 3)),
)
def test_called_several_times(expected, got):
    """Called on several inputs, the same neurons collect a gradient from each call."""
    assert agree(got.values, expected.values)


@graded(
    points=1,
    first=[Nudge(ONE, (2, 3, 4, 5), (6,)), Nudge(WIDE, NUMBERS, (2, 3))],
    over=nudges(shapes("Layer")),
    drawn=15,
)
def test_every_parameter_has_an_effect(expected, got):
    """Changing any one of parameters() changes the outputs, by as much as it should."""
    assert agree(got.values, expected.values)


@graded(
    points=1,
    first=[Training(LINEAR, (0.5, 0.5, -0.5, 0.25), ((1,), (-1,)), ((1, 0), (0, 1)), 0.05)],
    over=trainings(shapes("Layer")),
    drawn=15,
)
def test_ten_steps_of_training(expected, got):
    """Ten steps of gradient descent give PyTorch's losses and PyTorch's weights."""
    assert agree(got.values, expected.values)


@noted(first=[Bare(Shape("Layer", (2, 1)))])
def test_single_output_is_bare(expected, got):
    """A single output is better returned bare; yours comes in a list of one, which was read as that one."""
    assert agree(got.values, expected.values)

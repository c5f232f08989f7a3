"""What MLP promises, over the reference's Layer."""

from math import isfinite

from grader.agreement import agree
from grader.autograd.over import forwards, nudges, shapes, trainings
from grader.autograd.program import Bare, Census, Forward, Fresh, Nudge, Shape, Training
from grader.course.properties import bonus, graded, noted

SMALL, DEEP = Shape("MLP", (1, 2, 1)), Shape("MLP", (2, 3, 2, 1))
FLAT, WIDE = Shape("MLP", (2, 2)), Shape("MLP", (2, 2, 3))
SQUARE = Shape("MLP", (2, 2, 2, 2))
NUMBERS = (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21)


def numbers(shape, *start):
    """The given parameters first, then 1, 2, 3, … as far as the shape needs them."""
    return (*start, *range(1, shape.parameters - len(start) + 1))


@graded(
    points=2,
    first=[
        Census(Shape("MLP", sizes))
        for sizes in ((1, 1), (2, 1), (1, 2, 1), (2, 3, 1), (2, 4, 3, 2), (3, 2, 4, 1))
    ],
)
def test_parameters_are_those_of_every_layer(expected, got):
    """parameters() lists the parameters of every layer, each once, and the list of sizes is left alone."""
    assert agree(got.values, expected.values)


@graded(points=1, first=[Fresh(Shape("MLP", (3, 3, 3)), 2)])
def test_layers_are_different(expected, got):
    """The layers start with different random weights."""
    layers = [got.values[i : i + 9] for i in range(0, 36, 9)]
    assert len(expected.values) == len(got.values)
    assert all(map(isfinite, got.values))  # NaN differs even from itself
    assert len(set(layers)) == len(layers)


@graded(
    points=2,
    first=[
        Forward(Shape("MLP", (1, 1)), (-2, 3), ((4,),)),
        Forward(FLAT, (-2, 3, -5, 5, -6, 8), ((1, 2),)),
        Forward(SMALL, (1, 0, 2, 0, -1, -3, 1), ((4,),)),
    ],
    over=forwards(shapes("MLP", depth=(1, 1))),
    drawn=50,
)
def test_last_layer_is_linear(expected, got):
    """The last layer has no relu: the outputs may be negative."""
    assert agree(got.data, expected.data)


@graded(
    points=2,
    first=[
        Forward(SMALL, (1, 0, -1, 0, 2, 3, 1), ((4,),)),
        Forward(SMALL, (-2, 1, 3, -5, 2, 3, 1), ((4,),)),
        Forward(SQUARE, (1, 0, -9, 0, 1, 1, *range(2, 14)), ((1, 2),)),
        Forward(SQUARE, (*range(2, 8), 1, 0, -99, 0, 1, 1, *range(2, 8)), ((1, 2),)),
    ],
    over=forwards(shapes("MLP", depth=(2, 3), nouts=(1, 1))),
)
def test_hidden_layers_go_through_relu(expected, got):
    """Every layer but the last goes through relu."""
    assert agree(got.data, expected.data)


@graded(
    points=1,
    first=[
        Forward(DEEP, numbers(DEEP, 2, 3), ((2, 3),)),
        Forward(SQUARE, numbers(SQUARE, 2, 3), ((2, 3),)),
        Forward(WIDE, numbers(WIDE, 2, 3), ((2, 3),)),
    ],
    over=forwards(shapes("MLP", depth=(2, 4), nouts=(1, 3))),
)
def test_layers_follow_one_another(expected, got):
    """Each layer reads what the one before it gave, whatever their sizes."""
    assert agree(got.data, expected.data)


@graded(
    points=1,
    first=[
        Forward(Shape("MLP", (1, 1)), (2, 3), ((4,),)),
        Forward(SMALL, (2, 3, 4, 5, 6, 7, 8), ((2,),)),
        Forward(WIDE, numbers(WIDE, 2, 3), ((2, 3),)),
    ],
    over=forwards(shapes("MLP")),
)
def test_gradients_of_every_parameter_and_input(expected, got):
    """Every parameter of every layer, and every input, gets its gradient."""
    assert agree(got.grads, expected.grads)


@graded(
    points=1,
    first=[
        Forward(SMALL, (2, 3, 4, 5, 6, 7, 8), ((2,), (3,))),
        Forward(SMALL, (2, 3, 4, 5, 6, 7, 8), ((2,), (3,)), joint=True),
        Forward(FLAT, (2, 3, 4, 5, 6, 7), ((2, 3), (4, 5)), plain=True),
    ],
    over=forwards(shapes("MLP"), rows=(2, 3), joint=True) | forwards(shapes("MLP"), rows=(2, 3)),
)
def test_called_several_times(expected, got):
    """Called on several inputs, the same parameters collect a gradient from each call."""
    assert agree(got.values, expected.values)


@graded(
    points=1,
    first=[Nudge(SMALL, (2, 3, 4, 5, 6, 7, 8), (2,)), Nudge(WIDE, numbers(WIDE, 2, 3), (2, 3))],
    over=nudges(shapes("MLP")),
    drawn=15,
)
def test_every_parameter_has_an_effect(expected, got):
    """Changing any one of parameters() changes the outputs, by as much as it should."""
    assert agree(got.values, expected.values)


@graded(
    points=1,
    first=[Forward(SMALL, (2, 3, 4, 5, 6, 7, 8), ((2,),), plain=True)],
    over=forwards(shapes("MLP", nouts=(2, 4), depth=(2, 3)), plain=True),
    drawn=50,
)
def test_several_outputs(expected, got):
    """A last layer of several neurons gives its outputs as a list, in order."""
    assert agree(got.values, expected.values)


@graded(
    points=3,
    first=[Training(SMALL, (1, 0.5, -1, 0.5, 1, 1, 0.25), ((1,), (-1,)), ((1,), (0,)), 0.05)],
    over=trainings(shapes("MLP", nouts=(1, 2))),
    drawn=15,
)
def test_ten_steps_of_training(expected, got):
    """Ten steps of gradient descent give PyTorch's losses and PyTorch's weights."""
    assert agree(got.values, expected.values)


@bonus(
    points=3,
    first=[
        Forward(Shape("MLP", (1, 1, 1)), (2, 3, 4, 5), ((6,),)),
        Forward(Shape("MLP", (2, 1, 3, 1)), numbers(Shape("MLP", (2, 1, 3, 1)), 2, 3), ((2, 3),)),
        Forward(Shape("MLP", (1, 2, 1, 2)), numbers(Shape("MLP", (1, 2, 1, 2)), 2, 3), ((2,),)),
    ],
)
def test_hidden_layer_of_one_neuron(expected, got):
    """Bonus: a hidden layer of one neuron works, although that layer gives a bare Value."""
    assert agree(got.values, expected.values)


@noted(first=[Bare(Shape("MLP", (2, 2, 1)))])
def test_single_output_is_bare(expected, got):
    """A single output is better returned bare; yours comes in a list of one, which was read as that one."""
    assert agree(got.values, expected.values)

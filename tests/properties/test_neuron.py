"""What Neuron promises, over the reference's operations."""

from math import isfinite

from grader.agreement import agree
from grader.autograd.over import forwards, nudges, shapes, trainings
from grader.autograd.program import Census, Forward, Fresh, Nudge, Shape, Training
from grader.course.properties import graded

ONE, TWO, THREE = (Shape("Neuron", (nin,)) for nin in (1, 2, 3))
LINEAR = Shape("Neuron", (2,), nonlin=False)
LINEAR_ONE = Shape("Neuron", (1,), nonlin=False)


@graded(points=2, first=[Census(Shape("Neuron", (nin,))) for nin in (1, 2, 3, 8)])
def test_parameters_are_the_weights_and_the_bias(expected, got):
    """parameters() lists every weight and the bias, each once: nin + 1 different Values."""
    assert agree(got.values, expected.values)


@graded(points=1, first=[Fresh(Shape("Neuron", (8,)), 4)])
def test_weights_start_random(expected, got):
    """The weights start as different random numbers, and another neuron's are different again."""
    neurons = [got.values[i : i + 8] for i in range(0, 32, 8)]
    assert len(expected.values) == len(got.values)
    assert all(map(isfinite, got.values))  # NaN differs even from itself
    assert all(len(set(weights)) > 1 for weights in neurons)
    assert len(set(neurons)) == len(neurons)
    # Of whole numbers there are too few: from -1 to 1 there are three, so that small neurons start alike.
    assert any(weight % 1 for weights in neurons for weight in weights)


@graded(
    points=2,
    first=[
        Forward(LINEAR_ONE, (2, 3), ((4,),)),
        Forward(LINEAR_ONE, (-2, 3), ((4,),)),
        Forward(LINEAR, (2, 3, 4), ((5, 6),)),
        Forward(LINEAR, (2, -3, 4), ((5, 6),)),
    ],
    over=forwards(shapes("Neuron").map(lambda s: Shape(s.name, s.sizes, nonlin=False))),
)
def test_linear_output_is_the_weighted_sum(expected, got):
    """With nonlin=False the output is w1 * x1 + … + wn * xn + b, also where that is negative."""
    assert agree(got.data, expected.data)


@graded(
    points=2,
    first=[
        Forward(ONE, (2, 3), ((4,),)),
        Forward(ONE, (-2, 3), ((4,),)),
        Forward(TWO, (2, 3, 4), ((5, 6),)),
        Forward(TWO, (2, 3, -40), ((5, 6),)),
        Forward(TWO, (2, -3, 4), ((1, 4),)),
    ],
    over=forwards(shapes("Neuron").map(lambda s: Shape(s.name, s.sizes))),
)
def test_output_goes_through_relu(expected, got):
    """By default the weighted sum goes through relu, after the bias has been added."""
    assert agree(got.data, expected.data)


@graded(
    points=2,
    first=[
        Forward(LINEAR_ONE, (2, 3), ((4,),)),
        Forward(LINEAR, (2, 3, 4), ((5, 6),)),
        Forward(TWO, (2, 3, 4), ((5, 6),)),
        Forward(TWO, (-2, -3, 4), ((5, 6),)),
    ],
    over=forwards(shapes("Neuron")),
)
def test_gradients_of_weights_bias_and_inputs(expected, got):
    """Every weight, the bias and every input get their gradients."""
    assert agree(got.grads, expected.grads)


@graded(
    points=1,
    first=[Forward(TWO, (2, 3, 4), ((5, 6),), plain=True)],
    over=forwards(shapes("Neuron"), plain=True),
)
def test_inputs_may_be_plain_numbers(expected, got):
    """The inputs may be plain numbers instead of Values."""
    assert agree(got.values, expected.values)


@graded(
    points=1,
    first=[
        Forward(LINEAR_ONE, (2, 3), ((4,), (5,))),
        Forward(LINEAR_ONE, (2, 3), ((4,), (5,)), joint=True),
        Forward(TWO, (2, 3, 4), ((5, 6), (1, 2)), joint=True),
    ],
    over=forwards(shapes("Neuron"), rows=(2, 3), joint=True) | forwards(shapes("Neuron"), rows=(2, 3)),
)
def test_called_several_times(expected, got):
    """Called on several inputs, the same weights collect a gradient from each call."""
    assert agree(got.values, expected.values)


@graded(
    points=1,
    first=[Nudge(ONE, (2, 3), (4,)), Nudge(THREE, (2, 3, 4, 5), (6, 7, 8))],
    over=nudges(shapes("Neuron")),
    drawn=15,
)
def test_every_parameter_has_an_effect(expected, got):
    """Changing any one of parameters() changes the output, by as much as it should."""
    assert agree(got.values, expected.values)


@graded(points=1, over=forwards(shapes("Neuron", nin=(5, 10)), rows=(1, 2)), drawn=50)
def test_many_inputs(expected, got):
    """Neurons with many inputs work the same."""
    assert agree(got.values, expected.values)


@graded(
    points=2,
    first=[Training(LINEAR_ONE, (0.5, 0.5), ((1,), (-1,)), ((1,), (0,)), 0.05)],
    over=trainings(shapes("Neuron")),
    drawn=15,
)
def test_ten_steps_of_training(expected, got):
    """Ten steps of gradient descent give PyTorch's losses and PyTorch's weights."""
    assert agree(got.values, expected.values)

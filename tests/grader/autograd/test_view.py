"""Which of an observation's numbers are data and which are gradients."""

import pytest

from grader.autograd.program import Chain, Forward, Shape, View, trace
from grader.subject import pack


def numbered(program):
    """A view whose numbers are their own places."""
    return View(pack(program), tuple(float(place) for place in range(program.length)))


def test_expression_has_the_data_of_every_node_and_the_gradient_of_every_leaf():
    view = numbered(trace(lambda a, b: (a + b) * 2, 2, 3))
    assert view.data == (0.0, 1.0, 2.0, 3.0)
    assert view.grads == (4.0, 5.0)


def test_gradients_between_root_and_leaves_are_not_judged():
    program = trace(lambda a, b: (a + b) * 2, 2, 3)
    assert program.length == 8
    assert numbered(program).values == (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)


def test_everything_a_module_observes_is_judged():
    program = Forward(Shape("Layer", (2, 2)), (1,) * 6, ((1, 2),))
    assert len(numbered(program).values) == program.length


def test_chain_has_one_of_each():
    view = numbered(Chain(3))
    assert (view.data, view.grads) == ((0.0,), (1.0,))


@pytest.mark.parametrize(
    ("shape", "outputs"),
    [
        (Shape("Neuron", (3,)), 1),
        (Shape("Layer", (2, 1)), 1),
        (Shape("Layer", (2, 3)), 3),
        (Shape("MLP", (2, 3, 1)), 1),
        (Shape("MLP", (1, 2, 4)), 4),
    ],
)
@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("plain", [True, False])
def test_module_has_its_outputs_row_by_row_as_data(shape, outputs, rows, plain):
    row = (1,) * shape.sizes[0]
    view = numbered(Forward(shape, (1,) * shape.parameters, (row,) * rows, plain))
    inputs = 0 if plain else rows * shape.sizes[0]
    assert len(view.data) == rows * outputs
    assert len(view.grads) == shape.parameters + inputs
    assert view.data + view.grads == view.values

"""What the student's own parts promise together, none of them replaced."""

from grader.agreement import agree
from grader.autograd.over import expressions, shapes, trainings
from grader.autograd.program import Census, Shape, Training, trace
from grader.course.properties import bonus


@bonus(
    points=2,
    first=[trace(lambda a, b: (a * b + a) ** 2, 2, 3), trace(lambda a, b: (a / b - 1).relu() + 2 * a, 6, 2)],
    over=expressions("+", ("*", "**", "relu", "-", "/", "neg"), steps=(1, 12), leaves=(1, 4), plain=True),
)
def test_own_operations_work_together(expected, got):
    """Your own operations and backward() agree with PyTorch on mixed graphs."""
    assert agree(got.values, expected.values)


@bonus(
    points=2,
    first=[
        Census(Shape("MLP", (2, 3, 1))),
        Training(Shape("MLP", (1, 2, 1)), (1, 0.5, -1, 0.5, 1, 1, 0.25), ((1,), (-1,)), ((1,), (0,)), 0.05),
    ],
    over=trainings(shapes("MLP", nouts=(1, 1), depth=(2, 3))),
    drawn=15,
)
def test_own_network_trains(expected, got):
    """An MLP built of nothing but your own parts trains like PyTorch's, loss by loss."""
    assert agree(got.values, expected.values)

"""What backward promises, over the reference's operations."""

from grader.agreement import agree
from grader.autograd.over import apart, expressions, twice
from grader.autograd.program import Chain, Seed, trace
from grader.course.properties import bonus, graded, noted

OTHERS = ("*", "-", "neg", "**", "relu", "/")


@graded(points=1, first=[trace(lambda a: a, 3), trace(lambda a: a, -2), trace(lambda a: a, 0)])
def test_root_has_gradient_one(expected, got):
    """The gradient of a root with respect to itself is 1, whatever its data."""
    assert agree(got.grads, expected.grads)


@graded(
    points=1,
    first=[
        trace(lambda a, b: a + b, 2, 3),
        trace(lambda a, b: a * b, 2, 3),
        trace(lambda a: a**2, 3),
        trace(lambda a: a.relu(), 2),
        trace(lambda a: a + a, 2),
    ],
    over=expressions("+", ("*", "**"), steps=(1, 1), leaves=(1, 2)),
)
def test_one_operation(expected, got):
    """After one operation, its operands have their gradients."""
    assert agree(got.grads, expected.grads)


@graded(
    points=2,
    first=[
        trace(lambda a, b, c: (a + b) * c, 2, 3, 4),
        trace(lambda a, b, c: c * (a + b), 2, 3, 4),
        trace(lambda a: ((a * 2) * 3) * 4, 5),
        trace(lambda a: (a**2) ** 2, 2),
    ],
    over=apart(expressions("*", ("+", "neg"), steps=(2, 5), leaves=(2, 3))),
)
def test_gradient_reaches_leaves_through_several_operations(expected, got):
    """The gradient goes all the way, multiplied at every step: the chain rule."""
    assert agree(got.grads, expected.grads)


def shared_first(a):
    m = a * 2
    return m + m * 3


def shared_last(a):
    m = a * 2
    return m * 3 + m


def shared_on_both_sides(a):
    m = a * 2
    return (m * 2 + m) * (m * 3 + m)


def shared_deep(a, b):
    m = a * b
    n = m + a
    return n * m + n


@graded(
    points=3,
    first=[
        trace(shared_first, 5),
        trace(shared_last, 5),
        trace(shared_on_both_sides, 5),
        trace(shared_deep, 2, 3),
        trace(lambda a: (a * 2) * (a * 3), 5),
    ],
    over=expressions("*", ("+",), steps=(3, 8), leaves=(1, 2)),
)
def test_node_used_twice_waits_for_both(expected, got):
    """A node that several others use passes its gradient on only when all of them have had their turn."""
    assert agree(got.grads, expected.grads)


def long_and_short(a, b):
    m = a * b
    return m + (((m + 1) * 2) + 3) * 4


def short_and_long(a, b):
    m = a * b
    return (((m + 1) * 2) + 3) * 4 + m


def long_and_short_leaf(a):
    return a * (((a * 2) + 1) * 3)


@graded(
    points=2,
    first=[trace(long_and_short, 2, 3), trace(short_and_long, 2, 3), trace(long_and_short_leaf, 2)],
    over=expressions("+", ("*", "neg"), steps=(4, 12), leaves=(1, 3), plain=True),
)
def test_paths_of_unequal_length(expected, got):
    """A short way and a long way from a node to the root both count, once each."""
    assert agree(got.grads, expected.grads)


def diamonds(count):
    def build(a):
        for _ in range(count):
            a = a + a * 0.5
        return a

    return build


@graded(points=1, first=[trace(diamonds(count), 2) for count in (1, 2, 3, 5, 14)])
def test_stacked_diamonds(expected, got):
    """Where paths split and join again and again, every node still has its turn once."""
    assert agree(got.grads, expected.grads)


@graded(
    points=1,
    first=[
        trace(lambda a, b: a * b, 3, 3),
        trace(lambda a, b: a + b, 2, 2),
        trace(lambda a, b: (a + 1) * (b + 1), 2, 2),
        trace(lambda a, b: (a * 1) + (b * 1), 2, 2),
        trace(lambda a, b: a * b + 0, 0, 3),
    ],
)
def test_equal_data_on_different_nodes(expected, got):
    """Nodes that hold the same number are still different nodes."""
    assert agree(got.grads, expected.grads)


@graded(
    points=1,
    first=[
        trace(lambda a, b: a * b, -2, 3),
        trace(lambda a, b: (a * b) * b, 0, 3),
        trace(lambda a, b: (a - 2) * b, 2, 3),
        trace(lambda a, b: -(a * b), 2, 3),
    ],
    over=apart(expressions("-", ("*", "neg"), steps=(1, 5))),
)
def test_zero_and_negative_numbers_on_the_way(expected, got):
    """A node whose data or gradient is zero or negative passes its gradient on like any other."""
    assert agree(got.grads, expected.grads)


def two_graphs(a, b):
    (a * b).backward()
    (a + b * 3).backward()


def two_deep_graphs(a, b):
    ((a * b) * 2 + a).backward()
    ((a + b) * b).backward()


@graded(
    points=2,
    first=[trace(two_graphs, 2, 3), trace(two_deep_graphs, 2, 3)],
    over=twice(expressions("*", ("+",), steps=(1, 5), leaves=(1, 3))),
)
def test_gradients_accumulate_over_two_graphs(expected, got):
    """A second backward() from a fresh graph over the same leaves adds to their gradients."""
    assert agree(got.grads, expected.grads)


def root_then_node(a, b):
    y = a * b
    (y * 3 + a).backward()
    y.backward()


@graded(points=1, first=[trace(root_then_node, 2, 3), trace(root_then_node, -2, 4)])
def test_second_root_inside_the_first_graph(expected, got):
    """backward() from a node that an earlier backward() passed through starts with 1 again."""
    assert agree(got.grads, expected.grads)


def again_after_zero(a, b):
    y = a * b
    z = y + a
    z.backward()
    z.zero_all()
    z.backward()


def again_after_zero_deep(a):
    m = a * 2
    z = m * 3 + m
    z.backward()
    z.zero_all()
    z.backward()


@graded(points=1, first=[trace(again_after_zero, 2, 3), trace(again_after_zero_deep, 5)])
def test_again_after_setting_gradients_to_zero(expected, got):
    """Once all gradients are set to zero, backward() on the same graph gives the same again."""
    assert agree(got.grads, expected.grads)


@graded(
    points=1,
    first=[trace(lambda a, b: a * b + a, 2, 3), trace(lambda a: (a * -2).relu() + a, 3)],
    over=expressions("+", ("*", "relu"), steps=(1, 6)),
)
def test_data_is_left_alone(expected, got):
    """backward() changes gradients, and no data."""
    assert agree(got.data, expected.data)


@graded(points=1, over=expressions("*", ("+",), steps=(10, 30), leaves=(1, 4)))
def test_graphs_of_sums_and_products(expected, got):
    """Every leaf of a graph of up to 30 sums and products gets the right gradient."""
    assert agree(got.grads, expected.grads)


@graded(points=2, over=expressions("+", OTHERS, steps=(3, 30), leaves=(2, 4), plain=True))
def test_graphs_of_up_to_30_operations(expected, got):
    """Every leaf of a graph of up to 30 mixed operations gets the right gradient."""
    assert agree(got.grads, expected.grads)


@bonus(points=3, first=[Chain(100_000)])
def test_chain_of_100_000_operations(expected, got):
    """Bonus: a chain of 100,000 operations goes backward without hitting the recursion limit."""
    assert agree(got.values, expected.values)


@noted(first=[Chain(1000)])
def test_chain_of_1000_operations(expected, got):
    """A graph 1,000 operations deep hits Python's recursion limit; a loop would earn the bonus."""
    assert agree(got.values, expected.values)


@noted(first=[Seed(2)])
def test_gradient_is_a_float(expected, got):
    """The root's gradient is left as the int 1; PyTorch's are floats, and 1.0 would be one, too."""
    assert agree(got.values, expected.values)

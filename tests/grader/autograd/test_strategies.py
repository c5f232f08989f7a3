"""What the strategies draw: small, whole, fit to be asked, and simple where they shrink to."""

from functools import cache
from itertools import chain, product
from math import isfinite
from statistics import median

import hypothesis
import pytest
from hypothesis import strategies as st

from grader.autograd.oracle import Unfit, answer
from grader.autograd.program import BACKWARD, Expression, Forward, Plain, Shape, Step, trace
from grader.autograd.strategies import (
    ALL,
    LARGE,
    NEGATIVE,
    apart,
    expressions,
    forwards,
    nudges,
    prune,
    shapes,
    trainings,
    twice,
)
from grader.course.properties import graded
from grader.examine.cases import each_drawn
from tests.samples import WHOLE, some

MODULES = ("Neuron", "Layer", "MLP")
EXPRESSIONS = {
    **{
        f"mixed {op}": expressions(op, ALL, steps=(3, 30), leaves=(2, 4), plain=True)
        for op in ("+", "**", "relu")
    },
    "nodes only": expressions("*", ("+", "-", "/"), steps=(1, 8)),
    "negative and large": expressions("+", ("-", "neg"), numbers=NEGATIVE | LARGE, plain=True),
    "powers": expressions("**", ("+",)),
    "twice": twice(expressions("*", ("+", "relu"), steps=(1, 5))),
}
PASSES = {
    "Neuron": forwards(shapes("Neuron")),
    "Neuron of many inputs": forwards(shapes("Neuron", nin=(5, 10)), rows=(1, 2)),
    "Layer": forwards(shapes("Layer"), rows=(1, 3), joint=True),
    "Layer on plain numbers": forwards(shapes("Layer"), rows=(2, 3), plain=True),
    "MLP": forwards(shapes("MLP"), rows=(1, 3)),
    "deep MLP": forwards(shapes("MLP", depth=(2, 4)), joint=True, plain=True),
}
NUDGES = {f"nudged {name}": nudges(shapes(name)) for name in MODULES}
TRAININGS = {f"trained {name}": trainings(shapes(name)) for name in MODULES}
# Everything that is drawn by chance, by name, also for the tests of what is done with programs.
DRAWN = EXPRESSIONS | PASSES | NUDGES | TRAININGS

each_expression = pytest.mark.parametrize("name", EXPRESSIONS)
each_pass = pytest.mark.parametrize("name", PASSES)
MANY = 100 if WHOLE else 50
once = hypothesis.settings(database=None, derandomize=True)


def draw(strategy, count):
    """As many programs as the grader would draw, the same on every run, and unfit ones among them."""
    prop = graded(points=1, over=strategy, drawn=count)(lambda expected, got: None).prop
    programs = []
    each_drawn(prop, 0, lambda program, kink: (), lambda program, expected: programs.append(program))
    return programs


@cache
def drawn(name):
    """Programs of one of DRAWN, drawn once for all tests."""
    return draw(DRAWN[name], MANY if name.startswith("mixed") else 30)


def operations(expression):
    return [step for step in expression.steps if step.makes_node]


def constants(expression):
    return [x.number for step in expression.steps for x in step.operands if isinstance(x, Plain)]


@each_expression
def test_every_node_reaches_a_root(name):
    for expression in drawn(name):
        assert prune(expression) == expression


@each_expression
def test_operands_are_earlier_nodes(name):
    for expression in drawn(name):
        made = len(expression.leaves)
        for step in expression.steps:
            assert all(0 <= x < made for x in step.operands if not isinstance(x, Plain))
            made += step.makes_node


@each_expression
def test_numbers_of_an_expression_are_finite(name):
    for expression in drawn(name):
        assert all(map(isfinite, (*expression.leaves, *constants(expression))))


@each_expression
def test_the_last_node_goes_backward_last(name):
    for expression in drawn(name):
        assert expression.steps[-1] == Step(BACKWARD, (expression.nodes - 1,))


@pytest.mark.parametrize("most", [4, 30])
def test_expressions_have_at_most_the_operations_asked(most):
    asked = draw(expressions("+", ALL, steps=(most, most), leaves=(2, 4), plain=True), MANY)
    assert max(len(operations(expression)) for expression in asked) <= most


@pytest.mark.parametrize("op", ALL)
def test_one_operation_is_one_operation(op):
    asked = draw(expressions(op, steps=(1, 1)), 50)
    assert {len(operations(expression)) for expression in asked} == {1}


@pytest.mark.parametrize("op", ["+", "*", "-", "neg"])
def test_the_asked_operation_is_in_every_expression(op):
    for expression in draw(expressions(op, ALL, steps=(1, 6), leaves=(1, 4), plain=True), MANY):
        assert op in {step.op for step in expression.steps}


@pytest.mark.parametrize("op", ["**", "relu", "/"])
def test_the_asked_operation_is_in_every_expression_even_if_it_may_be_undefined(op):
    for expression in draw(expressions(op, steps=(1, 1)), 3 * MANY):
        assert op in {step.op for step in expression.steps}


@pytest.mark.parametrize("op", ["**", "relu", "/"])
def test_the_asked_operation_is_in_most_expressions(op):
    asked = draw(expressions(op, ALL, steps=(1, 6), leaves=(1, 4), plain=True), MANY)
    assert sum(op in {step.op for step in expression.steps} for expression in asked) >= MANY * 0.8


@pytest.mark.parametrize("op", ["+", "**", "relu"])
def test_graphs_of_up_to_30_operations_do_get_large(op):
    asked = drawn(f"mixed {op}")
    assert len(asked) == MANY
    assert median(len(operations(expression)) for expression in asked) >= 8


def test_a_method_is_drawn_like_any_operation():
    asked = draw(expressions("tanh", ("+", "*"), steps=(1, 4)), 50)
    assert all("tanh" in {step.op for step in expression.steps} for expression in asked)
    assert {len(step.operands) for expression in asked for step in operations(expression)} == {1, 2}


def test_graphs_of_up_to_30_operations_use_every_operation():
    used = {step.op for expression in drawn("mixed +") for step in operations(expression)}
    assert used == set(ALL)


@pytest.mark.parametrize("name", DRAWN)
def test_most_of_what_is_drawn_can_be_asked(name):
    fit = 0
    for program in drawn(name)[:30]:
        try:
            answer(program)
            fit += 1
        except Unfit:
            continue
    assert fit >= 20


@pytest.mark.parametrize("name", DRAWN)
def test_most_of_what_is_drawn_differs(name):
    assert len(set(drawn(name))) >= len(drawn(name)) * 0.6


def test_plain_numbers_are_only_exponents_unless_asked_for():
    for name in ("nodes only", "powers"):
        for expression in drawn(name):
            assert {step.op for step in expression.steps if constants(Expression((), (step,)))} <= {"**"}


def test_plain_numbers_stand_on_both_sides_where_asked_for():
    places = {
        place
        for expression in draw(expressions("+", plain=True), 50)
        for step in expression.steps
        for place, operand in enumerate(step.operands)
        if isinstance(operand, Plain)
    }
    assert places == {0, 1}


def test_leaves_are_at_most_as_many_as_asked():
    counts = {len(expression.leaves) for expression in draw(expressions("*", ("+",), leaves=(2, 3)), 100)}
    assert counts == {1, 2, 3}


def test_apart_gives_each_use_a_copy_of_its_own_with_the_same_numbers():
    shared = trace(lambda a, b: (a * b) + (a * b) * a, 2, 3)
    (tree, *_) = draw(apart(st.just(shared)), 1)
    assert tree == trace(lambda a, b, c, d, e: a * b + (c * d) * e, 2, 3, 2, 3, 2)


def test_nothing_is_used_twice_in_what_is_drawn_apart():
    for program in draw(apart(expressions("+", ("*", "neg", "/"), steps=(2, 4), plain=True)), MANY):
        uses = [x for step in program.steps for x in step.operands if isinstance(x, int)]
        assert sorted(uses) == list(range(program.nodes))


def test_twice_makes_the_same_graph_again_over_the_same_leaves():
    single = trace(lambda a, b: (a + 2) * b, 3, 4)
    (again, *_) = draw(twice(st.just(single)), 1)
    first = (Step("+", (0, Plain(2))), Step("*", (2, 1)), Step(BACKWARD, (3,)))
    second = (Step("+", (0, Plain(2))), Step("*", (4, 1)), Step(BACKWARD, (5,)))
    assert again == Expression((3, 4), first + second)


def test_twice_is_twice_whatever_is_drawn():
    for expression in drawn("twice"):
        half = len(expression.steps) // 2
        first, second = expression.steps[:half], expression.steps[half:]
        assert [step.op for step in first] == [step.op for step in second]
        assert prune(Expression(expression.leaves, first)) == Expression(expression.leaves, first)
        # Without the first backward() nothing of the first graph is left: the second uses none of it.
        assert prune(Expression(expression.leaves, first[:-1] + second)).steps == first


def test_prune_drops_unused_leaves_and_steps_and_counts_anew():
    expression = Expression(
        (2, 3, 4), (Step("+", (0, 2)), Step("*", (1, 2)), Step("neg", (4,)), Step(BACKWARD, (5,)))
    )
    expected = Expression((3, 4), (Step("*", (0, 1)), Step("neg", (2,)), Step(BACKWARD, (3,))))
    assert prune(expression) == expected


def test_prune_keeps_what_any_root_needs():
    def two_roots(a, b):
        (a * 2).backward()
        (b * 3).backward()

    assert prune(trace(two_roots, 2, 3)) == trace(two_roots, 2, 3)


def test_prune_keeps_zero_where_it_stands():
    def zeroed(a, b):
        c = a * 2
        c.backward()
        c.zero_all()
        c.backward()

    pruned = prune(trace(zeroed, 2, 3))
    assert pruned.leaves == (2,)
    assert [step.op for step in pruned.steps] == ["*", "backward", "zero", "backward"]


@pytest.mark.parametrize("op", some(["+", "*", "-", "/"], 2))
def test_simplest_expression_is_one_operation_on_two(op):
    simplest = hypothesis.find(expressions(op, ALL), lambda e: True, settings=once)
    assert simplest == Expression((2,), (Step(op, (0, 0)), Step(BACKWARD, (1,))))


def test_simplest_product_of_different_leaves_is_two_times_three():
    simplest = hypothesis.find(expressions("*"), lambda e: len(set(e.leaves)) > 1, settings=once)
    assert sorted(simplest.leaves) == [2, 3]
    assert [step.op for step in simplest.steps] == ["*", "backward"]


def test_simplest_pass_is_a_linear_neuron_of_twos():
    simplest = hypothesis.find(forwards(shapes("Neuron")), lambda p: True, settings=once)
    assert simplest == Forward(Shape("Neuron", (1,), nonlin=False), (2, 2), ((2,),))


@pytest.mark.parametrize(("name", "least", "most"), [("Neuron", 1, 1), ("Layer", 2, 2), ("MLP", 2, 4)])
def test_shapes_have_as_many_sizes_as_their_module_wants(name, least, most):
    asked = draw(shapes(name), 50)
    assert {shape.name for shape in asked} == {name}
    assert {len(shape.sizes) for shape in asked} == set(range(least, most + 1))
    assert min(min(shape.sizes) for shape in asked) == 1


def test_hidden_layers_have_at_least_two_neurons():
    asked = draw(shapes("MLP", depth=(2, 4)), 50)
    assert min(min(shape.sizes[1:-1]) for shape in asked) == 2


@pytest.mark.parametrize("name", ["Neuron", "Layer"])
def test_neurons_and_layers_are_drawn_with_and_without_relu(name):
    assert {program.shape.nonlin for program in drawn(name)} == {True, False}


@each_pass
def test_passes_have_all_the_numbers_their_shape_needs(name):
    for program in drawn(name):
        assert len(program.parameters) == program.shape.parameters
        assert {len(row) for row in program.rows} == {program.shape.sizes[0]}
        assert all(map(isfinite, (*program.parameters, *chain(*program.rows))))


@pytest.mark.parametrize("given", list(product((True, False), repeat=2)))
def test_passes_are_as_plain_and_as_joint_as_asked(given):
    plain, joint = given
    asked = draw(forwards(shapes("Neuron"), rows=(2, 3), plain=plain, joint=joint), 20)
    assert {(program.plain, program.joint) for program in asked} == {given}
    assert {len(program.rows) for program in asked} == {2, 3}


@pytest.mark.parametrize("name", NUDGES)
def test_nudges_have_no_zero_that_hides_a_weight(name):
    for program in drawn(name):
        assert len(program.parameters) == program.shape.parameters
        assert len(program.row) == program.shape.sizes[0]
        assert min(program.parameters + program.row) > 0


@pytest.mark.parametrize("name", TRAININGS)
def test_trainings_have_a_target_for_every_output_of_every_row(name):
    for program in drawn(name):
        assert 2 <= len(program.rows) == len(program.targets) <= 4
        assert {len(row) for row in program.rows} == {program.shape.sizes[0]}
        assert {len(target) for target in program.targets} == {program.shape.outputs}
        assert len(program.parameters) == program.shape.parameters

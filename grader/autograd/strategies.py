"""Hypothesis strategies that draw programs; what is drawn first, and shrunk to, is small and simple."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any, TypeVar

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from grader.autograd.program import BACKWARD, Expression, Forward, Nudge, Number, Plain, Shape, Step, Training

# Eighths are exact in binary, so that most sums of them do not depend on their order. Listed from the
# simplest to the hardest to read: sampled_from shrinks towards the first, and is quick to draw from.
_EIGHTHS = sorted((n / 8 for n in range(-40, 41) if n % 8), key=lambda x: (len(str(abs(x))), abs(x), x < 0))
NUMBERS: SearchStrategy[Number] = st.sampled_from(
    [2, 3, 4, 5, 1, 0, -1, -2, -3, -4, -5, *_EIGHTHS, 2.0, -3.0]
)
NEGATIVE: SearchStrategy[Number] = st.sampled_from([*range(-2, -10, -1), -1, *(x for x in _EIGHTHS if x < 0)])
POSITIVE: SearchStrategy[Number] = st.sampled_from([2, 3, 4, 5, 1, *(x for x in _EIGHTHS if x > 0)])
SMALL: SearchStrategy[Number] = st.sampled_from([1, 0, -1, *(x for x in _EIGHTHS if abs(x) < 1)])
LARGE: SearchStrategy[Number] = st.one_of(st.integers(100, 4000), st.integers(-4000, -100))
EXPONENTS: tuple[Number, ...] = (2, 3, 1, 4, -1, -2, -3, 0.5, 1.5, 2.5, -0.5, -1.5)
ALL = ("+", "*", "**", "relu", "-", "/", "neg")
STEERED_BELOW = 1e4
T = TypeVar("T")


@st.composite
def expressions(
    draw: DrawFn,
    op: str,
    others: Sequence[str] = (),
    steps: tuple[int, int] = (1, 4),
    leaves: tuple[int, int] = (1, 3),
    numbers: SearchStrategy[Number] = NUMBERS,
    exponents: Sequence[Number] = EXPONENTS,
    plain: bool = False,
    always_plain: bool = False,
) -> Expression:
    """An expression of op and others whose last node goes backward.

    steps, leaves: the least and the most of each.
    plain: operands of + - * / may be plain numbers, on either side.
    always_plain: the first operation has one for certain.
    Nodes that the root does not depend on are left out, so an expression may be smaller than asked.
    """
    data: list[Number] = [draw(numbers) for _ in range(draw(_between(*leaves)))]
    count, most = len(data), draw(_between(*steps))
    ops, powers = _among(op, *others), _among(*exponents)
    taken: list[Step] = []
    loose: list[int] = []  # results that nothing has used yet, the newest last
    while len(taken) + max(0, len(loose) - 1) < most:
        drawn = draw(ops) if taken else op
        certain = always_plain and not taken
        step = draw(_next(drawn, len(data), powers, numbers if plain or certain else None, certain))
        result = _value(step, data)
        assume(taken or result is not None)  # the operation asked for is always there
        if result is None:
            step = Step("+", (len(data) - 1, 0))
            result = _value(step, data)
        left = [node for node in loose if node not in step.operands]
        if result is None or len(taken) + 1 + len(left) > most:
            break
        taken.append(step)
        loose = [*left, len(data)]
        data.append(result)
    for node in loose[:-1]:
        taken.append(Step("+", (count + len(taken) - 1, node)))
    return prune(Expression(tuple(data[:count]), (*taken, Step(BACKWARD, (count + len(taken) - 1,)))))


@lru_cache(maxsize=None, typed=True)  # 2 is not 2.0 to who reads it
def _among(*things: T) -> SearchStrategy[T]:
    return st.sampled_from(things)


@st.composite
def _step(
    draw: DrawFn,
    op: str,
    nodes: int,
    powers: SearchStrategy[Number],
    numbers: SearchStrategy[Number] | None,
    certain: bool,
) -> Step:
    # Counted from the newest node, so that graphs grow deep as well as wide.
    node = NODES[nodes]
    if op == "**":
        return Step(op, (draw(node), Plain(draw(powers))))
    if op.isidentifier():
        return Step(op, (draw(node),))
    if numbers is not None and (certain or draw(EITHER)):
        pair: tuple[int | Plain, ...] = (draw(node), Plain(draw(numbers)))
        return Step(op, pair[::-1] if draw(EITHER) else pair)
    return Step(op, (draw(node), draw(node)))


def _nodes(nodes: int) -> SearchStrategy[int]:
    return st.integers(0, nodes - 1).map(lambda back: nodes - 1 - back)


# Made once, each of them: drawing from a strategy that has just been made is several times slower.
NODES = [st.nothing(), *(_nodes(nodes) for nodes in range(1, 64))]
EITHER = st.booleans()
_next = cache(_step)
_between = cache(st.integers)


def _value(step: Step, data: Sequence[Number]) -> Number | None:
    """The result where it is defined, differentiable and not huge: only steers what is drawn."""
    x, *rest = [o.number if isinstance(o, Plain) else data[o] for o in step.operands]
    y = rest[0] if rest else 0
    try:
        result = _forward(step.op)(x, y)
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    if isinstance(result, complex) or not math.isfinite(result) or abs(result) > STEERED_BELOW:
        return None
    flat = (step.op == "**" and x == 0 and y < 1) or (step.op == "relu" and abs(x) < 1e-3)
    # A tiny divisor makes huge gradients out of rounding.
    steep = (step.op == "/" and abs(y) < 1e-2) or (step.op == "**" and y < 1 and abs(x) < 1e-2)
    return None if flat or steep else result


FORWARD: dict[str, Callable[[Number, Number], Number]] = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "**": lambda x, y: x**y,
    "neg": lambda x, _: -x,
    "relu": lambda x, _: max(0, x),
}


def _forward(op: str) -> Callable[[Number, Number], Number]:
    """What an operation does to numbers; where math has none of that name, the number itself will do."""
    named = getattr(math, op, lambda x: x)
    return FORWARD.get(op) or (lambda x, _: named(x))


def prune(expression: Expression) -> Expression:
    """The expression without the nodes that no root depends on; at least one leaf stays."""
    makers: list[Step | None] = [None] * len(expression.leaves)
    makers += [step for step in expression.steps if step.makes_node]
    wanted: set[int] = set()
    todo = [x for s in expression.steps if not s.makes_node for x in s.operands if isinstance(x, int)]
    while todo:
        node = todo.pop()
        if node not in wanted:
            wanted.add(node)
            maker = makers[node]
            todo += [x for x in maker.operands if isinstance(x, int)] if maker else []
    places = {node: place for place, node in enumerate(sorted(wanted))}
    steps = []
    node = len(expression.leaves)
    for step in expression.steps:
        if not step.makes_node or node in places:
            steps.append(Step(step.op, tuple(places[x] if isinstance(x, int) else x for x in step.operands)))
        node += step.makes_node
    leaves = tuple(leaf for index, leaf in enumerate(expression.leaves) if index in places)
    return Expression(leaves, tuple(steps))


def twice(once: SearchStrategy[Expression]) -> SearchStrategy[Expression]:
    """The same graph made and sent backward two times over, from the same leaves."""
    return once.map(_repeated)


def _repeated(once: Expression) -> Expression:
    leaves, made = len(once.leaves), once.nodes - len(once.leaves)

    def moved(x: int | Plain) -> int | Plain:
        return x + made if isinstance(x, int) and x >= leaves else x

    again = tuple(Step(step.op, tuple(map(moved, step.operands))) for step in once.steps)
    return Expression(once.leaves, once.steps + again)


def apart(shared: SearchStrategy[Expression]) -> SearchStrategy[Expression]:
    """The same, but nothing is used twice: whatever was has a copy for each use, down to leaves of its own.

    So a mistake in how uses add up is seen by the properties that are about it, and costs no others.
    """
    return shared.map(_unfolded)


def _unfolded(shared: Expression) -> Expression:
    """An expression of one root as a tree; the leaves in the order in which they are met."""
    made = [step for step in shared.steps if step.makes_node]
    leaves: list[Number] = []
    makers: list[tuple[str, list[Any]]] = []

    def copy(node: int) -> tuple[str, int]:
        if node < len(shared.leaves):
            leaves.append(shared.leaves[node])
            return "leaf", len(leaves) - 1
        step = made[node - len(shared.leaves)]
        operands = [copy(x) if isinstance(x, int) else x for x in step.operands]
        makers.append((step.op, operands))
        return "step", len(makers) - 1

    def place(found: tuple[str, int]) -> int:
        kind, number = found
        return number + (len(leaves) if kind == "step" else 0)

    (root,) = (step.operands[0] for step in shared.steps if step.op == BACKWARD)
    assert isinstance(root, int)
    last = copy(root)
    steps = [
        Step(op, tuple(x if isinstance(x, Plain) else place(x) for x in operands)) for op, operands in makers
    ]
    return Expression(tuple(leaves), (*steps, Step(BACKWARD, (place(last),))))


def shapes(
    name: str, nin: tuple[int, int] = (1, 4), nouts: tuple[int, int] = (1, 3), depth: tuple[int, int] = (1, 3)
) -> SearchStrategy[Shape]:
    """Neurons, layers or MLPs of small sizes; hidden layers have at least two neurons."""
    first = st.integers(*nin)
    if name == "Neuron":
        return st.builds(lambda n, nonlin: Shape(name, (n,), nonlin), first, st.booleans())
    if name == "Layer":
        return st.builds(
            lambda n, out, nonlin: Shape(name, (n, out), nonlin), first, st.integers(*nouts), st.booleans()
        )
    hidden = st.lists(st.integers(2, 4), min_size=depth[0] - 1, max_size=depth[1] - 1)
    return st.builds(lambda n, h, out: Shape(name, (n, *h, out)), first, hidden, st.integers(*nouts))


@cache
def _row(length: int, numbers: SearchStrategy[Number] = NUMBERS) -> SearchStrategy[tuple[Number, ...]]:
    return st.tuples(*[numbers] * length)


@st.composite
def forwards(
    draw: DrawFn,
    shape: SearchStrategy[Shape],
    rows: tuple[int, int] = (1, 1),
    plain: bool = False,
    joint: bool = False,
) -> Forward:
    """A module's forward and backward pass over some rows of inputs."""
    built = draw(shape)
    parameters = draw(_row(built.parameters))
    inputs = draw(st.lists(_row(built.sizes[0]), min_size=rows[0], max_size=rows[1]))
    return Forward(built, parameters, tuple(inputs), plain, joint)


@st.composite
def nudges(draw: DrawFn, shape: SearchStrategy[Shape]) -> Nudge:
    """A module and one row of inputs that are not zero, so that every weight matters."""
    built = draw(shape)
    return Nudge(built, draw(_row(built.parameters, POSITIVE)), draw(_row(built.sizes[0], POSITIVE)))


@st.composite
def trainings(draw: DrawFn, shape: SearchStrategy[Shape]) -> Training:
    """Ten steps of gradient descent on two to four rows, from small parameters."""
    built = draw(shape)
    count = draw(st.integers(2, 4))
    rows = tuple(draw(_row(built.sizes[0], SMALL)) for _ in range(count))
    targets = tuple(draw(_row(built.outputs, SMALL)) for _ in range(count))
    return Training(built, draw(_row(built.parameters, SMALL)), rows, targets, 0.01)

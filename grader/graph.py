"""A counterexample's graph: every node with what was expected and what was got."""

from __future__ import annotations

from collections.abc import Sequence

from grader.agreement import close
from grader.labels import node_names
from grader.listing import formula
from grader.model import Node
from grader.program import BACKWARD, Expression, Program

Numbers = Sequence[float]


def graph_of(program: Program, expected: Numbers, got: Numbers | None) -> tuple[Node, ...]:
    """The nodes of an expression in the order they are made; nothing for other programs."""
    if not isinstance(program, Expression):
        return ()
    names, count = node_names(program.nodes), program.nodes
    made = [step for step in program.steps if step.makes_node]
    formulas = [*map(repr, program.leaves), *(formula(step, names) for step in made)]
    operands: list[tuple[str, ...]] = [()] * len(program.leaves)
    operands += [tuple(names[x] for x in step.operands if isinstance(x, int)) for step in made]
    suspect = None if got is None else _suspect(program, expected, got)

    def pair(place: int) -> tuple[float, float | None]:
        return expected[place], None if got is None else got[place]

    return tuple(
        Node(names[i], formulas[i], operands[i], pair(i), pair(count + i), i == suspect) for i in range(count)
    )


def _suspect(program: Expression, expected: Numbers, got: Numbers) -> int | None:
    """The first node whose data is wrong; if none is, the first wrong gradient from the root down."""
    count = program.nodes
    wrong = [place for place in range(2 * count) if not close(got[place], expected[place])]
    if data := [place for place in wrong if place < count]:
        return data[0]
    grads = [place - count for place in wrong]
    # After several passes only the leaves have gradients that mean anything.
    if sum(step.op == BACKWARD for step in program.steps) > 1:
        grads = [node for node in grads if node < len(program.leaves)]
    return max(grads, default=None)

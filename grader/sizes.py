"""Which of two programs is the simpler one to read."""

from __future__ import annotations

from grader.program import (
    Bare,
    Census,
    Chain,
    Expression,
    Forward,
    Fresh,
    Nudge,
    Number,
    Plain,
    Program,
    Seed,
    Training,
)

Size = tuple[int, int, float]


def size(program: Program) -> Size:
    """Operations, then different leaves, then the size of the numbers; small integers before decimals."""
    match program:
        case Expression():
            constants = [x.number for s in program.steps for x in s.operands if isinstance(x, Plain)]
            return (
                len(program.steps),
                len(program.leaves),
                sum(map(_weight, (*program.leaves, *constants))),
            )
        case Chain():
            return (program.links, 1, 0.0)
        case Forward():
            numbers = [*program.parameters, *(x for row in program.rows for x in row)]
            return (program.shape.parameters * len(program.rows), len(numbers), sum(map(_weight, numbers)))
        case Nudge():
            numbers = [*program.parameters, *program.row]
            return (program.shape.parameters, len(numbers), sum(map(_weight, numbers)))
        case Training():
            numbers = [*program.parameters, *(x for row in program.rows for x in row)]
            return (program.shape.parameters * program.steps, len(numbers), sum(map(_weight, numbers)))
        case Seed():
            return (1, 1, _weight(program.leaf))
        case Fresh() | Census() | Bare():
            return (program.shape.parameters, 0, 0.0)


def _weight(number: Number) -> float:
    """How much there is to read: 2 before -2 before 2.5, and 1 and 0 after 2 and 3, as they hide mistakes."""
    dull = 4.5 if number in (0, 1, -1) else 0.0
    return abs(number) + dull + (0.25 if number < 0 else 0.0) + (20.0 if number != int(number) else 0.0)

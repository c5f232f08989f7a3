"""The oracle: what PyTorch, in float64, observes of a program. Importing this module imports torch."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import cycle
from math import isfinite
from typing import Any, assert_never

from grader.agreement import ABSOLUTE, RELATIVE
from grader.autograd.program import (
    BACKWARD,
    OPERATORS,
    OURS,
    ZERO,
    Bare,
    Census,
    Chain,
    Convention,
    Expression,
    Forward,
    Fresh,
    Nudge,
    Number,
    Plain,
    Program,
    Seed,
    Shape,
    Training,
)
from grader.errors import CourseError
from grader.subject import Unfit

with warnings.catch_warnings():
    # Says so at import where NumPy is missing; nothing here needs it.
    warnings.filterwarnings("ignore", "Failed to initialize NumPy")
    import torch
    from torch import Tensor
    from torch.nn import functional

LARGEST = 1e9
# Thirty roundings make 3e-15, so a hundred times machine precision leaves room.
JIGGLE, WOBBLES = 1e-14, 3
SWINGS = 1 + JIGGLE * torch.tensor(
    [[1 - 2 * (turn >> pattern & 1) for pattern in range(WOBBLES)] for turn in range(1 << WOBBLES)],
    dtype=torch.float64,
)
# The slope at a kink is a matter of choice, so only programs about it may come near.
KINK = 1e-7
KINKED = ("relu", "leaky_relu")

# What a network may go through; any other activation is a function of torch's own.
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "leaky_relu": functional.leaky_relu,
    "softplus": functional.softplus,
    "silu": functional.silu,
}
# Multiplies a node by something near one; exact, or to see what rounding may do to the answer.
Wobble = Callable[[Tensor], Tensor]


def answer(program: Program, kink: bool = False, convention: Convention = OURS) -> tuple[float, ...]:
    """What torch observes; for Fresh, whose numbers nobody can foretell, zeros.

    kink: allow relu at zero.
    Raises Unfit for overflow, undefined powers, relu at its kink, and where a change of 1e-14 in every
    step moves an answer by a tenth of the tolerance: there the order of summation could decide.
    """
    exact = _Torch(lambda node: node, kink, convention).observe(program)
    if any(not isfinite(x) or abs(x) > LARGEST for x in exact):
        raise Unfit
    for wobbled in () if kink else _wobbled(program, convention):
        if any(abs(x - y) > (ABSOLUTE + RELATIVE * abs(x)) / 10 for x, y in zip(exact, wobbled, strict=True)):
            raise Unfit
    return exact


def _wobbled(program: Program, convention: Convention) -> Iterator[tuple[float, ...]]:
    """What torch observes where every step is a little off, in as many patterns as there are wobbles.

    Up and down in turns, by ones, twos, fours: some pattern moves any two near steps apart.
    """
    match program:
        case Expression():
            # All patterns at once: each number is a row of what it is in every one.
            swings = cycle(SWINGS)
            rows = _Torch(lambda node: node * next(swings), False, convention).expression(program, WOBBLES)
            yield from zip(*torch.stack(rows).tolist(), strict=True)
        case Forward() | Training() | Nudge():
            for pattern in range(WOBBLES):
                swing = cycle(SWINGS[:, pattern].tolist())

                def jiggle(number: Any, swing: Iterator[float] = swing) -> Any:
                    return number * next(swing)

                # Sums inside a neuron are no nodes to wobble, so the parameters are.
                off = replace(program, parameters=tuple(map(jiggle, program.parameters)))
                yield _Torch(jiggle, False, convention).observe(off)


@dataclass(frozen=True, slots=True)
class _Torch:
    """Observes one program; see answer()."""

    wobble: Wobble
    kink: bool
    convention: Convention

    def observe(self, program: Program) -> tuple[float, ...]:
        match program:
            case Expression():
                return tuple(number.item() for number in self.expression(program))
            case Chain():
                x = _leaf(1.0)
                y = x
                for _ in range(program.links):
                    y = y + x
                _backward(y)
                return (y.item(), _grad(x).item())
            case Seed():
                return (1.0,)
            case Forward():
                return self._forward(program)
            case Census():
                count = float(program.shape.parameters)
                return (count, count, count, count, 1.0)
            case Fresh():
                return (0.0,) * program.length
            case Nudge():
                return self._nudge(program)
            case Bare():
                return (1.0,)
            case Training():
                return self._training(program)
            case _:
                assert_never(program)

    def expression(self, program: Expression, *sizes: int) -> list[Tensor]:
        """What is observed of an expression; where sizes are given, of that many at once."""
        nodes = [
            torch.full(sizes, number, dtype=torch.float64, requires_grad=True) for number in program.leaves
        ]
        made_of = [{place} for place in range(len(nodes))]
        for step in program.steps:
            indices = [x for x in step.operands if isinstance(x, int)]
            if step.op == BACKWARD:
                (root,) = indices
                for place in made_of[root] if self.convention.resets else ():
                    nodes[place].grad = None
                _backward(nodes[root])
            elif step.op == ZERO:
                for node in nodes:
                    node.grad = None
            else:
                operands = [x.number if isinstance(x, Plain) else nodes[x] for x in step.operands]
                if step.op == "relu" and not self.kink:
                    _away_from_kink(operands[0])
                if step.op == "**" and operands[1] < 1 and torch.as_tensor(operands[0] == 0).any():
                    raise Unfit
                nodes.append(self.wobble(_operation(step.op)(*operands)))
                nodes[-1].retain_grad()
                made_of.append({len(made_of)}.union(*(made_of[place] for place in indices)))
        # Leaves are the first nodes, so their gradients come first, as they should.
        return [*nodes, *map(_grad, nodes)]

    def _forward(self, program: Forward) -> tuple[float, ...]:
        network = Network(program.shape, program.parameters, self.convention)
        rows = [
            torch.tensor(row, dtype=torch.float64, requires_grad=not program.plain) for row in program.rows
        ]
        outs = [network(row, self.wobble, self.kink) for row in rows]
        # Gradients of separate roots add up to that of their sum, so joint or not is the same here.
        for out in outs:
            if self.convention.resets and not program.joint:
                for parameter in network.parameters:
                    parameter.grad = None
            _backward(_root(out))
        inputs = [] if program.plain else [number for row in rows for number in _grad(row).tolist()]
        return (*(number for out in outs for number in out.tolist()), *network.each(_grad), *inputs)

    def _nudge(self, program: Nudge) -> tuple[float, ...]:
        roots = []
        x = torch.tensor(program.row, dtype=torch.float64)
        for index in range(len(program.parameters)):
            raised = tuple(number + (place == index) for place, number in enumerate(program.parameters))
            roots.append(_root(Network(program.shape, raised, self.convention)(x)).item())
        return tuple(sorted(roots))

    def _training(self, program: Training) -> tuple[float, ...]:
        network = Network(program.shape, program.parameters, self.convention)
        rows = torch.tensor(program.rows, dtype=torch.float64)
        targets = torch.tensor(program.targets, dtype=torch.float64)
        losses = []
        for _ in range(program.steps):
            loss = self.wobble(((network(rows, self.wobble, self.kink) - targets) ** 2).sum())
            _backward(loss)
            network.descend(program.rate)
            losses.append(loss.item())
        return (*losses, *network.each(lambda parameter: parameter))


class Network:
    """A module as torch has it, with the given parameters: for each neuron its weights, then its bias.

    layers: the weights and the biases of each.
    """

    def __init__(self, shape: Shape, numbers: tuple[Number, ...], convention: Convention = OURS) -> None:
        self._shape, self._convention = shape, convention
        given = iter(numbers)
        self.layers: list[tuple[Tensor, Tensor]] = []
        for nin, nout in shape.widths:
            rows = [[float(next(given)) for _ in range(nin + 1)] for _ in range(nout)]
            both = torch.tensor(rows, dtype=torch.float64)
            weights, biases = (part.clone().requires_grad_() for part in (both[:, :-1], both[:, -1]))
            self.layers.append((weights, biases))

    @property
    def parameters(self) -> list[Tensor]:
        return [parameter for layer in self.layers for parameter in layer]

    def __call__(self, x: Tensor, wobble: Wobble = lambda x: x, kink: bool = True) -> Tensor:
        """The outputs for one row of inputs, or for several.

        Raises Unfit where kink is not allowed, and an activation is at its own.
        """
        for place, (weights, biases) in enumerate(self.layers):
            x = wobble(functional.linear(x, weights, biases))
            activation = self._activation(place)
            if activation in KINKED and not kink:
                _away_from_kink(x)
            if activation != "linear":
                own = ACTIVATIONS.get(activation) or getattr(torch, activation)
                x = wobble(own(x))
        return x

    def _activation(self, layer: int) -> str:
        if not self._shape.linear(layer):
            return self._convention.hidden
        return self._convention.last if self._shape.name == "MLP" else "linear"

    def descend(self, rate: float) -> None:
        """Take the step that torch.optim.SGD takes, and forget the gradients.

        Importing torch.optim would take longer than drawing an exercise's cases.
        """
        with torch.no_grad():
            for parameter in self.parameters:
                parameter.add_(_grad(parameter), alpha=-rate)
                parameter.grad = None

    def each(self, part: Callable[[Tensor], Tensor]) -> list[float]:
        """One number for each parameter, in the order in which they were given."""
        numbers: list[float] = []
        for weights, biases in self.layers:
            numbers += torch.cat([part(weights), part(biases)[:, None]], 1).flatten().tolist()
        return numbers


def _leaf(number: Number, *sizes: int) -> Tensor:
    return torch.full(sizes, float(number), dtype=torch.float64, requires_grad=True)


def _grad(leaf: Tensor) -> Tensor:
    return torch.zeros_like(leaf) if leaf.grad is None else leaf.grad


def _backward(root: Tensor) -> None:
    root.sum().backward(retain_graph=True)  # type: ignore[no-untyped-call]  # torch leaves it untyped


def _operation(op: str) -> Callable[..., Tensor]:
    """An operator's function, or torch's own of that name."""
    found: Callable[..., Tensor] | None = OPERATORS.get(op) or getattr(torch, op, None)
    if found is None:
        raise CourseError(f"PyTorch has no function '{op}' to compare with", "check the property's spelling")
    return found


def _away_from_kink(tensor: Tensor | Number) -> None:
    if (torch.as_tensor(tensor).abs() < KINK).any():
        raise Unfit


def _root(out: Tensor) -> Tensor:
    return (out * torch.arange(1, len(out) + 1)).sum()

"""What PyTorch observes of programs about networks with other activations, and of a backward() that resets.

Importing this module imports torch.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite

import torch
from torch import Tensor

from grader.agreement import ABSOLUTE, RELATIVE
from grader.autograd.any_engine.shape import OURS, Way
from grader.autograd.oracle import JIGGLE, LARGEST, OPS, WOBBLES
from grader.autograd.oracle import answer as usual_answer
from grader.autograd.program import (
    BACKWARD,
    ZERO,
    Expression,
    Forward,
    Nudge,
    Number,
    Plain,
    Program,
    Shape,
    Training,
)
from grader.subject import Unfit

KINK = 1e-7
KINKED = ("relu", "leaky_relu")
OWN: dict[str, Callable[[Tensor], Tensor]] = {
    "linear": lambda x: x,
    "leaky_relu": torch.nn.functional.leaky_relu,
    "softplus": torch.nn.functional.softplus,
    "silu": torch.nn.functional.silu,
}


def answer(program: Program, kink: bool, way: Way) -> tuple[float, ...]:
    """What torch observes this way; raises Unfit where not every right submission must agree."""
    network = isinstance(program, Forward | Nudge | Training)
    if way == OURS or not (network or (way.resets and isinstance(program, Expression))):
        return usual_answer(program, kink)
    exact = _observe(program, way, 0.0)
    if any(not isfinite(x) or abs(x) > LARGEST for x in exact):
        raise Unfit
    for pattern in range(WOBBLES):
        wobbled = _observe(program, way, JIGGLE * (1 + pattern))
        if any(abs(x - y) > (ABSOLUTE + RELATIVE * abs(x)) / 10 for x, y in zip(exact, wobbled, strict=True)):
            raise Unfit
    return exact


def _observe(program: Program, way: Way, wobble: float) -> tuple[float, ...]:
    match program:
        case Expression():
            return _expression(program)
        case Forward():
            return _forward(program, way, wobble)
        case Nudge():
            return _nudge(program, way, wobble)
    assert isinstance(program, Training)
    return _training(program, way, wobble)


def _leaf(number: Number) -> Tensor:
    return torch.tensor(float(number), dtype=torch.float64, requires_grad=True)


def _expression(program: Expression) -> tuple[float, ...]:
    """Each backward() first sets to zero the gradients of all that its root was made of."""
    nodes = [_leaf(number) for number in program.leaves]
    made_of = [{place} for place in range(len(nodes))]
    for step in program.steps:
        indices = [x for x in step.operands if not isinstance(x, Plain)]
        if step.op == BACKWARD:
            for place in made_of[indices[0]]:
                nodes[place].grad = None
            nodes[indices[0]].backward(retain_graph=True)  # type: ignore[no-untyped-call]  # torch's
        elif step.op == ZERO:
            for node in nodes:
                node.grad = None
        else:
            nodes.append(
                _applied(step.op, [x.number if isinstance(x, Plain) else nodes[x] for x in step.operands])
            )
            nodes[-1].retain_grad()
            made_of.append({len(nodes) - 1}.union(*(made_of[place] for place in indices)))
    return (*(node.item() for node in nodes), *map(_grad, nodes))


def _applied(op: str, operands: list[Tensor | Number]) -> Tensor:
    if op == "neg":
        return -operands[0]  # type: ignore[return-value]  # the only operand is a node
    if op == "relu":
        return _activated(operands[0], "relu")  # type: ignore[arg-type]  # the only operand is a node
    x, y = operands
    if op == "**" and x == 0 and y < 1:
        raise Unfit
    made: Tensor = OPS[op](x, y)
    return made


def _grad(leaf: Tensor) -> float:
    return 0.0 if leaf.grad is None else leaf.grad.item()


def _activated(x: Tensor, activation: str) -> Tensor:
    if activation in KINKED and (x.abs() < KINK).any():
        raise Unfit
    own = OWN.get(activation)
    activated: Tensor = own(x) if own else getattr(torch, activation)(x)
    return activated


class Network:
    """The layers of a module as matrices that end in a column of biases."""

    def __init__(self, shape: Shape, way: Way, numbers: tuple[float, ...]) -> None:
        self.shape, self.way = shape, way
        self.matrices: list[Tensor] = []
        rest = list(numbers)
        for nin, nout in shape.widths:
            own, rest = rest[: (nin + 1) * nout], rest[(nin + 1) * nout :]
            matrix = torch.tensor(own, dtype=torch.float64).reshape(nout, nin + 1)
            self.matrices.append(matrix.requires_grad_())

    def __call__(self, x: Tensor) -> Tensor:
        for place, matrix in enumerate(self.matrices):
            x = _activated(matrix[:, :-1] @ x + matrix[:, -1], self._activation(place))
        return x

    def _activation(self, layer: int) -> str:
        if not self.shape.linear(layer):
            return self.way.hidden
        return self.way.last if self.shape.name == "MLP" else "linear"

    def each(self, part: Callable[[Tensor], Tensor | None]) -> list[float]:
        """One number for each parameter, a neuron's weights and then its bias."""
        numbers: list[float] = []
        for matrix in self.matrices:
            found = part(matrix)
            numbers += [0.0] * matrix.numel() if found is None else found.flatten().tolist()
        return numbers

    def forget(self) -> None:
        """Set every gradient to zero."""
        for matrix in self.matrices:
            matrix.grad = None


def _wobbled(numbers: tuple[Number, ...], wobble: float) -> tuple[float, ...]:
    return tuple(number * (1 + wobble * (1 - 2 * (place & 1))) for place, number in enumerate(numbers))


def _root(out: Tensor) -> Tensor:
    return (out * torch.arange(1, len(out) + 1)).sum()


def _forward(program: Forward, way: Way, wobble: float) -> tuple[float, ...]:
    network = Network(program.shape, way, _wobbled(program.parameters, wobble))
    rows = [torch.tensor(row, dtype=torch.float64, requires_grad=not program.plain) for row in program.rows]
    outputs: list[float] = []
    for row in rows:
        if way.resets and not program.joint:
            network.forget()
        out = network(row)
        _root(out).backward()  # type: ignore[no-untyped-call]  # torch's
        outputs += out.tolist()
    inputs = (
        []
        if program.plain
        else [n for row in rows for n in ([0.0] * len(row) if row.grad is None else row.grad.tolist())]
    )
    return (*outputs, *network.each(lambda layer: layer.grad), *inputs)


def _nudge(program: Nudge, way: Way, wobble: float) -> tuple[float, ...]:
    roots = []
    x = torch.tensor(program.row, dtype=torch.float64)
    numbers = _wobbled(program.parameters, wobble)
    for index in range(len(numbers)):
        raised = tuple(number + (place == index) for place, number in enumerate(numbers))
        roots.append(_root(Network(program.shape, way, raised)(x)).item())
    return tuple(sorted(roots))


def _training(program: Training, way: Way, wobble: float) -> tuple[float, ...]:
    network = Network(program.shape, way, _wobbled(program.parameters, wobble))
    losses = []
    for _ in range(program.steps):
        network.forget()
        loss = torch.zeros((), dtype=torch.float64)
        for row, target in zip(program.rows, program.targets, strict=True):
            out = network(torch.tensor(row, dtype=torch.float64))
            loss = loss + ((out - torch.tensor(target, dtype=torch.float64)) ** 2).sum()
        loss.backward()  # type: ignore[no-untyped-call]  # torch's
        with torch.no_grad():
            for matrix in network.matrices:
                if matrix.grad is not None:
                    matrix.sub_(matrix.grad, alpha=program.rate)
        losses.append(loss.item())
    return (*losses, *network.each(lambda layer: layer))

"""The oracle: what PyTorch, in float64, observes of a program. Importing this module imports torch."""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from math import isfinite
from typing import Any, assert_never

from grader.agreement import ABSOLUTE, RELATIVE
from grader.autograd.program import (
    BACKWARD,
    ZERO,
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

LARGEST = 1e9
# Thirty roundings make 3e-15, so a hundred times machine precision leaves room.
JIGGLE, WOBBLES = 1e-14, 3
# The slope at relu's kink is a matter of choice, so only programs about it may come near.
KINK = 1e-7

OPS: dict[str, Callable[..., Tensor]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "neg": operator.neg,
}
# Multiplies a node by something near one; exact, or to see what rounding may do to the answer.
Wobble = Callable[[Tensor], Tensor]


def answer(program: Program, kink: bool = False) -> tuple[float, ...]:
    """What torch observes; for Fresh, whose numbers nobody can foretell, zeros.

    kink: allow relu at zero.
    Raises Unfit for overflow, undefined powers, relu at its kink, and where a change of 1e-14 in every
    step moves an answer by a tenth of the tolerance: there the order of summation could decide.
    """
    exact = _observe(program, lambda node: node, kink)
    if any(not isfinite(x) or abs(x) > LARGEST for x in exact):
        raise Unfit
    for pattern in range(0 if kink else WOBBLES):
        # Up and down in turns, by ones, twos, fours: some pattern moves any two near steps apart.
        turns = count()

        def jiggle(number: Any, turns: Iterator[int] = turns, pattern: int = pattern) -> Any:
            return number * (1 + JIGGLE * (1 - 2 * (next(turns) >> pattern & 1)))

        wobbled = _observe(_jiggled(program, jiggle), jiggle, kink)
        if any(abs(x - y) > (ABSOLUTE + RELATIVE * abs(x)) / 10 for x, y in zip(exact, wobbled, strict=True)):
            raise Unfit
    return exact


def _jiggled(program: Program, jiggle: Callable[[float], float]) -> Program:
    """The program with other parameters, where it has any: sums inside a neuron are no nodes to wobble."""
    if isinstance(program, Forward | Training | Nudge):
        return replace(program, parameters=tuple(map(jiggle, program.parameters)))
    return program


def _observe(program: Program, wobble: Wobble, kink: bool) -> tuple[float, ...]:
    match program:
        case Expression():
            return _expression(program, wobble, kink)
        case Chain():
            x = _leaf(1.0)
            y = x
            for _ in range(program.links):
                y = y + x
            y.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            return (y.item(), _grad(x))
        case Seed():
            return (1.0,)
        case Forward():
            return _forward(program, wobble, kink)
        case Census():
            count = float(sum(p.numel() for p in _torch_module(program.shape).parameters()))
            return (count, count, count, count, 1.0)
        case Fresh():
            return (0.0,) * program.length
        case Nudge():
            return _nudge(program)
        case Bare():
            return (1.0,)
        case Training():
            return _training(program, wobble, kink)
        case _:
            assert_never(program)


def _leaf(number: Number) -> Tensor:
    return torch.tensor(float(number), dtype=torch.float64, requires_grad=True)


def _grad(leaf: Tensor) -> float:
    return 0.0 if leaf.grad is None else leaf.grad.item()


def _expression(program: Expression, wobble: Wobble, kink: bool) -> tuple[float, ...]:
    leaves = [_leaf(number) for number in program.leaves]
    nodes = list(leaves)
    for step in program.steps:
        if step.op == BACKWARD:
            (root,) = step.operands
            assert isinstance(root, int)
            nodes[root].backward(retain_graph=True)  # type: ignore[no-untyped-call]  # torch leaves it untyped
        elif step.op == ZERO:
            for node in nodes:
                node.grad = None
        else:
            operands = [x.number if isinstance(x, Plain) else nodes[x] for x in step.operands]
            if step.op == "relu" and not kink:
                _away_from_kink(operands[0])
            if step.op == "**" and operands[0] == 0 and operands[1] < 1:
                raise Unfit
            nodes.append(wobble(_operation(step.op)(*operands)))
            nodes[-1].retain_grad()
    # Leaves are the first nodes, so their gradients come first, as they should.
    return (*(node.item() for node in nodes), *map(_grad, nodes))


def _operation(op: str) -> Callable[..., Tensor]:
    """An operator's function, or torch's own of that name."""
    found: Callable[..., Tensor] | None = OPS.get(op) or getattr(torch, op, None)
    if found is None:
        raise CourseError(f"PyTorch has no function '{op}' to compare with", "check the property's spelling")
    return found


def _away_from_kink(tensor: Tensor | Number) -> None:
    if (torch.as_tensor(tensor).abs() < KINK).any():
        raise Unfit


def _torch_module(shape: Shape) -> torch.nn.Sequential:
    """The module as torch has it: linear layers with relu between."""
    parts: list[torch.nn.Module] = []
    for layer, (nin, nout) in enumerate(shape.widths):
        parts.append(torch.nn.Linear(nin, nout, dtype=torch.float64))
        parts += [] if shape.linear(layer) else [torch.nn.ReLU()]
    return torch.nn.Sequential(*parts)


def _prepared(shape: Shape, numbers: tuple[Number, ...]) -> torch.nn.Sequential:
    """The module with the given parameters: for each neuron its weights, then its bias."""
    module, given = _torch_module(shape), iter(numbers)
    with torch.no_grad():
        for linear in _linears(module):
            for row in range(linear.out_features):
                for column in range(linear.in_features):
                    linear.weight[row, column] = next(given)
                linear.bias[row] = next(given)
    return module


def _linears(module: torch.nn.Sequential) -> list[torch.nn.Linear]:
    return [part for part in module if isinstance(part, torch.nn.Linear)]


def _call(module: torch.nn.Sequential, x: Tensor, wobble: Wobble, kink: bool) -> Tensor:
    for part in module:
        if isinstance(part, torch.nn.ReLU) and not kink:
            _away_from_kink(x)
        x = wobble(part(x))
    return x


def _root(out: Tensor) -> Tensor:
    return (out * torch.arange(1, len(out) + 1)).sum()


def _each(module: torch.nn.Sequential, part: Callable[[Tensor], Tensor | None]) -> list[float]:
    """One number for each parameter, in the order of _prepared."""
    numbers: list[float] = []
    for linear in _linears(module):
        weights, biases = part(linear.weight), part(linear.bias)
        for row in range(linear.out_features):
            numbers += [0.0] * linear.in_features if weights is None else weights[row].tolist()
            numbers.append(0.0 if biases is None else biases[row].item())
    return numbers


def _forward(program: Forward, wobble: Wobble, kink: bool) -> tuple[float, ...]:
    module = _prepared(program.shape, program.parameters)
    rows = [torch.tensor(row, dtype=torch.float64, requires_grad=not program.plain) for row in program.rows]
    outs = [_call(module, row, wobble, kink) for row in rows]
    # Gradients of separate roots accumulate to that of their sum, so joint or not is the same here.
    for out in outs:
        _root(out).backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
    inputs = [] if program.plain else [number for row in rows for number in _grads_of(row)]
    outputs = [number for out in outs for number in out.tolist()]
    return (*outputs, *_each(module, lambda p: p.grad), *inputs)


def _grads_of(row: Tensor) -> list[float]:
    return [0.0] * len(row) if row.grad is None else row.grad.tolist()


def _nudge(program: Nudge) -> tuple[float, ...]:
    roots = []
    x = torch.tensor(program.row, dtype=torch.float64)
    for index in range(len(program.parameters)):
        raised = [number + (place == index) for place, number in enumerate(program.parameters)]
        roots.append(_root(_prepared(program.shape, tuple(raised))(x)).item())
    return tuple(sorted(roots))


def _training(program: Training, wobble: Wobble, kink: bool) -> tuple[float, ...]:
    module = _prepared(program.shape, program.parameters)
    optimizer = torch.optim.SGD(module.parameters(), lr=program.rate)
    rows = torch.tensor(program.rows, dtype=torch.float64)
    targets = torch.tensor(program.targets, dtype=torch.float64)
    losses = []
    for _ in range(program.steps):
        optimizer.zero_grad()
        loss = wobble(((_call(module, rows, wobble, kink) - targets) ** 2).sum())
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        optimizer.step()
        losses.append(loss.item())
    return (*losses, *_each(module, lambda p: p))

"""A name for every number a program observes, as it stands in the program's source."""

from __future__ import annotations

from string import ascii_lowercase
from typing import assert_never

from grader.program import (
    Bare,
    Census,
    Chain,
    Expression,
    Forward,
    Fresh,
    Nudge,
    Program,
    Seed,
    Shape,
    Training,
)

# One letter a node while they last; l is left out because it looks like 1.
LETTERS = [letter for letter in ascii_lowercase if letter != "l"]


def labels(program: Program) -> list[str]:
    """What each observed number is, as it stands in the source."""
    match program:
        case Expression():
            names = node_names(program.nodes)
            return [f"{name}.data" for name in names] + [f"{name}.grad" for name in names]
        case Chain():
            return ["y.data", "x.grad"]
        case Seed():
            return ["x.grad is a float"]
        case Forward():
            outs = [f"{out}.data" for row in range(len(program.rows)) for out in _outs(program, row)]
            grads = [f"{slot}.grad" for slot in slot_names(program.shape)]
            return outs + grads + ([] if program.plain else [f"{x}.grad" for x in _inputs(program)])
        case Census():
            return [
                "len(m.parameters())",
                "different objects in m.parameters()",
                "weights and biases in m.parameters()",
                "len(m.parameters()), called again",
                "the list of sizes is unchanged",
            ]
        case Fresh():
            slots = [slot for slot in slot_names(program.shape) if not slot.endswith(".b")]
            return [f"{slot}.data of module {i + 1}" for i in range(program.copies) for slot in slots]
        case Nudge():
            return [f"root {i + 1} of {program.length}" for i in range(program.length)]
        case Bare():
            return ["the output comes without a list"]
        case Training():
            losses = [f"loss {step + 1}" for step in range(program.steps)]
            return losses + [f"{slot}.data" for slot in slot_names(program.shape)]
        case _:
            assert_never(program)


def node_names(count: int) -> list[str]:
    """One letter a node, or v1, v2, … where there are not enough."""
    return LETTERS[:count] if count <= len(LETTERS) else [f"v{i + 1}" for i in range(count)]


def _place(shape: Shape, layer: int, neuron: int) -> str:
    return {
        "Neuron": "m",
        "Layer": f"m.neurons[{neuron}]",
        "MLP": f"m.layers[{layer}].neurons[{neuron}]",
    }[shape.name]


def slot_names(shape: Shape) -> list[str]:
    """Every weight and bias of the module m, neuron by neuron."""
    slots = []
    for layer, (nin, nout) in enumerate(shape.widths):
        for neuron in range(nout):
            place = _place(shape, layer, neuron)
            slots += [f"{place}.w[{i}]" for i in range(nin)] + [f"{place}.b"]
    return slots


def suffix(program: Forward, row: int) -> str:
    """What tells the names of one row's inputs and outputs from another's."""
    return str(row + 1) if len(program.rows) > 1 else ""


def _outs(program: Forward, row: int) -> list[str]:
    name = f"out{suffix(program, row)}"
    count = program.shape.outputs
    return [name] if count == 1 else [f"{name}[{i}]" for i in range(count)]


def _inputs(program: Forward) -> list[str]:
    nin = program.shape.sizes[0]
    return [f"x{suffix(program, row)}[{i}]" for row in range(len(program.rows)) for i in range(nin)]

"""What a program takes for granted, so that nothing is asked of an implementation that it does not offer."""

from __future__ import annotations

from collections.abc import Iterator

from grader.cases import Bank
from grader.foreign.shape import Shape
from grader.program import BACKWARD, ZERO, Packed

BINARY = ("+", "-", "*", "/")
LISTING = ("census", "nudge", "training")


_KNOWN: dict[int, tuple[Bank, list[frozenset[str]]]] = {}


def needs_of(bank: Bank) -> list[frozenset[str]]:
    """What each case of a bank needs; found out once, as a bank serves many submissions."""
    if id(bank) not in _KNOWN:
        _KNOWN[id(bank)] = bank, list(map(needs, bank.programs))
    return _KNOWN[id(bank)][1]


def needs(packed: Packed) -> frozenset[str]:
    """The operations and forms that a program uses: "+", "+right" with a plain number there, and so on."""
    if packed[0] == "expression":
        return frozenset(_of_steps(packed[2]))
    if packed[0] == "chain":
        return frozenset({"+", BACKWARD})
    return frozenset({BACKWARD}) if packed[0] == "seed" else frozenset(_of_module(packed))


def _of_steps(steps: tuple[tuple[str, tuple[int | tuple[float, ...], ...]], ...]) -> Iterator[str]:
    backwards = 0
    for op, operands in steps:
        if op == BACKWARD:
            backwards += 1
            yield BACKWARD
        elif op == "**":
            exponent = operands[1][0] if isinstance(operands[1], tuple) else 0.5
            yield "**float" if isinstance(exponent, float) else "**negative" if exponent < 0 else "**int"
        elif op in BINARY:
            yield op
            left, right = (isinstance(operand, tuple) for operand in operands)
            if left or right:
                yield f"{op}left" if left else f"{op}right"
        elif op != ZERO:
            yield op
    if backwards > 1:
        yield "twice"


def _of_module(packed: Packed) -> Iterator[str]:
    tag, (name, sizes, nonlin), *rest = packed
    if not nonlin:
        yield f"{name}.flag"
    if tag in LISTING:
        yield f"{name}.parameters"
    if tag == "training":
        yield from ("-right", "**int", "+", "*", BACKWARD)
    if tag == "forward":
        yield from ("*", "+", BACKWARD)
        yield from ["twice"] if len(rest[1]) > 1 and not rest[3] else []
    if tag in ("forward", "nudge") and name != "Neuron" and sizes[-1] > 1:
        yield "*right"
    if tag == "nudge" or (tag in ("forward", "training") and (tag == "training" or rest[2])):
        yield "plain"


def missing(shape: Shape, exercise: str, beside: bool) -> frozenset[str]:
    """What may not be asked.

    beside: our operations stand beside the exercise's own, which alone may then lack something.
    """
    lacking = set(shape.refused)
    if {"*right", "*left"} <= lacking:
        lacking.add("plain")
    if not shape.backward:
        lacking.add(BACKWARD)
    if beside:
        own = {"add": "+", "mul": "*", "pow": "**", "relu": "relu"}.get(exercise)
        lacking = {word for word in lacking if own is not None and word.startswith(own)}
        # "*" begins the name of "**" as well.
        lacking -= {word for word in lacking if own == "*" and word.startswith("**")}
        # Division is made of it there.
        lacking |= {"/"} if "**negative" in lacking else set()
        if exercise == "backward" and not shape.backward:
            lacking.add(BACKWARD)
    for name, module in shape.modules.items():
        lacking |= {f"{name}.flag"} if not module.flag and name != "MLP" else set()
        lacking |= {f"{name}.parameters"} if not module.parameters else set()
    return frozenset(lacking)

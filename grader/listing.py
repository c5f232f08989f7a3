"""Programs as Python that can be pasted."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from grader.labels import node_names, slot_names, suffix
from grader.program import (
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
    Step,
    Training,
)

WIDTH = 72


def source(program: Program, exercise: str) -> str:
    """The program as Python, the exercise's own part from the student, the rest from the reference."""
    lines = ["from grader.alone import engine", ""]
    match program:
        case Expression():
            lines += [f'Value = engine("{exercise}").Value', "", *_expression(program)]
        case Chain():
            lines += [f'Value = engine("{exercise}").Value', "", "x = y = Value(1)"]
            lines += [f"for _ in range({program.links}):", "    y = y + x", "y.backward()"]
        case Seed():
            lines += [f'Value = engine("{exercise}").Value', "", f"x = Value({program.leaf})"]
            lines += ["x.backward()", "print(type(x.grad))"]
        case _:
            lines += [*_imports(program, exercise), "", *_module(program)]
    return "\n".join(lines) + "\n"


def _expression(program: Expression) -> Iterator[str]:
    names = node_names(program.nodes)
    made = len(program.leaves)
    for name, leaf in zip(names, program.leaves, strict=False):
        yield f"{name} = Value({leaf!r})"
    for step in program.steps:
        if step.makes_node:
            yield f"{names[made]} = {formula(step, names)}"
            made += 1
        elif step.op == ZERO:
            yield f"for node in [{', '.join(names[:made])}]:"
            yield "    node.grad = 0.0"
        else:
            yield f"{_operand(step.operands[0], names)}.backward()"


def formula(step: Step, names: list[str]) -> str:
    """A step as Python, its operands by name."""
    x, *rest = [_operand(operand, names) for operand in step.operands]
    if step.op == "neg":
        return f"-{x}"
    if step.op.isidentifier():
        return f"{x}.{step.op}()"
    return f"{x} {step.op} {rest[0]}"


def _operand(operand: int | Plain, names: list[str]) -> str:
    if isinstance(operand, Plain):
        return repr(operand.number)
    return names[operand]


def _imports(program: Program, exercise: str) -> Iterator[str]:
    assert not isinstance(program, Expression | Chain | Seed)
    yield f'parts = engine("{exercise}")'
    names = ["Value"] if isinstance(program, Forward) and not program.plain else []
    for name in (program.shape.name, *names):
        yield f"{name} = parts.{name}"


def _module(program: Program) -> Iterator[str]:
    assert not isinstance(program, Expression | Chain | Seed)
    yield f"m = {_made(program.shape)}"
    match program:
        case Forward():
            yield from _given(program.shape, program.parameters)
            yield from _calls(program)
        case Nudge():
            yield from _given(program.shape, program.parameters)
            yield f"x = {_list(program.row)}"
            yield "roots = []"
            yield "for p in m.parameters():"
            yield "    p.data += 1"
            yield "    out = m(x)"
            yield f"    roots.append(({_root(program.shape.outputs)}).data)"
            yield "    p.data -= 1"
            yield "print(sorted(roots))"
        case Training():
            yield from _training(program)
        case Census():
            yield "print(len(m.parameters()), len(set(map(id, m.parameters()))))"
        case Fresh():
            yield f"print({', '.join(f'{s}.data' for s in slot_names(program.shape) if s[-1] != 'b')})"
        case Bare():
            yield f"print(m({[1.0] * program.shape.sizes[0]}))"


def _training(program: Training) -> Iterator[str]:
    yield from _given(program.shape, program.parameters)
    for name, table in (("rows", program.rows), ("targets", program.targets)):
        yield f"{name} = ["
        yield from (f"    {list(row)}," for row in table)
        yield "]"
    yield f"for step in range({program.steps}):"
    yield "    m.zero_grad()"
    yield "    loss = 0"
    yield "    for row, target in zip(rows, targets):"
    yield "        outs = m(row)"
    yield "        outs = outs if isinstance(outs, list) else [outs]"
    yield "        loss = loss + sum((out - t) ** 2 for out, t in zip(outs, target))"
    yield "    loss.backward()"
    yield "    for p in m.parameters():"
    yield f"        p.data -= {program.rate} * p.grad"
    yield "    print(loss.data)"


def _made(shape: Shape) -> str:
    nin, *outs = shape.sizes
    if shape.name == "MLP":
        return f"MLP({nin}, {outs})"
    nonlin = "" if shape.nonlin else ", nonlin=False"
    return f"{shape.name}({', '.join(map(str, shape.sizes))}{nonlin})"


def _given(shape: Shape, parameters: tuple[Number, ...]) -> Iterator[str]:
    """Lines that set every weight and bias, a neuron a row."""
    numbers = list(parameters)
    yield "numbers = ["
    for nin, nout in shape.widths:
        for _ in range(nout):
            own, numbers = numbers[: nin + 1], numbers[nin + 1 :]
            yield from wrap(
                ", ".join(map(repr, own)) + ",", WIDTH, initial_indent="    ", subsequent_indent="    "
            )
    yield "]"
    neurons = {
        "Neuron": "[m]",
        "Layer": "m.neurons",
        "MLP": "[n for layer in m.layers for n in layer.neurons]",
    }[shape.name]
    yield f"neurons = {neurons}"
    yield "for p, number in zip([p for n in neurons for p in (*n.w, n.b)], numbers):"
    yield "    p.data = number"


def _calls(program: Forward) -> Iterator[str]:
    roots = []
    for row, numbers in enumerate(program.rows):
        x, out = f"x{suffix(program, row)}", f"out{suffix(program, row)}"
        shown = _list(numbers) if program.plain else "[" + ", ".join(f"Value({n!r})" for n in numbers) + "]"
        yield f"{x} = {shown}"
        yield f"{out} = m({x})"
        roots.append(_root(program.shape.outputs, out))
        if not program.joint:
            yield f"{_bracketed(roots[-1])}.backward()"
    if program.joint:
        yield f"{_bracketed(' + '.join(roots))}.backward()"


def _bracketed(formula: str) -> str:
    return f"({formula})" if " " in formula else formula


def _root(outputs: int, out: str = "out") -> str:
    if outputs == 1:
        return out
    return " + ".join(f"{out}[{i}]" + (f" * {i + 1}" if i else "") for i in range(outputs))


def _list(numbers: tuple[Number, ...]) -> str:
    return repr(list(numbers))

"""Programs as Python that can be pasted, their numbers named and drawn as a graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_lowercase
from textwrap import wrap
from typing import assert_never

from grader.agreement import close
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
    Step,
    Training,
    judged,
    size,
)
from grader.model import Counterexample, Node
from grader.subject import pack

WIDTH = 72
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Names:
    """What the code that a program is pasted beside calls things.

    data, grad: what a value has.
    backward: the method, or the function of a value where is_function.
    modules: the module and the name of each class, by our name for it; empty where the course's own door,
        grader.alone, makes them of the student's exercise and the reference.
    """

    data: str = "data"
    grad: str = "grad"
    backward: str = "backward"
    is_function: bool = False
    modules: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def back(self, root: str) -> str:
        """The backward pass from a root."""
        return f"{self.backward}({root})" if self.is_function else f"{root}.{self.backward}()"


COURSES_OWN = Names()


def source(
    program: Program, exercise: str, names: Names = COURSES_OWN, before: Sequence[Program] = ()
) -> str:
    """The program as Python, the exercise's own part from the student, the rest from the reference.

    before: programs that run first, on the same engine.
    """
    programs = [*before, program]
    lines = list(_imports(programs, exercise, names))
    for number, each in enumerate(programs):
        said = "# It is right alone:" if each is program else "" if number else "# First this:"
        lines += ["", *([said] if before and said else []), *_body(each, names)]
    return "\n".join(lines) + "\n"


def _body(program: Program, names: Names) -> Iterator[str]:
    match program:
        case Expression():
            yield from _expression(program, names)
        case Chain():
            yield from ("x = y = Value(1)", f"for _ in range({program.links}):", "    y = y + x")
            yield names.back("y")
        case Seed():
            yield from (f"x = Value({program.leaf})", names.back("x"), f"print(type(x.{names.grad}))")
        case _:
            yield from _module(program, names)


def _classes(program: Program) -> tuple[str, ...]:
    """The classes that a program uses."""
    if isinstance(program, Expression | Chain | Seed):
        return ("Value",)
    inputs = isinstance(program, Forward) and not program.plain
    return (program.shape.name, *(["Value"] if inputs else []))


def _imports(programs: Sequence[Program], exercise: str, names: Names) -> Iterator[str]:
    wanted = list(dict.fromkeys(name for program in programs for name in _classes(program)))
    if names.modules:
        for name in wanted:
            module, own = names.modules[name]
            yield f"from {module} import {own}" + ("" if own == name else f" as {name}")
        return
    yield from ("from grader.alone import engine", "")
    if wanted == ["Value"]:
        yield f'Value = engine("{exercise}").Value'
        return
    yield f'parts = engine("{exercise}")'
    yield from (f"{name} = parts.{name}" for name in wanted)


def _expression(program: Expression, own: Names) -> Iterator[str]:
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
            yield f"    node.{own.grad} = 0.0"
        else:
            yield own.back(_operand(step.operands[0], names))


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


def _module(program: Program, names: Names) -> Iterator[str]:
    assert not isinstance(program, Expression | Chain | Seed)
    if isinstance(program, Census) and program.shape.name == "MLP":
        yield f"sizes = {list(program.shape.sizes[1:])}"
        yield f"m = MLP({program.shape.sizes[0]}, sizes)"
    else:
        yield f"m = {_made(program.shape)}"
    match program:
        case Forward():
            yield from _given(program.shape, program.parameters, names)
            yield from _calls(program, names)
        case Nudge():
            yield from _given(program.shape, program.parameters, names)
            yield f"x = {_list(program.row)}"
            yield "roots = []"
            yield "for p in m.parameters():"
            yield f"    p.{names.data} += 1"
            yield "    out = m(x)"
            yield f"    roots.append(({_root(program.shape.outputs)}).{names.data})"
            yield f"    p.{names.data} -= 1"
            yield "print(sorted(roots))"
        case Training():
            yield from _training(program, names)
        case Census():
            more = f", sizes == {list(program.shape.sizes[1:])}" if program.shape.name == "MLP" else ""
            yield f"print(len(m.parameters()), len(set(map(id, m.parameters()))){more})"
        case Fresh():
            slots = [slot for slot in slot_names(program.shape) if slot[-1] != "b"]
            yield f"print({', '.join(f'{slot}.{names.data}' for slot in slots)})"
        case Bare():
            yield f"print(m({[1.0] * program.shape.sizes[0]}))"


def _training(program: Training, names: Names) -> Iterator[str]:
    yield from _given(program.shape, program.parameters, names)
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
    yield f"    {names.back('loss')}"
    yield "    for p in m.parameters():"
    yield f"        p.{names.data} -= {program.rate} * p.{names.grad}"
    yield f"    print(loss.{names.data})"


def _made(shape: Shape) -> str:
    nin, *outs = shape.sizes
    if shape.name == "MLP":
        return f"MLP({nin}, {outs})"
    nonlin = "" if shape.nonlin else ", nonlin=False"
    return f"{shape.name}({', '.join(map(str, shape.sizes))}{nonlin})"


def _given(shape: Shape, parameters: tuple[Number, ...], names: Names) -> Iterator[str]:
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
    yield f"    p.{names.data} = number"


def _calls(program: Forward, names: Names) -> Iterator[str]:
    roots = []
    for row, numbers in enumerate(program.rows):
        x, out = f"x{suffix(program, row)}", f"out{suffix(program, row)}"
        shown = _list(numbers) if program.plain else "[" + ", ".join(f"Value({n!r})" for n in numbers) + "]"
        yield f"{x} = {shown}"
        yield f"{out} = m({x})"
        roots.append(_root(program.shape.outputs, out))
        if not program.joint:
            yield names.back(_bracketed(roots[-1]))
    if program.joint:
        yield names.back(_bracketed(" + ".join(roots)))


def _bracketed(formula: str) -> str:
    return f"({formula})" if " " in formula else formula


def _root(outputs: int, out: str = "out") -> str:
    if outputs == 1:
        return out
    return " + ".join(f"{out}[{i}]" + (f" * {i + 1}" if i else "") for i in range(outputs))


def _list(numbers: tuple[Number, ...]) -> str:
    return repr(list(numbers))


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


Floats = Sequence[float]


def graph_of(program: Program, expected: Floats, got: Floats | None) -> tuple[Node, ...]:
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


def _suspect(program: Expression, expected: Floats, got: Floats) -> int | None:
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


def shown(
    program: Program,
    exercise: str,
    expected: tuple[float, ...],
    got: tuple[float, ...] | None = None,
    drawn: bool = False,
    own: Names = COURSES_OWN,
    before: Sequence[Program] = (),
) -> Counterexample:
    """A case as a student sees it: the program, and the numbers that are worth looking at.

    before: programs that have to run first, in the same process.
    """
    names, places = labels(program), _worth_showing(program, expected, got)
    wanted = tuple((names[place], expected[place]) for place in places)
    seen = () if got is None else tuple((names[place], got[place]) for place in places)
    rank = (*size(program), int(drawn))
    text = source(program, exercise, own, before)
    return Counterexample(text, wanted, seen, rank, graph_of(program, expected, got))


def _worth_showing(program: Program, expected: Floats, got: Floats | None) -> list[int]:
    """Results and gradients before the data of leaves; if they are many, those that differ first."""
    places = range(judged(pack(program), len(expected)))
    differ = {place for place in places if got is not None and not close(got[place], expected[place])}
    kept = list(places)
    if isinstance(program, Census) and program.shape.name != "MLP":
        kept.pop()  # only an MLP is given a list of sizes
    if isinstance(program, Expression):
        # A leaf's data is only worth a line where something has changed it.
        leaves = range(len(program.leaves))
        last = program.nodes - 1
        kept = [p for p in places if p in differ or p >= last or len(places) <= SHOWN]
        kept = [p for p in kept if p in differ or p not in leaves]
    ranked = sorted(kept, key=lambda place: place not in differ)
    return sorted(ranked[:SHOWN])

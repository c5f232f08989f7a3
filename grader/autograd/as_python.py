"""What the grader asks of a program over Value, see grader/subject.py; first of all: it as Python to paste.

Its numbers are named, and drawn as a graph.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from string import ascii_lowercase
from types import ModuleType
from typing import assert_never

from grader.agreement import close
from grader.autograd.program import (
    BACKWARD,
    COURSES_OWN,
    ZERO,
    Bare,
    Census,
    Chain,
    Expression,
    Forward,
    Fresh,
    Names,
    Nudge,
    Number,
    Plain,
    Program,
    Seed,
    Shape,
    Step,
    Training,
    View,
    judged,
    size,
    unpack,
)
from grader.model import Counterexample, Node, Numbers, Observation
from grader.printable import by_make
from grader.subject import OfNumbers, Packed, Unanswerable, pack
from grader.version import DISTRIBUTION

WIDTH = 72
SHOWN = 12
IN_A_ROW = 8  # gradients set to zero
Observed = tuple[str, str]
OfModule = Forward | Census | Fresh | Nudge | Bare | Training


@dataclass(frozen=True, slots=True)
class Form:
    """In which form things come from the code that a program is run with.

    listed: a module's single output comes in a list of one.
    odd: something comes in another form than promised, so the program shows in which.
    """

    listed: bool = False
    odd: bool = False


AS_PROMISED = Form()


def source(
    program: Program,
    exercise: str,
    names: Names = COURSES_OWN,
    before: Sequence[Program] = (),
    printed: Sequence[int] | None = None,
    form: Form = AS_PROMISED,
) -> str:
    """The program as Python, the exercise's own part from the student, the rest from the reference.

    It can be pasted into any prompt: the plain one ends a loop at an empty line only, so one stands behind
    every loop and none within. It does what the worker does, step by step, and prints what is observed.

    before: programs that run first, on the same engine.
    printed: which of the observed numbers are printed; all by default.
    """
    programs = [*before, program]
    # The worker seeds before every program; the course's own door does that once.
    draws = any(isinstance(each, OfModule) for each in programs) and bool(before or names.modules)
    lines = ["import random", ""] if draws else []
    lines += _imports(programs, exercise, names)
    for number, each in enumerate(programs):
        said = "# It is right alone:" if each is program else "" if number else "# First this:"
        lines += ["", *([said] if before and said else []), *(["random.seed(0)"] if draws else [])]
        lines += _body(each, names, form if each is program else replace(form, odd=False))
    seen = observed(program, names)
    places = range(len(seen)) if printed is None else printed
    lines += _prints([seen[place] for place in places])
    return "\n".join(lines).lstrip("\n") + "\n"


def _prints(seen: Sequence[Observed]) -> Iterator[str]:
    """Lines that print numbers, those that are called what they are in Python several on a line."""
    row: list[str] = []
    for label, formula in seen:
        if label != formula:
            yield f'print("{label} =", {formula})'
            continue
        if row and len(", ".join([*row, formula])) + 5 * len(row) > WIDTH:
            yield _print(row)
            row = []
        row.append(formula)
    if row:
        yield _print(row)


def _print(formulas: Sequence[str]) -> str:
    return 'print(f"' + ", ".join(f"{{{formula} = }}" for formula in formulas) + '")'


def _body(program: Program, names: Names, form: Form) -> Iterator[str]:
    match program:
        case Expression():
            yield from _expression(program, names)
        case Chain():
            yield from (
                f"x = y = {names.leaf(1.0)}",
                f"for _ in range({program.links}):",
                "    y = y + x",
                "",
            )
            yield names.back("y")
        case Seed():
            yield from (f"x = {names.leaf(program.leaf)}", names.back("x"))
        case _:
            yield from _module(program, names, form)


def _classes(program: Program) -> tuple[str, ...]:
    """The classes that a program uses."""
    if isinstance(program, Expression | Chain | Seed):
        return ("Value",)
    inputs = isinstance(program, Forward) and not program.plain
    return (program.shape.name, *(["Value"] if inputs else []))


def _imports(programs: Sequence[Program], exercise: str, names: Names) -> Iterator[str]:
    wanted = list(dict.fromkeys(name for program in programs for name in _classes(program)))
    if names.modules:
        if names.dimensions is not None:
            yield from ("import numpy as np", "")
        for name in wanted:
            module, own = names.modules[name]
            if module:
                yield f"from {module} import {own}" + ("" if own == name else f" as {name}")
            elif own != name:
                yield f"{name} = {own}"
        return
    yield from ("from grader.alone import engine", "")
    if len(wanted) == 1:
        yield f'{wanted[0]} = engine("{exercise}").{wanted[0]}'
        return
    yield f'parts = engine("{exercise}")'
    yield from (f"{name} = parts.{name}" for name in wanted)


def _expression(program: Expression, own: Names) -> Iterator[str]:
    names = node_names(program.nodes)
    made = len(program.leaves)
    for name, leaf in zip(names, program.leaves, strict=False):
        yield f"{name} = {own.leaf(leaf)}"
    for step in program.steps:
        if step.makes_node:
            yield f"{names[made]} = {formula(step, names)}"
            made += 1
        elif step.op == ZERO:
            for start in range(0, made, IN_A_ROW):
                row = names[start : min(start + IN_A_ROW, made)]
                yield "".join(f"{name}.{own.grad} = " for name in row) + "0.0"
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


def _module(program: OfModule, names: Names, form: Form) -> Iterator[str]:
    first = "[0]" if form.listed else ""
    match program:
        case Forward():
            yield from _prepared(program.shape, program.parameters, names, form)
            yield from _calls(program, names, form, first)
        case Nudge():
            yield from _prepared(program.shape, program.parameters, names, form)
            yield "roots = []"
            yield "for p in m.parameters():"
            yield f"    p.{names.data} += 1"
            yield f"    out = m({_list(program.row)}){first}"
            yield f"    roots.append({_bracketed(_root(program.shape.outputs))}.{names.data})"
            yield f"    p.{names.data} -= 1"
            yield from ("", "roots.sort()")
        case Training():
            yield from _prepared(program.shape, program.parameters, names, form)
            yield from _training(program, names, first)
        case Census():
            if program.shape.name == "MLP":
                yield f"sizes = {list(program.shape.sizes[1:])}"
                yield f"m = MLP({program.shape.sizes[0]}, sizes)"
            else:
                yield f"m = {_made(program.shape)}"
            yield from _build(program.shape, form)
            yield "first = list(m.parameters())"
            yield "different = set(map(id, first))"
            yield f"slots = {SLOTS[program.shape.name]}"
            yield "again = list(m.parameters())"
        case Fresh():
            if form.odd:
                yield f"m = {_made(program.shape)}"
                yield from _build(program.shape, form)
            yield from (f"{module} = {_made(program.shape)}" for module in _copies(program))
        case Bare():
            yield from (f"m = {_made(program.shape)}", f"out = m({[1.0] * program.shape.sizes[0]})")
        case _:
            assert_never(program)


def _build(shape: Shape, form: Form) -> Iterator[str]:
    """Where something is not as promised: how the module m is built, and what it lists."""
    if not form.odd:
        return
    inner = {
        "Neuron": ["len(m.w)"],
        "Layer": ["len(m.neurons)", "[len(n.w) for n in m.neurons]"],
        "MLP": [
            "[len(layer.neurons) for layer in m.layers]",
            "[len(n.w) for layer in m.layers for n in layer.neurons]",
        ],
    }[shape.name]
    yield _print(inner)
    yield _print(["[type(p).__name__ for p in m.parameters()]"])


# Every weight and bias of the module m, neuron by neuron.
SLOTS = {
    "Neuron": "[*m.w, m.b]",
    "Layer": "[p for n in m.neurons for p in (*n.w, n.b)]",
    "MLP": "[p for layer in m.layers for n in layer.neurons for p in (*n.w, n.b)]",
}


def _copies(program: Fresh) -> list[str]:
    return [f"m{number + 1}" for number in range(program.copies)]


def _training(program: Training, names: Names, first: str) -> Iterator[str]:
    """Gradient descent; each step runs what the worker runs, in its order.

    first: what takes a single output out of its list, if it comes in one.
    """
    several = program.shape.outputs > 1
    outs = "out for row in rows for out in m(row)" if several else f"m(row){first} for row in rows"
    yield f"rows = {[list(row) for row in program.rows]}"
    yield f"targets = {[number for row in program.targets for number in row]}"
    yield "losses = []"
    yield f"for step in range({program.steps}):"
    yield f"    for p in m.parameters(): p.{names.grad} = 0" if names.modules else "    m.zero_grad()"
    yield f"    outs = [{outs}]"
    yield "    errors = [(out - target) ** 2 for out, target in zip(outs, targets)]"
    yield "    loss = sum(errors[1:], errors[0])"
    yield f"    {names.back('loss')}"
    yield "    for p in m.parameters():"
    yield f"        p.{names.data} -= {program.rate} * p.{names.grad}"
    yield f"    losses.append(loss.{names.data})"
    yield ""


def _made(shape: Shape) -> str:
    nin, *outs = shape.sizes
    if shape.name == "MLP":
        return f"MLP({nin}, {outs})"
    nonlin = "" if shape.nonlin else ", nonlin=False"
    return f"{shape.name}({', '.join(map(str, shape.sizes))}{nonlin})"


def _prepared(shape: Shape, parameters: tuple[Number, ...], names: Names, form: Form) -> Iterator[str]:
    """Lines that make the module m and set its weights and biases."""
    yield f"m = {_made(shape)}"
    yield from _build(shape, form)
    yield from _given(shape, parameters, names)


def _given(shape: Shape, parameters: tuple[Number, ...], names: Names) -> Iterator[str]:
    """Lines that set every weight and bias: one each while they are few, else a neuron on a line."""
    if len(parameters) <= SHOWN or shape.name == "Neuron":
        for slot, number in zip(slot_names(shape), parameters, strict=True):
            yield f"{slot}.{names.data} = {number!r}"
        return
    numbers = list(parameters)
    for place, nin in _places(shape):
        own, numbers = numbers[: nin + 1], numbers[nin + 1 :]
        slots = [*(f"n.w[{i}]" for i in range(nin)), "n.b"]
        yield f"n = {place}"
        yield f"{', '.join(f'{slot}.{names.data}' for slot in slots)} = {', '.join(map(repr, own))}"


def _calls(program: Forward, names: Names, form: Form, first: str) -> Iterator[str]:
    roots = []
    for row, numbers in enumerate(program.rows):
        x, out = f"x{suffix(program, row)}", f"out{suffix(program, row)}"
        shown = _list(numbers) if program.plain else "[" + ", ".join(map(names.leaf, numbers)) + "]"
        yield f"{x} = {shown}"
        yield f"{out} = m({x}){first}"
        if form.odd:
            yield _print([out])
        roots.append(_root(program.shape.outputs, out))
        if not program.joint:
            yield names.back(_bracketed(roots[-1]))
    if program.joint:
        first, *more = roots
        yield names.back(_bracketed(" + ".join([first, *map(_bracketed, more)])))


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
    """What each observed number is called."""
    return [label for label, _ in observed(program, COURSES_OWN)]


def observed(program: Program, own: Names) -> list[Observed]:
    """Each observed number's label, and the formula that gives it where the source has run."""
    match program:
        case Expression():
            names = node_names(program.nodes)
            return [_datum(name, own) for name in names] + [_gradient(name, own) for name in names]
        case Chain():
            return [_datum("y", own), _gradient("x", own)]
        case Seed():
            return [("x.grad is no int", f"int(type(x.{own.grad}) is not int)")]
        case Forward():
            outs = [_datum(out, own) for row in range(len(program.rows)) for out in _outs(program, row)]
            slots = [_gradient(slot, own) for slot in slot_names(program.shape)]
            return outs + slots + [_gradient(x, own) for x in ([] if program.plain else _inputs(program))]
        case Census():
            # Only an MLP is given a list of sizes that it might change.
            sizes = f"int(sizes == {list(program.shape.sizes[1:])})" if program.shape.name == "MLP" else "1"
            return [
                ("len(m.parameters())", "len(first)"),
                ("different objects in m.parameters()", "len(different)"),
                ("weights and biases in m.parameters()", "sum(id(p) in different for p in slots)"),
                ("len(m.parameters()) called again", "len(again)"),
                ("the list of sizes is unchanged", sizes),
            ]
        case Fresh():
            weights = [slot for slot in slot_names(program.shape) if not slot.endswith(".b")]
            return [_datum(module + slot[1:], own) for module in _copies(program) for slot in weights]
        case Nudge():
            return _numbered("roots", program.length)
        case Bare():
            return [("the output comes without a list", "int(not isinstance(out, (list, tuple)))")]
        case Training():
            slots = [_datum(slot, own) for slot in slot_names(program.shape)]
            return _numbered("losses", program.steps) + slots
        case _:
            assert_never(program)


def _datum(name: str, own: Names) -> Observed:
    return f"{name}.data", f"{name}.{own.data}"


def _gradient(name: str, own: Names) -> Observed:
    return f"{name}.grad", f"{name}.{own.grad}"


def _numbered(name: str, count: int) -> list[Observed]:
    return [(f"{name}[{i}]", f"{name}[{i}]") for i in range(count)]


def node_names(count: int) -> list[str]:
    """One letter a node, or v1, v2, … where there are not enough."""
    return LETTERS[:count] if count <= len(LETTERS) else [f"v{i + 1}" for i in range(count)]


def _places(shape: Shape) -> list[tuple[str, int]]:
    """Where each neuron of the module m is found, and how many inputs it has."""
    return [
        (
            {"Neuron": "m", "Layer": f"m.neurons[{i}]", "MLP": f"m.layers[{layer}].neurons[{i}]"}[shape.name],
            nin,
        )
        for layer, (nin, nout) in enumerate(shape.widths)
        for i in range(nout)
    ]


def slot_names(shape: Shape) -> list[str]:
    """Every weight and bias of the module m, neuron by neuron."""
    return [
        slot
        for place, nin in _places(shape)
        for slot in (*(f"{place}.w[{i}]" for i in range(nin)), f"{place}.b")
    ]


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
    form: Form = AS_PROMISED,
) -> Counterexample:
    """A case as a student sees it: the program, and the numbers that are worth looking at.

    before: programs that have to run first, in the same process.
    """
    names, places = labels(program), _worth_showing(program, expected, got)
    if isinstance(program, Expression) and not own.grad:
        places = [place for place in places if place < program.nodes]
    wanted = tuple((names[place], expected[place]) for place in places)
    seen = () if got is None else tuple((names[place], got[place]) for place in places)
    text = source(program, exercise, own, before, places, form)
    return Counterexample(text, wanted, seen, drawn, graph_of(program, expected, got))


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


SIZE = "on Linux that is 3 GB, or 200 MB from the index for CPUs that pytorch.org names"
HOW = (
    f"run: make torch; {SIZE}: make torch INDEX=…"
    if by_make()
    else f"have it beside the grader: pip install torch, pipx inject {DISTRIBUTION} torch, or "
    f"uv tool install --with torch {DISTRIBUTION}; {SIZE}"
)


@dataclass(frozen=True)
class ProgramsOverValue(OfNumbers):
    """Programs over Value, and what PyTorch says of them.

    names: what a counterexample calls things, for it is pasted beside a student's own code.
    """

    names: Names = COURSES_OWN

    unpack = staticmethod(unpack)
    size = staticmethod(size)
    view = staticmethod(View)
    labels = staticmethod(labels)

    def shown(
        self,
        program: Program,
        exercise: str,
        expected: tuple[float, ...],
        got: tuple[float, ...] | None = None,
        drawn: bool = False,
        before: Sequence[Program] = (),
        misfit: bool = False,
        also: Observation | None = None,
    ) -> Counterexample:
        """A case as a student sees it."""
        form = Form(isinstance(also, Numbers) and also.values == (0.0,), misfit)
        return shown(program, exercise, expected, got, drawn, self.names, before, form)

    def also_asked(self, program: Program) -> Program | None:
        """Whether a module's single output comes in a list, which is right, but read otherwise."""
        if not isinstance(program, Forward | Nudge | Training) or program.shape.name == "Neuron":
            return None
        return Bare(program.shape) if program.shape.outputs == 1 else None

    def random(self, packed: Packed) -> bool:
        """The first weights of a module are nobody's to foretell."""
        return bool(packed[0] == Fresh.tag)

    def answer(self, program: Program, kink: bool) -> tuple[float, ...]:
        """What torch observes, which is imported only now: a grade of recorded cases needs none."""
        numbers: tuple[float, ...] = oracle().answer(program, kink)
        return numbers

    def make_ready(self) -> None:
        """Import torch and hypothesis."""
        oracle()
        import_module("grader.autograd.strategies")


def oracle() -> ModuleType:
    """The module that asks PyTorch; raises Unanswerable where that is not installed, or cannot be loaded."""
    try:
        return import_module("grader.autograd.oracle")
    except (ImportError, OSError) as error:
        missing = isinstance(error, ModuleNotFoundError) and error.name == "torch"
        why = "is not installed" if missing else f"cannot be loaded: {error}"
        raise Unanswerable(f"PyTorch, which says what is right, {why}", HOW) from None

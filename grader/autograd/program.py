"""Programs: what a property asks of a submission, as plain data; their sizes and their views.

A program runs alike on torch, on a student's code and on the reference, and its
observation is a fixed number of floats that the program alone determines.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from grader.subject import Packed

Number = int | float
BACKWARD, ZERO = "backward", "zero"
# What steps of these names do, to numbers and tensors alike; any other makes a node by a method of its name.
OPERATORS: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "neg": operator.neg,
}


@dataclass(frozen=True, slots=True)
class Plain:
    """A plain number as an operand, where a node would be given by its index."""

    number: Number


@dataclass(frozen=True, slots=True)
class Step:
    """One operation on earlier nodes, or one of the actions backward and zero.

    op: + - * / ** neg, or the name of a method such as relu, which make the next node; backward
        (of one node) and zero (every gradient so far), which make none.
    operands: indices of nodes (leaves first, then in the order made) and plain numbers.
    """

    op: str
    operands: tuple[int | Plain, ...] = ()

    @property
    def makes_node(self) -> bool:
        return self.op not in (BACKWARD, ZERO)


@dataclass(frozen=True, slots=True)
class Expression:
    """Leaves, and steps that compute with them and send gradients back.

    Observed: the data of every node in order, then the gradient of every leaf, then that of every
    other node. The last may hold anything: they are looked at, and never judged.
    """

    tag: ClassVar[str] = "expression"
    leaves: tuple[Number, ...]
    steps: tuple[Step, ...]

    @property
    def nodes(self) -> int:
        return len(self.leaves) + sum(step.makes_node for step in self.steps)

    @property
    def length(self) -> int:
        return 2 * self.nodes


@dataclass(frozen=True, slots=True)
class Chain:
    """y = x, then y = y + x as often as length says, and y.backward().

    Observed: y.data, x.grad.
    """

    tag: ClassVar[str] = "chain"
    links: int

    @property
    def length(self) -> int:
        return 2


@dataclass(frozen=True, slots=True)
class Seed:
    """x.backward() on a leaf; observed: 0 if x.grad is then an int, else 1."""

    tag: ClassVar[str] = "seed"
    leaf: Number

    @property
    def length(self) -> int:
        return 1


@dataclass(frozen=True, slots=True)
class Shape:
    """Which module is built: Neuron(nin), Layer(nin, nout) or MLP(nin, nouts).

    sizes: nin first; a Neuron has no more, a Layer one more, an MLP one for each layer.
    nonlin: handed to Neuron and Layer; an MLP decides for itself.
    """

    name: str
    sizes: tuple[int, ...]
    nonlin: bool = True

    @property
    def widths(self) -> tuple[tuple[int, int], ...]:
        """(inputs, neurons) of each layer; a Neuron is a layer of one."""
        outs = (*self.sizes[1:], 1) if self.name == "Neuron" else self.sizes[1:]
        return tuple(zip((self.sizes[0], *outs), outs, strict=False))

    @property
    def parameters(self) -> int:
        return sum((nin + 1) * nout for nin, nout in self.widths)

    @property
    def outputs(self) -> int:
        return self.widths[-1][1]

    def linear(self, layer: int) -> bool:
        """Whether the layer of that index has no relu."""
        return layer == len(self.widths) - 1 if self.name == "MLP" else not self.nonlin


@dataclass(frozen=True, slots=True)
class Forward:
    """A module with given parameters, called on each row; the weighted sums of its outputs go backward.

    parameters: layer by layer, neuron by neuron, the weights and then the bias.
    plain: the inputs are plain numbers instead of Values.
    joint: one backward() from the sum over all rows, instead of one after each row.
    The root of a row is 1 * out_0 + 2 * out_1 + …, so that no two outputs look alike.
    Observed: the outputs row by row, the gradient of every parameter, that of every input that
    is a Value.
    """

    tag: ClassVar[str] = "forward"
    shape: Shape
    parameters: tuple[Number, ...]
    rows: tuple[tuple[Number, ...], ...]
    plain: bool = False
    joint: bool = False

    @property
    def length(self) -> int:
        inputs = 0 if self.plain else len(self.rows) * self.shape.sizes[0]
        return len(self.rows) * self.shape.outputs + len(self.parameters) + inputs


@dataclass(frozen=True, slots=True)
class Census:
    """What a module says of itself when it has just been made.

    Observed: how many parameters() lists, how many distinct ones, how many of the weights and
    biases are among them, how many a second call lists, and whether the caller's list of sizes
    is as it was (1 or 0).
    """

    tag: ClassVar[str] = "census"
    shape: Shape

    @property
    def length(self) -> int:
        return 5


@dataclass(frozen=True, slots=True)
class Fresh:
    """Newly made modules, one after the other; observed: the weights (no bias) of each."""

    tag: ClassVar[str] = "fresh"
    shape: Shape
    copies: int

    @property
    def length(self) -> int:
        return self.copies * sum(nin * nout for nin, nout in self.shape.widths)


@dataclass(frozen=True, slots=True)
class Nudge:
    """Each of parameters() in turn raised by one; observed: the root's data each time, sorted."""

    tag: ClassVar[str] = "nudge"
    shape: Shape
    parameters: tuple[Number, ...]
    row: tuple[Number, ...]

    @property
    def length(self) -> int:
        return len(self.parameters)


@dataclass(frozen=True, slots=True)
class Bare:
    """A module with one output, called once; observed: 1 if it came back without a list, else 0."""

    tag: ClassVar[str] = "bare"
    shape: Shape

    @property
    def length(self) -> int:
        return 1


@dataclass(frozen=True, slots=True)
class Training:
    """Steps of gradient descent on the squared error over all rows.

    Each step: zero_grad(), loss = the sum of (out - target) ** 2 over rows and outputs, backward(),
    and p.data -= rate * p.grad for each of parameters().
    Observed: the loss of every step, then every parameter at the end.
    """

    tag: ClassVar[str] = "training"
    shape: Shape
    parameters: tuple[Number, ...]
    rows: tuple[tuple[Number, ...], ...]
    targets: tuple[tuple[Number, ...], ...]
    rate: float
    steps: int = 10

    @property
    def length(self) -> int:
        return self.steps + len(self.parameters)


@dataclass(frozen=True, slots=True)
class Convention:
    """How numbers come about, where more than one way is right.

    hidden: the activation where ours has relu; last: that of an MLP's last layer.
    resets: backward() sets every gradient of the graph to zero before it begins.
    """

    hidden: str = "relu"
    last: str = "linear"
    resets: bool = False

    @property
    def name(self) -> str:
        """As part of a file's name."""
        return f"{self.hidden}-{self.last}{'-resets' if self.resets else ''}"


OURS = Convention()
Program = Expression | Chain | Seed | Forward | Census | Fresh | Nudge | Bare | Training
OF_MODULES: dict[str, Callable[..., Program]] = {
    kind.tag: kind for kind in (Forward, Census, Fresh, Nudge, Bare, Training)
}


def unpack(packed: Packed) -> Program:
    """The program that pack() turned into tuples, Plain(n) into (n,)."""
    tag, *fields = packed
    if tag == Expression.tag:
        leaves, steps = fields
        return Expression(leaves, tuple(_step(*step) for step in steps))
    if tag == Chain.tag:
        return Chain(*fields)
    if tag == Seed.tag:
        return Seed(*fields)
    shape, *rest = fields
    return OF_MODULES[tag](Shape(*shape), *rest)


def _step(op: str, operands: tuple[Any, ...]) -> Step:
    return Step(op, tuple(x if isinstance(x, int) else Plain(*x) for x in operands))


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


class View:
    """One program's numbers, expected or got.

    packed: the program they belong to.
    values: all that may be judged, in the program's own order.
    """

    __slots__ = ("packed", "values")

    def __init__(self, packed: Packed, observed: tuple[float, ...]) -> None:
        self.packed = packed
        self.values = observed[: judged(packed, len(observed))]

    @property
    def data(self) -> tuple[float, ...]:
        """What the forward pass gave: the data of every node, or the module's outputs row by row."""
        return self.values[: self._split()]

    @property
    def grads(self) -> tuple[float, ...]:
        """What the backward pass gave: the gradient of every leaf, or of parameters and inputs."""
        return self.values[self._split() :]

    def _split(self) -> int:
        tag = self.packed[0]
        if tag == "expression":
            return len(self.values) - len(self.packed[1])
        if tag == "chain":
            return 1
        _, (name, sizes, _), _, rows, *_ = self.packed
        return len(rows) * (1 if name == "Neuron" else int(sizes[-1]))


def judged(packed: Packed, length: int) -> int:
    """How many of a program's numbers may be judged: not the gradients between root and leaves."""
    return length // 2 + len(packed[1]) if packed[0] == "expression" else length


class Tracer:
    """Collects the steps that its symbols take."""

    def __init__(self, leaves: tuple[Number, ...]) -> None:
        self.leaves = leaves
        self.steps: list[Step] = []
        self.nodes = len(leaves)

    def step(self, op: str, *operands: Symbol | Number) -> Symbol:
        self.steps.append(Step(op, tuple(x._index if isinstance(x, Symbol) else Plain(x) for x in operands)))
        self.nodes += 1
        return Symbol(self, self.nodes - 1)

    def act(self, action: str, *operands: int) -> None:
        self.steps.append(Step(action, operands))


Operator = Callable[["Symbol", "Symbol | Number"], "Symbol"]


def _both_ways(op: str) -> tuple[Operator, Operator]:
    """The method that makes a step of a node and an operand, and that with the operand on the left."""
    return (
        lambda one, other: one._tracer.step(op, one, other),
        lambda one, other: one._tracer.step(op, other, one),
    )


class Symbol:
    """A node that is yet to be computed."""

    def __init__(self, tracer: Tracer, index: int) -> None:
        self._tracer = tracer
        self._index = index

    __add__, __radd__ = _both_ways("+")
    __sub__, __rsub__ = _both_ways("-")
    __mul__, __rmul__ = _both_ways("*")
    __truediv__, __rtruediv__ = _both_ways("/")

    def __pow__(self, exponent: Number) -> Symbol:
        return self._tracer.step("**", self, exponent)

    def __neg__(self) -> Symbol:
        return self._tracer.step("neg", self)

    def backward(self) -> None:
        self._tracer.act(BACKWARD, self._index)

    def __getattr__(self, name: str) -> Callable[[], Symbol]:
        """Take any other method, such as relu(), as the operation of that name on this node alone."""
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda: self._tracer.step(name, self)

    def zero_all(self) -> None:
        """Set the gradient of every node so far to zero."""
        self._tracer.act(ZERO)


def trace(build: Callable[..., Symbol | None], *leaves: Number) -> Expression:
    """The expression that build makes of its leaves.

    build may call backward() itself and return None; where it returns a node, that is the root and
    backward() is called on it last.
    """
    tracer = Tracer(leaves)
    root = build(*(Symbol(tracer, index) for index in range(len(leaves))))
    if root is not None:
        root.backward()
    return Expression(leaves, tuple(tracer.steps))


@dataclass(frozen=True, slots=True)
class Names:
    """What the code that a program is pasted beside calls things.

    data, grad: what a value has; grad is empty where nothing shows it.
    backward: the method, or the function of a value where is_function.
    wanted: what a value is made with besides its number, as Python, such as "requires_grad=True".
    dimensions: of the NumPy array of one number that a value is made of; None where it is made of the number.
    modules: the module and the name of each class, by our name for it; no module where it is at hand. Empty
        where the course's own door, grader.alone, makes them of the student's exercise and the reference.
    """

    data: str = "data"
    grad: str = "grad"
    backward: str = "backward"
    is_function: bool = False
    wanted: str = ""
    dimensions: int | None = None
    modules: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def leaf(self, number: Number) -> str:
        """A value that holds a number."""
        held = repr(number)
        if self.dimensions is not None:
            held = f"np.array({'[' * self.dimensions}{float(number)!r}{']' * self.dimensions})"
        return f"Value({held}{', ' if self.wanted else ''}{self.wanted})"

    def back(self, root: str) -> str:
        """The backward pass from a root."""
        return f"{self.backward}({root})" if self.is_function else f"{root}.{self.backward}()"


COURSES_OWN = Names()

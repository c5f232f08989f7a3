"""Programs: what a property asks of a submission, as plain data.

A program runs alike on torch, on a student's code and on the reference, and its
observation is a fixed number of floats that the program alone determines.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import Any, ClassVar

Number = int | float
Packed = tuple[Any, ...]
BACKWARD, ZERO = "backward", "zero"


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
    """x.backward() on a leaf; observed: 1 if x.grad is then a float, 0 if it is something else."""

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


Program = Expression | Chain | Seed | Forward | Census | Fresh | Nudge | Bare | Training
OF_MODULES: dict[str, Callable[..., Program]] = {
    kind.tag: kind for kind in (Forward, Census, Fresh, Nudge, Bare, Training)
}


def pack(program: Program) -> Packed:
    """As nested tuples of numbers and strings, the tag first; Plain(n) becomes (n,)."""
    return (program.tag, *astuple(program))


def unpack(packed: Packed) -> Program:
    """The program that pack() turned into tuples."""
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

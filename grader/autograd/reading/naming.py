"""What the parts of an operation are called in the code that is read, which is only parsed for that."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from functools import lru_cache

from grader.autograd.reading import fit, normal
from grader.autograd.reading.fit import Condition
from grader.autograd.reading.normal import Formula
from grader.course.course import NO_TREE, tree_of

GIVEN = frozenset(("data", "grad", "_backward", "_prev", "_op"))  # what a Value has


@dataclass(frozen=True, slots=True)
class Names:
    """What an engine calls what a reading speaks of: the course's own names, or others.

    value: the class of nodes. data, grad, operands, rule: attributes of them. file: where the code stands
    that is read, without its ending. known: attributes that something looks at.
    backward: how it is called. resets: whether it may begin by setting gradients to 0.
    numbers: whether a plain number may be an operand. exponents: which of a power's may be asked for, of
    "negative" and "float".
    """

    value: str = "Value"
    data: str = "data"
    grad: str = "grad"
    operands: str = "_prev"
    rule: str = "_backward"
    backward: str = "backward()"
    file: str = ""
    known: frozenset[str] = GIVEN
    resets: bool = False
    numbers: bool = True
    exponents: frozenset[str] = frozenset(("negative", "float"))

    def said(self, sentence: str) -> str:
        """A sentence of ours in these names."""
        sentence = re.sub(r"\bValue(s?)\b", rf"{self.value}\1", sentence)
        sentence = re.sub(r"\b_backward\b", self.rule, sentence)
        return re.sub(r"\bbackward\(\)", self.backward, sentence)

    def takes(self, exponent: float) -> bool:
        """Whether a power may be asked for."""
        lacks = {"negative": exponent < 0, "float": exponent != int(exponent)}
        return not any(lacks[kind] for kind in lacks if kind not in self.exponents)


COURSES = Names()


@dataclass(frozen=True, slots=True)
class Words:
    """What the operands and the result are called in the code that is read."""

    one: str
    two: str
    out: str
    names: Names
    symbols: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, source: str, definition: str, plain_second: bool, names: Names) -> Words:
        """From the source itself, which is only parsed; the usual names where it does not tell."""
        given, out = parameters(source, definition), "out"
        one, two = [*given, *("self", "other")[len(given) :]][:2]
        for function in defined(source, definition):
            back = [x.value for x in ast.walk(function) if isinstance(x, ast.Return)]
            named = [x.id for x in back if isinstance(x, ast.Name) and x.id not in (*given, one, two)]
            out = named[-1] if named else "out"
        data, grad = names.data, names.grad
        second = two if plain_second else f"{two}.{data}"
        symbols = {"k": two, "b": second, "a": f"{one}.{data}", "A": f"{one}.{grad}", "A_": f"{one}.{grad}"}
        symbols |= {"B": f"{two}.{grad}", "B_": f"{two}.{grad}", "out": f"{out}.{data}"}
        symbols |= {"g": f"{out}.{grad}", "early": f"{out}.{grad} (read early)"}
        return cls(one, two, out, names, symbols)

    def text(self, formula: Formula) -> str:
        return normal.text(formula, self.symbols)

    def node(self, cell: int) -> str:
        """The operand of a gradient's cell."""
        return (self.out, self.one, self.two)[cell]

    def data(self, cell: int) -> str:
        """The data of a cell's node."""
        return f"{self.node(cell)}.{self.names.data}"

    def grad(self, cell: int) -> str:
        """The gradient of a cell's node."""
        return f"{self.node(cell)}.{self.names.grad}"

    def where(self, condition: Condition | None) -> str:
        return fit.text(condition, self.symbols)


def parameters(source: str, definition: str) -> list[str]:
    """What a function calls what it is given; of several of that name the last."""
    functions = defined(source, definition)
    arguments = functions[-1].args if functions else ast.arguments([], [], None, [], [], None, [])
    return [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]


def defined(source: str, name: str) -> list[ast.FunctionDef]:
    """The functions of that name in the source."""
    nodes = ast.walk(parsed(source))
    return [node for node in nodes if isinstance(node, ast.FunctionDef) and node.name == name]


@lru_cache(maxsize=4)
def parsed(source: str) -> ast.AST:
    """The source as a tree, which nobody changes; an empty one where it has none."""
    try:
        return tree_of(source)
    except NO_TREE:
        return ast.Module([], [])

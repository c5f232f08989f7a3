"""Expressions that somebody types, read as programs: parsed, checked node by node, never evaluated."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite

from grader.errors import UsageError
from grader.graph import Numbers, graph_of
from grader.labels import LETTERS
from grader.listing import formula
from grader.model import Counterexample
from grader.program import BACKWARD, Expression, Number, Plain, Step

LONGEST, MOST = 2000, 120  # characters, and nodes
LARGEST, EXACT = 1e100, 1e15
KNOWN = "what can be drawn is made of names, numbers, + - * / ** and relu()"
SYMBOLS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}
FOLDED: dict[str, Callable[[float, float], float | complex]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
}
RELU = "relu"
LEAF = re.compile(r"([A-Za-z_]\w*) *= *(\S+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Typed:
    """An expression as a program, and what its nodes are called: leaves as they were typed."""

    program: Expression
    names: tuple[str, ...]

    def shown(self, expected: Numbers, got: Numbers | None) -> Counterexample:
        """Its graph with what was expected and what was got."""
        nodes = graph_of(self.program, expected, got)
        called = dict(zip((node.name for node in nodes), self.names, strict=True))
        made = [step for step in self.program.steps if step.makes_node]
        formulas = [*map(repr, self.program.leaves), *(formula(step, list(self.names)) for step in made)]
        graph = tuple(
            replace(node, name=name, formula=text, operands=tuple(called[old] for old in node.operands))
            for node, name, text in zip(nodes, self.names, formulas, strict=True)
        )
        return Counterexample("", (), (), (0, 0, 0.0, 0), graph)


def typed(text: str, values: Mapping[str, Number]) -> Typed:
    """The program that computes an expression and sends gradients back from its result.

    values: of the leaves by name; those not given are 1, 2, 3, … in the order in which they are met.
    Raises UsageError that says what cannot be read, and where.
    """
    reader = _Reader(text)
    try:
        root = reader.operand(_tree(text))
    except (RecursionError, MemoryError):
        raise UsageError("the expression is nested too deeply", "draw a part of it") from None
    if isinstance(root, Plain):
        raise UsageError(f"'{text}' has no names in it, so there is nothing to draw", "try: (a*b + c).relu()")
    for name in values:
        if name not in reader.leaves:
            raise UsageError(f"'{text}' has no {name} in it", f"it has: {', '.join(reader.leaves)}")
    leaves = tuple(values.get(name, place) for place, name in enumerate(reader.leaves, start=1))
    return reader.program(root, leaves)


def leaf_values(texts: Sequence[str]) -> dict[str, Number]:
    """What a=2 b=-3 says; raises UsageError for anything else."""
    values: dict[str, Number] = {}
    for text in texts:
        found = LEAF.fullmatch(text)
        number = _number(found[2]) if found else None
        if found is None or number is None:
            raise UsageError(f"'{text}' gives no leaf its number", "write it as a=2, b=-0.5")
        if found[1] in values:
            raise UsageError(f"{found[1]} is given twice", "give each leaf one number")
        values[found[1]] = number
    return values


def _number(text: str) -> Number | None:
    try:
        value = float(text)
        return None if not isfinite(value) else int(text) if text.lstrip("+-").isdecimal() else value
    except ValueError:
        return None


def _tree(text: str) -> ast.expr:
    if len(text) > LONGEST:
        raise UsageError(f"the expression is longer than {LONGEST:,} characters", "draw a part of it")
    try:
        return ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        where = {None: "", 0: ", at its end"}.get(error.offset, f", character {error.offset}")
        raise UsageError(f"'{text}'{where}: {error.msg}", KNOWN) from None
    except ValueError:
        raise UsageError("the expression cannot be read", KNOWN) from None


class _Reader:
    """Walks an expression and notes its leaves and steps; nodes are numbered once all leaves are known."""

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        self.leaves: dict[str, int] = {}
        self.steps: list[tuple[str, tuple[str | int | Plain, ...]]] = []

    def operand(self, node: ast.expr) -> str | int | Plain:
        """A leaf's name, a step's number or a plain number."""
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return Plain(self._finite(node, number))
            case ast.Name(id=name) if name != RELU:
                self.leaves.setdefault(name, len(self.leaves))
                return name
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                of = self.operand(inner)
                return Plain(-of.number) if isinstance(of, Plain) else self._step(node, "neg", of)
            case ast.BinOp(left=left, op=sign, right=right):
                return self._binary(node, sign, self.operand(left), self.operand(right))
            case ast.Call(func=ast.Attribute(value=inner, attr="relu"), args=[], keywords=[]):
                return self._relu(node, self.operand(inner))
            case ast.Call(func=ast.Name(id="relu"), args=[inner], keywords=[]):
                return self._relu(node, self.operand(inner))
        raise self._refused(node, "this is not understood")

    def _binary(
        self, node: ast.BinOp, sign: ast.operator, left: str | int | Plain, right: str | int | Plain
    ) -> str | int | Plain:
        symbol = SYMBOLS.get(type(sign))
        if symbol is None:
            raise self._refused(node, "this operator is not known")
        if isinstance(left, Plain) and isinstance(right, Plain):
            return Plain(self._folded(node, symbol, left.number, right.number))
        if symbol == "**" and not isinstance(right, Plain):
            raise self._refused(node.right, "an exponent is a plain number here")
        return self._step(node, symbol, left, right)

    def _relu(self, node: ast.expr, of: str | int | Plain) -> int:
        if isinstance(of, Plain):
            raise self._refused(node, "a plain number has no relu()")
        return self._step(node, RELU, of)

    def _step(self, node: ast.expr, op: str, *operands: str | int | Plain) -> int:
        if len(self.steps) + len(self.leaves) >= MOST:
            raise self._refused(node, f"a picture has at most {MOST} nodes")
        self.steps.append((op, operands))
        return len(self.steps) - 1

    def _folded(self, node: ast.expr, symbol: str, left: Number, right: Number) -> Number:
        """What Python makes of two plain numbers; as floats, which are done in no time whatever they are."""
        try:
            value = FOLDED[symbol](float(left), float(right))
        except OverflowError:
            raise self._refused(node, "this number is too large") from None
        except ZeroDivisionError:
            raise self._refused(node, "this divides by zero") from None
        if isinstance(value, complex):
            raise self._refused(node, "this is no real number")
        whole = isinstance(left, int) and isinstance(right, int) and symbol != "/"
        if whole and value.is_integer() and abs(value) < EXACT:
            return int(value)
        return self._finite(node, value)

    def _finite(self, node: ast.expr, number: Number) -> Number:
        if not abs(number) <= LARGEST:
            raise self._refused(node, "this number is too large")
        return number if abs(number) < EXACT else float(number)

    def _refused(self, node: ast.expr, why: str) -> UsageError:
        part = ast.get_source_segment(self.text, node) or self.text
        before = self.text.encode()[: node.col_offset].decode(errors="ignore")
        return UsageError(f"'{part[:60]}' at character {len(before) + 1}: {why}", KNOWN)

    def program(self, root: str | int, leaves: tuple[Number, ...]) -> Typed:
        """All that was met, with the nodes numbered: leaves first, then steps."""

        def place(of: str | int | Plain) -> int | Plain:
            if isinstance(of, Plain):
                return of
            return self.leaves[of] if isinstance(of, str) else len(leaves) + of

        steps = tuple(Step(op, tuple(map(place, operands))) for op, operands in self.steps)
        program = Expression(leaves, (*steps, Step(BACKWARD, (place(root),))))
        return Typed(program, (*self.leaves, *_fresh(len(steps), set(self.leaves))))


def _fresh(count: int, taken: set[str]) -> list[str]:
    """Names for results: letters while they last, then v1, v2, …, none of them taken."""
    letters = [letter for letter in LETTERS if letter not in taken]
    numbered = (f"v{number}" for number in range(1, count + len(taken) + 1))
    return letters[:count] if count <= len(letters) else [n for n in numbered if n not in taken][:count]

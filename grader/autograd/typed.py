"""An expression that somebody types, what it observes, and the notebook's magic that draws it.

Both run in workers, so that nothing of a submission ever runs here; the reference agrees with PyTorch, which
would take seconds to load for one small expression.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from math import isfinite
from typing import TYPE_CHECKING

from grader.autograd.as_python import LETTERS, Floats, formula, graph_of
from grader.autograd.program import BACKWARD, OPERATORS, Expression, Number, Plain, Step
from grader.course.course import Course
from grader.errors import UsageError
from grader.examine.examining import handed_in
from grader.examine.judging import Broken, verdict
from grader.model import Counterexample, Exercise, NotStarted, Numbers, Observation, Outcome, Raised
from grader.printable import shortened
from grader.report.words import headline, places, tree
from grader.sandbox.cage import Cage
from grader.sandbox.runner import Limits, Parts, Request, Runner
from grader.submission.submission import Submission

if TYPE_CHECKING:
    from grader.notebook.cells import Session

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
RELU = "relu"
GIVEN_LEAF = re.compile(r"\w+=\S+")
LEAF = re.compile(r"([A-Za-z_]\w*) *= *(\S+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Typed:
    """An expression as a program, and what its nodes are called: leaves as they were typed."""

    program: Expression
    names: tuple[str, ...]

    def shown(self, expected: Floats, got: Floats | None) -> Counterexample:
        """Its graph with what was expected and what was got."""
        nodes = graph_of(self.program, expected, got)
        called = dict(zip((node.name for node in nodes), self.names, strict=True))
        made = [step for step in self.program.steps if step.makes_node]
        formulas = [*map(repr, self.program.leaves), *(formula(step, list(self.names)) for step in made)]
        graph = tuple(
            replace(node, name=name, formula=text, operands=tuple(called[old] for old in node.operands))
            for node, name, text in zip(nodes, self.names, formulas, strict=True)
        )
        return Counterexample("", (), (), True, graph)


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
            value: float | complex = OPERATORS[symbol](float(left), float(right))
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


OTHERS = "give its leaves other numbers"


@dataclass(frozen=True, slots=True)
class Observed:
    """A typed expression, run.

    shown: its graph.
    own: the exercises that are the student's; the others are the reference.
    waiting: those that would be the student's and cannot be run yet, each with why.
    trouble: why the student's parts gave no numbers, in words; empty where they did.
    """

    shown: Counterexample
    own: tuple[str, ...]
    waiting: tuple[tuple[str, str], ...]
    trouble: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bench:
    """Where expressions are run."""

    course: Course
    cage: Cage
    limits: Limits = field(default_factory=Limits)

    def observe(self, asked: Typed, submission: Submission, only: tuple[str, ...] = ()) -> Observed:
        """What an expression gives.

        only: the exercises that may be the student's; all, where none is named.
        Raises UsageError where the expression has no value.
        """
        expected = self._expected(asked)
        offered = [part for part in self._attached() if not only or part.name in only]
        why = {part.name: handed_in(self.course, submission, part) for part in offered}
        own = tuple(name for name, reason in why.items() if reason is None)
        waiting = tuple((name, _why(reason)) for name, reason in why.items() if reason is not None)
        if not own:
            return Observed(asked.shown(expected, None), own, waiting, ())
        got = self._run(asked, submission, own)
        if isinstance(got, Numbers):
            return Observed(asked.shown(expected, got.values), own, waiting, ())
        outcome = verdict(self.course.subject, own[0], 1, Broken(asked.program, expected, got))
        said = (headline(outcome), *places(outcome))
        return Observed(asked.shown(expected, None), own, waiting, said)

    def _expected(self, asked: Typed) -> tuple[float, ...]:
        nobody = Submission("", {}, {})
        got = self._run(asked, nobody, ())
        if isinstance(got, Raised):
            raise UsageError(
                f"the expression has no value there: {got.error}", "give its leaves other numbers"
            )
        if not isinstance(got, Numbers) or not all(map(isfinite, got.values)):
            raise UsageError("the expression's numbers are too large", OTHERS)
        return got.values

    def _run(self, asked: Typed, submission: Submission, own: tuple[str, ...]) -> Observation:
        runner = Runner(self.cage, self.limits, 1, self.course.subject.worker)
        try:
            with runner.attempt(self._parts(submission, own)) as attempt:
                (seen,) = attempt.observe(Request.of([asked.program]))
                return seen
        finally:
            runner.close()

    def _parts(self, submission: Submission, own: tuple[str, ...]) -> Parts:
        """The student's own parts and helper modules beside the reference's; no reference of what is own."""
        needed = self._attached()
        beside = (*self.course.names, *self.course.common)
        mine = {name: text for name, text in submission.sources.items() if name in own or name not in beside}
        standing = (*self.course.given, *(part.name for part in needed))
        given = {name: self.course.reference[name] for name in standing}
        names = tuple((part.name, part.defines, part.attach) for part in needed)
        return Parts({**given, **mine}, names)

    def _attached(self) -> tuple[Exercise, ...]:
        """The exercises that make what expressions are made of."""
        return tuple(part for part in self.course.exercises if part.attach)


def _why(reason: Outcome) -> str:
    return "not started yet." if isinstance(reason, NotStarted) else headline(reason)


def graph(session: Session, line: str) -> tuple[str, str]:
    """%graph EXPRESSION [NAME=NUMBER]... draws its graph, as the reference and as yours computes it.

    Yours is the last cell of each exercise in this notebook, else its file. Leaves that are not given
    are 1, 2, 3, …: %graph (a*b + c).relu() a=2 b=-3 c=10
    """
    from grader.notebook.cells import drawn

    expression, leaves = _split(line)
    asked = typed(expression, leaf_values(leaves))
    bench = Bench(session.course, session.cage)
    observed = bench.observe(asked, session.submission())
    sentences, lines = on_graph(observed)
    html = drawn(observed.shown.graph, expression, sentences, lines)
    return html, "\n".join((*sentences, *(text for text, _ in lines)))


def on_graph(observed: Observed) -> tuple[tuple[str, ...], list[tuple[str, bool]]]:
    """Whose numbers a graph has, a sentence each; and its lines, each with whether it is the suspect's."""
    own = ", ".join(observed.own)
    sentences = [f"Expected: the reference. Got: your {own}." if own else "All of it is the reference."]
    for why, pairs in groupby(observed.waiting, key=lambda pair: pair[1]):
        sentences.append(f"The reference stands in for {', '.join(name for name, _ in pairs)}: {why}")
    lines = [(shortened(line.text), bool(line.mark)) for line in tree(observed.shown)]
    return tuple(map(shortened, (*sentences, *observed.trouble))), lines


def _split(line: str) -> tuple[str, list[str]]:
    """An expression, and what its leaves are, which stand at the end."""
    words = line.split()
    count = next(
        (at for at, word in enumerate(reversed(words)) if not GIVEN_LEAF.fullmatch(word)), len(words)
    )
    if count == len(words):
        raise UsageError("there is no expression to draw", "try: %graph (a*b + c).relu() a=2 b=-3 c=10")
    first = len(words) - count
    return " ".join(words[:first]), words[first:]

"""What the parts of an operation are called in the code that is read, and the ideas behind what was read."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from functools import lru_cache

from grader.autograd.reading import algebra
from grader.autograd.reading.algebra import ONE, UNDEFINED, ZERO, Condition, Formula, TooLarge
from grader.course.course import NO_TREE, tree_of
from grader.model import Raised

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
        return algebra.text(formula, self.symbols)

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
        return algebra.condition_text(condition, self.symbols)


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


# Ideas behind what was read: the sentence that a finding adds where formula or source suggest one. Whatever
# is no more than a guess is said as one. Keyed on formulas, not on programs, they hold beside other mistakes.
CUT = {"int", "floor", "ceil", "round"}
BINARY_XOR = "^ combines the bits of whole numbers; a power is written **."


def of_data(formula: Formula, wanted: Formula) -> str:
    """On a number that was computed by another formula."""
    used = algebra.functions(formula)
    if "^" in used:
        return BINARY_XOR
    if used & CUT and not algebra.functions(wanted) & CUT:
        return f"{', '.join(sorted(used & CUT))}() cuts the number to a whole one."
    return ""


def of_slope(local: Formula, slope: Formula, result: Formula, words: Words) -> str:
    """On a derivative that is another one; result: what the operation computes."""
    if local == result:
        return "It is the result itself."
    if "k" not in algebra.symbols(slope):
        return ""
    a, k = algebra.name("a"), algebra.name("k")
    factor, less = f"the factor {words.two}", "the exponent one smaller"
    try:
        if algebra.mul(local, k) == slope:
            return f"Perhaps {factor} was forgotten."
        if local == algebra.mul(slope, a):
            return f"Perhaps it was forgotten to make {less}."
        if algebra.mul(local, k) == algebra.mul(slope, a):
            return f"Perhaps {factor} was forgotten, and to make {less}."
        if local == algebra.sub(algebra.mul(slope, a), algebra.ONE):
            return f"Without brackets - 1 comes after **: {words.two} - 1 as an exponent needs them."
    except (TooLarge, *UNDEFINED):
        pass
    return ""


def of_nothing(source: str, definition: str, cell: int, words: Words, facts: frozenset[str]) -> str:
    """On an operand that receives nothing: what the code writes to instead."""
    if "rule changes out.grad" in facts:
        return f"What the rule changes is {words.grad(0)}."
    for name, line in _unknown_attributes(source, definition, words.names.known):
        if name.partition(".")[0] == words.node(cell):
            return f"In line {line} {name} is set, which nothing reads."
    return ""


def _unknown_attributes(source: str, definition: str, known: frozenset[str]) -> list[tuple[str, int]]:
    """The attributes that a function sets and nothing else knows, unless it reads them, too."""
    written: dict[str, tuple[str, int]] = {}
    read = set(known)
    for function in defined(source, definition):
        for node in ast.walk(function):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                if isinstance(node.ctx, ast.Store):
                    written.setdefault(node.attr, (f"{node.value.id}.{node.attr}", node.lineno))
                else:
                    read.add(node.attr)
    return [found for attribute, found in written.items() if attribute not in read]


def line_of(trouble: Raised, name: str) -> int:
    """The innermost line of the exercise's own file that an exception comes through, 0 for none."""
    for frame in reversed(trouble.frames):
        file, _, rest = frame.partition(".py, line ")
        number = rest.partition(",")[0]
        if file == name and number.isdigit():
            return int(number)
    return 0


def of_trouble(trouble: Raised, source: str, definition: str, line: int) -> str:
    """On an exception: what the source shows about the line, or the message about the call."""
    error = trouble.error
    if "for ^" in error:
        return BINARY_XOR
    if error.startswith("TypeError") and "positional argument" in error and not trouble.frames:
        return "backward() calls the rule without arguments."
    if error.startswith("NotImplementedError") and _goes_on_below(source, line):
        return f"What stands below line {line} is never reached: delete that line if it is left over."
    if "NoneType" in error and (method := _changes_in_place(source, line)):
        return f"{method}() changes what it is called on, and gives back None."
    own = _calls_own_name(source, definition)
    if own and own == line:
        return f"In line {line}, {definition}(…) is this very function: it has the name of the built-in one."
    if trouble.frames and trouble.frames[0].endswith("in <module>"):
        known = re.search(r"'Value' (and|object)|of type 'Value'", error)
        return "The operators are attached to Value when this file has been read to its end." if known else ""
    return ""


def _goes_on_below(source: str, line: int) -> bool:
    """Whether a raise in that line has statements below it in its own block."""
    for node in ast.walk(parsed(source)):
        body = getattr(node, "body", None)
        for statement in body[:-1] if isinstance(body, list) else ():
            if isinstance(statement, ast.Raise) and statement.lineno == line:
                return True
    return False


CHANGES_IN_PLACE = ("append", "extend", "insert", "reverse", "sort", "add", "update", "clear")


def _changes_in_place(source: str, line: int) -> str:
    """A method called in that line, or in what a name there was set to, that gives back nothing."""
    names: set[str] = set()
    calls: dict[str, str] = {}
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.Assign) and (method := _in_place(node.value)):
            calls |= {target.id: method for target in node.targets if isinstance(target, ast.Name)}
        if getattr(node, "lineno", 0) == line:
            if method := _in_place(node):
                return method
            names |= {node.id} if isinstance(node, ast.Name) else set()
    return next((calls[name] for name in sorted(names & calls.keys())), "")


def _in_place(node: ast.AST) -> str:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr if node.func.attr in CHANGES_IN_PLACE else ""
    return ""


def _calls_own_name(source: str, definition: str) -> int:
    """The line in which a function calls itself by its plain name, 0 for none."""
    for function in defined(source, definition):
        for node in ast.walk(function):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Name) and called.id == definition:
                return called.lineno
    return 0


# ---- a gradient's new value, taken apart: how it is stored, what arrives, and the local derivative

# Taken apart like this, findings compose: a share that is set and has the wrong sign is two findings.
# What may stand in a share, in the order in which it is tried; and what the derivatives are made of.
USED = ("a", "b", "A", "B", "A_", "B_", "out", "k", "g")


@dataclass(frozen=True, slots=True)
class Apart:
    """A gradient's new value taken apart.

    does: how it is stored, as Python. findings: each with the words of its sentence.
    """

    does: str
    findings: tuple[tuple[str, dict[str, str]], ...]


@dataclass(slots=True)
class Gradient:
    """One gradient's new value, and the share that should have been added.

    cell: 1 or 2, for the first operand and the second. result: what the operation computes.
    """

    words: Words
    cell: int
    new: Formula
    want: Formula
    result: Formula
    belong: frozenset[str]
    _does: str = ""
    _found: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def apart(self) -> Apart:
        """What is wrong with it: first how it is stored, then what is."""
        self._stored()
        return Apart(self._does, tuple(self._found))

    def _add(self, finding: str, **words: str) -> None:
        self._found.append((finding, words))

    @property
    def _grad(self) -> str:
        return self.words.grad(self.cell)

    def _stored(self) -> None:
        new, own = self.new, "AB"[self.cell - 1]
        mine, share = algebra.name(own), algebra.sub(new, algebra.name(own))
        text = self.words.text
        if new == mine:
            self._does = "nothing is added"
            self._add("no-share")
        elif own not in algebra.symbols(new):
            self._does = f"{self._grad} = {text(new)}"
            if not self._from_the_other(own):
                self._add("overwrites")
                if new != ZERO:
                    self._share(new)
        elif own not in algebra.symbols(share):
            negative = all(coefficient < 0 for _, coefficient in share)
            shown = algebra.scale(share, -1) if negative else share
            self._does = f"{self._grad} {'-=' if negative else '+='} {text(shown)}"
            self._share(share)
        elif (times := self._times(own)) is not None:
            self._does = f"{self._grad} = {text(new)}"
            self._add("old-gradient", times=algebra.figure(times))
            self._share(algebra.sub(new, algebra.scale(mine, times)))
        elif (factor := _divided(new, mine)) is not None and _is_factor(factor, own):
            self._does = f"{self._grad} *= {text(factor)}"
            self._add("times-gradient")
            self._share(factor)
        else:
            self._does = f"{self._grad} += {text(share)}"
            self._share(share)

    def _from_the_other(self, own: str) -> bool:
        """Whether it is the other operand's gradient, as it was or has become, and the right share."""
        other = "BA"["AB".index(own)]
        for theirs in (f"{other}_", other):
            rest = algebra.sub(self.new, algebra.name(theirs))
            if theirs in algebra.symbols(self.new) and rest == self.want:
                self._add("other-gradient", got_from=self.words.symbols[theirs])
                return True
        return False

    def _times(self, own: str) -> float | None:
        """How many times the old gradient counts, where that is a number."""
        holding = [(product, c) for product, c in self.new if any(atom == own for atom, _ in product)]
        single = len(holding) == 1 and holding[0][0] == ((own, ONE),)
        return holding[0][1] if single else None

    def _share(self, share: Formula) -> None:
        """What is wrong with a share: what arrives at the result, then the local derivative."""
        want, upstream = self.want, self.words.symbols["g"]
        if share == want:
            return
        if share == ZERO:
            self._add("no-share")
        elif share == algebra.scale(want, -1):
            self._add("sign")
        elif "early" in algebra.symbols(share):
            self._add("upstream-early", upstream=upstream)
        elif want == ZERO:
            self._add("share-undue")
        elif not self._swapped(share, want):
            local = self._local(share)
            if local is not None:
                self._derivative(local)

    def _local(self, share: Formula) -> Formula | None:
        """The share without what arrives, where that can be told apart; told where it does not multiply."""
        g, upstream = algebra.name("g"), self.words.symbols["g"]
        if "g" not in algebra.symbols(share):
            self._add("upstream-missing", upstream=upstream)
            return share
        local = _divided(share, g)
        if local is not None and "g" not in algebra.symbols(local):
            return local
        for rest, how in (
            (algebra.sub(share, g), "is added to"),
            (algebra.add(share, g), "is subtracted from"),
        ):
            if "g" not in algebra.symbols(rest):
                self._add("upstream-misused", upstream=upstream, how=f"{how} the derivative")
                return rest
        self._add("upstream-misused", upstream=upstream, how="stands where it does not multiply")
        return None

    def _derivative(self, local: Formula) -> None:
        slope = _divided(self.want, algebra.name("g"))
        if slope is None or local == slope:
            return
        if local == algebra.scale(slope, -1):
            self._add("sign")
        elif not self._swapped(local, slope):
            idea = of_slope(local, slope, self.result, self.words)
            negated = "" if idea else of_slope(algebra.scale(local, -1), slope, self.result, self.words)
            if negated:
                self._add("sign")
            self._add("derivative", idea=idea or negated)

    def _swapped(self, share: Formula, want: Formula) -> bool:
        """Whether one symbol stands in another's place, and putting that right makes all of it right."""
        for used in USED:
            for right in sorted(self.belong - {used}) if used in algebra.symbols(share) else ():
                try:
                    if algebra.substitute(share, used, algebra.name(right)) == want:
                        self._add("wrong-number", used=self.words.symbols[used])
                        return True
                except (TooLarge, *UNDEFINED):
                    continue
        return False


def _divided(formula: Formula, by: Formula) -> Formula | None:
    try:
        return algebra.mul(formula, algebra.power(by, algebra.number(-1)))
    except TooLarge:
        return None


def _is_factor(factor: Formula, own: str) -> bool:
    """Whether that many times the gradient is a share multiplied in, and not one added beside."""
    return own not in algebra.symbols(factor) and not dict(factor).get(())

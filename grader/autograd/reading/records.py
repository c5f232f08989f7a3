"""What a reading asks a cage, and what comes back: records of numbers, in which nothing is trusted.

A question is a program like any other: its answer is as many numbers as it says. So whatever the code under
test does to the process that it runs in, all that can arrive are numbers, and a reader looks each up in a
list of its own. What a run of an operation shows is read here; see modules.py for networks, walks.py for
backward().
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import isnan
from typing import Any, ClassVar

from grader.autograd.reading import algebra
from grader.autograd.reading.algebra import Expression, Formula, TooLarge, close
from grader.autograd.reading.worker.record import (
    ARITY,
    ASKED,
    ASKED_NODES,
    FACTS,
    KINDS,
    NAMES,
    NODES,
    OPERATIONS,
    PLAIN_RECORD,
    SIGNS,
    SYMBOLIC_RECORD,
)
from grader.model import Numbers, Observation, Raised

MOST_DEEP = 40


@dataclass(frozen=True, slots=True)
class Question:
    """What a worker is asked to look at: kind, as in worker/serving.py, and the details that it takes."""

    tag: ClassVar[str] = "reading"
    kind: str
    details: tuple[Any, ...]
    length: int


# Asks one engine: each question in turn, in one process.
Ask = Callable[[Sequence[Question]], list[Observation]]


class Unreadable(Exception):
    """A record says what no worker of ours says."""


class Reader:
    """Takes a record's numbers one after the other; raises Unreadable where they mean nothing."""

    def __init__(self, numbers: Sequence[float]) -> None:
        self._numbers = numbers
        self._at = 0

    def number(self) -> float:
        """Any number; NaN where there was none."""
        if self._at >= len(self._numbers):
            raise Unreadable("the record is too short")
        self._at += 1
        return self._numbers[self._at - 1]

    def whole(self, most: int = 1 << 30) -> int:
        """A whole number from -1 to most."""
        number = self.number()
        if not -1 <= number <= most or number != int(number):
            raise Unreadable(f"{number} is no whole number from -1 to {most}")
        return int(number)

    def flag(self) -> bool:
        return self.whole(1) == 1

    def kind(self) -> str:
        """What kind of thing something is, with its article."""
        return self.kind_of(self.whole(len(KINDS) - 1))

    def kind_of(self, code: int) -> str:
        """The kind of that place in the list."""
        if not 0 <= code < len(KINDS):
            raise Unreadable(f"there is no kind {code}")
        return KINDS[code]

    def tree(self, names: Sequence[str], nodes: int = NODES) -> Expression | None:
        """An expression over these symbols, or None where there is none or it was too large."""
        count, start = self.whole(nodes), self._at
        self._at += 2 * nodes
        flat = self._numbers[start : self._at]
        if count <= 0:
            return None
        made, end = self._node(flat, 0, names, 0)
        if end != 2 * count:
            raise Unreadable("an expression does not end where it should")
        return made

    def _node(
        self, flat: Sequence[float], at: int, names: Sequence[str], depth: int
    ) -> tuple[Expression, int]:
        if depth > MOST_DEEP or at + 1 >= len(flat):
            raise Unreadable("an expression goes on too long")
        code, detail = flat[at], flat[at + 1]
        if code not in range(len(OPERATIONS)):
            raise Unreadable(f"there is no operation {code}")
        op = OPERATIONS[int(code)]
        if op == "num":
            if not abs(detail) < float("inf"):
                raise Unreadable(f"{detail} is no number to compute with")
            return ("num", int(detail) if detail == int(detail) and abs(detail) < 1e15 else detail), at + 2
        if op == "sym":
            if detail not in range(len(names)):
                raise Unreadable(f"there is no symbol {detail}")
            return ("sym", names[int(detail)]), at + 2
        arguments = []
        end = at + 2
        for _ in range(ARITY.get(op, 1)):
            argument, end = self._node(flat, end, names, depth + 1)
            arguments.append(argument)
        return (op, *arguments), end


# ---- where an operation is looked at

# Odd numbers, so that each can be told from any other and from whatever a person would write.
BASE = {"a": 1.9273105268841, "b": 3.4189328840613, "g": 1.3131748297351}
BASE |= {"A": 0.7717162390185, "B": 0.5353191164703}
LARGE, SMALL = 37.6127349028415, 0.4142135623731


def _changed(base: Mapping[str, float], *changes: Mapping[str, float]) -> list[dict[str, float]]:
    return [{name: value * change.get(name, 1) for name, value in base.items()} for change in changes]


def points(mode: str, factor: float = 1.0) -> list[dict[str, float]]:
    """All signs, zero, large and small, whole numbers, earlier gradients or none, for a kind of operands."""
    base = {name: value * factor for name, value in BASE.items()}
    if mode == "two":
        signs = _changed(base, {}, {"a": -1}, {"b": -1}, {"a": -1, "b": -1}, {"g": -1}, {"A": -1}, {"B": -1})
        rest = _changed(base, {"a": 0}, {"b": 0}, {"a": 0, "b": 0}, {"A": 0, "B": 0}, {"a": 20, "b": -30})
        whole = (23, 19) if factor == 1 else (29, -37)
        same = {**base, "b": base["a"]}
        return [*signs, *rest, same, {**base, "a": whole[0], "b": whole[1]}]
    base = {name: value for name, value in base.items() if name not in "bB"}
    a, small, large = base["a"], SMALL * factor, LARGE * factor
    if mode == "one":
        whole = (23, -23) if factor == 1 else (29, -31)
        between = () if factor == 1 else (0.0731, 0.7331, 1.3171, -0.7331)
        numbers = (small, a, 4.3 * a, large, -small, -1.3 * a, -large, 0.0, *between, *whole)
        made = [{**base, "a": x} for x in numbers]
        for x in (a, -1.3 * a):
            made += _changed({**base, "a": x}, {"g": -1}, {"A": -1}, {"A": 0})
        return made
    pairs: list[tuple[float, float]] = [(a, 3), (a, 2), (-a, 3), (-a, 2), (a, 4), (small, 3), (a, -1)]
    pairs += [(a, -2), (-a, -1), (a, 0.5), (a, 2.5), (large, 1.5), (a, -1.5), (a, 1), (-a, 1), (a, 0)]
    pairs += [(0.0, 2), (0.0, 3), (0.0, 1), (23, 2), (a, 3.0), (a, 2.0), (a, 5), (-a, -2), (small, -1)]
    if factor != 1:
        pairs = [(x, k + 2 if abs(k) > 2 and k == int(k) else k) for x, k in pairs]
    made = [{**base, "a": x, "k": k} for x, k in pairs]
    return made + _changed({**base, "k": 3}, {"g": -1}, {"A": -1}, {"A": 0})


# ---- what was seen there: one record a run


NOTHING = (float("nan"),) * 3


@dataclass(frozen=True, slots=True)
class Seen:
    """One run's record, see worker/operations.py; trouble where there is none.

    result, rule: kinds of things, "a" or "b" for an operand itself, "" for a rule that can be called.
    data, grads: numbers, NaN for anything else; their kinds, their formulas, and the lines that set them.
    """

    trouble: Raised | None = None
    result: str = ""
    data_kind: str = ""
    rule: str = ""
    reached: tuple[bool, bool] = (False, False)
    inner: int = 0
    strange: str = ""
    facts: frozenset[str] = frozenset()
    grad_kinds: tuple[str, str] = ("", "")
    lines: tuple[int, int, int] = (0, 0, 0)
    numbers: tuple[float, float, float] = NOTHING
    formulas: tuple[Formula | None, Formula | None, Formula | None] = (None, None, None)
    asked: tuple[tuple[str, Expression, Expression], ...] = ()

    def same(self, other: Seen) -> bool:
        """Whether both runs showed the same."""
        numbers = zip(self.numbers, other.numbers, strict=True)
        alike = all(one == two or (isnan(one) and isnan(two)) for one, two in numbers)
        return alike and replace(self, numbers=NOTHING) == replace(other, numbers=NOTHING)

    @property
    def is_node(self) -> bool:
        """A new node came back, whose data is a number."""
        return self.result == "a Value" and self.data_kind in ("a number", "a bool")


STORED, NEVER = "", "never"


def seen(got: Observation, symbolic: bool) -> Seen | None:
    """What an observation tells; None where it tells nothing that is to be believed."""
    if isinstance(got, Raised):
        return Seen(trouble=got)
    if not isinstance(got, Numbers):
        return None
    try:
        return _seen(Reader(got.values), symbolic)
    except Unreadable:
        return None


@lru_cache(maxsize=512)
def _known(got: Observation, symbolic: bool) -> Seen | None:
    """What the reference's answer tells: the same for every submission, and at nobody's expense."""
    with algebra.uncounted():
        return seen(got, symbolic)


def _seen(read: Reader, symbolic: bool) -> Seen:
    code = read.whole(30)
    result = "ab"[code - 20] if 20 <= code <= 21 else read.kind_of(code)
    data_kind = read.kind()
    rule = read.whole(30)
    reached = read.flag(), read.flag()
    inner, strange, marks = read.whole(), read.whole(20), read.whole()
    kinds = read.kind(), read.kind()
    lines = read.whole(), read.whole(), read.whole()
    numbers = read.number(), read.number(), read.number()
    formulas: list[Formula | None] = [None, None, None]
    asked: list[tuple[str, Expression, Expression]] = []
    if symbolic:
        formulas = [_formula(read.tree(NAMES)) for _ in range(3)]
        for _ in range(read.whole(ASKED)):
            sign = SIGNS[read.whole(len(SIGNS) - 1)]
            left, right = read.tree(NAMES, ASKED_NODES), read.tree(NAMES, ASKED_NODES)
            if left is not None and right is not None:
                asked.append((sign, left, right))
    return Seen(
        None,
        result,
        data_kind,
        STORED if rule == 0 else NEVER if rule == 1 else read.kind_of(rule - 10),
        reached,
        inner,
        "" if strange < 0 else read.kind_of(strange),
        frozenset(fact for place, fact in enumerate(FACTS) if marks >> place & 1),
        kinds,
        lines,
        numbers,
        (formulas[0], formulas[1], formulas[2]),
        tuple(asked),
    )


def _formula(tree: Expression | None) -> Formula | None:
    try:
        return None if tree is None else algebra.normal(tree)
    except TooLarge:
        return None


@dataclass(frozen=True, slots=True)
class Look:
    """One point: what was seen there with plain numbers, which is the truth, and with symbols."""

    at: dict[str, float]
    plain: Seen
    symbolic: Seen | None

    def formula(self, cell: int) -> Formula | None:
        """The formula of the data (0) or of a gradient (1, 2), where both runs came to the same number."""
        there = self.symbolic
        if there is None or there.trouble:
            return None
        return there.formulas[cell] if close(there.numbers[cell], self.plain.numbers[cell]) else None


def looks(
    ask: Ask,
    attribute: str,
    mode: str,
    at: Sequence[dict[str, float]],
    symbolic: bool = True,
    known: bool = False,
) -> list[Look]:
    """An operation at points, without symbols and, unless nothing else is wanted, with them.

    known: it is the reference that is asked.
    """
    tell = _known if known else seen
    ways = ((False, PLAIN_RECORD), (True, SYMBOLIC_RECORD))[: 1 + symbolic]
    questions = []
    for point in at:
        names = "".join(name for name in point if len(name) == 1)
        for way, length in ways:
            details = (attribute, mode, way, names, tuple(point[name] for name in names))
            questions.append(Question("operation", details, length))
    got = ask(questions)
    made = []
    for number, point in enumerate(at):
        plain = tell(got[len(ways) * number], False)
        if plain is not None:
            other = tell(got[len(ways) * number + 1], True) if symbolic else None
            made.append(Look({**point, **_named(plain)}, plain, other))
    return made


def _named(plain: Seen) -> dict[str, float]:
    """The numbers that have a name only after the run."""
    after = {"out": plain.numbers[0], "A_": plain.numbers[1], "B_": plain.numbers[2], "early": 0.0}
    return {name: number for name, number in after.items() if not isnan(number)}

"""Whether an implementation's own parts work by themselves, so that none is blamed for another's mistake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.observation import Numbers, Observation
from grader.program import BACKWARD, Expression, Packed, Plain, Step, pack

CLOSE = 1e-4
Numbered = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Checkup:
    """A program about one part, with the data of its last node and its leaves' gradients.

    part: an operation, "under" for one that is not the root, "twice" or "shared", which are about backward().
    by: the operation that it is made with.
    """

    part: str
    by: str
    program: Expression
    data: float
    grads: Numbered


def _step(op: str, *operands: int | Plain) -> Step:
    return Step(op, operands)


def _one(part: str, step: Step, data: float, grads: Numbered, leaves: Numbered = (3, 2)) -> Checkup:
    steps = (step, _step(BACKWARD, len(leaves)))
    return Checkup(part, part, Expression(leaves, steps), data, grads)


def _under(op: str, step: Step, data: float, grads: Numbered, leaves: Numbered = (3, 2)) -> Checkup:
    """The operation with one after it, so that what arrives at it is 2."""
    last = len(leaves)
    steps = (step, _step("+", last, last), _step(BACKWARD, last + 1))
    return Checkup("under", op, Expression(leaves, steps), data, grads)


def _twice(op: str, data: float, grads: Numbered) -> Checkup:
    steps = (_step(op, 0, 1), _step(BACKWARD, 2), _step(op, 0, 1), _step(BACKWARD, 3))
    return Checkup("twice", op, Expression((3, 2), steps), data, grads)


def _shared(op: str, data: float, grads: Numbered) -> Checkup:
    steps = (_step(op, 0, 1), _step(op, 2, 0), _step(op, 2, 3), _step(BACKWARD, 4))
    return Checkup("shared", op, Expression((3, 2), steps), data, grads)


CHECKUPS = (
    _one("+", _step("+", 0, 1), 5, (1, 1)),
    _one("-", _step("-", 0, 1), 1, (1, -1)),
    _one("*", _step("*", 0, 1), 6, (2, 3)),
    _one("/", _step("/", 0, 1), 1.5, (0.5, -0.75)),
    _one("**", _step("**", 0, Plain(2)), 9, (6,), (3,)),
    _one("neg", _step("neg", 0), -3, (-1,), (3,)),
    _one("relu", _step("relu", 0), 3, (1,), (3,)),
    _one("relu", _step("relu", 0), 0, (0,), (-3,)),
    _under("+", _step("+", 0, 1), 10, (2, 2)),
    _under("-", _step("-", 0, 1), 2, (2, -2)),
    _under("*", _step("*", 0, 1), 12, (4, 6)),
    _under("/", _step("/", 0, 1), 3, (1, -1.5)),
    _under("**", _step("**", 0, Plain(2)), 18, (12,), (3,)),
    _under("neg", _step("neg", 0), -6, (-2,), (3,)),
    _under("relu", _step("relu", 0), 6, (2,), (3,)),
    _twice("+", 5, (2, 2)),
    _twice("*", 6, (4, 6)),
    _shared("+", 13, (3, 2)),
    _shared("*", 108, (108, 108)),
)


def packed() -> list[Packed]:
    """The programs, to be sent."""
    return [pack(checkup.program) for checkup in CHECKUPS]


def broken(seen: Sequence[Observation]) -> frozenset[str]:
    """The parts that are wrong by themselves: operations, "twice" and "shared".

    Where no operation at all sends the right gradient, that is backward()'s fault and not theirs.
    """
    pairs = list(zip(CHECKUPS, seen, strict=True))
    data = {c.part: True for c in CHECKUPS} | {c.part: False for c, got in pairs if not _right_data(c, got)}
    grads = {c.part: True for c in CHECKUPS} | {c.part: False for c, got in pairs if not _right(c, got)}
    operations = [c.part for c in CHECKUPS if c.part == c.by]
    # What is right as the root may still not pass on what arrives; unless nothing does.
    under = {c.by: _right(c, got) for c, got in pairs if c.part == "under"}
    if any(under.values()):
        grads |= {part: grads[part] and under[part] for part in operations}
    anyhow = any(grads[part] for part in operations)
    wrong = {part for part in operations if not data[part] or (anyhow and not grads[part])}
    return frozenset(wrong | {part for part in ("twice", "shared") if _fails(part, pairs, grads)})


def _fails(part: str, pairs: list[tuple[Checkup, Observation]], grads: Mapping[str, bool]) -> bool:
    """Whether backward() fails in this with every operation that works by itself."""
    tried = [_right(c, got) for c, got in pairs if c.part == part and grads[c.by]]
    return bool(tried) and not any(tried)


def _right_data(checkup: Checkup, got: Observation) -> bool:
    nodes = checkup.program.nodes
    return isinstance(got, Numbers) and abs(got.values[nodes - 1] - checkup.data) < CLOSE


def _right(checkup: Checkup, got: Observation) -> bool:
    if not isinstance(got, Numbers) or not _right_data(checkup, got):
        return False
    found = got.values[checkup.program.nodes :][: len(checkup.grads)]
    return all(abs(x - y) < CLOSE for x, y in zip(found, checkup.grads, strict=True))

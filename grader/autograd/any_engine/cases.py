"""What an implementation can be asked: cases for other ways of being right, and a checkup."""

from __future__ import annotations

import marshal
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from math import inf, isfinite
from struct import Struct
from typing import Any

from grader.agreement import close
from grader.autograd.any_engine.shape import NARROW, OWN, Shape, made
from grader.autograd.as_python import oracle
from grader.autograd.program import (
    BACKWARD,
    OURS,
    ZERO,
    Convention,
    Expression,
    Forward,
    Nudge,
    Number,
    Plain,
    Program,
    Seed,
    Step,
    Training,
    View,
    unpack,
)
from grader.course.properties import Property
from grader.examine.cases import Bank, key
from grader.examine.setting import Setting
from grader.machine.cache import recall
from grader.model import Exercise, Numbers, Observation, Raised
from grader.sandbox.runner import Request
from grader.subject import Packed, Unfit, pack
from grader.version import code_digest

# What numbers are divided by where an activation is flat for large ones. A power of two, so it is exact.
SMALLER = 8
NETWORKS = ("neuron", "layer", "mlp", "together")


def seen_by(exercise: Exercise, convention: Convention) -> Convention:
    """As much of a convention as an exercise can tell from ours."""
    name = exercise.name
    hidden, last = (convention.hidden, convention.last) if name in NETWORKS else (OURS.hidden, OURS.last)
    return Convention(hidden, last if name in ("mlp", "together") else OURS.last, convention.resets)


def bank_of(
    setting: Setting, exercise: Exercise, properties: Sequence[Property], convention: Convention
) -> Bank:
    """The exercise's cases as they are by this convention: from the cache, or answered now and put there."""
    ours = setting.bank(exercise, properties)
    convention = seen_by(exercise, convention)
    if convention == OURS:
        return ours

    def asked() -> Bank:
        setting.say_once(
            f"Asking PyTorch once about {exercise.name} with {convention.hidden} and {convention.last} …"
        )
        return varied(ours, properties, convention)

    name = _file(setting, exercise, convention)
    read = partial(Bank.from_bytes, setting.course.subject)
    return recall(setting.cache, name, read, asked, Bank.to_bytes, setting.say_once)


def _file(setting: Setting, exercise: Exercise, convention: Convention) -> str:
    makers = code_digest("autograd/any_engine")
    stem = key(setting.course.subject, setting.course.properties(exercise.name), setting.seed)
    return f"{stem}-{convention.name}-{makers.hex()[:12]}.cases"


def varied(bank: Bank, properties: Sequence[Property], convention: Convention) -> Bank:
    """The same cases with the answers of this convention, without those that it makes unfit."""
    answer = oracle().answer
    answers: dict[int, tuple[Program, tuple[float, ...]]] = {}
    for number, prop in enumerate(properties):
        for place in bank.places(number):
            program = smaller(unpack(bank.programs[place]), convention)
            try:
                answers[place] = program, answer(program, prop.kink, convention)
            except Unfit:
                continue
    return chosen(bank, properties, lambda place: place in answers, answers)


def smaller(program: Program, convention: Convention) -> Program:
    """The program with numbers near zero, where an activation hardly changes far from there."""
    if not {convention.hidden, convention.last} & set(NARROW):
        return program
    if isinstance(program, Forward | Training):
        rows = tuple(tuple(x / SMALLER for x in row) for row in program.rows)
        return replace(program, parameters=tuple(x / SMALLER for x in program.parameters), rows=rows)
    if isinstance(program, Nudge):
        row = tuple(x / SMALLER for x in program.row)
        return replace(program, parameters=tuple(x / SMALLER for x in program.parameters), row=row)
    return program


def of_floats(bank: Bank, properties: Sequence[Property]) -> Bank:
    """The same cases with floats for whole numbers, exponents apart."""
    places = [place for number in range(len(properties)) for place in bank.places(number)]
    changed = {p: (_of_floats(unpack(bank.programs[p])), tuple(bank.answer(p))) for p in places}
    return chosen(bank, properties, changed.__contains__, changed)


def _of_floats(program: Program) -> Program:
    match program:
        case Expression():
            steps = tuple(step if step.op == "**" else _step_of_floats(step) for step in program.steps)
            return replace(program, leaves=_floats(program.leaves), steps=steps)
        case Seed():
            return replace(program, leaf=float(program.leaf))
        case Forward() | Training():
            rows = tuple(map(_floats, program.rows))
            return replace(program, parameters=_floats(program.parameters), rows=rows)
        case Nudge():
            return replace(program, parameters=_floats(program.parameters), row=_floats(program.row))
    return program


def _step_of_floats(step: Step) -> Step:
    operands = (Plain(float(x.number)) if isinstance(x, Plain) else x for x in step.operands)
    return replace(step, operands=tuple(operands))


def _floats(numbers: Sequence[Number]) -> tuple[float, ...]:
    return tuple(map(float, numbers))


Answers = dict[int, tuple[Program, tuple[float, ...]]]


def chosen(
    bank: Bank, properties: Sequence[Property], stays: Callable[[int], bool], answers: Answers | None = None
) -> Bank:
    """The cases whose place stays, with other programs and answers where there are any."""
    counts, expected = [], array("d")
    order = {place: number for number, place in enumerate(bank.written)}
    written: list[tuple[int, int]] = []  # its author's order, and where it is now
    packed: list[Packed] = []
    lengths: list[int] = []
    known = answers or {}
    for number in range(len(properties)):
        places = [place for place in bank.places(number) if stays(place)]
        counts.append(len(places))
        for place in places:
            if place in order:
                written.append((order[place], len(packed)))
            packed.append(pack(known[place][0]) if place in known else bank.programs[place])
            expected.extend(known[place][1] if place in known else bank.answer(place))
            lengths.append(bank.request.lengths[place])
    request = Request(marshal.dumps(packed), tuple(lengths))
    return Bank(bank.subject, tuple(counts), tuple(place for _, place in sorted(written)), request, expected)


def asked(bank: Bank, properties: Sequence[Property], lacking: frozenset[str], forms: frozenset[str]) -> Bank:
    """The cases that need nothing that is lacking, of properties whose claim can be asked.

    What is written down for a property about plain numbers is what it claims: where that is lacking, the
    cases that are drawn besides prove something else.
    forms: what is wrong with a plain number on one side; it fails the properties that are about it, and is
    left out of those that can do without.
    """
    wanted = needs_of(bank.request)
    left_out: set[int] = set()
    for number in range(len(properties)):
        places = bank.places(number)
        plain = all(not wanted[place].isdisjoint(FORMS) for place in places)
        written = (wanted[place] for place in places if plain and bank.is_written(place))
        claimed = {form for words in written for form in words.intersection(FORMS)}
        # A form that most of a property's cases need is what it is about.
        about = {form for form in forms if 2 * sum(form in wanted[place] for place in places) > len(places)}
        needless = forms - about - claimed
        out = {place for place in places if wanted[place] & (lacking | needless)}
        left_out |= {*places} if claimed & lacking else out
    return chosen(bank, properties, lambda place: place not in left_out)


def numbers_alone(bank: Bank, properties: Sequence[Property]) -> Bank:
    """The cases of the properties that look at no gradient, as programs without a way back."""
    changed: Answers = {}
    for number, prop in enumerate(properties):
        places = [place for place in bank.places(number) if bank.programs[place][0] == "expression"]
        views = [View(bank.programs[place], tuple(bank.answer(place))) for place in places]
        if views and all(_looks_at_numbers_alone(prop, view) for view in views):
            for place, view in zip(places, views, strict=True):
                program = unpack(view.packed)
                assert isinstance(program, Expression)
                steps = tuple(step for step in program.steps if step.op not in (BACKWARD, ZERO))
                # Without a way back no gradient arrives.
                answer = tuple(bank.answer(place))
                zeros = (0.0,) * (len(answer) - program.nodes)
                changed[place] = replace(program, steps=steps), (*answer[: program.nodes], *zeros)
    return chosen(bank, properties, changed.__contains__, changed)


def _looks_at_numbers_alone(prop: Property, expected: View) -> bool:
    got = copy(expected)
    got.values = (*expected.data, *(grad + 1.0 for grad in expected.grads))
    try:
        prop.holds(expected, got)
    except AssertionError:
        return False
    return True


# How far single precision may be off after some thirty operations.
RELATIVE, ABSOLUTE = 1e-4, 1e-5
SINGLE = Struct("f")


def precise(prop: Property) -> Property:
    """The property without what it would take to shrink its failures."""
    return replace(prop, over=None)


def in_single(prop: Property) -> Property:
    """The property as exact as single precision is, for what was computed in it."""

    def holds(expected: View, got: View) -> None:
        single = _how_many_single(expected, got)
        prop.holds(expected, _rounded(expected, got, single) if single else got)

    return replace(prop, holds=holds)


def _how_many_single(expected: View, got: View) -> int:
    """How many of the last numbers were computed in single precision: all, the gradients, or none.

    They were where it holds every number, or one of them is the expected as it holds that. Where whole
    numbers are kept as such, what is computed of them and of others may be more exact.
    """
    pairs = zip(expected.values, got.values, strict=True)
    if _are_single(got.values) or any(e != g and _single(e) == g for e, g in pairs):
        return len(got.values)
    grads = got.grads if got.packed[0] == "expression" else ()
    return len(grads) if any(grads) and _are_single(grads) else 0


def _are_single(numbers: Sequence[float]) -> bool:
    return all(_single(number) == number for number in numbers if isfinite(number))


def _single(number: float) -> float:
    """A number as single precision holds it; infinite where it is too large for that."""
    try:
        return float(SINGLE.unpack(SINGLE.pack(number))[0])
    except OverflowError:
        return inf


def _rounded(expected: View, got: View, last: int) -> View:
    """What was observed; of its last numbers, what single precision cannot tell from the expected is that."""
    largest = max((abs(x) for x in expected.values), default=0.0)
    near = copy(got)
    first = len(got.values) - last

    def same(at: int, e: float, g: float) -> bool:
        return close(g, e) or (at >= first and abs(g - e) <= RELATIVE * abs(e) + ABSOLUTE * max(1.0, largest))

    pairs = enumerate(zip(expected.values, got.values, strict=True))
    near.values = tuple(e if same(at, e, g) else g for at, (e, g) in pairs)
    return near


BINARY = ("+", "-", "*", "/")
LISTING = ("census", "nudge", "training")


@lru_cache(maxsize=64)
def needs_of(request: Request) -> list[frozenset[str]]:
    """What each program of a request needs; kept, as the same cases are put to many submissions."""
    return list(map(needs, request.programs()))


def needs(packed: Packed) -> frozenset[str]:
    """The operations and forms that a program uses: "+", "+right" with a plain number there, and so on."""
    if packed[0] == "expression":
        again = {"again"} if _goes_back_again(len(packed[1]), packed[2]) else set()
        return frozenset(_of_steps(packed[2])) | again | ({"shared"} if _shares(packed[2]) else set())
    if packed[0] == "chain":
        return frozenset({"+", BACKWARD})
    return frozenset({BACKWARD}) if packed[0] == "seed" else frozenset(_of_module(packed))


def _of_steps(steps: tuple[tuple[str, tuple[int | tuple[float, ...], ...]], ...]) -> Iterator[str]:
    backwards = 0
    for op, operands in steps:
        if op == BACKWARD:
            backwards += 1
            yield BACKWARD
        elif op == "**":
            exponent = operands[1][0] if isinstance(operands[1], tuple) else 0.5
            yield "**float" if isinstance(exponent, float) else "**negative" if exponent < 0 else "**int"
        elif op in BINARY:
            yield op
            left, right = (isinstance(operand, tuple) for operand in operands)
            if left or right:
                yield f"{op}left" if left else f"{op}right"
        elif op != ZERO:
            yield op
    if backwards > 1:
        yield "twice"


def _shares(steps: tuple[tuple[str, tuple[Any, ...]], ...]) -> bool:
    """Whether several operations use the same node."""
    used: Counter[int] = Counter()
    for op, operands in steps:
        if op not in (BACKWARD, ZERO):
            used.update({operand for operand in operands if isinstance(operand, int)})
    return any(count > 1 for count in used.values())


def _goes_back_again(leaves: int, steps: tuple[tuple[str, tuple[Any, ...]], ...]) -> bool:
    """Whether a backward() goes over results that an earlier one has been over."""
    made_of: list[set[int]] = [set() for _ in range(leaves)]
    been: set[int] = set()
    for op, operands in steps:
        nodes = {operand for operand in operands if isinstance(operand, int)}
        if op == BACKWARD:
            (root,) = nodes
            if made_of[root] & been:
                return True
            been |= made_of[root]
        elif op != ZERO:
            made_of.append({len(made_of)}.union(*(made_of[node] for node in nodes)))
    return False


def _of_module(packed: Packed) -> Iterator[str]:
    tag, (name, sizes, nonlin), *rest = packed
    if not nonlin:
        yield f"{name}.flag"
    if name == "MLP" and len(sizes) == 2:
        yield "shallow"
    if tag in LISTING:
        yield f"{name}.parameters"
    if tag == "training":
        yield from ("-right", "**int", "+", "*", BACKWARD)
    if tag == "forward":
        yield from ("*", "+", BACKWARD)
        yield from ["twice"] if len(rest[1]) > 1 and not rest[3] else []
    if tag in ("forward", "nudge") and name != "Neuron" and sizes[-1] > 1:
        yield "*right"
    if tag == "nudge" or (tag in ("forward", "training") and (tag == "training" or rest[2])):
        yield "plain"


def missing(shape: Shape, exercise: str, beside: bool, lenient: bool) -> frozenset[str]:
    """What may not be asked.

    beside: our operations stand beside the exercise's own, which alone may then lack something.
    lenient: nor may what it turns down, or does not offer.
    """
    refused = shape.refused if lenient else frozenset()
    lacking = set(refused)
    if {"*right", "*left"} <= lacking:
        lacking.add("plain")
    if not shape.judges(exercise):
        lacking.add(BACKWARD)
    if shape.frees:
        lacking.add("again")
    if beside:
        own, about_walks = OWN.get(exercise), lacking & {BACKWARD, "again"}
        lacking = {word for word in lacking if own is not None and word.startswith(own)}
        # "*" begins the name of "**" as well.
        lacking -= {word for word in lacking if own == "*" and word.startswith("**")}
        # Our "/" is made of the code's own power then.
        lacking |= {"/"} if "**negative" in lacking else set()
        lacking |= about_walks if exercise == "backward" else set()
        # What ours makes of the code's own operation has to hold among its own parts, too.
        lacking |= {word for word in refused if word[0] in made(exercise)}
    for name, module in shape.modules.items() if lenient else ():
        lacking |= {f"{name}.flag"} if not module.flag and name != "MLP" else set()
        lacking |= {f"{name}.parameters"} if not module.parameters else set()
    return frozenset(lacking)


CLOSE = 1e-4
Numbered = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Checkup:
    """A program about one part, with the data of its last node and its leaves' gradients.

    part: an operation, "made" for one without a way back, "under" for one that is not the root, "same" for
        one node as both operands, "twice" or "shared", which are about backward().
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


def _made(op: str, step: Step, data: float, leaves: Numbered = (3, 2)) -> Checkup:
    """The operation without a way back."""
    return Checkup("made", op, Expression(leaves, (step,)), data, ())


def _under(op: str, step: Step, data: float, grads: Numbered, leaves: Numbered = (3, 2)) -> Checkup:
    """The operation with one after it, so that what arrives at it is 2."""
    last = len(leaves)
    steps = (step, _step("+", last, last), _step(BACKWARD, last + 1))
    return Checkup("under", op, Expression(leaves, steps), data, grads)


def _same(op: str, data: float, grads: Numbered) -> Checkup:
    """The operation with one node as both of its operands."""
    steps = (_step(op, 0, 0), _step(BACKWARD, 1))
    return Checkup("same", op, Expression((3,), steps), data, grads)


def _twice(op: str, data: float, grads: Numbered) -> Checkup:
    steps = (_step(op, 0, 1), _step(BACKWARD, 2), _step(op, 0, 1), _step(BACKWARD, 3))
    return Checkup("twice", op, Expression((3, 2), steps), data, grads)


def _shared(op: str, data: float, grads: Numbered) -> Checkup:
    steps = (_step(op, 0, 1), _step(op, 2, 0), _step(op, 2, 3), _step(BACKWARD, 4))
    return Checkup("shared", op, Expression((3, 2), steps), data, grads)


# With a plain number on one side.
FORMS = ("+left", "+right", "*left", "*right")
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
    _same("+", 6, (2,)),
    _same("-", 0, (0,)),
    _same("*", 9, (6,)),
    _same("/", 1, (0,)),
    _twice("+", 5, (2, 2)),
    _twice("*", 6, (4, 6)),
    _shared("+", 13, (3, 2)),
    _shared("*", 108, (108, 108)),
    _made("+", _step("+", 0, 1), 5),
    _made("-", _step("-", 0, 1), 1),
    _made("*", _step("*", 0, 1), 6),
    _made("/", _step("/", 0, 1), 1.5),
    _made("**", _step("**", 0, Plain(2)), 9, (3,)),
    _made("neg", _step("neg", 0), -3, (3,)),
    _made("relu", _step("relu", 0), 3, (3,)),
    _one("+left", _step("+", Plain(5.0), 0), 8, (1,), (3,)),
    _one("+right", _step("+", 0, Plain(5.0)), 8, (1,), (3,)),
    _one("*left", _step("*", Plain(5.0), 0), 15, (5,), (3,)),
    _one("*right", _step("*", 0, Plain(5.0)), 15, (5,), (3,)),
)


def packed() -> list[Packed]:
    """The programs, to be sent."""
    return [pack(checkup.program) for checkup in CHECKUPS]


def broken(seen: Sequence[Observation]) -> frozenset[str]:
    """The parts that are wrong by themselves: operations, "twice" and "shared".

    Where no operation at all sends the right gradient, that is backward()'s fault and not theirs.
    """
    pairs = list(zip(CHECKUPS, seen, strict=True))
    made = {c.by for c, got in pairs if c.part == "made" and _right_data(c, got)}
    # What raises on the way back may have been made well.
    unmade = {c.part for c, got in pairs if not _right_data(c, got)} - {
        c.part for c, got in pairs if c.part in made and not isinstance(got, Numbers)
    }
    grads = {c.part: True for c in CHECKUPS} | {c.part: False for c, got in pairs if not _right(c, got)}
    operations = [c.part for c in CHECKUPS if c.part == c.by and c.part not in FORMS]
    # An operation may be right as the root, or of two nodes, and still not pass on what arrives, or fail of
    # one node. Where all of them do, that is backward()'s fault.
    for kind in ("under", "same"):
        tried = {c.by: _right(c, got) for c, got in pairs if c.part == kind}
        if any(tried.values()):
            grads |= {part: grads[part] and tried.get(part, True) for part in operations}
    anyhow = any(grads[part] for part in operations)
    if not anyhow:
        unmade -= {c.part for c, got in pairs if c.part in FORMS and not isinstance(got, Numbers)}
    parts = (*operations, *FORMS)
    wrong = {part for part in parts if part in unmade or (anyhow and not grads[part])}
    return frozenset(wrong | {part for part in ("twice", "shared") if _fails(part, pairs, grads)})


def wrong_forms(broken: frozenset[str]) -> frozenset[str]:
    """The forms that are wrong, of operations that are right."""
    return frozenset(form for form in FORMS if form in broken and form[0] not in broken)


def crashing(seen: Sequence[Observation]) -> frozenset[str]:
    """The operations that are made well, and raise on the way back, where another one does not."""
    pairs = list(zip(CHECKUPS, seen, strict=True))
    made = {c.by for c, got in pairs if c.part == "made" and _right(c, got)}
    raised = {c.by for c, got in pairs if c.part == c.by and isinstance(got, Raised)}
    anyhow = any(_right(c, got) for c, got in pairs if c.part == c.by)
    return frozenset(made & raised if anyhow else ())


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


TRIED_NUMBERS = (0.5, 2.0, 1.25, 3.0, 0.125)
BOTH = (-2.0, *TRIED_NUMBERS, -0.75)


@dataclass(frozen=True, slots=True)
class Extra:
    """An operation to try: name as in reports, needs as in asking, positive where it takes no others."""

    name: str
    title: str
    needs: str
    step: Step
    leaves: int = 1
    positive: bool = False

    def programs(self) -> tuple[Expression, ...]:
        """A handful of programs: the operation alone, in a graph that uses its operand again, of one node."""
        made = []
        for x in TRIED_NUMBERS if self.positive else BOTH:
            leaves = (x, 1.5)[: self.leaves]
            last = len(leaves)
            again = (Step("*", (last, Plain(3.0))), Step("+", (last + 1, 0)))
            made.append(Expression(leaves, (self.step, Step(BACKWARD, (last,)))))
            made.append(Expression(leaves, (self.step, *again, Step(BACKWARD, (last + 2,)))))
            if self.leaves == 2:
                made.append(Expression((x,), (Step(self.step.op, (0, 0)), Step(BACKWARD, (1,)))))
        return tuple(made)


def _unary(name: str, positive: bool = False) -> Extra:
    return Extra(name, f"a.{name}()", name, Step(name, (0,)), positive=positive)


EXTRAS = (
    Extra("neg", "-a", "neg", Step("neg", (0,))),
    Extra("sub", "a - b", "-", Step("-", (0, 1)), leaves=2),
    Extra("rsub", "1 - a", "-left", Step("-", (Plain(1.0), 0))),
    Extra("div", "a / b", "/", Step("/", (0, 1)), leaves=2),
    Extra("rdiv", "1 / a", "/left", Step("/", (Plain(1.0), 0))),
    *(
        _unary(name)
        for name in ("tanh", "exp", "sigmoid", "sin", "cos", "tan", "abs", "atan", "sinh", "cosh")
    ),
    *(_unary(name, positive=True) for name in ("log", "sqrt")),
    *(_unary(name) for name in ("square", "reciprocal")),
)

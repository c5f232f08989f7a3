"""Recorded cases for other ways of being right, and those of a bank that can be asked."""

from __future__ import annotations

import marshal
from array import array
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from grader.cache import recall
from grader.cases import Bank, key
from grader.foreign.way import NARROW, OURS, Way
from grader.model import Exercise
from grader.program import Forward, Nudge, Packed, Program, Training, pack, unpack
from grader.properties import Property
from grader.request import Request
from grader.setting import Setting

# By that numbers shrink where an activation is flat for large ones; exact in binary.
SMALLER = 8
MAKERS = ("banks.py", "oracle.py", "way.py")
NETWORKS = ("neuron", "layer", "mlp", "together")


def seen_by(exercise: Exercise, way: Way) -> Way:
    """As much of a way as an exercise can tell from ours."""
    name = exercise.name
    hidden, last = (way.hidden, way.last) if name in NETWORKS else (OURS.hidden, OURS.last)
    return Way(hidden, last if name in ("mlp", "together") else OURS.last, way.resets)


def bank_of(setting: Setting, exercise: Exercise, properties: Sequence[Property], way: Way) -> Bank:
    """The exercise's cases as they are this way: from the cache, or answered now and put there."""
    ours = setting.bank(exercise, properties)
    way = seen_by(exercise, way)
    if way == OURS:
        return ours

    def asked() -> Bank:
        setting.say_once(f"Asking PyTorch once about {exercise.name} with {way.hidden} and {way.last} …")
        return varied(ours, properties, way)

    name = _file(setting, exercise, way)
    return recall(setting.cache, name, Bank.from_bytes, asked, Bank.to_bytes, setting.say_once)


def _file(setting: Setting, exercise: Exercise, way: Way) -> str:
    makers = b"".join((Path(__file__).parent / name).read_bytes() for name in MAKERS)
    stem = key(setting.course.properties(exercise.name), setting.seed).removesuffix(".cases")
    return f"{stem}-{way.name}-{sha256(makers).hexdigest()[:12]}.cases"


def varied(bank: Bank, properties: Sequence[Property], way: Way) -> Bank:
    """The same cases with the answers of this way, without those that it makes unfit."""
    from grader.foreign.oracle import answer
    from grader.oracle import Unfit

    answers: dict[int, tuple[Program, tuple[float, ...]]] = {}
    for number, prop in enumerate(properties):
        for place in bank.places(number):
            program = smaller(unpack(bank.programs[place]), way)
            try:
                answers[place] = program, answer(program, prop.kink, way)
            except Unfit:
                continue
    return chosen(bank, properties, lambda place: place in answers, answers)


def smaller(program: Program, way: Way) -> Program:
    """The program with numbers near zero, where an activation hardly changes far from there."""
    if not {way.hidden, way.last} & set(NARROW):
        return program
    if isinstance(program, Forward | Training):
        rows = tuple(tuple(x / SMALLER for x in row) for row in program.rows)
        return replace(program, parameters=tuple(x / SMALLER for x in program.parameters), rows=rows)
    if isinstance(program, Nudge):
        row = tuple(x / SMALLER for x in program.row)
        return replace(program, parameters=tuple(x / SMALLER for x in program.parameters), row=row)
    return program


Answers = dict[int, tuple[Program, tuple[float, ...]]]


def chosen(
    bank: Bank, properties: Sequence[Property], stays: Callable[[int], bool], answers: Answers | None = None
) -> Bank:
    """The cases whose place stays, with other programs and answers where there are any."""
    counts, written, expected = [], set(), array("d")
    packed: list[Packed] = []
    lengths: list[int] = []
    known = answers or {}
    for number in range(len(properties)):
        places = [place for place in bank.places(number) if stays(place)]
        counts.append(len(places))
        for place in places:
            if bank.is_written(place):
                written.add(len(packed))
            packed.append(pack(known[place][0]) if place in known else bank.programs[place])
            expected.extend(known[place][1] if place in known else bank.answer(place))
            lengths.append(bank.request.lengths[place])
    request = Request(marshal.dumps(packed), tuple(lengths))
    return Bank(tuple(counts), frozenset(written), request, expected)

"""Targets: what is made of a worker's answers, from the verdict to what is shown and stored."""

from __future__ import annotations

import io
import json
import struct
from functools import cache

from rich.console import Console

from grader.autograd.subject import SUBJECT
from grader.course.course import here
from grader.course.properties import Property, declared_in
from grader.examine.cases import Bank, default_folder, recall
from grader.examine.judging import broken, first_broken, verdict
from grader.model import Ended, Misfit, Numbers, Observation, Overtime, Raised, Result, Verdict
from grader.printable import printable
from grader.render.export import SINGLE
from grader.render.terminal import render
from grader.render.text import About
from grader.report.evidence import result_from_plain, result_to_plain
from grader.report.report import Report
from grader.sandbox.launch import Lane
from tests.fuzz.running import Target

NUMBERS = (float("nan"), float("inf"), -0.0, 1e308, 5e-324, 2.0**53, 1e-17, -1.5)


@cache
def _asked(name: str) -> tuple[Bank, list[Property]]:
    file = here().properties(name)
    properties = list(declared_in(file))
    return recall(SUBJECT, default_folder(), file, 0, properties, lambda _: None), properties


def observations(data: bytes) -> None:
    """A worker that answers wrongly in some cases: the verdict can be shown, stored and read again."""
    name = ("add", "backward", "layer")[data[0] % 3] if data else "add"
    bank, properties = _asked(name)
    seen: list[Observation] = [Numbers(bank.answer(place)) for place in range(len(bank.request.lengths))]
    for at in range(1, len(data) - 8, 8):
        place, kind = int.from_bytes(data[at : at + 2], "little") % len(seen), data[at + 2] % 6
        seen[place] = _odd(kind, data[at + 3 : at + 43], seen[place], bank.request.lengths[place])
    verdicts = []
    for number, prop in enumerate(properties):
        place = first_broken(prop, bank, bank.places(number), seen)
        worst = None if place is None else broken(bank, place, seen[place])
        verdicts.append(Verdict(prop.claim, verdict(SUBJECT, name, len(bank.places(number)), worst)))
    exercise = next(part for part in here().parts if part.name == name)
    _shown_and_stored(Result(exercise, tuple(verdicts)))


def _odd(kind: int, data: bytes, seen: Observation, length: int) -> Observation:
    if kind == 0 and isinstance(seen, Numbers):
        values = list(seen.values)
        values[data[0] % length] = NUMBERS[data[1] % len(NUMBERS)]
        return Numbers(tuple(values))
    if kind == 1:
        return Numbers(struct.unpack(f"<{length}d", (data * length).ljust(8 * length, b"\0")[: 8 * length]))
    lane = Lane.__new__(Lane)
    lane.said = len(data).to_bytes(2, "little") + data
    first, *rest = lane.texts_said()[0]
    told = (Raised(first, tuple(rest)), Misfit(first), Ended(first, bool(rest)), Overtime(2.0, bool(rest)))
    return told[kind - 2]


def _shown_and_stored(result: Result) -> None:
    report = Report("s", "a" * 64, 0, "none", (result,), None, ())
    text = io.StringIO()
    render(report, Console(file=text, width=80, highlight=False), "work", "make grade EX={}")
    for form in SINGLE.values():
        form(report, About())
    assert all(line == printable(line) for line in text.getvalue().split("\n"))
    plain = json.loads(json.dumps(result_to_plain(result)))
    claims = [judged.claim for judged in result.verdicts]
    assert result_to_plain(result_from_plain(result.exercise, claims, plain)) == plain


def _seeds() -> list[bytes]:
    texts = (
        b"E: {0} {1} {999999} x\nadd.py, line 3, in add",
        b"SyntaxError: x\nin <module>",
        b"[/red]{}::error::",
    )
    changes = [place.to_bytes(2, "little") + bytes([kind]) for kind in range(6) for place in (0, 7, 300)]
    said = [change + text.ljust(45)[:45] for change in changes for text in texts]
    return [bytes([name]) + one for name in range(3) for one in (b"", *said[:: 5 + name])]


ANSWERING = {"observations": Target(observations, _seeds)}

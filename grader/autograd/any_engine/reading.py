"""An implementation in a shape of its own as it is sent to a worker; and what there is to read of it."""

from __future__ import annotations

import ast
import marshal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from math import isnan
from typing import Any

from grader.agreement import close
from grader.autograd.any_engine.cases import RELATIVE
from grader.autograd.any_engine.shape import OWN, STAND_INS, Shape, beside, made
from grader.autograd.as_python import observed
from grader.autograd.program import Names as OwnNames
from grader.autograd.program import Program
from grader.autograd.reading.naming import COURSES, Names, parsed
from grader.autograd.reading.records import Ask, Question
from grader.model import (
    Counterexample,
    Crashed,
    Ended,
    Exercise,
    Failed,
    Misfit,
    Numbers,
    Observation,
    Outcome,
    Raised,
)
from grader.sandbox.runner import Parts, Request, sent
from grader.submission.submission import AnyShape

WORKER = "autograd.any_engine.worker"


@dataclass(frozen=True, slots=True)
class Loadable(Parts):
    """An implementation for one process; its modules are its files, by path.

    beside: what is examined with our parts beside it; empty for all of the code's own.
    networks: it will be asked about Neuron, Layer or MLP.
    whole: run modules with their demos, where nothing is found without.
    describe: it will be asked what it is.
    usual: parts that stand in go through relu, whatever the code's own go through.
    pasted: it is asked what programs give as the text that people are shown, and nothing is done to it.
    chains: to read it, its product of two nodes may be used, where no others can be made.
    """

    asked: AnyShape = AnyShape()  # noqa: RUF009 (it is frozen)
    beside: str = ""
    networks: bool = False
    whole: bool = False
    describe: bool = False
    usual: bool = False
    chains: bool = False
    pasted: bool = False

    def head(self) -> dict[str, Any]:
        """As the worker is told."""
        spared = set() if self.beside else {"siblings"}
        # What is examined is not sent along, nor what it is made into: each stands in only where it must.
        spared |= set() if self.beside and self.beside != "backward" else {"order"}
        name, module = STAND_INS.get(self.beside, ("", ""))
        spared |= {"neuron", "layer"} - {module} | (set() if module else {"stand_ins"})
        given = {
            "code": {name: code for name, code in sent(WORKER).items() if name not in spared},
            "files": dict(self.modules),
            "value": self.asked.value,
            "map": dict(self.asked.names),
            "whole": self.whole,
            "describe": self.describe,
            "rules": beside(self.beside) if self.beside else {},
            "made": made(self.beside),
            # Where it is read, what we put beside it keeps rules of the engine's own kind.
            "backward": bool(self.beside) and self.beside != "backward" and not self.reading,
            "reading": sent(self.reading) if self.reading else {},
            "chains": self.chains,
            "backward_read": bool(self.reading) and self.beside == "backward",
            "networks": self.networks,
            "stand_in": name,
            "usual": self.usual,
            "pasted": self.pasted,
        }
        return {"parts": {}, "foreign": given}


UNKNOWN = Numbers((float("nan"),))
# How nodes are linked of which backward() calls something, so that it is seen when they have their turns.
CALLED = ("closures", "given", "lazy", "shares")
# What of a power is refused, by the names that Names has for it.
EXPONENTS = {"negative": "**negative", "float": "**float"}


@dataclass(frozen=True, slots=True)
class Code:
    """One part's code.

    exercise: with the function's own name as what it defines. text: its file, of which only that function is
    left, where it stands. names: what its engine calls things.
    """

    exercise: Exercise
    text: str
    names: Names

    @classmethod
    def of(cls, shape: Shape, exercise: Exercise, sources: Mapping[str, str], lenient: bool) -> Code | None:
        """As it was found; None where it is no function in one of these files.

        lenient: what the code turns down is not asked.
        """
        place = shape.places.get(exercise.attach)
        if place is None or place[0] not in sources:
            return None
        file, line, own = place
        text = _alone(sources[file], line, own)
        if text is None:
            return None
        stem = file.rpartition("/")[2]
        alone = [path.rpartition("/")[2] for path in sources].count(stem) == 1
        refused = shape.refused if lenient else frozenset()
        names = Names(
            shape.name,
            shape.data,
            shape.grad,
            shape.operands or COURSES.operands,
            shape.rule or COURSES.rule,
            f"{shape.backward.partition('(')[0]}()",
            stem if alone else "?",
            frozenset(_looked_at(sources.values())),
            lenient and shape.resets,
            f"{OWN.get(exercise.name)}right" not in refused,
            frozenset(kind for kind, name in EXPONENTS.items() if name not in refused),
        )
        return cls(replace(exercise, defines=own), text, names)


def _alone(source: str, line: int, name: str) -> str | None:
    """A file with nothing but the function that begins in that line, where it stands."""
    lines = source.split("\n")
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            if first != line:
                continue
            last = node.end_lineno or first
            indent = len(lines[first - 1]) - len(lines[first - 1].lstrip())
            own = [each[indent:] for each in lines[first - 1 : last]]
            return "\n".join([*[""] * (first - 1), *own, *[""] * (len(lines) - last)])
    return None


def _looked_at(sources: Iterable[str]) -> Iterator[str]:
    """The attributes that anything in these files reads."""
    for source in sources:
        for node in ast.walk(parsed(source)):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                yield node.attr
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def cautious(ask: Ask) -> Ask:
    """The same questions, where what no line of theirs raises is not taken for theirs."""
    return partial(_asked, ask)


def _asked(ask: Ask, questions: Sequence[Question]) -> list[Observation]:
    return [UNKNOWN if isinstance(got, Raised) and not got.frames else got for got in ask(questions)]


def as_shown(case: Counterexample, program: Program, names: OwnNames) -> Request:
    """Asks what a counterexample gives as the text that it is, in a process that is Loadable.pasted.

    Its numbers are asked of the names that stand in the text, so nothing that it prints is read.
    """
    formulas = dict(observed(program, names))
    asked = [formulas[label] for label, _ in case.got or case.expected]
    return Request(marshal.dumps([(case.source, asked)]), (len(asked),))


class Given(Enum):
    """What a text gives: what is said of it, what is right, or something else."""

    AS_SAID, RIGHT, OTHERWISE = range(3)


def given(outcome: Outcome, case: Counterexample, got: Observation, single: bool) -> Given:
    """What a text has given of which an outcome says what it gives; single: in single precision."""
    if _as_said(outcome, case, got):
        return Given.AS_SAID
    if not isinstance(got, Numbers):
        return Given.OTHERWISE
    pairs = [(value, float(wanted)) for value, (_, wanted) in zip(got.values, case.expected, strict=True)]
    near = (close(a, b) or (single and abs(a - b) <= RELATIVE * max(1.0, abs(b))) for a, b in pairs)
    return Given.RIGHT if all(near) else Given.OTHERWISE


def _as_said(outcome: Outcome, case: Counterexample, got: Observation) -> bool:
    match outcome, got:
        case Failed(reason=""), Numbers(values):
            pairs = ((value, float(said)) for value, (_, said) in zip(values, case.got, strict=True))
            # What is nothing, or no number, is told as 0 or as none.
            return all(close(a, b) or (isnan(a) and (isnan(b) or not b)) for a, b in pairs)
        case Failed(), Raised(error=error):
            # Something comes in another form, and the text stops at that; but it has to begin.
            return bool(outcome.reason) and not error.startswith(("SyntaxError", "ImportError", "ModuleNot"))
        case Failed(), Numbers() | Misfit():
            return bool(outcome.reason)  # its first lines print in which other form things come
        case Crashed(error=said), Raised(error=error):
            return said.partition(":")[0] == error.partition(":")[0]
    return isinstance(outcome, Crashed) and isinstance(got, Ended)

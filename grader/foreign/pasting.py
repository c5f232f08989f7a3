"""Counterexamples as Python that runs beside the implementation, in its own words."""

from __future__ import annotations

import re
from dataclasses import replace

from grader.foreign.shape import Shape
from grader.model import Crashed, Failed, Outcome, TimedOut

ENGINE = re.compile(r"^(from grader\.alone import engine|parts = engine\(.*\))\n", re.MULTILINE)
PART = re.compile(r"^(\w+) = (?:engine\(.*\)|parts)\.(\w+)$", re.MULTILINE)
BACKWARD = re.compile(r"(\w+|\(.*\))\.backward\(\)")


def pasted(outcome: Outcome, shape: Shape) -> Outcome:
    """The outcome with its program in the implementation's own names."""
    if not isinstance(outcome, Failed | Crashed | TimedOut) or outcome.counterexample is None:
        return outcome
    shown = outcome.counterexample
    return replace(outcome, counterexample=replace(shown, source=own_words(shown.source, shape)))


def own_words(source: str, shape: Shape) -> str:
    """A program of ours as this implementation would have it."""
    text = PART.sub(lambda match: _import(match[2], shape), ENGINE.sub("", source)).lstrip("\n")
    if shape.data not in ("", "data"):
        text = re.sub(r"\.data\b", f".{shape.data}", text)
    if shape.grad not in ("", "grad"):
        text = re.sub(r"\.grad\b", f".{shape.grad}", text)
    name, called = shape.backward.partition("(")[::2]
    if called == "value)":
        return BACKWARD.sub(lambda match: f"{name}({match[1]})", text)
    return text.replace(".backward()", f".{name}()") if name else text


def _import(name: str, shape: Shape) -> str:
    module = shape.modules.get(name)
    file, own = (module.file, module.name) if module else (shape.file, shape.name)
    renamed = "" if own == name else f" as {name}"
    where = file.replace("/", ".").removesuffix(".__init__")
    return f"from {where} import {own}{renamed}"

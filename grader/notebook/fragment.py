"""A graded cell as HTML: parts of the page of one submission, in a style that reaches nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

from grader.model import Kind, Node, Passed, Result
from grader.pictures import picture_style
from grader.pictures.drawing import drawing
from grader.printable import printable
from grader.render.palette import following
from grader.render.sheet import needed, page
from grader.render.single import macros
from grader.render.single.parts import Part
from grader.render.single.view import part_of
from grader.render.terminal import plainest

BY = "a notebook"
# Twice the class, for front ends style tables by a class and more.
SCOPE = ".nanograd.nanograd-output"


@dataclass(frozen=True, slots=True)
class Row:
    """An exercise in the list: its points, how it stands in a word, and more on that."""

    name: str
    title: str
    points: str
    word: str
    more: str


def graded(result: Result, source: str, steps: tuple[str, ...]) -> str:
    """A result as HTML in which everything foreign is escaped; the same always gives the same.

    source: what was graded, which makes ids that no other output has.
    steps: what to do next, a sentence each.
    """
    part = _first(part_of(_key(result.exercise.name, source), result, {}), result)
    return _fragment("graded(part, steps)", f"{part.name} graded", part=part, steps=steps)


def drawn(
    nodes: Sequence[Node], title: str, sentences: tuple[str, ...], lines: Sequence[tuple[str, bool]]
) -> str:
    """A graph as HTML, beneath some sentences on it.

    lines: the same as text, and whether a line's node is the suspect.
    """
    picture = drawing(nodes, title, _key("graph", f"{title} {nodes}"), headed=False)
    call = "drawn(picture, sentences, lines)"
    return _fragment(
        call, "A graph", picture=picture, sentences=tuple(map(printable, sentences)), lines=lines
    )


def listed(rows: Sequence[Row], notes: Sequence[str]) -> str:
    """The exercises as an HTML table, beneath the notes."""
    said = tuple(map(printable, notes))
    return _fragment("listed(rows, notes)", "The exercises", rows=rows, notes=said)


def _fragment(call: str, label: str, **values: Any) -> str:
    own = {"markup": needed("markupsafe", BY).Markup}
    template = f"{macros()}{_text('cell.html')}{{% call framed(label) %}}{{{{ {call} }}}}{{% endcall %}}"
    return page(template, BY, own, _style(), label=label, **values).strip()


@cache
def _style() -> str:
    base = resources.files("grader.render.sheet") / "base.css"
    single = resources.files("grader.render.single") / "single.css"
    inside = (base.read_text("utf-8"), single.read_text("utf-8"), picture_style(), _text("cell.css"))
    return f"{following(SCOPE)}{_text('frame.css')}{SCOPE} {{\n{''.join(inside)}}}\n"


def _key(name: str, source: str) -> str:
    digest = hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()
    return f"nanograd-{name}-{digest[:10]}"


def _first(part: Part, result: Result) -> Part:
    """The part with the property first and open of which the terminal shows everything."""
    wrong = [v for v in result.verdicts if v.claim.kind is Kind.GRADED and not isinstance(v.outcome, Passed)]
    if not wrong or not any(missed.open for missed in part.missed):
        return part
    title = printable(plainest(wrong).claim.title)
    missed = sorted(part.missed, key=lambda p: p.title != title)
    return replace(part, missed=tuple(replace(p, open=at == 0) for at, p in enumerate(missed)))


def _text(name: str) -> str:
    return (resources.files("grader.notebook") / name).read_text("utf-8")

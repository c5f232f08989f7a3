"""The page of one submission: one HTML file that needs nothing beside it and asks nothing of any network."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from grader.files import whole_file
from grader.pictures import picture_style
from grader.render.sheet import needed, page, style
from grader.render.single.parts import View
from grader.render.single.view import view
from grader.report import Report

BY = "the page"


def render_single(report: Report, title: str, hints: Mapping[str, str], to: Path) -> None:
    """Writes the page, which appears whole or not at all; the same report and hints give the same bytes.

    title: the course's. hints: the sections of HINTS.md by their headings, in Markdown.
    Raises UsageError where the page cannot be written, or where jinja2 is not installed.
    """
    text = single_page(report, title, hints)
    with whole_file(to) as stream:
        stream.write(text.encode("utf-8"))


def single_page(report: Report, title: str, hints: Mapping[str, str]) -> str:
    """The page as text; as render_single()."""
    seen = view(report, hints)
    own: dict[str, Any] = {"markup": needed("markupsafe", BY).Markup}
    whole, looks = macros() + _text("single.html"), style(picture_style(), _text("single.css"))
    return page(whole, BY, own, looks, title=title, seen=seen, lead=lead(seen))


def macros() -> str:
    """The template's macros for one exercise's parts, for other pages that show these."""
    return _text("macros.html")


def lead(seen: View) -> str:
    """The sentence beneath the title: how far it has come."""
    done, all_ = seen.done, len(seen.exercises)
    if done == all_:
        what = "Every exercise passes" if all_ > 1 else "The exercise passes"
        return f"{what}: {seen.held} properties hold in {seen.cases} cases, each compared with PyTorch."
    if not done and all(part.word == "not started" for part in seen.exercises):
        return "Nothing is started yet. The first exercise is the place to begin."
    return f"{done} of {all_} exercises {'passes' if done == 1 else 'pass'}."


def _text(name: str) -> str:
    return (resources.files("grader.render.single") / name).read_text("utf-8")

"""The class report: one HTML page that needs nothing beside it and asks nothing of any network."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from importlib import resources
from pathlib import Path

from grader.figures import Figures, figures
from grader.files import whole_file
from grader.render.about import WORDS
from grader.render.page.drawings import Drawings
from grader.render.page.embedding import Embedding
from grader.render.page.rows import added_up, plain_rows, troubled
from grader.render.page.wording import FILTERS
from grader.render.sheet import needed, page, style
from grader.render.wording import stamp
from grader.standing import Standings

BY = "the class report"
# In the order in which they build on each other; all of them share one scope.
SCRIPTS = ("elements.js", "data.js", "table.js", "student.js", "page.js")
STYLE = "page.css"
TEMPLATE = "page.html"


def render_class(standings: Standings, made: datetime, to: Path) -> None:
    """Writes the page, which appears whole or not at all; the same class and date give the same bytes.

    made: with its time zone. Raises UsageError where the page cannot be written, or where jinja2 or
    matplotlib is not installed.
    """
    people = tuple(standings.each())
    class_ = replace(standings, each=lambda: iter(people))
    text = _page(class_, figures(class_), made)
    with whole_file(to) as stream:
        stream.write(text.encode("utf-8"))


def _page(class_: Standings, seen: Figures, made: datetime) -> str:
    markup = needed("markupsafe", BY)
    everyone = added_up(class_.each())
    return page(
        _text(TEMPLATE),
        BY,
        FILTERS,
        style(_text(STYLE)),
        "\n".join(["'use strict';", *map(_text, SCRIPTS)]),
        title=class_.title,
        made=stamp(made),
        figures=seen,
        words=WORDS,
        drawings=Drawings(needed("matplotlib", BY), markup.Markup),
        troubled=troubled(class_.each()),
        people=plain_rows(everyone),
        data=markup.Markup(Embedding(class_.parts).text(everyone)),
    )


def _text(name: str) -> str:
    return (resources.files("grader.render.page") / name).read_text("utf-8")

"""The class report: one HTML page that needs nothing beside it and asks nothing of any network."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import datetime
from importlib import import_module, resources
from pathlib import Path
from typing import Any

from grader.errors import UsageError
from grader.figures import Figures, figures
from grader.printable import printable
from grader.render.about import WORDS
from grader.render.page.drawings import Drawings
from grader.render.page.embedding import Embedding
from grader.render.page.rows import added_up, plain_rows, troubled
from grader.render.page.wording import FILTERS
from grader.render.whole import whole_file
from grader.render.wording import stamp
from grader.standing import Standings

HOW = "pip install 'nanograd[class]'"
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
    page = _page(class_, figures(class_), made)
    with whole_file(to) as stream:
        stream.write(page.encode("utf-8"))


def _page(class_: Standings, seen: Figures, made: datetime) -> str:
    markup = needed("markupsafe")
    everyone = added_up(class_.each())
    script = "\n".join(["'use strict';", *map(_text, SCRIPTS)])
    style = _text(STYLE)
    page: str = _template().render(
        title=class_.title,
        made=stamp(made),
        figures=seen,
        words=WORDS,
        drawings=Drawings(needed("matplotlib"), markup.Markup),
        troubled=troubled(class_.each()),
        people=plain_rows(everyone),
        policy=_policy(script, style),
        style=markup.Markup(style),
        script=markup.Markup(script),
        data=markup.Markup(Embedding((*class_.exercises, class_.together)).text(everyone)),
    )
    return page


def _template() -> Any:
    jinja = needed("jinja2")
    environment = jinja.Environment(
        autoescape=True, undefined=jinja.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(FILTERS | {"shown": printable})
    return environment.from_string(_text(TEMPLATE))


def _policy(script: str, style: str) -> str:
    """A content security policy under which nothing but our own script and style does anything."""
    own = [
        "default-src 'none'",
        f"script-src '{_fingerprint(script)}'",
        f"style-src '{_fingerprint(style)}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return "; ".join(own)


def _fingerprint(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _text(name: str) -> str:
    return (resources.files("grader.render.page") / name).read_text("utf-8")


def needed(name: str) -> Any:
    """A module that only the class report needs."""
    try:
        return import_module(name)
    except ImportError:
        raise UsageError(f"the class report needs {name}, which is not installed", f"run: {HOW}") from None

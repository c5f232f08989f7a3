"""What every page of ours is made with: templates that escape, one style, shapes, and a policy."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from importlib import resources
from typing import Any

from grader.errors import UsageError
from grader.printable import printable
from grader.processes import library
from grader.render.palette import following

# The shape of each status, for whom colours say nothing; in a square of 16.
SHAPES = {
    "passed": '<circle cx="8" cy="8" r="7" fill="currentColor"/>'
    '<path class="cut" d="M4.6 8.3 7 10.7 11.4 5.6"/>',
    "failed": '<rect x="1.5" y="1.5" width="13" height="13" rx="2" fill="currentColor"/>'
    '<path class="cut" d="M5.2 5.2 10.8 10.8M10.8 5.2 5.2 10.8"/>',
    "crashed": '<path d="M8 .8 15.4 14.6H.6Z" fill="currentColor"/>'
    '<path class="cut" d="M8 5.6V9.4M8 11.6V12.2"/>',
    "timed-out": '<circle class="line" cx="8" cy="8" r="6.2"/><path class="line" d="M8 4.4V8L10.6 9.8"/>',
    "not-started": '<circle class="line dashed" cx="8" cy="8" r="6.2"/>',
}


def style(*own: str) -> str:
    """The style of a page: the colours, what all pages share, and its own."""
    base = (resources.files("grader.render.sheet") / "base.css").read_text("utf-8")
    return "\n".join((following(":root"), base, *own))


def page(
    template: str, by: str, filters: Mapping[str, Any], style: str, script: str = "", **values: Any
) -> str:
    """A page from a template, in which everything is escaped but our own style, script and shapes.

    by: what the page is called where a module is missing.
    Raises UsageError where jinja2 is not installed.
    """
    jinja, markup = needed("jinja2", by), needed("markupsafe", by)
    environment = jinja.Environment(
        autoescape=True, undefined=jinja.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update({"shown": printable, **filters})
    text: str = environment.from_string(template).render(
        policy=_policy(style, script),
        style=markup.Markup(style),
        script=markup.Markup(script),
        shapes={word: markup.Markup(inside) for word, inside in SHAPES.items()},
        **values,
    )
    return text


def _policy(style: str, script: str) -> str:
    """A content security policy under which nothing but our own script and style does anything."""
    own = [
        "default-src 'none'",
        *([f"script-src '{_fingerprint(script)}'"] if script else []),
        f"style-src '{_fingerprint(style)}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return "; ".join(own)


def _fingerprint(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def needed(name: str, by: str) -> Any:
    """A module that only pages need; raises UsageError, for a page called so, where it is not installed."""
    try:
        return library(name)
    except ImportError:
        how = "run: pip install 'nanograd[class]'"
        raise UsageError(f"{by} needs {name}, which is not installed", how) from None

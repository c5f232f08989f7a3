"""What all pages share: colours, styles, what a browser may load, and Markdown."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import import_module, resources
from typing import Any

from grader.errors import UsageError
from grader.machine.processes import library
from grader.printable import printable
from grader.version import installing

# The shape of each status, for whom colours say nothing; in a square of 16.
SHAPES = {
    "passed": '<circle cx="8" cy="8" r="7" fill="currentColor"/>'
    '<path class="cut" d="M4.6 8.3 7 10.7 11.4 5.6"/>',
    "failed": '<rect x="1.5" y="1.5" width="13" height="13" rx="2" fill="currentColor"/>'
    '<path class="cut" d="M5.2 5.2 10.8 10.8M10.8 5.2 5.2 10.8"/>',
    "crashed": '<path d="M8 .8 15.4 14.6H.6Z" fill="currentColor"/>'
    '<path class="cut" d="M8 5.6V9.4M8 11.6V12.2"/>',
    "timed-out": '<circle class="line" cx="8" cy="8" r="6.2"/><path class="line" d="M8 4.4V8L10.6 9.8"/>',
    "not-graded": '<circle class="line" cx="8" cy="8" r="6.2"/><path class="line" d="M5 8H11"/>',
    "not-started": '<circle class="line dashed" cx="8" cy="8" r="6.2"/>',
}


def asset(name: str) -> str:
    """The text of a file that lies here: a template, a style, a script."""
    return (resources.files(__package__) / name).read_text("utf-8")


def style(*own: str) -> str:
    """The style of a page: the colours, what all pages share, and its own."""
    return "\n".join((following(":root"), asset("base.css"), *own))


def page(
    template: str, by: str, filters: Mapping[str, Any], style: str, script: str = "", **values: Any
) -> str:
    """A page from a template, in which everything is escaped but our own style, script and shapes.

    by: what the page is called where a module is missing.
    Raises UsageError where jinja2 is not installed.
    """
    needed("jinja2", by)
    markup = needed("markupsafe", by)
    text: str = _compiled(template, by, tuple(filters.items())).render(
        policy=_policy(style, script),
        style=markup.Markup(style),
        script=markup.Markup(script),
        shapes={word: markup.Markup(inside) for word, inside in SHAPES.items()},
        **values,
    )
    return text


@lru_cache(maxsize=8)
def _compiled(template: str, by: str, filters: tuple[tuple[str, Any], ...]) -> Any:
    """The template, made ready once: that takes longer than a page of it."""
    jinja = needed("jinja2", by)
    environment = jinja.Environment(
        autoescape=True, undefined=jinja.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update({"shown": printable, **dict(filters)})
    return environment.from_string(template)


@lru_cache(maxsize=8)
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
        how = f"run: {installing('class')}"
        raise UsageError(f"{by} needs {name}, which is not installed", how) from None


COLOURS = {
    "page": ("#f6f7f9", "#12151a"),
    "card": ("#ffffff", "#1a1e25"),
    "raised": ("#eef1f5", "#242a33"),
    "ink": ("#1b2330", "#e7eaef"),
    "muted": ("#556070", "#a5afbd"),
    "line": ("#dde2e9", "#313944"),
    "edge": ("#7b8796", "#7d8999"),
    "accent": ("#1f5fa8", "#8dbcf5"),
    "bar": ("#3d7cc0", "#6fa8e8"),
    "good": ("#1a6e47", "#6cc79a"),
    "bad": ("#ad2a33", "#f2939a"),
    "warn": ("#8a5300", "#e8b15f"),
    "wrong": ("#fdeeee", "#3a2226"),
    "focus": ("#0b57d0", "#a8c7fa"),
}
USED = re.compile(r"var\(--([a-z]+)\)")


def following(selector: str) -> str:
    """Style in which everything beneath a selector has the colours as variables, light or dark as it is."""
    lines = "".join(f"  --{name}: light-dark({light}, {dark});\n" for name, (light, dark) in COLOURS.items())
    return f"{selector} {{\n{lines}}}\n"


def by_media(selector: str, style: str) -> str:
    """The same, of the colours that a style uses, for readers of SVG who do not know light-dark()."""
    names = [name for name in COLOURS if name in USED.findall(style)]
    light, dark = (" ".join(f"--{name}: {COLOURS[name][at]};" for name in names) for at in (0, 1))
    return f"{selector} {{ {light} }}\n@media (prefers-color-scheme: dark) {{ {selector} {{ {dark} }} }}\n"


def in_light(style: str) -> str:
    """The style with every variable replaced by its colour in light."""
    return USED.sub(lambda used: COLOURS[used[1]][0], style)


# Where there is more than the screen is wide, arrow keys move it, once it has the focus.
SCROLLED = (
    ("<pre>", '<pre tabindex="0" role="group" aria-label="An example">'),
    ("<table>", '<div class="scroll" tabindex="0" role="group" aria-label="A table"><table>'),
    ("</table>", "</table></div>"),
)


@lru_cache(maxsize=256)
def html(text: str) -> str:
    """The text as HTML; what is markup in it is shown as it stands."""
    rendered: str = _reader().render(text)
    for plain, better in SCROLLED:
        rendered = rendered.replace(plain, better)
    return rendered


@cache
def _reader() -> Any:
    # Rich brings it along, to print the same hints on a terminal.
    reader = import_module("markdown_it").MarkdownIt("commonmark", {"html": False})
    return reader.enable("table").disable(["link", "image", "autolink", "html_block", "html_inline"])

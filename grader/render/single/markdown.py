"""Hints from Markdown to HTML, without links, images and markup of their own."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

# Where there is more than the screen is wide, arrow keys move it, once it has the focus.
SCROLLED = (
    ("<pre>", '<pre tabindex="0" role="group" aria-label="An example">'),
    ("<table>", '<div class="scroll" tabindex="0" role="group" aria-label="A table"><table>'),
    ("</table>", "</table></div>"),
)


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

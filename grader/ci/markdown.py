"""Text of strangers in Markdown: shown letter for letter, and never read as Markdown, HTML or a mention."""

from __future__ import annotations

import re

from grader.printable import printable

WORD = 120
LINE = 160
LINES = 60
# What is left of ASCII carries no meaning in Markdown, HTML, Mermaid or a runner's log.
SPECIAL = re.compile(r"[!-/:-@\[-`{-~]")


def escaped(text: str) -> str:
    """One line of text with everything as an HTML entity that could mean more than itself."""
    return SPECIAL.sub(lambda found: f"&#{ord(found[0])};", printable(text))


def word(text: str, most: int = WORD) -> str:
    """A short text on a line, or in a table's cell; a name in it calls nobody."""
    return f"<code>{escaped(cut(' '.join(text.split()), most))}</code>" if text.strip() else ""


def block(text: str) -> str:
    """Some lines as they are, for a line of their own."""
    lines = text.rstrip().split("\n")
    shown = [escaped(cut(line, LINE)) for line in lines[:LINES]]
    more = [f"… and {len(lines) - LINES} more lines"] if len(lines) > LINES else []
    return "\n".join(["<pre>", *shown, *more, "</pre>"])


def cut(text: str, most: int) -> str:
    """The beginning of a text that is too long."""
    return text if len(text) <= most else f"{text[:most]}…"

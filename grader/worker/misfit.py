"""Something that came back in another form than the exercise promises."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Misfit(Exception):
    """Something came back in another form than the exercise promises."""


def a(thing: Any) -> str:
    """What kind of thing it is, with its article, as a sentence wants it."""
    if thing is None:
        return "None"
    name = type(thing).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"

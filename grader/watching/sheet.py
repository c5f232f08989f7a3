"""The middle of the screen: as many lines as there are, and a word on how to see the rest."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.segment import Segment
from rich.text import Text

from grader.watching.findings import Parts
from grader.watching.fitting import part, shortened

Line = list[Segment]


class Sheet:
    """So many lines of a console.

    turned: how many times the student has asked for the next part.
    """

    def __init__(self, console: Console, options: ConsoleOptions, room: int, turned: int) -> None:
        self._console = console
        self._options = options
        self._room = room
        self._turned = turned

    def of(self, page: RenderableType) -> list[Line]:
        """The lines of a page, or those of its part."""
        lines = self._lines(page)
        if len(lines) <= self._room:
            return self._filled(lines)
        shown, which, count = part(lines, self._turned, self._room - 1)
        return [*self._filled(shown, 1), self._says(f"part {which + 1} of {count}; space: the next")]

    def verdict(self, found: Parts, elsewhere: str) -> list[Line]:
        """The lines of a verdict: all, or first the gist of it, and its parts when they are asked for.

        elsewhere: the command that prints all of it.
        """
        sections = (found.head, found.code, found.numbers, found.meaning, found.others)
        head, code, numbers, meaning, others = (self._lines(Group(*section)) for section in sections)
        whole = [*head, *code, *numbers, *meaning, *others]
        if len(whole) <= self._room:
            return self._filled(whole)
        shown, which, count = part(whole, self._turned - 1, self._room - 1)
        says = f"part {which + 1} of {count} of all; space: the next; or: {elsewhere}"
        if self._turned % (count + 1) == 0:
            gap = self._lines(Text("    …", style="dim"))[0]
            shown = shortened(head, code, numbers, meaning, self._room - 1, gap)
            says = f"shortened; space: all of it, part by part; or: {elsewhere}"
        return [*self._filled(shown, 1), self._says(says)]

    def _lines(self, page: RenderableType) -> list[Line]:
        return self._console.render_lines(page, self._options, pad=False)

    def _filled(self, lines: Sequence[Line], less: int = 0) -> list[Line]:
        return [*lines, *([] for _ in range(self._room - less - len(lines)))]

    def _says(self, sentence: str) -> Line:
        return self._lines(Text(f" {sentence} ", style="reverse", no_wrap=True, overflow="ellipsis"))[0]

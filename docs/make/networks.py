"""A network as rows of circles, every one joined to all of the row before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from xml.sax.saxutils import escape

from grader.render.html.sheet import by_media

APART, DOWN, RADIUS, MARGIN = 150, 64, 17, 34
HEADING = 34
STYLE = """
.network { font: 14px ui-monospace, "DejaVu Sans Mono", monospace; }
.network .ground { fill: var(--page); }
.network line { stroke: var(--edge); stroke-width: 1.2; }
.network circle { fill: var(--card); stroke: var(--accent); stroke-width: 2; }
.network circle.input { stroke: var(--edge); stroke-dasharray: 4 3; }
.network text { fill: var(--ink); text-anchor: middle; }
.network .small { fill: var(--muted); }
"""
Place = tuple[int, int]


def network(sizes: Sequence[int], title: str) -> str:
    """An SVG of a network.

    sizes: how many inputs, and then how many neurons each layer has.
    """
    height = HEADING + max(sizes) * DOWN + 2 * MARGIN
    width = (len(sizes) - 1) * APART + 4 * MARGIN
    rows = [_row(at, size, height) for at, size in enumerate(sizes)]
    frame = (
        f'xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    )
    return "\n".join(
        [
            f'<svg class="network" {frame} role="img" aria-label="{escape(title)}">',
            f"<style>{by_media('.network', STYLE)}{STYLE}</style>",
            '<rect class="ground" width="100%" height="100%"/>',
            f'<text x="{width // 2}" y="26">{escape(title)}</text>',
            *_lines(rows),
            *_circles(rows),
            *_words(rows, height),
            "</svg>\n",
        ]
    )


def _row(at: int, size: int, height: int) -> list[Place]:
    middle = HEADING + (height - HEADING - MARGIN) // 2
    top = middle - (size - 1) * DOWN // 2
    return [(2 * MARGIN + at * APART, top + place * DOWN) for place in range(size)]


def _lines(rows: Sequence[Sequence[Place]]) -> Iterator[str]:
    for before, after in pairwise(rows):
        for x, y in before:
            for to_x, to_y in after:
                yield f'<line x1="{x}" y1="{y}" x2="{to_x}" y2="{to_y}"/>'


def _circles(rows: Sequence[Sequence[Place]]) -> Iterator[str]:
    for at, row in enumerate(rows):
        for x, y in row:
            kind = "neuron" if at else "input"
            yield f'<circle class="{kind}" cx="{x}" cy="{y}" r="{RADIUS}"/>'
    for number, (x, y) in enumerate(rows[0], start=1):
        yield f'<text x="{x}" y="{y + 5}">x{number}</text>'


def _words(rows: Sequence[Sequence[Place]], height: int) -> Iterator[str]:
    last = len(rows) - 1
    for at, row in enumerate(rows):
        what = "inputs" if at == 0 else "linear" if at == last and last > 1 else "relu"
        yield f'<text class="small" x="{row[0][0]}" y="{height - 12}">{what}</text>'

"""A computation graph as SVG: leaves above, results beneath what they are made from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from grader.agreement import close
from grader.errors import UsageError
from grader.model import Node
from grader.pictures.cards import (
    FONT,
    FRAME,
    LETTER,
    LINE,
    SIDE,
    TOP,
    Card,
    Kind,
    Piece,
    apart,
    card,
    columns,
    short,
)
from grader.pictures.layers import layered
from grader.pictures.places import Box, Curve, Placed, placed
from grader.printable import printable

MARGIN = 12.0
HEADING = 30.0
NARROW = 420.0
LARGEST = 150  # nodes that anybody would look at
CUT = 13.0  # how much an octagon lacks at its corners
TIP = (4.5, 9.0)


def drawable(nodes: Sequence[Node]) -> bool:
    """Whether a graph is there, and small enough to be looked at."""
    return 0 < len(nodes) <= LARGEST


def drawing(
    nodes: Sequence[Node], title: str, key: str, attributes: str = "", within: str = "", headed: bool = True
) -> str:
    """The graph as an SVG element without any style.

    key: what its ids begin with; unique on a page.
    attributes: more of the element's, and within: what stands before the graph, both as markup of ours.
    headed: the title is not only told, but stands above the graph.
    Raises UsageError for a graph that is not drawable.
    """
    if not drawable(nodes):
        what = f"a graph of {len(nodes):,} nodes cannot be drawn"
        raise UsageError(what, f"pictures have 1 to {LARGEST} nodes")
    cards = [card(node) for node in nodes]
    number = {node.name: at for at, node in enumerate(nodes)}
    graph = layered([[number[name] for name in node.operands] for node in nodes])
    laid = placed(graph, [(one.width, one.height) for one in cards])
    name = printable(title)
    heading = name if headed else ""
    width = max(laid.width, LETTER * columns(heading)) + 2 * MARGIN
    down = MARGIN + (HEADING if heading else 0.0)
    height = laid.height + down + MARGIN
    return "\n".join(
        [
            f'<svg class="{_kind(width)}" {_size(width, height)} {_named(key)}{attributes}>',
            f'<title id="{key}-name">{escape(name or "A computation graph")}</title>',
            f'<desc id="{key}-about">{escape(" ".join(map(told, nodes)))}</desc>',
            f"{within}{_heading(heading, width)}",
            f'<g transform="translate({_n((width - laid.width) / 2)} {_n(down)})">',
            *_inside(cards, laid),
            "</g>",
            "</svg>\n",
        ]
    )


def _kind(width: float) -> str:
    """Narrow is what a phone can show whole, made a little smaller if need be."""
    return "graph-picture narrow" if width <= NARROW else "graph-picture"


def _size(width: float, height: float) -> str:
    wide, high = _n(width), _n(height)
    return f'width="{wide}" height="{high}" viewBox="0 0 {wide} {high}"'


def _named(key: str) -> str:
    return f'role="img" aria-labelledby="{key}-name" aria-describedby="{key}-about"'


def told(node: Node) -> str:
    """A node in words, for those who hear the picture."""
    formula = f"{printable(node.name)} = {printable(node.formula)}"
    mark = " This is the first that differs." if node.suspect else ""
    return f"{formula}: data {_pair(node.data)}, gradient {_pair(node.grad)}.{mark}"


def _pair(pair: tuple[float, float | None]) -> str:
    expected, got = pair
    if got is None or close(got, expected):
        return short(expected)
    wanted, found = apart(expected, got)
    return f"expected {wanted}, got {found}"


def _heading(title: str, width: float) -> str:
    place = f'x="{_n(width / 2)}" y="{_n(MARGIN + FONT)}"'
    return f'<text class="heading" text-anchor="middle" {place}>{escape(title)}</text>' if title else ""


def _inside(cards: Sequence[Card], laid: Placed) -> Iterator[str]:
    """Lines first, so that boxes cover what lies beneath them; then their tips, then the boxes."""
    yield from map(_curve, laid.curves)
    yield from (_tip(curve) for curve in laid.curves if curve.arrives)
    for one, box in zip(cards, laid.boxes, strict=True):
        yield from _box(one, box)


def _curve(curve: Curve) -> str:
    (x, end), (top, above, below, bottom) = curve.xs, curve.ys
    bottom -= TIP[1] / 2 if curve.arrives else 0.0
    below = min(below, bottom)
    middle = (above + below) / 2
    s = f"C{_n(x)} {_n(middle)} {_n(end)} {_n(middle)} {_n(end)} {_n(below)}"
    return f'<path class="curve" d="M{_n(x)} {_n(top)}V{_n(above)}{s}V{_n(bottom)}"/>'


def _tip(curve: Curve) -> str:
    x, y = curve.xs[1], curve.ys[3]
    half, long = TIP
    corners = f"M{_n(x)} {_n(y)}L{_n(x - half)} {_n(y - long)}H{_n(x + half)}Z"
    return f'<path class="tip" d="{corners}"/>'


def _box(one: Card, box: Box) -> Iterator[str]:
    yield f"<g>{_whole(one)}"
    yield from _outline(one, box)
    left, top = box.left + SIDE + one.inset, box.top + TOP + one.inset
    for at, line in enumerate(one.lines):
        base = top + LINE * at + FONT
        yield from (_text(piece, left, base) for piece in line)
        if any(piece.kind is Kind.MARK for piece in line):
            yield _cross(left + 5, base - 5)
    yield "</g>"


def _whole(one: Card) -> str:
    """What a pointer is told that rests on a box whose formula is cut."""
    text = f"{printable(one.node.name)} = {printable(one.node.formula)}"
    return f"<title>{escape(text)}</title>" if one.cut else ""


def _outline(one: Card, box: Box) -> Iterator[str]:
    kind = "box" if one.node.operands else "box leaf"
    if one.node.suspect:
        yield f'<path class="{kind} differs" d="{_octagon(box, 0)}"/>'
        yield f'<path class="inner" d="{_octagon(box, FRAME - 1)}"/>'
        return
    round_ = 5 if one.node.operands else 18
    place = f'x="{_n(box.left)}" y="{_n(box.top)}" width="{_n(box.width)}" height="{_n(box.height)}"'
    yield f'<rect class="{kind}" {place} rx="{round_}"/>'


def _octagon(box: Box, inset: float) -> str:
    """An outline without corners, so much inside of a box."""
    left, top = box.left + inset, box.top + inset
    right, bottom = box.left + box.width - inset, box.bottom - inset
    cut = CUT - inset / 2
    corners = (
        (left + cut, top), (right - cut, top), (right, top + cut), (right, bottom - cut),
        (right - cut, bottom), (left + cut, bottom), (left, bottom - cut), (left, top + cut),
    )  # fmt: skip
    return "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in corners) + "Z"


def _cross(x: float, y: float) -> str:
    ends = f"M{_n(x - 4)} {_n(y - 4)}L{_n(x + 4)} {_n(y + 4)}M{_n(x + 4)} {_n(y - 4)}L{_n(x - 4)} {_n(y + 4)}"
    return f'<path class="cross" d="{ends}"/>'


def _text(piece: Piece, left: float, base: float) -> str:
    place = f'x="{_n(left + LETTER * piece.column)}" y="{_n(base)}"'
    return f"<text class={quoteattr(piece.kind.value)} {place}>{escape(piece.text)}</text>"


def _n(number: float) -> str:
    """A coordinate, to a tenth of a pixel; no zero has a sign."""
    return f"{round(number, 1) + 0.0:.8g}"

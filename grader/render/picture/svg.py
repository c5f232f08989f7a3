"""A computation graph as SVG: leaves above, results beneath what they are made from.

The layout is our own and asks for no program beside Python: Graphviz draws well, but which Graphviz a machine
has, and whether it has one, would decide how a report looks, and the same report gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache, partial
from html import escape as escape_html
from importlib import import_module, resources
from pathlib import Path
from unicodedata import east_asian_width

from grader.agreement import close
from grader.errors import UsageError
from grader.machine.files import whole_file
from grader.model import Counterexample, Kind, Node, Result, Verdict
from grader.printable import printable
from grader.render.html.sheet import by_media, in_light
from grader.render.picture.layout import Box, Curve, Placed, layered, placed
from grader.report.report import Report
from grader.report.scoring import exercise_status
from grader.report.words import counterexample_of, example, missed, number

# In text a quotation mark is one.
escape = partial(escape_html, quote=False)
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
        if any(piece.kind is Style.MARK for piece in line):
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
    return f'<text class="{piece.kind.value}" {place}>{escape(piece.text)}</text>'


def _n(number: float) -> str:
    """A coordinate, to a tenth of a pixel; no zero has a sign."""
    return f"{round(number, 1) + 0.0:.8g}"


# The widest of the usual monospaced fonts need 0.602 of their size for a letter.
FONT, LETTER, LINE = 14.0, 8.6, 19.0
SIDE, TOP = 13.0, 9.0
FRAME = 6.0  # what the double outline of a suspect needs on each side
LEAST = 96.0
LONGEST = 26
DIGITS, ALL_DIGITS = 6, 17
DIFFERS = "differs here"
COLUMN = len("grad ")
WORDS = len("expected ")


class Style(Enum):
    """What a piece of text is, which decides how it looks."""

    NAME = "name"
    PLAIN = "plain"
    WORD = "word"
    GOT = "got"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Piece:
    """A text and the column at which it begins."""

    text: str
    kind: Style
    column: int = 0


@dataclass(frozen=True, slots=True)
class Card:
    """A node's box: its lines of text, and its size.

    cut: the formula was too long to be shown whole.
    """

    node: Node
    lines: tuple[tuple[Piece, ...], ...]
    width: float
    height: float
    cut: bool

    @property
    def inset(self) -> float:
        """How far inside of the outline its text area begins."""
        return FRAME if self.node.suspect else 0.0


def card(node: Node) -> Card:
    """A node's box."""
    name, formula = printable(node.name), printable(node.formula)
    shown = f"{name} = {formula}"
    cut = len(shown) > LONGEST
    head = (Piece(name[:LONGEST], Style.NAME), *_rest(f"= {formula}", len(name) + 1))
    lines = [head, *_value("data", node.data), *_value("grad", node.grad)]
    if node.suspect:
        lines.append((Piece(DIFFERS, Style.MARK, 2),))
    frame = 2 * FRAME if node.suspect else 0.0
    width = max(LEAST, LETTER * max(map(_columns, lines)) + 2 * SIDE) + frame
    return Card(node, tuple(lines), round(width, 1), LINE * len(lines) + 2 * TOP + frame, cut)


def _rest(text: str, column: int) -> tuple[Piece, ...]:
    """The head after the name, cut where it is too long."""
    left = LONGEST - column
    if left < 1:
        return ()
    if len(text) > left:
        text = text[: left - 1] + "\N{HORIZONTAL ELLIPSIS}"
    return (Piece(text, Style.PLAIN, column),)


def _value(label: str, pair: tuple[float, float | None]) -> list[tuple[Piece, ...]]:
    """The line of a number, or the two lines of what was expected and what was got."""
    expected, got = pair
    first = Piece(label, Style.WORD)
    if got is None or close(got, expected):
        return [(first, Piece(short(expected), Style.PLAIN, COLUMN))]
    wanted, found = apart(expected, got)
    at = COLUMN + WORDS
    return [
        (first, Piece("expected", Style.WORD, COLUMN), Piece(wanted, Style.PLAIN, at)),
        (Piece("got", Style.GOT, COLUMN), Piece(found, Style.GOT, at)),
    ]


def short(value: float, digits: int = DIGITS) -> str:
    """A number in a few digits: 3, 0.1, 1.2346e-05."""
    whole = number(value)
    return whole if len(whole.lstrip("-")) <= digits else f"{value:.{digits}g}"


def apart(expected: float, got: float) -> tuple[str, str]:
    """Two numbers that differ, in as few digits as show it."""
    for digits in range(DIGITS, ALL_DIGITS + 1):
        pair = short(expected, digits), short(got, digits)
        if pair[0] != pair[1]:
            return pair
    return f"{expected:.{ALL_DIGITS}g}", f"{got:.{ALL_DIGITS}g}"


def _columns(line: Sequence[Piece]) -> int:
    return max(piece.column + columns(piece.text) for piece in line)


def columns(text: str) -> int:
    """How many letters wide a text is: those of East Asia take the room of two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


KEY = "graph"
FONTS = ("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf")
ZOOM = 2  # so that a PNG is sharp on a phone, too
XMLNS = ' xmlns="http://www.w3.org/2000/svg"'
GROUND = '<rect class="ground" width="100%" height="100%"/>'
GROUND_STYLE = ".graph-picture .ground { fill: var(--page); }\n"


def svg(nodes: Sequence[Node], title: str = "") -> str:
    """The graph as an SVG document, light or dark as its reader likes.

    Raises UsageError for a graph without nodes, or with more than anybody would look at.
    """
    style = GROUND_STYLE + picture_style()
    colours = by_media(".graph-picture", style)
    return drawing(nodes, title, KEY, XMLNS, f"<style>\n{colours}{style}</style>\n{GROUND}")


def save(nodes: Sequence[Node], path: Path, title: str = "") -> None:
    """Write the graph to a file, as SVG or PNG by its suffix.

    Raises UsageError for another suffix, for a place that cannot be written, and as svg() does.
    """
    suffix = path.suffix.lower()
    if suffix not in (".svg", ".png"):
        raise UsageError(f"{path} is neither .svg nor .png", "choose a name that ends so")
    data = svg(nodes, title).encode() if suffix == ".svg" else png(nodes, title)
    with whole_file(path) as stream:
        stream.write(data)


def png(nodes: Sequence[Node], title: str = "") -> bytes:
    """The graph as PNG, in light colours, with our own font: the same on every machine.

    Raises UsageError as svg() does, and where resvg_py is not installed.
    """
    try:
        resvg = import_module("resvg_py")
    except ImportError:
        raise UsageError(
            "PNG needs resvg-py, which is not installed", "run: pip install resvg-py, or save as .svg"
        ) from None
    style = in_light(GROUND_STYLE + picture_style())
    text = drawing(nodes, title, KEY, XMLNS, f"<style>\n{style}</style>\n{GROUND}")
    fonts = [str(resources.files("grader.render.picture") / name) for name in FONTS]
    family = "DejaVu Sans Mono"
    image: bytes = resvg.svg_to_bytes(
        svg_string=text, zoom=ZOOM, skip_system_fonts=True, font_files=fonts,
        font_family=family, monospace_family=family,
    )  # fmt: skip
    return bytes(image)


@cache
def picture_style() -> str:
    """How the parts of a drawing look, in the colours of grader.render.html.sheet as variables."""
    return (resources.files("grader.render.picture") / "picture.css").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Found:
    """A counterexample, and the claim that it contradicts."""

    exercise: str
    title: str
    shown: Counterexample


def example_graph(report: Report, only: tuple[str, ...] = ()) -> Found:
    """The graph that is shown of the first exercise that has not passed and has one.

    only: the exercises to look at; all, where none is named.
    Raises UsageError where there is none.
    """
    looked = [result for result in report.marks if not only or result.exercise.name in only]
    for result in looked:
        for verdict, shown in _graphs(result):
            return Found(result.exercise.name, verdict.claim.title, shown)
    done = all(exercise_status(result) == "passed" for result in looked)
    why = "everything has passed" if done else "no counterexample here has a graph"
    raise UsageError(
        f"there is nothing to draw: {why}", 'draw what you like: grader graph "(a*b + c).relu()"'
    )


def _graphs(result: Result) -> Iterator[tuple[Verdict, Counterexample]]:
    """The counterexamples with a graph, first the one that every output shows first."""
    first = example(result)
    for verdict in sorted(missed(result), key=lambda verdict: verdict is not first):
        shown = counterexample_of(verdict.outcome)
        if verdict.claim.kind is Kind.GRADED and shown is not None and shown.graph:
            yield verdict, shown

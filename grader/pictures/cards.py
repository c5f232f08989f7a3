"""What stands in a node's box, and how large the box must be to hold it in any monospaced font."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from unicodedata import east_asian_width

from grader.agreement import close
from grader.model import Node
from grader.printable import printable
from grader.words import number

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


class Kind(Enum):
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
    kind: Kind
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
    head = (Piece(name[:LONGEST], Kind.NAME), *_rest(f"= {formula}", len(name) + 1))
    lines = [head, *_value("data", node.data), *_value("grad", node.grad)]
    if node.suspect:
        lines.append((Piece(DIFFERS, Kind.MARK, 2),))
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
    return (Piece(text, Kind.PLAIN, column),)


def _value(label: str, pair: tuple[float, float | None]) -> list[tuple[Piece, ...]]:
    """The line of a number, or the two lines of what was expected and what was got."""
    expected, got = pair
    first = Piece(label, Kind.WORD)
    if got is None or close(got, expected):
        return [(first, Piece(short(expected), Kind.PLAIN, COLUMN))]
    wanted, found = apart(expected, got)
    at = COLUMN + WORDS
    return [
        (first, Piece("expected", Kind.WORD, COLUMN), Piece(wanted, Kind.PLAIN, at)),
        (Piece("got", Kind.GOT, COLUMN), Piece(found, Kind.GOT, at)),
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

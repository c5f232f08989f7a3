"""Text of strangers, made fit to be shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from unicodedata import category

# Printable by Python's account, and yet nothing is seen of them: joiners, fillers, variation selectors.
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U00016fe4")
BLANKS = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
# As many as the scripts that need most of them put on one letter.
MARKS = 4
LONGEST = 300
UNSURE, UNSURE_IN_JSON = re.compile(r"[^\x20-\x7e]+"), re.compile(r"[^\x20-\x7e\n]+")
# What a runner of continuous integration takes for a command in its log stands at the beginning of a line:
# "::" for GitHub, "--- " and the like for Buildkite; or it is a word behind two sharps: "##[" for GitHub,
# "##vso[" for Azure Pipelines, "##teamcity[". Others need a control character, and printable() leaves none.
AT_THE_BEGINNING = r"(?:^|(?<=[\r\n]))([^\S\r\n]*)(?=::|(?:---|\+\+\+|~~~|\^\^\^) )"
ANYWHERE = r"##(?=[!-~])"
COMMAND, WORD = re.compile(AT_THE_BEGINNING), re.compile(ANYWHERE)


def printable(text: str) -> str:
    """The text with everything escaped that could steer a terminal, reorder a line, or is not seen.

    Of the marks on one letter only the first ones stay, and those on none stay not at all.
    """
    if text.isascii() and text.isprintable():
        return text
    return UNSURE.sub(lambda run: _shown(run[0], run.start() > 0, _in_python), text)


def shortened(text: str, most: int = LONGEST) -> str:
    """The text, printable, or so many of its characters and a sign that there were more."""
    return printable(text) if len(text) <= most else f"{printable(text[:most])} \N{HORIZONTAL ELLIPSIS}"


def harmless(text: str) -> str:
    """Text in which no runner finds a command in its log."""
    return WORD.sub("## ", COMMAND.sub(r"\1| ", text))


def plain_json(text: str) -> str:
    """JSON that says the same, with everything that printable() would escape as JSON's own escapes.

    So is the second of two sharps: a runner whose log the JSON is printed to would look at what comes after.
    """
    text = text.replace("##", r"#\u0023")
    if text.isascii() and "\x7f" not in text:
        return text
    return UNSURE_IN_JSON.sub(lambda run: _shown(run[0], _based(text, run.start()), _in_json), text)


def _based(text: str, at: int) -> bool:
    """Whether a mark at this place of a JSON text lies on a letter, not on what the JSON is made of."""
    return at > 0 and text[at - 1] not in '"\n'


def _shown(run: str, based: bool, escape: Callable[[str], str]) -> str:
    """What is shown of characters beyond ASCII's; based: whether marks at their beginning lie on a letter."""
    shown, marks = [], 0 if based else MARKS
    for c in run:
        marks = marks + 1 if category(c) in ("Mn", "Me") else 0
        seen = marks <= MARKS and c.isprintable() and not _blank(c)
        shown.append(c if seen else escape(c))
        marks = marks if seen else max(marks, MARKS)
    return "".join(shown)


def _blank(c: str) -> bool:
    return c in BLANK or any(ord(c) in blanks for blanks in BLANKS)


def _in_python(c: str) -> str:
    return c.encode("unicode_escape").decode()


def _in_json(c: str) -> str:
    units = c.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))

"""What the grader prints, where the documents show it; python -m docs.make.shown writes it there.

A block to be written follows a line such as <!-- shown: mul overwrites case -->: the exercise, the mistake
in it (a misconception's name, or stub), and which part of the output.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from docs.make.grading import Desk, desk
from grader.machine.files import replaced

DOCUMENTS = Path(__file__).resolve().parents[1]
BLOCK = re.compile(
    r"(<!-- shown: (\w+) (\w+) (whole|case|why) -->\n```text\n)(.*?)(^```$)", re.DOTALL | re.MULTILINE
)
REST = re.compile(r"^(\d+ more of its|Next: )", re.MULTILINE)


def part(printed: str, asked: str) -> str:
    """A part of an output: whole, the case that does not hold with why, or only the latter."""
    if asked == "whole":
        return printed.strip("\n")
    begins = "(What your code does:|Probably: )" if asked == "why" else r"\w+: what does not hold yet"
    start = re.search(f"^{begins}", printed, re.MULTILINE)
    end = REST.search(printed)
    assert start is not None, printed
    assert end is not None, printed
    return printed[start.start() : end.start()].strip("\n")


def written(text: str, at: Desk) -> str:
    """A document with its blocks as they are now."""

    def block(found: re.Match[str]) -> str:
        before, exercise, mistake, asked, _, after = found.groups()
        return f"{before}{part(at.printed(exercise, mistake), asked)}\n{after}"

    return BLOCK.sub(block, text)


def main(write: bool) -> list[Path]:
    """The documents that are not as they should be; written anew if that is wanted."""
    ours, stale = desk(), []
    for path in sorted(DOCUMENTS.rglob("*.md")):
        text = path.read_text("utf-8")
        if (now := written(text, ours)) != text:
            stale.append(path)
            if write:
                replaced(path, now.encode())
    return stale


if __name__ == "__main__":
    checking = "--check" in sys.argv
    for document in main(write=not checking):
        print(document.relative_to(DOCUMENTS), "is stale" if checking else "is written")

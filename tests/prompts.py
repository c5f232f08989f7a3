"""A plain Python prompt, as to what it takes: line after line, each statement as soon as it is complete."""

from __future__ import annotations

from codeop import compile_command


def refused(text: str) -> str:
    """Why a plain prompt does not take a text that is pasted at it; nothing where it does.

    It ends a block at an empty line, and takes no indented line outside of one.
    """
    open_lines: list[str] = []
    for line in [*text.splitlines(), ""]:
        open_lines.append(line)
        source = "\n".join(open_lines)
        try:
            complete = compile_command(source, "<pasted>", "single") is not None
        except (SyntaxError, ValueError) as error:
            return f"{line!r}: {error}"
        if complete or not source.strip():
            open_lines = []
    return "the last statement is not complete" if open_lines else ""

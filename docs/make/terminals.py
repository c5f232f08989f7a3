"""Terminal screens as SVG: tmux runs a command at 80 columns, rich draws what stands there then."""

from __future__ import annotations

import io
import re
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

WIDTH = 80
# The shell counts its prompts, so that the one after a command is known from the one before it.
READY = r"documented \#: "
FIRST, PROMPT = r"^documented 1: *$", r"^documented 2: *$"
FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
# Light on dark, each with enough contrast; black is the ground itself, as inline code is printed on black.
THEME = TerminalTheme(
    (24, 29, 38), (226, 231, 238),
    [(24, 29, 38), (242, 147, 154), (108, 199, 154), (232, 177, 95), (141, 188, 245), (214, 160, 232),
     (110, 205, 215), (226, 231, 238)],
)  # fmt: skip
# rich's own frame would fetch a font from elsewhere.
FRAME = """<svg class="terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: FONT; font-size: {char_height}px; line-height: {line_height}px; }}
{styles}
</style>
<defs>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
""".replace("FONT", FONT)


@dataclass(frozen=True, slots=True)
class Shot:
    """A screen to be drawn.

    typed: the command, as it stands there.
    keys: what is typed afterwards, one after the other.
    waiting: for this text to appear, before the keys and before the picture.
    """

    name: str
    typed: str
    waiting: str
    keys: Sequence[tuple[str, str]] = ()
    height: int = 60


def screen(shot: Shot, folder: Path) -> list[str]:
    """What stands on the screen in the end, as lines with their colours."""
    with_shell = f"cd '{folder}' && export PS1='{READY}' && exec bash --norc"
    name = f"nanograd-docs-{shot.name}"
    size = ["-x", str(WIDTH), "-y", str(shot.height)]
    _tmux("new-session", "-d", "-s", name, *size, "bash", "-c", with_shell)
    try:
        _wait(name, FIRST)
        for typed, waiting in ((f"clear; {shot.typed}", shot.waiting), *shot.keys):
            _tmux("send-keys", "-t", name, typed, *(["Enter"] if len(typed) > 1 else []))
            _wait(name, waiting)
        return _trimmed(_tmux("capture-pane", "-e", "-p", "-t", name).splitlines())
    finally:
        _tmux("kill-session", "-t", name)


def _tmux(*words: str) -> str:
    command = ["tmux", "-L", "nanograd-docs", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _wait(name: str, text: str, seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not re.search(text, seen := _tmux("capture-pane", "-p", "-t", name), re.MULTILINE):
        if time.monotonic() > end:
            raise TimeoutError(f"no {text!r} on this screen:\n{seen}")
        time.sleep(0.2)
    time.sleep(0.5)


def _trimmed(lines: list[str]) -> list[str]:
    """Without what follows the output: the shell's next prompt, and empty lines."""
    plain = [Text.from_ansi(line).plain.strip() for line in lines]
    while plain and (not plain[-1] or re.search(PROMPT, plain[-1])):
        plain.pop()
    return lines[: len(plain)]


def drawn(shot: Shot, lines: Sequence[str]) -> str:
    """The screen as an SVG document, the command above its output."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.assemble(("$ ", "dim"), (shot.typed, "bold")))
    for line in lines:
        console.print(Text.from_ansi(line), no_wrap=True, crop=True)
    return console.export_svg(title="", theme=THEME, code_format=FRAME, unique_id=f"t-{shot.name}")

"""The table of attacks as docs/SECURITY.md shows it; python -m tests.redteam.showing writes it there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.limits import NOT_HELD
from tests.redteam.attack import FULL, LINES, NOTHING, Attack
from tests.redteam.table import ATTACKS

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "SECURITY.md"
BEGIN, END = "<!-- attacks: written by python -m tests.redteam.showing -->\n", "<!-- end of attacks -->\n"


def shown() -> str:
    """The table, a section for each line."""
    return "".join(_section(line) for line in LINES)


def _section(line: int) -> str:
    rows = [_row(attack) for attack in ATTACKS if attack.line == line]
    head = "| attack | what it tries | deserves | not held by |\n|---|---|---|---|\n"
    return f"\n### {line}. {LINES[line]}\n\n{head}{''.join(rows)}"


def _row(attack: Attack) -> str:
    cells = (f"`{attack.name}`", attack.tries, "; ".join(_deserves(attack)), _not_held_by(attack.limit))
    return f"| {' | '.join(cells)} |\n"


def _not_held_by(limit: str) -> str:
    if limit not in NOT_HELD:
        return ""
    return "process; uid where it is reduced" if "reduced" in NOT_HELD[limit] else "process"


def _deserves(attack: Attack) -> Iterator[str]:
    if attack.refused:
        yield "not read"
    for name, deserved in attack.marks.items():
        if deserved.share == NOTHING:
            yield f"{name}: 0"
        elif deserved.share == FULL:
            yield f"{name}: full marks"
        elif deserved.at_most:
            yield f"{name}: {deserved.share:.0%} at most, for what it happens to get right"
        else:
            yield f"{name}: {deserved.share:.0%}, for what it gets right"
    if attack.noted:
        yield "a note on top of the report"


def written(text: str) -> str:
    """The document with the table as it is now."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{shown()}\n{END}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text("utf-8")), "utf-8")

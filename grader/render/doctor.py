"""What the doctor found: for a terminal, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, assert_never

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.doctor.cages import Absent, Examined, Finding, Tried, recommended
from grader.doctor.probing import KINDS

SCHEMA = "nanograd/doctor/v1"
STYLES = {"full": "green", "reduced": "red", "none": "yellow"}


def render(findings: Sequence[Finding], steps: Sequence[str], console: Console) -> None:
    """Print the findings; steps: what to do for a strong cage, where there is none."""
    console.print(_overview(findings))
    examined = [finding for finding in findings if isinstance(finding, Examined)]
    if examined:
        console.print()
        console.print(_by_kind(examined))
    for finding in examined:
        _escapes(finding, console)
    console.print()
    _next(findings, steps, console)


def _overview(findings: Sequence[Finding]) -> Table:
    grid = Table.grid(padding=(0, 2))
    for finding in findings:
        match finding:
            case Absent(name, why):
                grid.add_row(name, Text("not here", style="dim"), Text(why))
            case Examined(name=name, isolation=isolation):
                grid.add_row(name, Text(isolation, style=STYLES[isolation]), _in_short(finding))
            case _:
                assert_never(finding)
    return grid


def _in_short(finding: Examined) -> str:
    held, of = len(finding.tried) - len(finding.escapes), len(finding.tried)
    if finding.broken:
        return f"broken: it claims full isolation and holds {held} of {of} probes"
    if finding.claims == "none":
        return f"no cage, only limits against accidents; holds {held} of {of} probes"
    count = f"every probe of {of} is held" if held == of else f"holds {held} of {of} probes"
    return f"{finding.lacking}; {count}" if finding.lacking else count


def _by_kind(examined: Sequence[Examined]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("held")
    for finding in examined:
        table.add_column(finding.name, justify="right")
    for kind, title in KINDS.items():
        counts = [_count(finding, kind) for finding in examined]
        if any(of for _, of in counts):
            table.add_row(title, *(_cell(held, of) for held, of in counts))
    return table


def _count(finding: Examined, kind: str) -> tuple[int, int]:
    tried = [one for one in finding.tried if one.probe.kind == kind]
    return sum(one.held for one in tried), len(tried)


def _cell(held: int, of: int) -> Text:
    return Text(f"{held} of {of}", style="" if held == of else "bold")


def _escapes(finding: Examined, console: Console) -> None:
    if not finding.escapes:
        return
    console.print()
    console.print(f"Not held by {finding.name}:")
    for one in finding.escapes:
        line = f"  {one.probe.title} [{one.probe.kind} {one.probe.name}: {one.how}]"
        console.print(Text(line), soft_wrap=True)


def _next(findings: Sequence[Finding], steps: Sequence[str], console: Console) -> None:
    for finding in findings:
        if isinstance(finding, Examined) and finding.broken:
            console.print(
                f"Grade no class with {finding.name}: it claims more than it holds. Please report this."
            )
    if best := recommended(findings):
        console.print(f"The work of others can be graded here, with --sandbox {best}.")
    else:
        console.print("Your own work can be graded here, and not that of others. For a strong cage:")
        for step in steps:
            console.print(Text(f"  {step}"), soft_wrap=True)


def to_json(findings: Sequence[Finding], steps: Sequence[str]) -> str:
    """The same for programs; recommended is null where no cage is fit for the work of others."""
    best = recommended(findings)
    plain = {
        "schema": SCHEMA,
        "recommended": best,
        "cages": [_plain(finding) for finding in findings],
        "next_steps": [] if best else list(steps),
    }
    return json.dumps(plain, indent=2) + "\n"


def _plain(finding: Finding) -> dict[str, Any]:
    if isinstance(finding, Absent):
        return {"name": finding.name, "available": False, "why_not": finding.why}
    counts = {kind: _count(finding, kind) for kind in KINDS}
    return {
        "name": finding.name,
        "available": True,
        "claims": finding.claims,
        "isolation": finding.isolation,
        "lacking": finding.lacking,
        "kinds": {kind: {"held": held, "of": of} for kind, (held, of) in counts.items()},
        "probes": [_plain_probe(one) for one in finding.tried],
    }


def _plain_probe(one: Tried) -> dict[str, Any]:
    probe = one.probe
    return {"name": probe.name, "kind": probe.kind, "title": probe.title, "held": one.held, "how": one.how}

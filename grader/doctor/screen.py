"""What the doctor says of each cage, and what would help."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, assert_never

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.doctor.doctor import KINDS, Absent, Examined, Finding, Tried, recommended
from grader.machine.processes import program
from grader.sandbox.cages import CAGES, PROGRAM

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


INSTALL = {
    "apt": "apt install bubblewrap",
    "dnf": "dnf install bubblewrap",
    "pacman": "pacman -S bubblewrap",
    "zypper": "zypper install bubblewrap",
    "apk": "apk add bubblewrap",
}
# Since Ubuntu 24.04 a program needs a profile to make namespaces; bubblewrap's is packaged, and not in force.
PROFILE = "bwrap-userns-restrict"
LOAD_PROFILE = (
    "apt install apparmor-profiles",
    f"install -m 0644 /usr/share/apparmor/extra-profiles/{PROFILE} /etc/apparmor.d/",
    f"apparmor_parser -r /etc/apparmor.d/{PROFILE}",
)
RESTRICTED = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
IN_CONTAINER = (Path("/.dockerenv"), Path("/run/.containerenv"))


@dataclass(frozen=True, slots=True)
class Machine:
    """What is to be known of a machine to say what it lacks.

    manager: the command that installs packages, or nothing where it is none of those known.
    restricted: AppArmor keeps programs without a profile from making namespaces.
    """

    linux: bool
    root: bool
    contained: bool
    manager: str
    has_bwrap: bool
    restricted: bool


def this_machine() -> Machine:
    """The machine that this runs on."""
    restricted = ""
    with suppress(OSError):
        restricted = RESTRICTED.read_text("ascii").strip()
    return Machine(
        linux=sys.platform == "linux",
        root=hasattr(os, "geteuid") and os.geteuid() == 0,
        contained=any(path.exists() for path in IN_CONTAINER),
        manager=next(filter(program, INSTALL), ""),
        has_bwrap=program(PROGRAM) is not None,
        restricted=restricted == "1",
    )


def steps(machine: Machine) -> list[str]:
    """What its owner may do for a strong cage, one step a line; commands as they are typed."""
    if not machine.linux:
        return ["grade the work of others on Linux, in a virtual machine or as root in a container"]
    sudo = "" if machine.root else "sudo "
    todo = []
    if not machine.has_bwrap:
        install = INSTALL.get(machine.manager)
        todo.append(sudo + install if install else "install bubblewrap with your system's package manager")
    if machine.restricted and not machine.contained:
        todo += [sudo + command for command in LOAD_PROFILE]
    if machine.contained:
        todo.append(_in_a_container(machine.root))
        return todo
    if not todo:
        todo.append(
            "allow user namespaces: sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone"
        )
    if not machine.root:
        todo.append("if that is of no avail: run as root, or as root in a container, for the cage uid")
    return todo


def _in_a_container(root: bool) -> str:
    if not root:
        return "in a container bubblewrap seldom works: run as root there, for the cage uid"
    return "for the cage uid: the right to change the root folder (SYS_CHROOT), and Linux 5.13 with Landlock"


def advice() -> str:
    """At most two lines for who sets up, nothing where a strong cage can be had."""
    if not all(why_not() for name, (_, why_not) in CAGES.items() if name != "process"):
        return ""
    first = steps(this_machine())[0]
    return (
        "Your own work is graded all the same, but there is no sandbox yet for the work of others.\n"
        f"For a class: {first}\n"
    )

"""What to do for a strong cage where there is none."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grader.processes import program
from grader.sandbox import CAGES, bwrap

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
        has_bwrap=program(bwrap.PROGRAM) is not None,
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

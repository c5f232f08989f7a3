"""What the doctor has sent in place of a subject: it runs a probe, and answers with how that went."""

from __future__ import annotations

import ctypes
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Scene = dict[str, "Any"]


def assemble(head: dict[str, Any]) -> dict[str, Any]:
    """Make the attempt that the one part is; what it keeps as outcome stays."""
    scope: dict[str, Any] = {"__name__": "probe", "__package__": f"{__package__}.probes"}
    exec(compile(head["parts"]["probe"], "probe.py", "exec", dont_inherit=True), scope)
    return scope


def run(packed: tuple[Any, ...], engine: dict[str, Any]) -> list[float]:  # noqa: ARG001 (there is one question)
    """Whether it escaped, and the error number it was refused with."""
    return list(engine["outcome"])


def libc() -> ctypes.CDLL:
    """The C library, for calls that Python has no function for."""
    return ctypes.CDLL(None, use_errno=True)


def call(number: int | tuple[int, int], *arguments: object) -> int:
    """A call that the C library has no function for, by its number, or those on x86_64 and aarch64."""
    if isinstance(number, tuple):
        number = number[("x86_64", "aarch64").index(os.uname().machine)]
    return checked(libc().syscall(number, *arguments))


def checked(result: int) -> int:
    """The result of a call; raises OSError where it failed."""
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result

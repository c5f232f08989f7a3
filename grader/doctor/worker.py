"""What the doctor has sent in place of a subject: it runs a probe, and answers with how that went."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def assemble(head: dict[str, Any]) -> dict[str, Any]:
    """Make the attempt that the one part is; what it keeps as outcome stays."""
    scope: dict[str, Any] = {"__name__": "probe"}
    exec(compile(head["parts"]["probe"], "probe.py", "exec", dont_inherit=True), scope)
    return scope


def run(packed: tuple[Any, ...], engine: dict[str, Any]) -> list[float]:  # noqa: ARG001 (there is one question)
    """Whether it escaped, and the error number it was refused with."""
    return list(engine["outcome"])

"""What all tests share.

A comparison of long texts that fails says where they differ, and says it at once; what waits longest comes
first; the end of a run counts what was skipped, and for want of what.
"""

from __future__ import annotations

from collections import Counter

import pytest

LONG = 5_000  # characters; for more pytest would look for every difference, which can take hours
AROUND = 60


@pytest.hookimpl(tryfirst=True)
def pytest_assertrepr_compare(op: str, left: object, right: object) -> None:
    """Say where two long things differ; raises the failure itself, so that nobody looks any further."""
    one, other = shown(left), shown(right)
    if op in ("==", "in", "not in") and len(one) + len(other) > LONG:
        raise AssertionError(place(op, one, other))


def shown(thing: object) -> str:
    return thing if isinstance(thing, str) else repr(thing)


def place(op: str, left: str, right: str) -> str:
    """Where the comparison fails, with what stands there."""
    if op == "==":
        pairs = zip(left, right, strict=False)
        at = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(left), len(right)))
        sizes = f"{len(left):,} and {len(right):,} characters"
        return f"{sizes} differ from {at:,} on:\n{around(left, at)}\n{around(right, at)}"
    if op == "in":
        return f"{left[:LONG]!r} is nowhere in {len(right):,} characters, which begin\n{around(right, 0)}"
    return f"{left[:LONG]!r} stands at {right.find(left):,} of {len(right):,} characters:\n" + around(
        right, right.find(left)
    )


def around(text: str, at: int) -> str:
    return repr(text[max(0, at - AROUND) : at + AROUND])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Attacks first: some wait out a limit, and at the end every other process would wait for them."""
    items.sort(key=lambda item: "redteam" not in item.path.parts)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count what was skipped, the most frequent reason first."""
    skipped = Counter(reason(report) for report in terminalreporter.stats.get("skipped", []))
    if skipped:
        terminalreporter.section("skipped, and for want of what")
    for why, count in skipped.most_common():
        terminalreporter.write_line(f"{count:5,}  {why}")


def reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Why a test was skipped, as its mark says it."""
    said = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return said.removeprefix("Skipped: ")

"""A counterexample's graph as a Mermaid flowchart: the first wrong node stands out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.agreement import close
from grader.model import Node
from grader.words import number

SPECIAL = re.compile(r"[^A-Za-z0-9 ]")
MOST = 24


def flowchart(graph: Sequence[Node]) -> str:
    """A fenced block that GitHub draws; nothing for a graph too large to be looked at."""
    if not 0 < len(graph) <= MOST:
        return ""
    place = {node.name: f"n{at}" for at, node in enumerate(graph)}
    lines = ["```mermaid", "flowchart BT"]
    for node in graph:
        lines.append(f'  {place[node.name]}["{_label(node)}"]')
        lines += [f"  {place[name]} --> {place[node.name]}" for name in dict.fromkeys(node.operands)]
    wrong = [place[node.name] for node in graph if node.suspect]
    style = ["  classDef differs stroke:#c00,stroke-width:3px", f"  class {','.join(wrong)} differs"]
    return "\n".join([*lines, *(style if wrong else []), "```"])


def _label(node: Node) -> str:
    """How the node was made, then what was expected of it and what was got, a line each."""
    lines = [f"{node.name} = {node.formula}", _pair("data", node.data), _pair("grad", node.grad)]
    # Mermaid's own entities; the line break is the one thing in a label that is ours.
    return "<br/>".join(SPECIAL.sub(lambda found: f"#{ord(found[0])};", line) for line in lines)


def _pair(what: str, pair: tuple[float, float | None]) -> str:
    expected, got = pair
    if got is None or close(got, expected):
        return f"{what} {number(expected)}"
    return f"{what} {number(expected)}, got {number(got)}"

"""Cuts a stub from a solution: the numbered comments stay as TODOs, the code between them goes."""

from __future__ import annotations

import ast
import re
import warnings
from functools import lru_cache

from grader.errors import CourseError

BEGIN, END = "# begin solution", "# end solution"
STEP = re.compile(r"\s*# (\d+)\. ")
# Characters; the syntax tree of what somebody packed densely takes a thousand bytes for each.
LONGEST = 1 << 15


def cut(solution: str, name: str) -> str:
    """The stub for a solution's source; raises CourseError where a marker has no partner."""
    lines: list[str] = []
    steps: list[str] | None = None
    for line in solution.splitlines():
        mark = line.strip()
        if mark in (BEGIN, END) and (mark == BEGIN) != (steps is None):
            raise CourseError(
                f"{name}.py: '{mark}' has no partner", "mark where the solution begins and ends"
            )
        if mark == BEGIN:
            steps = []
        elif mark == END:
            lines.append(f'{_indent(line)}raise NotImplementedError("{_todo(name, steps or [])}")')
            steps = None
        elif steps is None:
            lines.append(line)
        elif found := STEP.match(line):
            steps.append(found[1])
            lines.append(line.replace(f"# {found[1]}. ", f"# TODO {found[1]}: "))
    if steps is not None:
        raise CourseError(f"{name}.py: '{BEGIN}' has no partner", f"add '{END}'")
    return "\n".join(lines) + "\n"


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _todo(name: str, steps: list[str]) -> str:
    if not steps:
        return f"{name}: TODO"  # nothing is numbered yet
    if len(steps) == 1:
        return f"{name}: TODO {steps[0]}"
    return f"{name}: TODO {steps[0]} {'to' if len(steps) > 2 else 'and'} {steps[-1]}"


def untouched(source: str, stub: str) -> bool:
    """Whether a source says no more than the stub: comments, blank lines and docstrings aside.

    What is many times as long as any stub is not looked at: somebody has written something there.
    """
    if len(source) > LONGEST:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes in somebody's docstring
            return _bones(source) == _stub_bones(stub)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


@lru_cache(maxsize=100)
def _stub_bones(stub: str) -> str:
    """A stub is compared with every submission."""
    return _bones(stub)


def _bones(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and ast.get_docstring(node) is not None
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(tree)

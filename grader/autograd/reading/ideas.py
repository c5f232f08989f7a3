"""Ideas behind what was read: the sentence that a finding adds where formula or source suggest one.

Whatever is no more than a guess is said as one. Keyed on formulas and not on whole programs, they hold where
there are other mistakes beside.
"""

from __future__ import annotations

import ast
import re

from grader.autograd.reading import normal
from grader.autograd.reading.naming import Words, defined, parsed
from grader.autograd.reading.normal import UNDEFINED, Formula, TooLarge
from grader.model import Raised

CUT = {"int", "floor", "ceil", "round"}
BINARY_XOR = "^ combines the bits of whole numbers; a power is written **."


def of_data(formula: Formula, wanted: Formula) -> str:
    """On a number that was computed by another formula."""
    used = normal.functions(formula)
    if "^" in used:
        return BINARY_XOR
    if used & CUT and not normal.functions(wanted) & CUT:
        return f"{', '.join(sorted(used & CUT))}() cuts the number to a whole one."
    return ""


def of_slope(local: Formula, slope: Formula, result: Formula, words: Words) -> str:
    """On a derivative that is another one; result: what the operation computes."""
    if local == result:
        return "It is the result itself."
    if "k" not in normal.symbols(slope):
        return ""
    a, k = normal.name("a"), normal.name("k")
    factor, less = f"the factor {words.two}", "the exponent one smaller"
    try:
        if normal.mul(local, k) == slope:
            return f"Perhaps {factor} was forgotten."
        if local == normal.mul(slope, a):
            return f"Perhaps it was forgotten to make {less}."
        if normal.mul(local, k) == normal.mul(slope, a):
            return f"Perhaps {factor} was forgotten, and to make {less}."
        if local == normal.sub(normal.mul(slope, a), normal.ONE):
            return f"Without brackets - 1 comes after **: {words.two} - 1 as an exponent needs them."
    except (TooLarge, *UNDEFINED):
        pass
    return ""


def of_nothing(source: str, definition: str, cell: int, words: Words, facts: frozenset[str]) -> str:
    """On an operand that receives nothing: what the code writes to instead."""
    if "rule changes out.grad" in facts:
        return f"What the rule changes is {words.grad(0)}."
    for name, line in _unknown_attributes(source, definition, words.names.known):
        if name.partition(".")[0] == words.node(cell):
            return f"In line {line} {name} is set, which nothing reads."
    return ""


def _unknown_attributes(source: str, definition: str, known: frozenset[str]) -> list[tuple[str, int]]:
    """The attributes that a function sets and nothing else knows, unless it reads them, too."""
    written: dict[str, tuple[str, int]] = {}
    read = set(known)
    for function in defined(source, definition):
        for node in ast.walk(function):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                if isinstance(node.ctx, ast.Store):
                    written.setdefault(node.attr, (f"{node.value.id}.{node.attr}", node.lineno))
                else:
                    read.add(node.attr)
    return [found for attribute, found in written.items() if attribute not in read]


def line_of(trouble: Raised, name: str) -> int:
    """The innermost line of the exercise's own file that an exception comes through, 0 for none."""
    for frame in reversed(trouble.frames):
        file, _, rest = frame.partition(".py, line ")
        number = rest.partition(",")[0]
        if file == name and number.isdigit():
            return int(number)
    return 0


def of_trouble(trouble: Raised, source: str, definition: str, line: int) -> str:
    """On an exception: what the source shows about the line, or the message about the call."""
    error = trouble.error
    if "for ^" in error:
        return BINARY_XOR
    if error.startswith("TypeError") and "positional argument" in error and not trouble.frames:
        return "backward() calls the rule without arguments."
    if error.startswith("NotImplementedError") and _goes_on_below(source, line):
        return f"What stands below line {line} is never reached: delete that line if it is left over."
    if "NoneType" in error and (method := _changes_in_place(source, line)):
        return f"{method}() changes what it is called on, and gives back None."
    own = _calls_own_name(source, definition)
    if own and own == line:
        return f"In line {line}, {definition}(…) is this very function: it has the name of the built-in one."
    if trouble.frames and trouble.frames[0].endswith("in <module>"):
        known = re.search(r"'Value' (and|object)|of type 'Value'", error)
        return "The operators are attached to Value when this file has been read to its end." if known else ""
    return ""


def _goes_on_below(source: str, line: int) -> bool:
    """Whether a raise in that line has statements below it in its own block."""
    for node in ast.walk(parsed(source)):
        body = getattr(node, "body", None)
        for statement in body[:-1] if isinstance(body, list) else ():
            if isinstance(statement, ast.Raise) and statement.lineno == line:
                return True
    return False


CHANGES_IN_PLACE = ("append", "extend", "insert", "reverse", "sort", "add", "update", "clear")


def _changes_in_place(source: str, line: int) -> str:
    """A method called in that line, or in what a name there was set to, that gives back nothing."""
    names: set[str] = set()
    calls: dict[str, str] = {}
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.Assign) and (method := _in_place(node.value)):
            calls |= {target.id: method for target in node.targets if isinstance(target, ast.Name)}
        if getattr(node, "lineno", 0) == line:
            if method := _in_place(node):
                return method
            names |= {node.id} if isinstance(node, ast.Name) else set()
    return next((calls[name] for name in sorted(names & calls.keys())), "")


def _in_place(node: ast.AST) -> str:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr if node.func.attr in CHANGES_IN_PLACE else ""
    return ""


def _calls_own_name(source: str, definition: str) -> int:
    """The line in which a function calls itself by its plain name, 0 for none."""
    for function in defined(source, definition):
        for node in ast.walk(function):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Name) and called.id == definition:
                return called.lineno
    return 0

"""Python's exceptions in plain words, for somebody who meets them for the first time."""

from __future__ import annotations

import re

# The first pattern that is found in the exception's line explains it.
IN_WORDS = (
    (
        r"'NoneType' object is not callable",
        "None was called like a function. Is a function stored, or what it returned?",
    ),
    (
        r"'NoneType' object has no attribute",
        "None stands where a Value is expected. Does every function return its result?",
    ),
    (
        r"'(int|float|bool)' object has no attribute '(data|grad|_prev|_backward|relu|backward)'",
        "A plain number stands where a Value is expected: numbers may come in as operands, too.",
    ),
    (
        r"'(tuple|list|generator)' object has no attribute '(data|grad|relu|backward)'",
        "Several things in a row stand where a single Value is expected.",
    ),
    (
        r"(must be real number|float\(\) argument|not supported between).*Value|'(float|int)' and 'Value'",
        "A Value stands where a plain number is needed: the number is in its data.",
    ),
    (
        r"not supported between|unsupported operand",
        "Two things meet in an operation that is not defined for them.",
    ),
    (
        r"^RecursionError",
        "A function calls itself without end, or goes deeper than Python's limit of 1,000 calls.",
    ),
    (r"^ZeroDivisionError", "It divides by a number that can be zero."),
    (r"^(UnboundLocalError|NameError)", "A name is used that has no value at that point."),
    (r"^(SyntaxError|IndentationError|TabError)", "Python cannot read the file at that line."),
    (r"^ModuleNotFoundError", "Only the standard library and the files beside this one can be imported."),
    (r"^ImportError", "The module is there, but has nothing of that name."),
    (r"^MemoryError", "It asked for more memory than there is; do graphs or lists grow without end?"),
    (
        r"(missing|takes) .*argument|unexpected keyword argument",
        "It is called with other arguments than its def line allows: compare it with the stub.",
    ),
    (
        r"object is not iterable",
        "A single thing stands where several are expected: one output comes without a list.",
    ),
    (r"object is not callable", "Something that is no function is called like one."),
    (r"object is not subscriptable|^IndexError", "It asks for an item that is not there."),
    (r"^OverflowError", "A number has become too large for a float."),
    (r"^KeyError", "It looks for something in a dict that is not there."),
    (
        r"^AttributeError",
        "It asks an object for something it does not have: is it spelled right, is it made in time?",
    ),
)


def in_words(error: str) -> str:
    """What an exception's line means, in a sentence; nothing where it is plain enough or unknown."""
    return next((words for pattern, words in IN_WORDS if re.search(pattern, error)), "")


def open_todo(error: str) -> str:
    """Which TODO is still open, where an exception says just that; else nothing."""
    said = re.match(r"NotImplementedError: (\w+: TODO .*)", error)
    return said[1] if said else ""

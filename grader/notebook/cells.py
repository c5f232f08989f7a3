"""A cell as an exercise's file: what the worker runs, and what exercises/ is given."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass

from grader.errors import UsageError
from grader.printable import shortened
from grader.submission import text

Import = ast.Import | ast.ImportFrom


@dataclass(frozen=True, slots=True)
class Cell:
    """What was written in a cell, under the name of an exercise.

    graded: the source for the worker. Its first line, where the notebook has the magic, holds the imports
        of the stub that the cell does without, so that lines have the numbers that the notebook shows.
    saved: the same as a file, beneath the stub's own first lines.
    """

    name: str
    graded: str
    saved: str


def cell_of(name: str, body: str, stub: str) -> Cell:
    """A cell for an exercise.

    body: what stands beneath the magic.
    stub: what a student is handed for the exercise. A cell with an import from __future__ of its own is
        taken for a whole file, and nothing of the stub is added.
    Raises UsageError where the cell is empty, or no Python.
    """
    if not body.strip():
        raise UsageError("the cell is empty", f"%exercise {name} puts the stub into a new one")
    own = _imports(_parsed(name, body))
    if any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in own):
        return Cell(name, f"\n{body}", f"{body.strip()}\n")
    known = {ast.dump(node) for node in own}
    lacking = [node for node in _imports(ast.parse(stub)) if ast.dump(node) not in known]
    return Cell(name, f"{'; '.join(map(ast.unparse, lacking))}\n{body}", _beneath(stub, known, body))


def beginning(stub: str) -> str:
    """What a cell for an exercise begins with: the stub without its docstring and its imports."""
    first = _first(ast.parse(stub))
    return "\n".join(stub.splitlines()[first - 1 :]) + "\n"


def _beneath(stub: str, known: set[str], body: str) -> str:
    """The cell beneath the stub's first lines, but for the imports that it has itself."""
    tree = ast.parse(stub)
    repeated = [node for node in _imports(tree) if ast.dump(node) in known]
    left_out = {
        line for node in repeated for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    lines = enumerate(stub.splitlines()[: _first(tree) - 1], start=1)
    head = "\n".join(line for number, line in lines if number not in left_out)
    return f"{head.strip()}\n\n\n{body.strip()}\n"


def _first(tree: ast.Module) -> int:
    """The line at which the definitions begin."""
    made = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef))
    return min(node.lineno for node in made)


def _imports(tree: ast.Module) -> list[Import]:
    return [node for node in tree.body if isinstance(node, Import)]


def _parsed(name: str, body: str) -> ast.Module:
    """The cell's tree, read but never run; raises UsageError where there is none."""
    try:
        text(f"the cell for {name}", body.encode())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes in somebody's docstring
            compile(f"\n{body}", "the cell", "exec", dont_inherit=True)
            return ast.parse(body)
    except SyntaxError as error:
        raise UsageError(*_unreadable(error)) from None
    except UnicodeEncodeError:
        raise UsageError("the cell holds half a character, which is no text", "type it anew") from None
    except ValueError as error:
        raise UsageError(str(error), "shorten the cell") from None
    except (RecursionError, MemoryError, OverflowError):
        raise UsageError("the cell is nested too deeply to be read", "shorten the cell") from None


def _unreadable(error: SyntaxError) -> tuple[str, str]:
    where = f"line {error.lineno} of the cell: " if error.lineno else "the cell: "
    line = shortened((error.text or "").strip(), 80)
    return f"{where}{error.msg}", f"the line is: {line}" if line else "mend it, then run the cell again"

"""Whether the tests bite: each module of modules.toml with one change at a time, and what its tests say.

make mutants; or python tests/mutants/run.py and the names of some modules. Works on a copy, in build/mutants.
"""

from __future__ import annotations

import ast
import compileall
import difflib
import gc
import os
import py_compile
import shutil
import signal
import sys
import time
import tomllib
import traceback
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from operators import mutants

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TREE = ROOT / "build" / "mutants"
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".*_cache", "build", "__pycache__", "*.egg-info")
MOST = 5  # percent of all mutants may survive without an explanation


@dataclass
class Row:
    """What became of a module's mutants."""

    name: str
    mutants: int = 0
    explained: int = 0
    too_slow: int = 0  # killed by the limit, which on a busy machine need not mean that a test noticed
    survived: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        survived = self.explained + len(self.survived)
        part = 100 * len(self.survived) / max(self.mutants, 1)
        killed = f"{self.mutants - survived:8}{self.too_slow:10}"
        return f"{self.name:12}{self.mutants:8}{killed}{survived:10}{self.explained:11}{part:13.1f}%"


def main(names: list[str]) -> int:
    """Run the modules of these names, or all; 1 where too much survives."""
    table = tomllib.loads((HERE / "modules.toml").read_text("utf-8"))
    told = tomllib.loads((HERE / "explained.toml").read_text("utf-8")).get("mutant", [])
    told = {(m.get("module", ""), bare(m["line"]), bare(to)) for m in told for to in m["instead"]}
    shutil.rmtree(TREE, ignore_errors=True)
    shutil.copytree(ROOT, TREE, ignore=LEFT_OUT)
    # Known by its content, a changed module is never taken for the one it was.
    by_content = py_compile.PycInvalidationMode.CHECKED_HASH
    compileall.compile_dir(TREE / "grader", quiet=2, invalidation_mode=by_content)
    rows, used = [], set()
    for name in names or table:
        row, fitting = attempt(name, **table[name], told=told)
        rows.append(row)
        used |= fitting
    heads = f"{'mutants':>8}{'killed':>8}{'too slow':>10}{'survived':>10}{'explained':>11}{'unexplained':>14}"
    print(f"\n{'module':12}{heads}")
    counts = ("mutants", "explained", "too_slow")
    every = Row("all", *(sum(getattr(row, count) for row in rows) for count in counts))
    every.survived = [diff for row in rows for diff in row.survived]
    print(*rows, every, sep="\n")
    idle = [] if names else sorted(told - used)
    for key in idle:
        print("explained, but no survivor:", *key)
    return int(len(every.survived) * 100 > MOST * every.mutants)


def attempt(name: str, path: str, tests: list[str], told: set, beside: Sequence[str] = ()) -> tuple[Row, set]:
    """One module's row, and the explanations that fitted.

    beside: what the module holds at its top that decides no score, by name; it is left as it is.
    """
    row, used = Row(name), set()
    source = (TREE / path).read_text("utf-8")
    began = time.monotonic()
    if outcome_of(tests, 600) != "passed":
        raise SystemExit(f"{name}: its tests fail without any mutant; see {TREE / 'output'}")
    limit = 20 + 5 * (time.monotonic() - began)
    skipped = set(lines_of(source, beside))
    for mutated in mutants(source):
        if first_change(source, mutated) in skipped:
            continue
        row.mutants += 1
        (TREE / path).write_text(mutated, "utf-8")
        outcome = outcome_of(tests, limit)
        row.too_slow += outcome == "too slow"
        if outcome == "passed":
            line, instead, diff = change(source, mutated, path)
            keys = {(name, line, instead), ("", line, instead)} & told
            row.explained += bool(keys)
            used |= keys
            if not keys:
                row.survived.append(diff)
                print(f"\n{diff}", flush=True)
        if sys.stderr.isatty() or row.mutants % 50 == 0:
            print(f"\r{name}: {row.mutants}, {len(row.survived)} survived ", end="", file=sys.stderr)
    (TREE / path).write_text(source, "utf-8")
    print(row, flush=True)
    return row, used


def lines_of(source: str, names: Sequence[str]) -> Iterator[int]:
    """The lines of these definitions, from 0 on."""
    for node in ast.parse(source).body:
        called = getattr(node, "name", "") or getattr(getattr(node, "targets", [None])[0], "id", "")
        if called in names:
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
            yield from range(first - 1, node.end_lineno)


def first_change(source: str, mutated: str) -> int:
    """The first line that differs, from 0 on."""
    pairs = zip(source.splitlines(), mutated.splitlines(), strict=False)
    return next((n for n, (one, other) in enumerate(pairs) if one != other), 0)


def change(source: str, mutated: str, path: str) -> tuple[str, str, str]:
    """The lines that are different, those in their place, and both as a diff."""
    diff = list(difflib.unified_diff(source.splitlines(), mutated.splitlines(), path, path, lineterm="", n=1))
    line, instead = ("".join(text[1:] for text in diff[3:] if text.startswith(sign)) for sign in "-+")
    return bare(line), bare(instead), "\n".join(diff[1:])


def bare(text: str) -> str:
    """Without spaces, which cosmic-ray sets in its own way."""
    return "".join(text.split())


def outcome_of(tests: list[str], limit: float) -> str:
    """passed, failed or too slow: all tests, in a process of their own; what they print is in TREE/output."""
    child = os.fork()
    if not child:
        within(tests)
    ends = time.monotonic() + limit
    while not (ended := os.waitpid(child, os.WNOHANG))[0] and time.monotonic() < ends:
        time.sleep(0.01)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # with all that it has started
    if not ended[0]:
        os.waitpid(child, 0)
        return "too slow"
    return "failed" if os.waitstatus_to_exitcode(ended[1]) else "passed"


def within(tests: list[str]) -> None:
    """What the forked process does: it never comes back."""
    code = 1
    try:
        os.setsid()
        os.chdir(TREE)
        output = os.open("output", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        sys.path.insert(0, str(TREE))
        code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", *(f"tests/grader/{t}" for t in tests)])
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    os.environ |= {
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(TREE),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "XDG_CACHE_HOME": str(TREE / ".cache"),
    }
    import torch  # noqa: F401  before the forks, which need not import it again

    gc.freeze()  # so that no fork looks through what torch has brought
    sys.exit(main(sys.argv[1:]))

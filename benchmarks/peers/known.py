"""What the peers' tests ask of an exercise: the cases that the grader asks, and the numbers that come out.

This file lies beside each peer's tests, with floor.py, which loads what runs a case, and known.marshal, which
benchmarks/beside.py writes. The environments of the peers have no grader.
"""

from __future__ import annotations

import marshal
from functools import cache
from math import isclose
from pathlib import Path
from types import ModuleType
from typing import Any

from floor import CLASSES, load_runner


@cache
def _read() -> tuple[ModuleType, dict[str, list[tuple[Any, tuple[float, ...]]]]]:
    runner, cases = marshal.loads((Path(__file__).parent / "known.marshal").read_bytes())
    return load_runner(runner), cases


def wrong(exercise: str, package: ModuleType) -> str:
    """What is wrong with an exercise of a package that was handed in; empty where every number is right."""
    runner, cases = _read()
    engine = {name: getattr(package, name) for name in CLASSES}
    for program, expected in cases[exercise]:
        got = runner.run(program, engine)
        if len(got) != len(expected) or not all(map(_close, got, expected)):
            return f"{program}: expected {expected}, got {got}"
    return ""


def _close(got: float, expected: float) -> bool:
    return isclose(got, expected, rel_tol=1e-9, abs_tol=1e-12)

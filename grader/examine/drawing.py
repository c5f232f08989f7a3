"""Draws a property's cases: hypothesis chooses programs, the oracle answers, the unfit are left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from hypothesis.strategies import SearchStrategy

from grader.course.properties import Property, made
from grader.subject import Program, Unfit

Answer = Callable[[Program, bool], tuple[float, ...]]
Try = Callable[[Program, tuple[float, ...]], object]


def each_drawn(prop: Property, seed: int, answer: Answer, try_out: Try, shrink: bool = False) -> None:
    """Call try_out with each drawn program that is fit to be asked, and its answer.

    The same property, seed and versions draw the same programs in the same order, as long as try_out
    does not raise; shrink then lets hypothesis look for a smaller one before it raises the same.
    """

    def body(program: Program) -> None:
        try:
            expected = answer(program, prop.kink)
        except Unfit:
            hypothesis.reject()
        try_out(program, expected)

    assert prop.over is not None
    strategy: SearchStrategy[Any] = made(prop.over)
    test = hypothesis.given(strategy)(body)
    settings = hypothesis.settings(
        max_examples=prop.drawn,
        database=None,
        deadline=None,
        derandomize=False,
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
    )
    with _no_local_constants():
        hypothesis.seed(seed)(settings(test))()


@contextmanager
def _no_local_constants() -> Iterator[None]:
    """Keep hypothesis from trying numbers it finds in loaded modules, which differ from run to run.

    None of its settings turns that off, so this reaches inside. Where a new version has moved what is patched
    here, patch.object raises, so that it cannot go unnoticed.
    """
    providers.CONSTANTS_CACHE.cache.clear()
    with patch.object(providers, "_get_local_constants", Constants):
        yield
    providers.CONSTANTS_CACHE.cache.clear()

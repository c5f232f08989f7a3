"""Asks a student's file, running in a worker, what an expression is worth there."""

from __future__ import annotations

from grader.autograd.program import Chain
from grader.autograd.subject import SUBJECT
from grader.examine.setting import parts
from grader.model import Raised
from grader.sandbox.runner import Limits, Request, Runner

IMPORTS = "import ctypes, importlib.util, os, resource, sys"


def ask(course, cage, expression, before="", limits=None, **helpers):
    """What the expression is worth, as repr shows it in up to a thousand letters, or what it raised."""
    source = f"{IMPORTS}\n{before}\nraise Exception(repr({expression}))"
    seen = observe(course, cage, source, limits, **helpers)
    return seen.error.removeprefix("Exception: ") if isinstance(seen, Raised) else seen


def observe(course, cage, source, limits=None, **helpers):
    """What comes of one program with that source as add.py."""
    runner = Runner(cage, limits or Limits(), len(course.parts), SUBJECT.worker)
    chosen = parts(course, {"add": source, **helpers}, course.exercises[0])
    try:
        with runner.attempt(chosen) as attempt:
            (seen,) = attempt.observe(Request.of([Chain(1)]))
    finally:
        runner.close()
    return seen

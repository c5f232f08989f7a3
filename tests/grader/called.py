"""The grader's command in this process, which has imported all that a new one would have to import first."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import CompletedProcess
from unittest.mock import patch

from grader.cli import main

ROOT = Path(__file__).resolve().parents[2]


def called(*words: object, cwd: Path = ROOT, **variables: str) -> CompletedProcess[str]:
    """What a command has come to, as a process of its own would say it.

    Only for what a command says and writes: what is about a process, its signals, streams and surroundings,
    is tried with one.
    """
    out, err = io.BytesIO(), io.BytesIO()
    streams = [io.TextIOWrapper(stream, "utf-8", write_through=True) for stream in (out, err)]
    given = [*map(str, words)]
    with (
        chdir(cwd),
        patch.dict(os.environ, variables),
        redirect_stdout(streams[0]),
        redirect_stderr(streams[1]),
    ):
        code = ended(lambda: main(given, prog_name="grader"))
    for stream in streams:
        stream.flush()
    return CompletedProcess(given, code, out.getvalue().decode(), err.getvalue().decode())


def ended(call: Callable[[], object]) -> int:
    """With which code a command ends."""
    try:
        call()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0

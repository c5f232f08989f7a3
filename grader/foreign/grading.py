"""An implementation in a shape of its own becomes a report like any other, with what was found in front."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from grader.errors import UsageError
from grader.foreign.examining import AnyExaminer
from grader.foreign.extras import extras
from grader.foreign.finding import read
from grader.foreign.repositories import read_repository, repository
from grader.foreign.telling import found, in_own_words, rules
from grader.grading import asked_for, report_on, result, run_with
from grader.model import Crashed
from grader.report import Report
from grader.setting import Setting
from grader.submission import AnyShape, Submission

NAMES = ("data", "grad", "backward", "relu", "__add__", "__mul__", "__pow__")


def grade_foreign(
    path: Path,
    setting: Setting,
    *,
    value: str = "",
    mapping: Mapping[str, str] = {},
    only: Sequence[str] = (),
    lenient: bool = True,
) -> Report:
    """Grade whatever lies at a path, as it is.

    value: the class that counts, as "module:Class" or "Class"; empty to have it found.
    mapping: our names to its own: {"data": "val"}.
    lenient: judge it by its own promises, as somebody's own or a public engine is; else by the course's.
    Raises UsageError where it cannot be read or loaded, in one sentence, with what to do.
    """
    for ours in mapping:
        if ours not in NAMES:
            raise UsageError(f"--map knows nothing called {ours!r}", f"one of: {', '.join(NAMES)}")
    asked = AnyShape(value, tuple(sorted(mapping.items())))
    folder = repository(path)
    submission = read(path, asked) if folder is None else read_repository(folder, asked)
    return grade_any(submission, replace(setting, lenient=lenient), only)


def grade_any(submission: Submission, setting: Setting, only: Sequence[str] = ()) -> Report:
    """Grade an implementation that has been read; raises as grade_foreign."""
    asked, marks = asked_for(setting.course, only)
    examiner = AnyExaminer(setting, submission)
    try:
        shape = examiner.found
        if isinstance(shape, Crashed):
            what, _, step = shape.error.partition("\n")
            raise UsageError(what, step)
        tests = run_with(examiner, marks)
        results = {mark.name: result(mark, tests) for mark in marks}
        if setting.lenient:
            results = {name: in_own_words(each, shape.shape) for name, each in results.items()}
        more = () if only else extras(examiner)
    finally:
        examiner.close()
    report = report_on(submission, setting, asked, results)
    judged = rules(submission, setting.lenient)
    return replace(report, found=tuple(found(shape.shape)), extras=more, rules=judged)

"""Draws every case and tries every known mistake ahead of time, so that no grading has to."""

from __future__ import annotations

from grader.learning import recall_signatures
from grader.properties import declared_in
from grader.setting import Setting


def warm(setting: Setting) -> int:
    """Fill the setting's cache for its seed; how many cases there are."""
    cases = 0
    for exercise in setting.course.parts:
        bank = setting.bank(exercise, declared_in(setting.course.properties(exercise.name)))
        cases += len(bank.request.lengths)
        if not exercise.own:
            recall_signatures(setting, exercise, bank)
    return cases

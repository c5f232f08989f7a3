"""Other seeds: right work stays right. A few drawn cases a property; make seeds draws them all."""

import os
from dataclasses import replace

import pytest

from grader.autograd.subject import SUBJECT
from grader.course.properties import declared_in
from grader.examine.cases import record
from grader.examine.examining import Examination
from grader.examine.setting import parts
from grader.model import Kind
from grader.report.evidence import status
from grader.sandbox.runner import Runner
from tests.grader.autograd.variants import RIGHT, Variant, catalogue
from tests.samples import WHOLE

SEEDS = range(1, int(os.environ.get("SEEDS", "6" if WHOLE else "1")) + 1)
FEW = int(os.environ.get("CASES", "3"))


@pytest.mark.parametrize("seed", SEEDS)
def test_right_work_passes_whatever_the_seed(seed, course, setting, solutions):
    variants = catalogue(RIGHT)
    variants += [Variant(name, "solution", {name: solutions[name]}) for name in course.names]
    for exercise in course.exercises:
        declared = declared_in(course.properties(exercise.name))
        properties = [replace(p, drawn=min(p.drawn, FEW)) for p in declared if p.claim.kind is Kind.GRADED]
        bank = record(SUBJECT, properties, seed)
        runner = Runner(setting.cage, setting.limits, 40, SUBJECT.worker)
        for variant in (v for v in variants if v.exercise == exercise.name):
            with runner.attempt(parts(course, variant.sources, exercise)) as attempt:
                examination = Examination(
                    setting, exercise, bank, properties, attempt, attempt.observe(bank.request)
                )
                wrong = [p.claim.name for p in properties if status(examination.outcome(p)) != "passed"]
            assert wrong == [], f"{variant} with seed {seed}"
        runner.close()

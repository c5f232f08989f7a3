"""The catalogue: every wrong variant loses points, every right one gets all."""

import pytest

from grader.evidence import status
from grader.scoring import score
from tests.grader.variants import RIGHT, WRONG, catalogue

NOTED = {"layer-one_item_list", "mlp-one_item_list"}


@pytest.mark.parametrize("variant", catalogue(WRONG), ids=str)
def test_wrong_variant_loses_points(variant, examined):
    result = examined(variant.exercise, variant.sources)
    assert score(result).points < score(result).most


@pytest.mark.parametrize("variant", catalogue(RIGHT), ids=str)
def test_right_variant_gets_full_marks(variant, examined):
    result = examined(variant.exercise, variant.sources)
    graded = {v.claim.name: status(v.outcome) for v in result.verdicts if v.claim.kind.value == "graded"}
    assert set(graded.values()) == {"passed"}
    assert score(result).points == score(result).most


def test_catalogue_covers_every_exercise(course):
    for folder in (WRONG, RIGHT):
        assert {variant.exercise for variant in catalogue(folder)} == set(course.names)

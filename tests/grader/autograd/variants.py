"""Where the catalogue's wrong, right and disguised ways to write each exercise lie."""

from pathlib import Path

from grader.course.misconceptions import FOLDER as WRONG
from grader.course.misconceptions import Variant, misconceptions, variants

HERE = Path(__file__).resolve().parent
RIGHT = HERE / "right"
DISGUISED = HERE / "disguises"


def catalogue(folder):
    """Every variant in a folder; the wrong ones stand together in one file an exercise."""
    if folder != WRONG:
        return variants(folder)
    known = [m for path in sorted(folder.glob("*.md")) for m in misconceptions(path.stem)]
    return [Variant(m.exercise, m.id, {m.exercise: m.source}) for m in known]


__all__ = ["DISGUISED", "RIGHT", "WRONG", "Variant", "catalogue"]

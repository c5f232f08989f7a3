"""Where the catalogue's wrong, right and disguised ways to write each exercise lie."""

from pathlib import Path

from grader.catalogue import FOLDER as WRONG
from grader.catalogue import Variant
from grader.catalogue import variants as catalogue

HERE = Path(__file__).resolve().parent
RIGHT = HERE / "right"
DISGUISED = HERE / "disguises"

__all__ = ["DISGUISED", "RIGHT", "WRONG", "Variant", "catalogue"]

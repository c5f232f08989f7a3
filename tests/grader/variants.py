"""The catalogue of wrong and right ways to write each exercise, as submissions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WRONG = ROOT / "grader" / "misconceptions"
RIGHT = ROOT / "tests" / "grader" / "right"


@dataclass(frozen=True)
class Variant:
    """One way to write one exercise; sources holds its file and helpers of its own."""

    exercise: str
    name: str
    sources: dict[str, str]

    def __str__(self) -> str:
        return f"{self.exercise}-{self.name}"


def catalogue(folder: Path) -> list[Variant]:
    """Every variant below a folder: a file, or a folder of files where it needs helpers."""
    variants = []
    for path in sorted(folder.glob("*/*")):
        exercise = path.parent.name
        if path.suffix == ".py":
            variants.append(Variant(exercise, path.stem, {exercise: path.read_text("utf-8")}))
        elif path.name != "__pycache__":
            sources = {file.stem: file.read_text("utf-8") for file in path.glob("*.py")}
            variants.append(Variant(exercise, path.name, sources))
    return variants

"""Measures grading foreign implementations: python benchmarks/shapes.py [--size N] [--sample N].

A class of the implementations in tests/grader/autograd/shapes, mixed, as a batch on one core; a sample of it
by `grader grade`, one after the other; and as many submissions in the course's own layout as a batch again.
CPU is that of whole process trees, ratios are of one run. Nothing fails for being slow.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path
from random import Random
from statistics import mean

from figures import CPU, Section
from whole_class import ROOT, batch, measured

from grader.course.course import here

SHAPES = ROOT / "tests" / "grader" / "autograd" / "shapes"
# Its limit is what it costs, whoever grades it.
ENDLESS = {"until_nothing_changes"}


def main() -> None:
    """Write the class, measure, and print each figure as soon as it is known."""
    parser = argparse.ArgumentParser(description="Measure grading foreign implementations.")
    parser.add_argument("--size", type=int, default=10, metavar="N", help="of the class (default: 10)")
    parser.add_argument("--sample", type=int, default=2, metavar="N", help="graded one by one, too")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nanograd-shapes-") as folder:
        compare(Path(folder), given.size, given.sample)


def compare(base: Path, size: int, sample: int) -> None:
    """Print what a submission costs in the batch, alone, and in the course's own layout."""
    names = generate(base / "class", size)
    own_layout(base / "own", size)
    for name in ("class", "own"):  # fills the caches of cases and readings
        few = sorted((base / name).iterdir())[:3]
        for path in few:
            copied(path, base / f"warm-{name}" / path.name)
        batch(base / f"warm-{name}", base / f"warm-{name}.sqlite", jobs=1)
    section = Section(
        "Implementations of other shapes",
        f"{size} submissions of {len(set(names.values()))} implementations, mixed, as a batch on one core; "
        "processor time of each.",
    )
    mixed = batch(base / "class", base / "class.sqlite", jobs=1).cpu / size
    section.add("in the batch", mixed, CPU)
    chosen = Random(0).sample([id_ for id_, name in names.items() if name not in ENDLESS], sample)
    grade = [sys.executable, "-m", "grader", "grade"]
    alone = mean(measured([*grade, str(base / "class" / id_)], {0, 1}).cpu for id_ in chosen)
    section.add(f"{sample} of them graded one by one", alone, CPU)
    own = batch(base / "own", base / "own.sqlite", jobs=1).cpu / size
    section.add("right ones in the course's own layout", own, CPU)
    section.add("mixed batch / one by one", mixed / alone)
    section.add("mixed batch / own layout", mixed / own, most=2)
    section.keep()


def generate(folder: Path, size: int, seed: int = 0) -> dict[str, str]:
    """Write a class in which nobody's files are equal; the implementation that each id has."""
    table = tomllib.loads((SHAPES / "expected.toml").read_text("utf-8"))
    # In a class nobody is asked what the names mean.
    names = sorted(name for name in table if name != "cannot" and "map" not in table[name])
    deal = [name for _ in range(-(-size // len(names))) for name in Random(seed).sample(names, len(names))]
    written = {}
    for number, name in enumerate(deal[:size]):
        id_ = f"student-{number:03}"
        source = SHAPES / name
        copied(source if source.is_dir() else source.with_suffix(".py"), folder / id_)
        _mark(folder / id_, number)
        written[id_] = name
    return written


def own_layout(folder: Path, size: int) -> None:
    """Write as many right submissions in the course's own layout."""
    for number in range(size):
        copied(here().root / "solutions", folder / f"student-{number:03}")
        _mark(folder / f"student-{number:03}", number)


def copied(source: Path, folder: Path) -> None:
    """A folder, or a file in a folder of its own."""
    if source.is_dir():
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        folder.mkdir(parents=True)
        shutil.copy(source, folder)


def _mark(folder: Path, number: int) -> None:
    for path in folder.rglob("*.py"):
        path.write_text(f"{path.read_text('utf-8').rstrip()}\n# submission {number:03}\n", "utf-8")


if __name__ == "__main__":
    main()

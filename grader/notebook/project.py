"""Which project a notebook belongs to."""

from __future__ import annotations

import sys
from pathlib import Path

from grader.course import Course, here
from grader.errors import UsageError

PACKAGE = "exercises"
KERNEL = "open the notebook with the kernel of its project: .venv/bin/python"


def course_of(folder: Path) -> Course:
    """The course of this grader; raises UsageError where there is none, or folder is in another project."""
    root = Path(__file__).resolve().parents[2]
    if not _is_project(root):
        raise UsageError("this grader is not in a NanoGrad project, so there is nothing to grade", KERNEL)
    around = next((path for path in (folder, *folder.parents) if _is_project(path)), root)
    if around.resolve() != root:
        raise UsageError(f"this grader belongs to {root}, and the notebook to {around}", KERNEL)
    return here()


def _is_project(folder: Path) -> bool:
    return (folder / "course.toml").is_file() and (folder / PACKAGE).is_dir()


def importable(course: Course) -> None:
    """Let the student's own engine be imported from wherever the notebook is; other modules come first."""
    if str(course.root) not in sys.path:
        sys.path.append(str(course.root))


def read_anew() -> None:
    """Let the next import of the student's engine read its files again."""
    for name in [name for name in sys.modules if name.split(".")[0] == PACKAGE]:
        del sys.modules[name]

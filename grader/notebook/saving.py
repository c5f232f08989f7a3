"""Puts a cell into exercises/, once what stood there is kept."""

from __future__ import annotations

from grader.course import Course
from grader.errors import MachineError
from grader.files import replaced
from grader.handout.placing import look
from grader.learner.resetting import as_handed_out, exercise_file, reset
from grader.notebook.cells import Cell


def save(course: Course, cell: Cell) -> str:
    """Write the cell as its exercise's file, and say in a sentence what has become of what was there.

    Nothing is kept of a file that is as it was handed out. Raises UsageError where a link or a folder is
    in the way, and MachineError, with the old file as it was or kept, where that cannot be written.
    """
    path, data = exercise_file(course, cell.name), cell.saved.encode()
    place = f"exercises/{cell.name}.py"
    if look(path) == data:
        return f"{place} says the same already."
    kept = None if as_handed_out(course, cell.name) else reset(course, cell.name)
    try:
        replaced(path, data)
    except OSError as error:
        where = f"what was there is kept as {kept}" if kept else "nothing is lost"
        raise MachineError(f"cannot write {path}: {error.strerror}", where) from None
    if kept is None or not kept.stat().st_size:
        return f"It is in {place} now."
    return f"It is in {place} now; what was there is kept as {kept.relative_to(course.root)}."

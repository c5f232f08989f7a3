"""The archive that an instructor uploads to Gradescope: two scripts, and the project that students get."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from grader.course import Course
from grader.errors import CourseError, UsageError
from grader.files import whole_file
from grader.handout.contents import handout

SCRIPTS = ("setup.sh", "run_autograder")
FROM = Path("platforms") / "gradescope"
PROJECT = "project"
# The oldest date that a zip can hold: the same course makes the same archive, whenever that is.
DATE = (1980, 1, 1, 0, 0, 0)
# One address, in letters that end neither a line nor a word of pip's configuration.
INDEX = re.compile(r"https://[\w.~%/:+@-]+", re.ASCII)


def build(course: Course, to: Path, seed: int, index: str = "", key: bytes = b"") -> None:
    """Write the archive, whole or not at all; the reference in it is sealed as it is for students.

    seed: draws the cases on Gradescope.
    index: the address of one more package index, such as that of PyTorch's builds without GPU support.
    key: under which results name a secret seed; see seeds.py.
    Raises UsageError where it cannot be written or the address is none, CourseError where a file is missing.
    """
    course.authors_only()
    files = _scripts(course) | {"seed": f"{seed}\n".encode()}
    if key:
        files["key"] = f"{key.hex()}\n".encode()
    if index:
        files["pip.conf"] = _pip(index)
    files |= {f"{PROJECT}/{place.as_posix()}": data for place, data in handout(course).items()}
    to.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(to) as stream, ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(_entry(name), data)


def _scripts(course: Course) -> dict[str, bytes]:
    try:
        return {name: (course.root / FROM / name).read_bytes() for name in SCRIPTS}
    except OSError as error:
        raise CourseError(f"cannot read {error.filename}: {error.strerror}", "restore the file") from None


def _pip(index: str) -> bytes:
    if not INDEX.fullmatch(index):
        raise UsageError("the index is no address that begins with https://", "leave out --index, or mend it")
    return f"[global]\nextra-index-url = {index}\n".encode()


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, DATE)
    entry.compress_type = ZIP_DEFLATED
    entry.create_system = 3  # Unix: only then does whoever unpacks it look at the mode
    entry.external_attr = (0o100755 if name in SCRIPTS else 0o100644) << 16
    return entry

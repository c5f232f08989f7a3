"""Builds what pyproject.toml describes: with the course in the wheel, and the same bytes each time.

In the wheel lies grader/project, the project that "grader init" lays down: author/release.py makes it of the
repository's own files. With SOURCE_DATE_EPOCH a second build of the same files gives the same bytes.
"""

import gzip
import os
import shutil
import sys
import tarfile
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

ROOT = Path(__file__).resolve().parent
# A wheel keeps what others may do with a file, and whoever builds it may keep that from them.
os.umask(0o022)


class WithCourse(build_py):
    """Copies the grader, and beside its code the course."""

    def run(self):
        """In an editable installation the course is the one around the grader."""
        if self.editable_mode:
            super().run()
            return
        package = Path(self.build_lib, "grader")
        # What an earlier build left there would be packed once more.
        shutil.rmtree(package, ignore_errors=True)
        super().run()
        # It needs nothing but the standard library.
        sys.path.insert(0, str(ROOT))
        from grader.author.release import release
        from grader.course.course import CARRIED, PACKAGE, Course

        release(Course.load(ROOT), package / CARRIED.relative_to(PACKAGE), alone=False)
        for path in package.rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)


class SameBytes(sdist):
    """Packs without a trace of when, where and by whom."""

    def make_archive(self, base_name, format, root_dir=None, base_dir=None, owner=None, group=None):  # noqa: A002, ARG002
        """Write a gzipped tar, whichever format is asked for: no other is an sdist."""
        when = int(os.environ.get("SOURCE_DATE_EPOCH", "315532800"))  # the first day that a zip knows

        def plain(member):
            member.uid = member.gid = 0
            member.uname = member.gname = ""
            member.mtime = when
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            return member

        file = f"{base_name}.tar.gz"
        top = Path(root_dir or ".", base_dir or ".")
        with (
            open(file, "wb") as raw,
            gzip.GzipFile("", "wb", mtime=when, fileobj=raw) as packed,
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
        ):
            for path in sorted([top, *top.rglob("*")]):
                tar.add(path, str(path.relative_to(root_dir or ".")), recursive=False, filter=plain)
        return file


setup(cmdclass={"build_py": WithCourse, "sdist": SameBytes})

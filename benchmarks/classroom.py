"""Writes a class of submissions for `grader batch`: python benchmarks/classroom.py FOLDER [--size N].

Nearly everything real classes hand in, in the proportions of SHARES: right work in many styles, known
misconceptions, work half done, code that crashes, hangs or leaves, files that are missing, names that are
hostile, archives among the folders. Every file ends in a comment of its own, so that no two submissions
hold an equal file: whoever grades quickly must grade, not recognise. Same size and seed, same class.
"""

from __future__ import annotations

import argparse
import gzip
import io
import sys
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from coursework import MAKERS, Material, Work

from grader.course.course import here

# How much of a class is of each kind; what is left is "right".
SHARES = {
    "misconceptions": 0.40,
    "half_finished": 0.15,
    "crash_at_import": 0.02,
    "crash_in_function": 0.03,
    "syntax_error": 0.03,
    "endless": 0.01,
    "exit": 0.01,
    "missing_files": 0.02,
    "empty": 0.01,
}
# Whatever they are of: so many have a hostile name, and so many come as archives, zip and tar.gz in turns.
ODD_NAMES, ARCHIVES = 0.03, 0.04

ODD = (
    "Anna Maria {n}",
    "O'Brien {n}",
    'the "{n}"',
    "=cmd('{n}')",
    "+{n}",
    "@{n}",
    "<script>alert({n})",
    "[{n}](javascript:alert)",
    "\N{RIGHT-TO-LEFT OVERRIDE}{n} gpj",
    "two\nlines {n}",
    "tab\t{n}",
    "\x1b[31mred {n}",
    "\N{SNAKE}\N{SPARKLES} {n}",
    "Zoë Łukasz {n}",
    "x" * 200 + " {n}",
    "-rf {n}",
    "$(touch {n}); true",
    "::error {n}",
)


@dataclass(frozen=True)
class Expected:
    """What is known of a submission beforehand.

    id: the folder's name, or the archive's without its ending.
    statuses: by exercise, where it is certain; an exercise with a misconception is not among them.
    misconceptions: the id of the one that an exercise holds, by exercise; none of these may pass.
    """

    id: str
    kind: str
    statuses: Mapping[str, str]
    misconceptions: Mapping[str, str] = field(default_factory=dict)


def generate(folder: Path, size: int, seed: int = 0, light: bool = False) -> list[Expected]:
    """Write a class and tell what is known of it, in the order of the numbers within.

    light: mostly untouched stubs and one solved exercise, cheap to grade; for very many.
    Raises FileExistsError where the folder holds anything already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty")
    random = Random(f"{size} {seed} {light}")
    material = Material(here(), random)
    kinds = ["light"] * size if light else _kinds(size, random)
    odd = iter(sorted(random.sample(range(size), round(size * ODD_NAMES))))
    ids = [f"student-{number:05}" for number in range(size)]
    for place, number in enumerate(odd):
        ids[number] = ODD[place % len(ODD)].format(n=number)
    packed = random.sample(range(size), round(size * ARCHIVES))
    endings = {number: (".zip", ".tar.gz")[place % 2] for place, number in enumerate(packed)}
    return [
        _hand_in(folder, id_, kind, material, number, endings.get(number, ""))
        for number, (id_, kind) in enumerate(zip(ids, kinds, strict=True))
    ]


def _kinds(size: int, random: Random) -> list[str]:
    listed = [kind for kind, share in SHARES.items() for _ in range(round(size * share))][:size]
    listed += ["right"] * (size - len(listed))
    random.shuffle(listed)
    return listed


def _hand_in(folder: Path, id_: str, kind: str, material: Material, number: int, ending: str) -> Expected:
    """Make one submission of the kind and write it; an empty one is always a folder."""
    if kind == "empty":
        (folder / id_).mkdir()
        return Expected(id_, kind, {})
    work = MAKERS[kind](material)
    write(folder, id_, work, material, number, ending)
    return Expected(id_, kind, work.statuses, work.mistakes)


def write(folder: Path, id_: str, work: Work, material: Material, number: int, ending: str = "") -> Path:
    """Write somebody's work with what is given, as a folder or as an archive; no file like anybody else's."""
    sources = dict(material.given)
    for piece in work.pieces.values():
        sources |= piece
    own = f"# submission {number:05}\n"
    files = {f"{stem}.py": f"{text.rstrip()}\n{own}".encode() for stem, text in sorted(sources.items())}
    WRITERS[ending](folder / f"{id_}{ending}", files)
    return folder / f"{id_}{ending}"


def _as_folder(path: Path, files: Mapping[str, bytes]) -> None:
    path.mkdir()
    for name, data in files.items():
        (path / name).write_bytes(data)


def _as_zip(path: Path, files: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            # A ZipInfo of its own is always from 1980: the same class gives the same bytes.
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)


def _as_tar(path: Path, files: Mapping[str, bytes]) -> None:
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    path.write_bytes(gzip.compress(body.getvalue(), mtime=0))


WRITERS: dict[str, Callable[[Path, Mapping[str, bytes]], None]] = {
    "": _as_folder,
    ".zip": _as_zip,
    ".tar.gz": _as_tar,
}


def main() -> None:
    """Write the class, and print how many there are of each kind."""
    parser = argparse.ArgumentParser(description="Write a class of submissions to be graded.")
    parser.add_argument("folder", type=Path, help="where to; it must be empty or not exist")
    parser.add_argument("--size", type=int, default=1000, help="how many submissions (default: 1000)")
    parser.add_argument("--seed", type=int, default=0, help="another seed writes another class (default: 0)")
    parser.add_argument("--light", action="store_true", help="mostly stubs: cheap to grade")
    given = parser.parse_args()
    if given.size < 1:
        parser.error("--size needs at least 1")
    try:
        written = generate(given.folder, given.size, given.seed, given.light)
    except FileExistsError as error:
        sys.exit(f"classroom: {error}")
    for kind, count in Counter(expected.kind for expected in written).most_common():
        print(f"{count:7} {kind}")


if __name__ == "__main__":
    main()

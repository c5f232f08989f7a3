"""Tries to lose grades: python benchmarks/gradebook.py [--size N] [--kills N] [--copies N].

A generated class is graded while the batch is killed at random moments, on a disk that fills up (as root, on
a tmpfs), and once undisturbed; then its gradebook is damaged in many ways. Whatever happens, an export is the
same as ever or says that the gradebook is damaged. Exits with 1 where anything is lost or told wrongly.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from time import sleep

from classroom import generate

from grader.classroom.gradebook import reading
from grader.errors import GraderError
from grader.render.export import export

ROOT = Path(__file__).resolve().parent.parent
PAGE = 4096
# Bytes of a tmpfs that is too small at first, and with how much more a run goes on.
SMALL, MORE = 96 << 10, 512 << 10


def main() -> None:
    """Try one thing after the other, and print each as soon as it is known."""
    parser = argparse.ArgumentParser(description="Try to lose grades.")
    parser.add_argument("--size", type=int, default=40, metavar="N", help="of the class (default: 40)")
    parser.add_argument("--kills", type=int, default=20, metavar="N", help="of the batch (default: 20)")
    parser.add_argument("--copies", type=int, default=400, metavar="N", help="that are damaged, of each kind")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nanograd-gradebook-") as folder:
        base = Path(folder)
        generate(base / "class", asked.size, seed=3)
        book = base / "whole.sqlite"
        batch(base / "class", book).wait()
        right = killed(base, asked.kills, asked.size, digest(book))
        right &= full_disk(base, digest(book))
        right &= damaged(base, book, asked.copies)
    sys.exit(0 if right else 1)


def killed(base: Path, kills: int, size: int, expected: str) -> bool:
    """Kill the batch at moments all over the class, some before anybody is graded; at last it is let be."""
    chance, book = Random(5), base / "killed.sqlite"
    stored = [0]
    for _ in range(kills):
        run = batch(base / "class", book)
        wanted = stored[-1] + chance.choice((0, 1, 1, 2, 2 * size // kills))
        while run.poll() is None and people(book) < wanted:
            sleep(0.02)
        sleep(chance.uniform(0, 0.3 if wanted > stored[-1] else 3))
        run.send_signal(signal.SIGKILL)
        run.wait()
        stored.append(people(book))
    code = batch(base / "class", book).wait()
    same = digest(book) == expected
    print(f"killed {kills} times, with {stored[1:]} people stored: {'the same' if same else 'LOST'} at last")
    return same and code in (0, 1) and stored == sorted(stored)


def full_disk(base: Path, expected: str) -> bool:
    """Grade onto a disk that is full again and again, and is made larger each time."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        print("a full disk: not tried, for only root can mount one")
        return True
    with tmpfs(base / "disk") as grow:
        codes: list[int] = []
        size, book = SMALL, base / "disk" / "class.sqlite"
        stored = []
        while not codes or (codes[-1] == 71 and len(codes) < 60):
            grow(size)
            codes.append(batch(base / "class", book).wait())
            stored.append(people(book))
            size += MORE
        same = digest(book) == expected
    print(f"a disk too small {len(codes) - 1} times, with {stored} people: {'the same' if same else 'LOST'}")
    return same and codes[-1] in (0, 1) and len(codes) > 1 and stored == sorted(stored)


@contextmanager
def tmpfs(place: Path) -> Iterator[Callable[[int], None]]:
    """A file system of its own; gives what sets its size."""
    place.mkdir()

    def run(*command: str) -> None:
        subprocess.run(command, check=True)

    run("mount", "-t", "tmpfs", "-o", f"size={SMALL}", "nanograd", str(place))
    try:
        yield lambda size: run("mount", "-o", f"remount,size={size}", str(place))
    finally:
        run("umount", str(place))


def damaged(base: Path, book: Path, copies: int) -> bool:
    """Export damaged copies; the first ones as often as asked, the others a quarter of that."""
    right, data = True, book.read_bytes()
    whole = exported(base, data)
    for name, damage in DAMAGES.items():
        chance = Random(name)
        seen = Counter(
            told(base, whole, damage(data, chance))
            for _ in range(copies if name == "flipped" else copies // 4)
        )
        print(f"{name}: " + ", ".join(f"{count} {what}" for what, count in sorted(seen.items())))
        right &= set(seen) <= {"damaged", "the same", "refused"}
    return right


def told(base: Path, whole: bytes, data: bytes) -> str:
    """What an export of a damaged gradebook is: "the same", "damaged", "refused", or wrong."""
    try:
        return "the same" if exported(base, data) == whole else "DIFFERENT"
    except GraderError as error:
        return "damaged" if "damaged" in error.what else "refused"


def exported(base: Path, data: bytes) -> bytes:
    """Our own JSON for everybody, which says all that is known."""
    book, to = base / "copy.sqlite", base / "reports"
    for old in (*base.glob("copy.sqlite*"), *to.glob("*")):
        old.unlink()
    if to.exists():
        to.rmdir()
    book.write_bytes(data)
    with reading(book) as reader:
        export(reader.standings(), "json", to)
    return b"".join(path.name.encode() + path.read_bytes() for path in sorted(to.iterdir()))


def flipped(data: bytes, chance: Random) -> bytes:
    """One bit, or eight."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 8))):
        changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def overwritten(data: bytes, chance: Random) -> bytes:
    """Some bytes that are any, or nothing."""
    length, at = chance.choice((1, 4, 64, 512, PAGE)), chance.randrange(len(data))
    length = min(length, len(data) - at)
    new = chance.choice((bytes(length), chance.randbytes(length)))
    return data[:at] + new + data[at + length :]


def cut(data: bytes, chance: Random) -> bytes:
    """Only its beginning."""
    return data[: chance.randrange(1, len(data))]


def repeated(data: bytes, chance: Random) -> bytes:
    """A page in place of another one, as by a write that went astray."""
    to, source = (chance.randrange(len(data) // PAGE) * PAGE for _ in range(2))
    return data[:to] + data[source : source + PAGE] + data[to + PAGE :]


DAMAGES: dict[str, Callable[[bytes, Random], bytes]] = {
    "flipped": flipped,
    "overwritten": overwritten,
    "cut": cut,
    "repeated": repeated,
}


def batch(folder: Path, book: Path) -> subprocess.Popen[bytes]:
    """A batch that has begun."""
    command = [sys.executable, "-m", "grader", "batch", str(folder), "--gradebook", str(book), "--jobs", "2"]
    nothing = subprocess.DEVNULL
    return subprocess.Popen([*command, "--time-limit", "2"], cwd=ROOT, stdout=nothing, stderr=nothing)


def digest(book: Path) -> str:
    """Over all that a gradebook says."""
    with reading(book) as reader:
        for _ in reader.standings().each():  # each of them is read, and so compared with what was stored
            pass
        return reader.digest()


def people(book: Path) -> int:
    """How many have a score; what there is must be whole."""
    try:
        with reading(book) as reader:
            return sum(standing.report is not None for standing in reader.standings().each())
    except GraderError as error:
        if error.what.startswith("there is no gradebook") or error.what.endswith("is empty"):
            return 0
        raise


if __name__ == "__main__":
    main()

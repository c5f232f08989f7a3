"""Targets: what comes from a worker, and what comes from a class."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import struct
import tarfile
import time
import zipfile
from contextlib import suppress
from datetime import UTC
from functools import cache

from grader.course.course import untouched
from grader.errors import UsageError
from grader.machine.folders import Root
from grader.platforms.pull_request import LONGEST, MARKER, body
from grader.sandbox.launch import LINES, MISFIT, RAISED, TEXT_LONGEST, Frames, Lane, OutOfTurn, answers
from grader.submission.archive import Limits, in_words, members
from grader.submission.download import find
from grader.submission.hand_in import as_id, named, typed_in, uploaded, without_ending
from grader.submission.roster import read
from grader.submission.submission import gather
from grader.submission.tree import read_path
from tests.fuzz.running import Target
from tests.fuzz.scratch import folder, written
from tests.grader.platforms.hub import zipped
from tests.grader.report.strangers import REPORT, packed
from tests.grader.report.strangers import report as report_with

HEAD = "b" * 40
NONCE = b"\x8ananonce"
WANTED = ("add", "mul")
# As printable() escapes: ten characters for one that was a byte or more.
WIDEST = 10 * TEXT_LONGEST
SMALL = Limits(packed=1 << 20, members=500, read=1 << 20, passed=1 << 22)
STUB = (
    'def add(self, other):\n    """Add."""\n    # TODO 1: add\n    raise NotImplementedError("add: TODO 1")\n'
)
ROSTER = "student_id,name,email,path\nanna,Anna,anna@example.org,anna\nbob,Bob,,\n"
METADATA = """---
submission_101:
  :submitters:
  - :name: Jane Doe
    :sid: '007'
  :created_at: 2026-04-26 17:34:00.861687000 Z
  :results: {tests: [{output: "a"}]}
  :history:
  - :id: 100
    :created_at: &t 2026-04-25 17:34:00 Z
submission_102:
  :submitters: [{:sid: s2, :email: x@y}]
  :created_at: *t
"""


def _cut(data: bytes) -> tuple[list[int], list[bytes]]:
    """How many numbers are expected, and the rest in pieces, both as the input says."""
    count = data[0] % 8 if data else 0
    lengths = [size % 5 for size in data[1 : 1 + count]]
    rest, pieces = data[1 + count :], []
    while rest:
        size = 1 + rest[0] % 40
        pieces.append(rest[1 : 1 + size])
        rest = rest[1 + size :]
    return lengths, pieces


def _frame_seeds() -> list[bytes]:
    ok = b"\0" + struct.pack("<2d", 1.5, float("nan"))
    trouble = bytes([RAISED]) + b"\0\0" + bytes([MISFIT]) + b"\xff\xff"
    answer = NONCE + ok + trouble + NONCE
    whole = b"\x03\x02\x01\x00" + b"\x27" + answer[:40] + b"\x27" + answer[40:]
    slowly = b"\x03\x02\x01\x00" + b"".join(b"\0" + answer[i : i + 1] for i in range(len(answer)))
    return [whole, slowly, b"\0" + b"\x10" + NONCE + NONCE]


def frames(data: bytes) -> None:
    """An answer in whatever pieces: never more than was asked for, and nothing waits but one frame."""
    lengths, pieces = _cut(data)
    reader = Frames(NONCE, lengths)
    with suppress(OutOfTurn):
        for piece in pieces:
            reader.feed(piece)
    assert len(reader.contents) == len(reader.statuses) <= len(lengths)
    for content, length in zip(reader.contents, lengths, strict=False):
        assert isinstance(content, int) or len(content) == length
    assert len(answers(reader, [("said",)])) == len(reader.contents)


def texts(data: bytes) -> None:
    """Whatever is said: a few lines each, fit to be shown."""
    lane = Lane.__new__(Lane)
    lane.said = data
    for text in lane.texts_said():
        assert 1 <= len(text) <= LINES
        assert all(line.isprintable() and len(line) <= WIDEST for line in text)


def lane(data: bytes) -> None:
    """A worker that writes anything to both of its pipes and is gone: the exchange ends, and soon."""
    pipes = [os.pipe() for _ in range(3)]
    (requests, to), (numbers, answer), (said, saying) = pipes
    os.write(answer, data[: len(data) // 2][:60_000])
    os.write(saying, data[len(data) // 2 :][:60_000])
    ours = Lane(to, numbers, said)
    os.close(answer)
    os.close(saying)
    started = time.monotonic()
    try:
        reader = Frames(NONCE, [1, 0])
        with suppress(OutOfTurn):
            ours.exchange(b"request", reader, started + 1)
        answers(reader, ours.texts_said())
    finally:
        ours.close()
        os.close(requests)
    assert time.monotonic() - started < 20


def _lane_seeds() -> list[bytes]:
    answer = NONCE + b"\0" + struct.pack("<d", 2.0) + bytes([RAISED]) + b"\0\0" + NONCE
    said = b"\x05\0Error\x03\0\xff\xfe\n"
    return [answer + said.ljust(len(answer), b"\0"), b"x" * 64]


@cache
def _archives() -> list[bytes]:
    files = {"work/add.py": b"def add(self, other):\n    return self\n", "work/mul.py": b"x" * 600}
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, data in {**files, "l" * 120 + "/add.py": b"1", "ü.py": b"2"}.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("work/pow.py")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    gnu = io.BytesIO()
    with tarfile.open(fileobj=gnu, mode="w", format=tarfile.GNU_FORMAT) as tar:
        info = tarfile.TarInfo("n" * 150 + "/add.py")
        info.size = 3
        tar.addfile(info, io.BytesIO(b"one"))
    zips = []
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", method) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        zips.append(packed.getvalue())
    tars = [plain.getvalue(), gnu.getvalue()]
    packed_tars = [pack(tars[0]) for pack in (gzip.compress, bz2.compress, lzma.compress)]
    return [*zips, *tars, *packed_tars]


def archive(data: bytes) -> None:
    """One hand-in that is an archive: a submission, or one sentence why not."""
    written("archive", "work.zip", data)
    submission = read_path(Root(folder("archive")), ("work.zip",), "anna", WANTED)
    assert submission.sources or submission.unreadable


def unpacked(data: bytes) -> None:
    """Every member of an archive in full, within its limits."""
    path = written("unpacked", "class.tar", data)
    total = 0
    with path.open("rb") as file, in_words("it"):
        for member in members(file, SMALL):
            total += len(member.read(SMALL.read))
    assert total <= SMALL.read


def download(data: bytes) -> None:
    """A learning platform's download of a whole class, and everything in it."""
    path = written("download", "class.zip", data)
    found = find(path, WANTED)
    for where, sentence in found.troubles:
        assert where.isprintable()
        assert sentence.isprintable()
    for handin in found.handins:
        assert handin.where.isprintable()
        with suppress(UsageError):
            handin.read()


@cache
def _downloads() -> list[bytes]:
    inner = _archives()[1]
    names = {
        "anna/add.py": b"def add(self, other): ...",
        "bob_77_88_add.py": b"1",
        "carl_LATE_77_89_add-1.py": b"2",
        "Dana D_55_assignsubmission_file_/mul.py": b"3",
        "emil.zip": inner,
        "submission_metadata.yml": METADATA.encode(),
        "submission_101/add.py": b"4",
    }
    made = []
    for chosen in (list(names), list(names)[:5]):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name in chosen:
                archive.writestr(name, names[name])
        made.append(packed.getvalue())
    return made


def roster(data: bytes) -> None:
    """A roster, and a folder it is about."""
    root = folder("roster") / "work"
    (root / "anna").mkdir(parents=True, exist_ok=True)
    (root / "anna" / "add.py").write_bytes(b"1")
    path = written("roster", "class.csv", data)
    rows = read(path)
    assert len({row.person.id for row in rows}) == len(rows)
    found = find(root, WANTED, path)
    assert all(where.isprintable() and sentence.isprintable() for where, sentence in found.troubles)


def metadata(data: bytes) -> None:
    """What Gradescope's export says of its folders."""
    root = folder("metadata")
    (root / "submission_101").mkdir(exist_ok=True)
    (root / "submission_101" / "add.py").write_bytes(b"1")
    written("metadata", "submission_metadata.yml", data)
    for handin in find(root, WANTED).handins:
        assert handin.handed_in is None or handin.handed_in.astimezone(UTC)
        with suppress(UsageError):
            handin.read()


def names(data: bytes) -> None:
    """What a file may be called; as long as file systems allow."""
    name = os.fsdecode(data[:255].replace(b"\0", b"")) or "x"
    for tell in (named, typed_in, uploaded, without_ending):
        tell(name)
    as_id(name).encode()


def source(data: bytes) -> None:
    """A student's file: taken or not, and told from the stub without falling over it."""
    submission = gather("work", ["add.py"], WANTED, lambda name: data)
    for text in submission.sources.values():
        untouched(text, STUB)
        assert len(submission.digest) == 64
    assert all(reason.isprintable() for reason in submission.unreadable.values())


def artifact(data: bytes) -> None:
    """What a pull request's run has left: a comment comes out, whatever it is, and never a long one."""
    text = body(data, HEAD)
    assert text.startswith(MARKER)
    assert len(text) <= LONGEST


def _artifacts() -> list[bytes]:
    report, bare = packed(REPORT), packed(report_with("exercises", []))
    ways = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    made = [zipped({"report.json": report}), zipped({"report.json": bare}), zipped({})]
    for way in ways:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", way) as archive:
            archive.writestr("report.json", report)
        made.append(stream.getvalue())
    return made


def _sources() -> list[bytes]:
    deep = ["(" * 150 + ")" * 150, "-" * 3000 + "1", "a" + ".b" * 3000, "+".join("1" * 3000), "9" * 5000]
    deep += ["if 1:\n" + "".join(" " * i + "if 1:\n" for i in range(1, 99)) + " " * 99 + "pass\n"]
    deep += ["f'" + "{f'" * 50, '"\\N{DIGIT ONE}\\ud800\\x"', "# -*- coding: utf-16 -*-\n" + STUB]
    return [text.encode() for text in (STUB, STUB.replace("raise", "return 1 #"), *deep)]


ARRIVING = {
    "frames": Target(frames, _frame_seeds),
    "texts": Target(texts, lambda: [b"\x05\0hello\x02\0\xff\n", b"\xff\xff" + b"\x1b[2J\n" * 40]),
    "lane": Target(lane, _lane_seeds),
    "archive": Target(archive, _archives, (UsageError,)),
    "unpacked": Target(unpacked, _archives, (UsageError,)),
    "download": Target(download, _downloads, (UsageError,)),
    "roster": Target(roster, lambda: [ROSTER.encode(), ROSTER.replace(",", ";").encode()], (UsageError,)),
    "metadata": Target(metadata, lambda: [METADATA.encode()], (UsageError,)),
    "names": Target(names, lambda: [b"anna_LATE_12_34_add-1.py", b"B_5_assignsubmission_file_x.zip"]),
    "source": Target(source, _sources),
    "artifact": Target(artifact, _artifacts),
}

"""The members of a zip or tar archive, one after the other; nothing is ever extracted by the library."""

from __future__ import annotations

import lzma
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from grader.errors import UsageError
from grader.intake.member import Kind, Member, Refused
from grader.intake.streams import CHUNK, Stream, unpacker
from grader.intake.tars import tar_members

NEXT = "hand in a zip of the exercise files, made anew"
# What the libraries raise at bytes that are not what they should be.
DAMAGE = (
    EOFError,
    IndexError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)
ENTRY = b"PK\1\2"
SMALLEST_ENTRY = 46
ENCRYPTED = 0x41


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one archive may ask for: bytes as it lies there, members, bytes that come out."""

    packed: int
    members: int
    unpacked: int


@contextmanager
def in_words(where: str) -> Iterator[None]:
    """Turns whatever can go wrong with an archive into a UsageError."""
    try:
        yield
    except Refused as reason:
        raise UsageError(f"{where} {reason}", NEXT) from None
    except DAMAGE:
        raise UsageError(f"{where} is damaged, so it cannot be unpacked", NEXT) from None


def members(file: BinaryIO, limits: Limits) -> Iterator[Member]:
    """The members in their order, of whatever kind of archive the content is, whatever its name.

    Raises Refused and DAMAGE, which in_words puts into words.
    """
    size = os.fstat(file.fileno()).st_size
    if not size:
        raise Refused("is empty")
    if size > limits.packed:
        raise Refused(f"is larger than {limits.packed >> 20} MiB")
    magic = file.read(6)
    file.seek(0)
    if magic.startswith((b"PK\3\4", b"PK\5\6")):
        found = _zip(file, size, limits)
    else:
        found = tar_members(Stream(file, unpacker(magic), limits.unpacked))
    for number, member in enumerate(found):
        if number == limits.members:
            raise Refused(_too_many(limits))
        yield member


def _too_many(limits: Limits) -> str:
    return f"holds more than {limits.members:,} files and folders"


def _zip(file: BinaryIO, size: int, limits: Limits) -> Iterator[Member]:
    # The library reads the whole directory at once, so it is counted before.
    if size > SMALLEST_ENTRY * limits.members and _entries(file) > limits.members:
        raise Refused(_too_many(limits))
    with zipfile.ZipFile(file) as archive:
        budget = _Budget(size, limits.unpacked)
        for info in archive.infolist():
            if info.flag_bits & ENCRYPTED:
                raise Refused("is encrypted")
            yield Member(info.orig_filename, _kind(info), partial(_unzipped, archive, info, budget))


def _entries(file: BinaryIO) -> int:
    """How many entries a zip's directory has, at most."""
    count, rest = 0, b""
    while data := file.read(CHUNK << 4):
        count += (rest + data).count(ENTRY)
        rest = data[1 - len(ENTRY) :]
    file.seek(0)
    return count


def _kind(info: zipfile.ZipInfo) -> Kind:
    mode = stat.S_IFMT(info.external_attr >> 16)
    if mode not in (0, stat.S_IFREG, stat.S_IFDIR):
        return Kind.OTHER
    return Kind.FOLDER if info.orig_filename.endswith("/") or mode == stat.S_IFDIR else Kind.FILE


class _Budget:
    """What may still be read of a zip, in bytes before and after unpacking.

    Members that overlap would let a small file keep us busy for days, so all of them together may have no
    more bytes than the file has.
    """

    def __init__(self, packed: int, unpacked: int) -> None:
        self.packed = packed
        self.left = self.unpacked = unpacked

    def take(self, packed: int) -> None:
        self.packed -= packed
        if self.packed < 0:
            raise Refused("is damaged: its parts overlap")

    def give(self, unpacked: int) -> None:
        self.left -= unpacked
        if self.left < 0:
            raise Refused(f"unpacks to more than {self.unpacked >> 20} MiB")


def _unzipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: _Budget, most: int) -> bytes:
    # The library unpacks the other methods without a bound: a few kilobytes may become gigabytes.
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused("uses a rare kind of compression, which is not read")
    budget.take(info.compress_size)
    with archive.open(info) as file:
        data = file.read(most)
    budget.give(len(data))
    return data

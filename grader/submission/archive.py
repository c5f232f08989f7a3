"""Archives: zip and tar, read from their bytes and never extracted.

The library's own loop keeps every header, believes every length and calls itself for each extension, so
the loop is ours; reading one header is the library's.
"""

from __future__ import annotations

import bz2
import lzma
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from typing import BinaryIO, Protocol, cast

from grader.errors import UsageError, refuse_of_machine

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
DAMAGED = "is damaged, so it cannot be unpacked"
ENTRY = b"PK\1\2"
SMALLEST_ENTRY = 46
# More than this, on average, no name is long.
LONGEST_ENTRY = 400
ENCRYPTED = 0x41
MARKED_UTF8 = 0x800
UNICODE_PATH = 0x7075


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one archive may ask for.

    packed: bytes as it lies there.
    members: how many it may list.
    read: bytes that are read of its members; what nobody reads does not count.
    passed: bytes that a tar may unpack to, for there is no way to a member but through those before it.
    """

    packed: int
    members: int
    read: int
    passed: int


@contextmanager
def in_words(where: str) -> Iterator[None]:
    """Turns whatever can go wrong with an archive into a UsageError."""
    try:
        yield
    except Refused as reason:
        raise UsageError(f"{where} {reason}", NEXT) from None
    except DAMAGE as error:
        if isinstance(error, OSError):
            refuse_of_machine(error)
        raise UsageError(f"{where} {DAMAGED}", NEXT) from None


# What zips have where nothing says otherwise.
DOS = "cp437"
# Names of which nothing says in which code page they are; gives the one that they are read in.
CodePage = Callable[[Sequence[bytes]], str]


def of_dos(_: Sequence[bytes]) -> str:
    """The code page that the format's description names."""
    return DOS


def members(file: BinaryIO, limits: Limits, page: CodePage = of_dos) -> Iterator[Member]:
    """The members in their order, of whatever kind of archive the content is, whatever its name.

    page: asked once, where a zip has names that do not say in which code page they are.
    Raises Refused and DAMAGE, which in_words puts into words.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if not size:
        raise Refused("is empty")
    if size > limits.packed:
        raise Refused(f"is larger than {_amount(limits.packed)}")
    magic = file.read(6)
    file.seek(0)
    if magic.startswith((b"PK\3\4", b"PK\5\6")):
        found = _zip(file, size, limits, page)
    else:
        budget = _Budget(size, limits.read)
        found = tar_members(Stream(file, unpacker(magic), limits.passed), budget)
    for number, member in enumerate(found):
        if number == limits.members:
            raise Refused(_too_many(limits))
        yield member


def _amount(size: int) -> str:
    return f"{size >> 30} GiB" if size >> 30 else f"{size >> 20} MiB"


def _too_many(limits: Limits) -> str:
    return f"holds more than {limits.members:,} files and folders"


def _zip(file: BinaryIO, size: int, limits: Limits, page: CodePage) -> Iterator[Member]:
    # Not closed: that would only end the reading of its members, and the file is its opener's.
    archive = zipfile.ZipFile(cast("BinaryIO", _Directory(file, limits)))
    budget = _Budget(size, limits.read)
    old = [info.orig_filename.encode(DOS) for info in archive.infolist() if _told_name(info) is None]
    found = page(old) if old else DOS
    for info in archive.infolist():
        yield Member(
            _zip_name(info, found), _zip_kind(info), partial(_unzipped, archive, info, budget), lasting=True
        )


class _Directory:
    """The file of a zip, of which the library reads the whole directory at once: it is counted on the way."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        self._limits = limits
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        """As the file's own; raises Refused for a directory that lists more than it may."""
        most = self._limits.members
        if size > most * LONGEST_ENTRY:
            raise Refused(_too_many(self._limits))
        if size > most * SMALLEST_ENTRY and self._entries(size) > most:
            raise Refused(_too_many(self._limits))
        return self._file.read(size)

    def _entries(self, size: int) -> int:
        """How many entries there are, at most, in so many bytes from here on."""
        count, rest, start = 0, b"", self._file.tell()
        while size > 0 and (data := self._file.read(min(size, CHUNK << 4))):
            count += (rest + data).count(ENTRY)
            rest, size = data[1 - len(ENTRY) :], size - len(data)
        self._file.seek(start)
        return count


def _zip_name(info: zipfile.ZipInfo, page: str) -> str:
    r"""A member's name with "/" between its parts, as whoever packed it meant it; some write "\\" there."""
    name = _told_name(info)
    if name is None:
        name = info.orig_filename.encode(DOS).decode(page, "replace")
    return name.replace("\\", "/")


def _told_name(info: zipfile.ZipInfo) -> str | None:
    """A member's name; None where nothing tells what its bytes mean.

    Of names that are not marked as UTF-8 only the bytes tell what they are: macOS writes UTF-8 there, and
    what is valid UTF-8 beyond ASCII is hardly ever anything else.
    """
    if info.flag_bits & MARKED_UTF8:
        return info.orig_filename
    data = info.orig_filename.encode(DOS)
    for utf8 in (_unicode_path(info.extra, zlib.crc32(data)), data):
        with suppress(UnicodeDecodeError):
            if utf8 is not None:
                return utf8.decode("utf-8")
    return None


def _unicode_path(extra: bytes, checksum: int) -> bytes | None:
    """The name in UTF-8 that some programs add to a member, where it belongs to the name of that checksum."""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        body, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == UNICODE_PATH and len(body) > 5 and struct.unpack_from("<BL", body) == (1, checksum):
            return body[5:]
    return None


def _zip_kind(info: zipfile.ZipInfo) -> Kind:
    mode = stat.S_IFMT(info.external_attr >> 16)
    if mode not in (0, stat.S_IFREG, stat.S_IFDIR):
        return Kind.OTHER
    return Kind.FOLDER if info.orig_filename.endswith(("/", "\\")) or mode == stat.S_IFDIR else Kind.FILE


class _Budget:
    """What may still be read of an archive, in bytes before and after unpacking.

    Members that overlap would let a small file keep us busy for days, so all of them together may have no
    more bytes than the file has.
    """

    def __init__(self, packed: int, unpacked: int) -> None:
        self.packed = packed
        self.left = self.unpacked = unpacked

    def take(self, packed: int) -> None:
        self.packed -= packed
        if self.packed < 0:
            raise OverBudget("is damaged: its parts overlap")

    def give(self, unpacked: int) -> None:
        self.left -= unpacked
        if self.left < 0:
            raise OverBudget(f"unpacks to more than {_amount(self.unpacked)}")


def _unzipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: _Budget, most: int) -> Iterator[bytes]:
    if not most:
        return  # of what nobody reads it does not matter how it is packed
    if info.flag_bits & ENCRYPTED:
        raise Refused("is encrypted")
    # The library unpacks the other methods without a bound: a few kilobytes may become gigabytes.
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused("uses a rare kind of compression, which is not read")
    budget.take(info.compress_size)
    with archive.open(info) as file:
        while most and (data := file.read(min(most, PIECE))):
            budget.give(len(data))
            most -= len(data)
            yield data


class Refused(Exception):
    """An archive will not be read; the text goes on where its name left off: "is encrypted"."""


class OverBudget(Refused):
    """So much is asked for that nothing more is read of the archive."""


class Kind(Enum):
    """What a member is."""

    FILE = auto()
    FOLDER = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an archive.

    name: its path, as the archive has it.
    pieces: gives its content, or so many bytes of it; raises Refused and DAMAGE. Works until the next member
        is asked for.
    lasting: whether it works as long as the file is open.
    """

    name: str
    kind: Kind
    pieces: Callable[[int], Iterator[bytes]]
    lasting: bool = False

    def read(self, most: int) -> bytes:
        """The content, or so many bytes of it; raises what pieces raises."""
        return b"".join(self.pieces(most))


CHUNK = 1 << 16
PIECE = 1 << 20
# What the strongest setting of xz needs is 65 MiB; a header may ask for gigabytes.
LZMA_MOST = 128 << 20


class Unpacker(Protocol):
    """What the standard library's decompressors have in common."""

    @property
    def eof(self) -> bool:
        """Whether the end of what was packed has been reached."""

    @property
    def needs_input(self) -> bool:
        """Whether nothing more comes without more input."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """As much as there is, and no more than asked for."""


class Gzip:
    """zlib's decompressor, behaving as bz2's and lzma's do."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        """Whether the end has been reached."""
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        """Whether all input has been taken."""
        return not self._inner.unconsumed_tail

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """As much as there is, and no more than asked for."""
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


def unpacker(magic: bytes) -> Unpacker | None:
    """What unpacks a file that begins like this; None where it is not packed."""
    if magic.startswith(b"\x1f\x8b"):
        return Gzip()
    if magic.startswith(b"BZh"):
        return bz2.BZ2Decompressor()
    if magic.startswith(b"\xfd7zXZ\0"):
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=LZMA_MOST)
    return None


class Stream:
    """What a file unpacks to, in order.

    most: how many bytes may come out before the file is refused.
    """

    def __init__(self, file: BinaryIO, unpacker: Unpacker | None, most: int) -> None:
        self._file = file
        self._unpacker = unpacker
        self._left = self._most = most

    def read(self, size: int) -> bytes:
        """The next bytes: as many as asked for, and fewer only at the end."""
        pieces = []
        while size and (piece := self._piece(min(size, CHUNK))):
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def skip(self, size: int) -> None:
        """Pass over so many bytes; raises Refused where there are fewer."""
        while size:
            piece = self._piece(min(size, CHUNK))
            if not piece:
                raise Refused("is cut off before its end")
            size -= len(piece)

    def drain(self) -> None:
        """Pass over all that is left, so that the checksum at the end is looked at."""
        while self._piece(CHUNK):
            pass

    def _piece(self, size: int) -> bytes:
        piece = self._unpacked(size) if self._unpacker else self._file.read(size)
        self._left -= len(piece)
        if self._left < 0:
            raise Refused(f"unpacks to more than {_amount(self._most)}")
        return piece

    def _unpacked(self, size: int) -> bytes:
        assert self._unpacker
        while not self._unpacker.eof:
            hungry = self._unpacker.needs_input
            data = self._file.read(CHUNK) if hungry else b""
            piece = self._unpacker.decompress(data, size)
            if piece:
                return piece
            if hungry and not data and not self._unpacker.eof:
                raise Refused("is cut off before its end")
        return b""


BLOCK = tarfile.BLOCKSIZE
# Of an extension, such as a long name.
LONGEST = 1 << 16
LONG_NAME = (tarfile.GNUTYPE_LONGNAME,)
EXTENDED = (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE)
PASSED_OVER = (tarfile.GNUTYPE_LONGLINK, tarfile.XGLTYPE)
FILES = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE)
WITHOUT_DATA = (
    tarfile.LNKTYPE,
    tarfile.SYMTYPE,
    tarfile.CHRTYPE,
    tarfile.BLKTYPE,
    tarfile.DIRTYPE,
    tarfile.FIFOTYPE,
)
CUT_OFF = "is cut off before its end"


@dataclass(slots=True)
class _Ahead:
    """What an extension says of the member that comes next."""

    name: str | None = None
    size: int | None = None


class _Body:
    """A member's content, as far as it has not been read."""

    def __init__(self, stream: Stream, size: int, budget: _Budget) -> None:
        self.stream = stream
        self.budget = budget
        self.left = size
        self.padding = -size % BLOCK

    def read(self, most: int) -> bytes:
        data = self.stream.read(min(most, self.left))
        if len(data) < min(most, self.left):
            raise Refused(CUT_OFF)
        self.left -= len(data)
        return data

    def pieces(self, most: int) -> Iterator[bytes]:
        while most and (data := self.read(min(most, PIECE))):
            self.budget.give(len(data))
            most -= len(data)
            yield data

    def skip(self) -> None:
        self.stream.skip(self.left + self.padding)


def tar_members(stream: Stream, budget: _Budget) -> Iterator[Member]:
    """The members in their order; raises Refused."""
    header = _header(stream, first=True)
    ahead = _Ahead()
    while header is not None:
        if header.type == tarfile.GNUTYPE_SPARSE:
            raise Refused("holds a file with holes, which is not read")
        size = header.size if ahead.size is None else ahead.size
        body = _Body(stream, 0 if header.type in WITHOUT_DATA else size, budget)
        if header.type in LONG_NAME:
            ahead.name = _text(_whole(body).split(b"\0", 1)[0])
        elif header.type in EXTENDED:
            ahead = _extended(_whole(body), ahead)
        elif header.type not in PASSED_OVER:
            name = header.name if ahead.name is None else ahead.name
            yield Member(name.replace("\\", "/"), _tar_kind(header), body.pieces)
            ahead = _Ahead()
        body.skip()
        header = _header(stream)
    stream.drain()


def _header(stream: Stream, *, first: bool = False) -> tarfile.TarInfo | None:
    """The next header; None at the end of the archive."""
    block = stream.read(BLOCK)
    if len(block) < BLOCK:
        raise Refused("is neither a zip nor a tar archive" if first else CUT_OFF)
    if not any(block):
        return None
    try:
        header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError):
        raise Refused("is neither a zip nor a tar archive" if first else DAMAGED) from None
    if header.size < 0:
        raise Refused("is damaged: it has a file of less than no bytes")
    return header


def _tar_kind(header: tarfile.TarInfo) -> Kind:
    if header.type in FILES:
        return Kind.FILE
    return Kind.FOLDER if header.type == tarfile.DIRTYPE else Kind.OTHER


def _whole(body: _Body) -> bytes:
    if body.left > LONGEST:
        raise Refused("has a longer header than anybody needs")
    return body.read(LONGEST)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _extended(data: bytes, ahead: _Ahead) -> _Ahead:
    """What the records "length key=value" say of name and size."""
    at = 0
    while at < len(data) and data[at]:
        digits = data[at : at + 20].partition(b" ")[0]
        end = at + int(digits) if digits.isdigit() else at
        if not at + len(digits) + 1 < end <= len(data):
            raise Refused("is damaged: a header in it cannot be read")
        key, _, value = data[at + len(digits) + 1 : end].removesuffix(b"\n").partition(b"=")
        if key == b"path":
            ahead.name = _text(value)
        elif key == b"size":
            ahead.size = _size(value)
        at = end
    return ahead


def _size(value: bytes) -> int:
    if not (value.isdigit() and len(value) <= 20):
        raise Refused("is damaged: a size in it cannot be read")
    return int(value)

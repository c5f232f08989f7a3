"""The members of a tar archive.

The library's own loop keeps every header, believes every length and calls itself for each extension, so
the loop is ours; reading one header is the library's.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass

from grader.intake.member import Kind, Member, Refused
from grader.intake.streams import Stream

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

    def __init__(self, stream: Stream, size: int) -> None:
        self.stream = stream
        self.left = size
        self.padding = -size % BLOCK

    def read(self, most: int) -> bytes:
        data = self.stream.read(min(most, self.left))
        if len(data) < min(most, self.left):
            raise Refused(CUT_OFF)
        self.left -= len(data)
        return data

    def skip(self) -> None:
        self.stream.skip(self.left + self.padding)


def tar_members(stream: Stream) -> Iterator[Member]:
    """The members in their order; raises Refused."""
    header = _header(stream, first=True)
    ahead = _Ahead()
    while header is not None:
        if header.type == tarfile.GNUTYPE_SPARSE:
            raise Refused("holds a file with holes, which is not read")
        size = header.size if ahead.size is None else ahead.size
        body = _Body(stream, 0 if header.type in WITHOUT_DATA else size)
        if header.type in LONG_NAME:
            ahead.name = _text(_whole(body).split(b"\0", 1)[0])
        elif header.type in EXTENDED:
            ahead = _extended(_whole(body), ahead)
        elif header.type not in PASSED_OVER:
            yield Member(header.name if ahead.name is None else ahead.name, _kind(header), body.read)
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
        raise Refused(
            "is neither a zip nor a tar archive" if first else "is damaged, so it cannot be unpacked"
        ) from None
    if header.size < 0:
        raise Refused("is damaged: it has a file of less than no bytes")
    return header


def _kind(header: tarfile.TarInfo) -> Kind:
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

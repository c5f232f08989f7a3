"""Unpacking piece by piece: memory stays flat, and there is an end to it."""

from __future__ import annotations

import bz2
import lzma
import zlib
from typing import BinaryIO, Protocol

from grader.intake.member import Refused

CHUNK = 1 << 16
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
            raise Refused(f"unpacks to more than {self._most >> 20} MiB")
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

"""Seals sources against accidents: no search or editor shows them, but whoever wants to can unseal them."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from hashlib import sha256, shake_256

# What somebody reads who opens the file; the format's version is part of it.
HEADER = (
    b"NanoGrad, sealed, version 1. The reference and the known mistakes are in here, for the grader.\n"
    b"Nothing stops you from decoding them; it would only spoil the exercises for you.\n"
)
DIGEST = 32
MOST = 1 << 24  # bytes of text; a course has some hundred thousand


def seal(files: Mapping[str, str]) -> bytes:
    """Texts by path as one file, the same for the same texts."""
    plain = json.dumps(dict(files), ensure_ascii=False, sort_keys=True).encode()
    body = zlib.compress(plain, 9)
    digest = sha256(body).digest()
    return HEADER + digest + _masked(body, digest)


def unseal(data: bytes) -> dict[str, str]:
    """The texts by path; raises ValueError where the bytes are not those of seal()."""
    if not data.startswith(HEADER):
        raise ValueError("it does not begin as a sealed file does")
    digest, body = data[len(HEADER) :][:DIGEST], data[len(HEADER) + DIGEST :]
    body = _masked(body, digest)
    if sha256(body).digest() != digest:
        raise ValueError("its checksum does not fit")
    try:
        return _texts(zlib.decompressobj().decompress(body, MOST))
    except (zlib.error, RecursionError) as error:
        raise ValueError(str(error)) from None


def _masked(body: bytes, digest: bytes) -> bytes:
    """The body under a mask that depends on the header and the digest; masking twice gives it back."""
    mask = shake_256(HEADER + digest).digest(len(body))
    return (int.from_bytes(body) ^ int.from_bytes(mask)).to_bytes(len(body))


def _texts(plain: bytes) -> dict[str, str]:
    texts = json.loads(plain)
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise ValueError("it holds something else than texts")
    return texts

"""Changes to inputs: of bytes, whatever they are, and of JSON, so that it stays JSON of another kind."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from random import Random

Mutator = Callable[[Random, bytes], bytes]
NUMBERS = (0, 1, -1, 2**31, 2**63, -(2**63) - 1, 2**64, 10**400, 0.5, -0.0, 1e308, float("nan"), float("inf"))
TEXTS = (
    "",
    "\0",
    "a" * 300,
    "\ud800",
    "\x1b[2J\u202e\r\n::error::x",
    "{}{0}%s[/red]",
    "../..",
    "1/0",
    "1e999999999",
    "9" * 5000,
    "٣",
    "nan",
    "2026-01-01",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
)
ODD = (None, True, False, [], {}, [[]], {"": None}, *NUMBERS, *TEXTS)
# Pieces that formats take seriously.
PIECES = (
    b"\0",
    b"\xff" * 4,
    b"\xff" * 8,
    b"\x7f\xff\xff\xff",
    b"\n",
    b'"',
    b",",
    b"\r",
    b"PK\1\2",
    b"PK\3\4",
    b"PK\5\6",
    b"\xed\xa0\x80",
    b"[" * 2000,
    b"(" * 2000,
    b"- " * 500,
    b"9" * 5000,
    b"&a [*a,*a]",
    b"1e999",
    b"99999999999 ",
)


def of_bytes(chance: Random, data: bytes) -> bytes:
    """One to four changes anywhere."""
    for _ in range(chance.choice((1, 1, 2, 4))):
        data = chance.choice(CHANGES)(chance, data)
    return data


def _flipped(chance: Random, data: bytes) -> bytes:
    at = _place(chance, data)
    return (
        data[:at] + bytes([(data[at] if at < len(data) else 0) ^ (1 << chance.randrange(8))]) + data[at + 1 :]
    )


def _replaced(chance: Random, data: bytes) -> bytes:
    at = _place(chance, data)
    piece = chance.choice((*PIECES, chance.randbytes(chance.randint(1, 8))))
    return data[:at] + piece + data[at + len(piece) :]


def _inserted(chance: Random, data: bytes) -> bytes:
    at = _place(chance, data)
    return data[:at] + chance.choice((*PIECES, chance.randbytes(chance.randint(1, 8)))) + data[at:]


def _cut(chance: Random, data: bytes) -> bytes:
    at = _place(chance, data)
    return data[:at] + data[at + chance.choice((1, 2, 8, 512, len(data))) :]


def _copied(chance: Random, data: bytes) -> bytes:
    """A piece of it stands somewhere else once more."""
    start, at = _place(chance, data), _place(chance, data)
    piece = data[start : start + chance.choice((1, 4, 46, 512))]
    return data[:at] + piece * chance.choice((1, 1, 1, 50)) + data[at:]


def _place(chance: Random, data: bytes) -> int:
    return chance.randint(0, max(0, len(data) - 1))


CHANGES: Sequence[Mutator] = (_flipped, _replaced, _inserted, _cut, _copied)


def of_json(chance: Random, data: bytes) -> bytes:
    """One to three places of a JSON document hold, miss or repeat something else, or only bytes change."""
    if chance.random() < 0.1:
        return of_bytes(chance, data)
    try:
        plain = json.loads(data)
    except (ValueError, RecursionError):
        return of_bytes(chance, data)
    for _ in range(chance.randint(1, 3)):
        plain = _changed(chance, plain)
    return json.dumps(plain).encode()


def _changed(chance: Random, plain: object) -> object:
    """The value with another one in a place that is as likely deep down as further up."""
    if not isinstance(plain, dict | list) or not plain or chance.random() < 0.08:
        return _other(chance, plain)
    keys = list(plain) if isinstance(plain, dict) else range(len(plain))
    key = chance.choice(keys)  # type: ignore[arg-type]
    changed = dict(plain) if isinstance(plain, dict) else list(plain)
    if chance.random() < 0.05:
        del changed[key]
    elif isinstance(changed, dict) and chance.random() < 0.04:
        changed[str(chance.choice(TEXTS))] = changed.pop(key)
    else:
        changed[key] = _changed(chance, changed[key])
    return changed


def _other(chance: Random, plain: object) -> object:
    kind = chance.random()
    if kind < 0.1:
        return [plain]
    if kind < 0.2 and isinstance(plain, str) and plain:
        at = chance.randrange(len(plain))
        return plain[:at] + str(chance.choice(TEXTS)) + plain[at + 1 :]
    if kind < 0.25:
        return [plain] * 40
    if kind < 0.28:
        return json.loads("[" * 300 + "]" * 300)
    return chance.choice(ODD)

"""Signs reports, so that whoever holds the public key can tell that a score is the one that was given.

A signature is Ed25519 over PREFIX and the report's canonical JSON: keys in order of their code points, no
space, UTF-8 without escapes beyond those JSON needs, integers as digits, other numbers as Python's repr
writes them, which is the shortest that reads back the same. That is RFC 8785 but for four things: 1 and
1.0 are different numbers here, 1e16 is written as Python writes it, keys beyond the Basic Multilingual
Plane are sorted by code point, and half a surrogate pair, from a file's name, is its escape. NaN and
infinities cannot be signed. Left out are `times`, which differ between two runs, and the signature's own
value; nothing else is.
"""

from __future__ import annotations

import json
import os
import re
import stat
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from grader.errors import CourseError, UsageError, unwritable
from grader.machine.files import READ, added
from grader.printable import plain_json, typed
from grader.render.text import About
from grader.report.report import SCHEMA_NAME, Report, Seed, to_plain
from grader.report.report import read as read_seed
from grader.version import installing

try:
    from cryptography.exceptions import InternalError, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
        load_pem_private_key,
        load_pem_public_key,
    )
except ImportError:
    raise UsageError(
        "signatures need the package cryptography, which is not installed",
        f"run: {installing('class')}",
    ) from None

PrivateKey = Ed25519PrivateKey
PublicKey = Ed25519PublicKey

ALGORITHM = "ed25519"
PREFIX = f"{SCHEMA_NAME}\n".encode()
UNSIGNED_KEYS = ("times", "signature")
LARGEST_KEY = 1 << 14
# What the library raises at bytes that are none; the last one where a key has the size of another kind.
NO_KEY = (ValueError, UnsupportedAlgorithm, InternalError)
DIGEST = re.compile(r"[0-9a-f]{64}")
KEY_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Over:
    """What a signature speaks of: whose work it is, graded how; None where a report does not say.

    submission, course: hexadecimal digests.
    handed_in: as ISO 8601, with a time zone.
    """

    submission: str
    course: str | None
    seed: Seed
    person: str | None
    handed_in: str | None


def new_key(path: Path) -> None:
    """Write a new private key to path, for its owner only, and its public key to path.pub.

    Raises UsageError where one of them is there already or cannot be written.
    """
    public = path.with_name(f"{path.name}.pub")
    for taken in (path, public):
        if os.path.lexists(taken):
            raise UsageError(f"{taken} is there already", "choose another name: a key is never overwritten")
    key = Ed25519PrivateKey.generate()
    _write(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), 0o600)
    _write(public, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), 0o644)


def load_key(path: Path) -> PrivateKey:
    """The private key that new_key() wrote.

    Raises UsageError where it is missing, unreadable, encrypted, another kind of key, or where anybody
    but its owner may read it: what others have read proves nothing any more.
    """
    pem, mode = _read(path)
    if os.name == "posix" and mode & 0o077:
        raise UsageError(f"others than its owner may read the key {path}", f"run: chmod 600 {typed(path)}")
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError:
        raise UsageError(f"the key {path} is encrypted", "give one without a password") from None
    except NO_KEY:
        raise UsageError(f"{path} is no private key in PEM", "make one: grader keygen FILE") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"the key {path} is not for Ed25519", "make one: grader keygen FILE")
    return key


def load_public_key(path: Path) -> PublicKey:
    """The public key that new_key() wrote; raises UsageError where it is missing, unreadable or another."""
    pem, _ = _read(path)
    if b"PRIVATE KEY" in pem:
        raise UsageError(f"{path} is a private key, which is for signing", f"give {path}.pub")
    try:
        key = load_pem_public_key(pem)
    except NO_KEY:
        raise UsageError(f"{path} is no public key in PEM", "give the .pub file of the key") from None
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(f"the key {path} is not for Ed25519", "give the .pub file of the key")
    return key


def key_id(key: PublicKey) -> str:
    """What a key is called: the first 16 hexadecimal digits of SHA-256 over its 32 bytes."""
    return sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]


def owned(plain: Mapping[str, Any], person: str, handed_in: datetime | None, course: str) -> dict[str, Any]:
    """A report's JSON form that also says whose it is, when it was handed in, and under which course.

    handed_in: with its time zone; course: the hexadecimal course digest.
    """
    when = None if handed_in is None else handed_in.isoformat()
    return {**plain, "person": {"id": person, "handed_in": when}, "course": course}


def sign(plain: Mapping[str, Any], key: PrivateKey) -> dict[str, Any]:
    """The report's JSON form with a signature, in place of any it had; equal reports get equal ones.

    Raises CourseError where it is no report.
    """
    bare = {name: value for name, value in plain.items() if name != "signature"}
    try:
        head = {"algorithm": ALGORITHM, "key": key_id(key.public_key()), "over": asdict(over(bare))}
        value = b64encode(key.sign(message(bare, head))).decode()
    except (ValueError, TypeError, RecursionError) as error:
        raise CourseError(f"the report cannot be signed: {error}", "run: grader check") from None
    return {**bare, "signature": {**head, "value": value}}


def message(plain: Mapping[str, Any], head: Mapping[str, Any]) -> bytes:
    """What is signed; raises ValueError, TypeError or RecursionError for what has no canonical JSON.

    head: the signature without its value.
    """
    covered = {name: value for name, value in plain.items() if name not in UNSIGNED_KEYS}
    return PREFIX + canonical(covered | {"signature": dict(head)})


def canonical(value: Any) -> bytes:
    """JSON, the same bytes for the same value; raises like message()."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "backslashreplace")


def over(plain: Mapping[str, Any]) -> Over:
    """What a signature of this report speaks of; raises ValueError, in words, where it is no report."""
    if plain.get("schema") != SCHEMA_NAME:
        raise ValueError(f"it is not a report of the form {SCHEMA_NAME}")
    submission, seed, course = plain.get("submission"), plain.get("seed"), plain.get("course")
    if not isinstance(submission, dict):
        raise ValueError("it has no submission")
    under = None if course is None else _digest(course, "course")
    work, person = _digest(submission.get("digest"), "submission"), _person(plain.get("person"))
    return Over(work, under, read_seed(seed), *person)


def _person(person: Any) -> tuple[str | None, str | None]:
    """An id, and when they handed in."""
    if person is None:
        return None, None
    if not isinstance(person, dict) or set(person) != {"id", "handed_in"}:
        raise ValueError("its person is not an id and when they handed in")
    if not isinstance(person["id"], str):
        raise ValueError("its person's id is no text")
    when = person["handed_in"]
    return person["id"], None if when is None else _time(when)


def _time(text: Any) -> str:
    try:
        if datetime.fromisoformat(text).tzinfo is not None:
            return str(text)
    except (TypeError, ValueError):
        pass
    raise ValueError("when it was handed in is no time with a time zone")


def _digest(value: Any, of: str) -> str:
    if isinstance(value, str) and DIGEST.fullmatch(value):
        return value
    raise ValueError(f"its digest of the {of} is none")


def _write(path: Path, data: bytes, mode: int) -> None:
    """Write a file that must not be there."""
    try:
        added(path, data, mode)
    except OSError as error:
        raise unwritable(error, f"cannot write the key {path}", "choose another place") from None


def _read(path: Path) -> tuple[bytes, int]:
    """A key file's content and its permissions."""
    try:
        handle = os.open(path, READ)
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode):
            os.close(handle)
            raise UsageError(f"the key {path} is not a regular file", "give the key's file")
        with os.fdopen(handle, "rb") as file:
            return file.read(LARGEST_KEY), stat.S_IMODE(mode)
    except OSError as error:
        raise UsageError(f"cannot read the key {path}: {error.strerror}", "check the path") from None


def signed(key: PrivateKey) -> Callable[[Report, About], str]:
    """A renderer that says whose work a report is of, and signs that with all the rest."""

    def render(report: Report, about: About) -> str:
        body = owned(to_plain(report, about.times), about.person.id, about.handed_in, report.course)
        return plain_json(json.dumps(sign(body, key), indent=2, ensure_ascii=False, allow_nan=False)) + "\n"

    return render

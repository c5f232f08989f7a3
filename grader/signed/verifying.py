"""Tells a genuine report from one that was altered, made up, mixed up or presented again."""

from __future__ import annotations

import json
import os
import stat
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature

from grader.signed.authenticity import (
    Altered,
    ForeignKey,
    Genuine,
    Malformed,
    Replayed,
    Swapped,
    Unsigned,
    Verdict,
)
from grader.signed.signing import ALGORITHM, KEY_ID, PublicKey, canonical, key_id, message, over

LARGEST = 1 << 22  # bytes; reports have some hundred thousand at most
VALUE = 64  # bytes of a signature
ANYTHING: Mapping[str, Any] = MappingProxyType({})


def verify(plain: Any, public_key: PublicKey, expected: Mapping[str, Any] = ANYTHING) -> Verdict:
    """What a report's JSON form is worth; whatever it holds, this raises nothing.

    expected: what it is claimed to be, as far as that is known: a submission's digest, a person's id, a
        course digest, a seed; the keys are those of Over.
    """
    try:
        if not isinstance(plain, dict):
            raise ValueError("it is no JSON object")
        canonical(plain)
        signed = over(plain)
        if "signature" not in plain:
            return Unsigned()
        head, value = _signature(plain["signature"])
        covered = message(plain, head)
    except (ValueError, TypeError, RecursionError) as error:
        return Malformed(str(error))
    if head["key"] != key_id(public_key):
        return ForeignKey(head["key"])
    try:
        public_key.verify(value, covered)
    except InvalidSignature:
        return Altered(head["key"])
    if head["over"] != asdict(signed):
        return Malformed("its signature speaks of something else than the report")
    return as_claimed(Genuine(head["key"], signed, plain["signature"]["value"]), expected)


def verify_file(path: Path, public_key: PublicKey, expected: Mapping[str, Any] = ANYTHING) -> Verdict:
    """What a report's file is worth; whatever is there, this raises nothing."""
    try:
        plain = json.loads(text_of(path), object_pairs_hook=_object, parse_constant=_no_number)
    except OSError as error:
        return Malformed(f"it cannot be read: {error.strerror}")
    except RecursionError:
        return Malformed("it is nested too deeply")
    except json.JSONDecodeError as error:
        return Malformed(f"it is no JSON: {error.msg}, line {error.lineno}")
    except ValueError as error:
        return Malformed(str(error))
    return verify(plain, public_key, expected)


def as_claimed(genuine: Genuine, expected: Mapping[str, Any]) -> Verdict:
    """What a genuine report is where this was expected."""
    unknown = set(expected) - {"submission", "person", "course", "seed"}
    assert not unknown, unknown
    signed = genuine.over
    for of in ("person", "submission"):
        if of in expected and expected[of] != getattr(signed, of):
            return Swapped(of, getattr(signed, of), expected[of])
    for about in ("course", "seed"):
        if about in expected and expected[about] != getattr(signed, about):
            return Replayed(about, as_text(getattr(signed, about)), as_text(expected[about]))
    return genuine


def text_of(path: Path, largest: int = LARGEST) -> str:
    """The text of a regular file; raises OSError, or ValueError in words."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise ValueError("it is not a regular file")
    with os.fdopen(handle, "rb") as file:
        data = file.read(largest + 1)
    if len(data) > largest:
        raise ValueError(f"it is larger than {largest >> 20} MiB")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8 text") from None


def as_text(value: str | int | None) -> str | None:
    """A digest or a seed as evidence shows it."""
    return None if value is None else str(value)


def _signature(signature: Any) -> tuple[dict[str, Any], bytes]:
    """The signature without its value, and the value's bytes; raises ValueError, in words."""
    if not isinstance(signature, dict) or set(signature) != {"algorithm", "key", "over", "value"}:
        raise ValueError("its signature is none")
    if signature["algorithm"] != ALGORITHM:
        raise ValueError(f"its signature is not {ALGORITHM}")
    if not isinstance(signature["key"], str) or not KEY_ID.fullmatch(signature["key"]):
        raise ValueError("its signature names no key")
    head = {name: part for name, part in signature.items() if name != "value"}
    return head, _decoded(signature["value"])


def _decoded(value: Any) -> bytes:
    """Base64 in its one proper form only, so that a signature cannot be written in two ways."""
    if not isinstance(value, str):
        raise ValueError("its signature's value is no text")
    try:
        data = b64decode(value, validate=True)
    except NoBase64:
        raise ValueError("its signature's value is not base64") from None
    if len(data) != VALUE or b64encode(data).decode() != value:
        raise ValueError(f"its signature's value is not {VALUE} bytes in base64")
    return data


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; which of two values counts, readers do not agree on."""
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise ValueError(f"it has the key {name[:40]!r} twice")
        made[name] = value
    return made


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")

"""Tells a genuine report from one that was altered, made up, mixed up or presented again."""

from __future__ import annotations

import csv
import io
import json
import os
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, assert_never

from cryptography.exceptions import InvalidSignature

from grader.errors import UsageError
from grader.machine.folders import regular
from grader.printable import printable
from grader.render.text import cell
from grader.report.reading import no_number
from grader.signed.signing import ALGORITHM, KEY_ID, Over, PublicKey, canonical, key_id, message, over

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
        plain = json.loads(text_of(path), object_pairs_hook=_object, parse_constant=no_number)
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
    with regular(path, why="it is not a regular file") as file:
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


@dataclass(frozen=True, slots=True)
class Genuine:
    """Signed with the key, unaltered, and what it was claimed to be.

    over: what the signature speaks of.
    value: the signature's own, the same for the same report.
    """

    key: str
    over: Over
    value: str


@dataclass(frozen=True, slots=True)
class Altered:
    """Said to be signed with the key, but with other content."""

    key: str


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A report without a signature."""


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Said to be signed with another key, so nothing can be told of it.

    key: that key's id.
    """

    key: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """No report at all; why, in words."""

    why: str


@dataclass(frozen=True, slots=True)
class Swapped:
    """Genuine, but of another person or another submission than claimed; None is nobody."""

    of: Literal["person", "submission"]
    signed: str | None
    claimed: str | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """Genuine, but made for another occasion.

    of: it is of another course or seed; or the same person has a report that is not older, or the very
        same report is there twice.
    signed: what it was made for: the digest, the seed, when it was handed in, or the signature.
    instead: what would be right: a digest or a seed, or the other report's file; None where that cannot
        be told.
    """

    of: Literal["course", "seed", "handed_in", "signature"]
    signed: str | None
    instead: str | None


Verdict = Genuine | Altered | Unsigned | ForeignKey | Malformed | Swapped | Replayed


def describe(verdict: Verdict) -> str:
    """A verdict in one sentence, fit to be shown."""
    return printable(_sentence(verdict))


def _sentence(verdict: Verdict) -> str:
    match verdict:
        case Genuine(key, about):
            whose = "" if about.person is None else f" for {about.person}"
            when = "" if about.handed_in is None else f", handed in {about.handed_in}"
            return f"Genuine: it was signed with the key {key}{whose}{when}."
        case Altered(key):
            return f"Altered: this is not what was signed with the key {key}."
        case Unsigned():
            return "Unsigned: anybody may have written it."
        case ForeignKey(key):
            return f"Signed with another key, {key}: nothing can be told of it without that key."
        case Malformed(why):
            return f"Malformed: {why}."
        case Swapped(of, signed, claimed):
            return f"Swapped: it is the report of {_of(of, signed)}, not of {_of(of, claimed)}."
        case Replayed():
            return _again(verdict)
        case _:
            assert_never(verdict)


def _of(kind: Literal["person", "submission"], what: str | None) -> str:
    if what is None:
        return "anybody" if kind == "person" else "any submission"
    return what if kind == "person" else f"submission {what}"


def _again(verdict: Replayed) -> str:
    signed, instead = verdict.signed or "none", verdict.instead
    match verdict.of:
        case "course" | "seed":
            right = f"not {instead}" if instead else "and others here are from another"
            return f"Replayed: it is from the {verdict.of} {signed}, {right}."
        case "handed_in":
            when = f"in {verdict.signed}" if verdict.signed else "in at a time that it does not say"
            return f"Replayed: it was handed {when}, and {instead} is the same person's and not older."
        case "signature":
            return f"Replayed: it is the same report as {instead}."
        case _:
            assert_never(verdict.of)


INDEX = "index.csv"
LARGEST_INDEX = 1 << 26


def verify_folder(
    folder: Path, public_key: PublicKey, expected: Mapping[str, Any] = ANYTHING
) -> list[tuple[Path, Verdict]]:
    """What each report in a folder is worth beside the others, in order of the files' names.

    Where the folder has an index.csv with the columns id and file, a report has to be that person's, and
    every file that it names has to be there. Raises UsageError where the folder or its index cannot be
    read, or where there is no report.
    """
    claims = _claims(folder)
    named = {folder / name for name in claims or ()}
    found: dict[Path, Verdict] = {}
    for path in sorted({*_reports(folder), *named}):
        verdict = verify_file(path, public_key, expected)
        if claims is not None and isinstance(verdict, Genuine):
            verdict = _as_listed(verdict, claims.get(path.name))
        found[path] = verdict
    if not found:
        raise UsageError(f"there is no report in {folder}", "give the folder that grader export wrote")
    for of in ("course", "seed"):
        if of not in expected:
            found |= _other_occasions(_genuine(found), of)
    found |= _copies(_genuine(found))
    return list((found | _outdated(_genuine(found))).items())


def _genuine(found: Mapping[Path, Verdict]) -> dict[Path, Genuine]:
    return {path: verdict for path, verdict in found.items() if isinstance(verdict, Genuine)}


def _as_listed(genuine: Genuine, claimed: str | None) -> Verdict:
    """claimed: the cell of the index that stands beside the file."""
    person = genuine.over.person
    same = claimed == (None if person is None else cell(person))
    return genuine if same else Swapped("person", person, claimed)


def _other_occasions(genuine: Mapping[Path, Genuine], of: Literal["course", "seed"]) -> dict[Path, Replayed]:
    """Those that are not of the most common course or seed; all of them where two are equally common."""
    made_for = {path: getattr(one.over, of) for path, one in genuine.items()}
    ranked = Counter(made_for.values()).most_common(2)
    if len(ranked) < 2:
        return {}
    (usual, most), (_, next_most) = ranked
    alone = most > next_most
    right = as_text(usual) if alone else None
    odd = ((path, value) for path, value in made_for.items() if not (alone and value == usual))
    return {path: Replayed(of, as_text(value), right) for path, value in odd}


def _copies(genuine: Mapping[Path, Genuine]) -> dict[Path, Replayed]:
    """Those that an earlier file holds already."""
    originals: dict[str, Path] = {}
    for path, one in genuine.items():
        originals.setdefault(one.value, path)
    return {
        path: Replayed("signature", one.value, originals[one.value].name)
        for path, one in genuine.items()
        if originals[one.value] != path
    }


def _outdated(genuine: Mapping[Path, Genuine]) -> dict[Path, Replayed]:
    """All but everybody's newest; all of somebody's where nothing signed tells which that is."""
    of_person: dict[str, list[Path]] = defaultdict(list)
    for path, one in genuine.items():
        if one.over.person is not None:
            of_person[one.over.person].append(path)
    outdated = {}
    for paths in of_person.values():
        times = {path: genuine[path].over.handed_in for path in paths}
        newest = _newest(times)
        for path in paths:
            if path != newest and len(paths) > 1:
                other = newest or next(one for one in paths if one != path)
                outdated[path] = Replayed("handed_in", times[path], other.name)
    return outdated


def _newest(times: Mapping[Path, str | None]) -> Path | None:
    """The only one of the latest time; None where there are two, or where a time is not known."""
    known = {path: datetime.fromisoformat(text) for path, text in times.items() if text is not None}
    if len(known) < len(times):
        return None
    latest = max(known.values())
    last = [path for path, when in known.items() if when == latest]
    return last[0] if len(last) == 1 else None


def _reports(folder: Path) -> list[Path]:
    try:
        return [folder / name for name in os.listdir(folder) if name.endswith(".json")]
    except OSError as error:
        raise UsageError(f"cannot read the folder {folder}: {error.strerror}", "check the path") from None


def _claims(folder: Path) -> dict[str, str] | None:
    """Whose each file is by the folder's index, as the index writes it; None where there is none."""
    path = folder / INDEX
    try:
        reader = csv.DictReader(io.StringIO(text_of(path, LARGEST_INDEX), newline=""), strict=True)
        if not {"id", "file"} <= set(reader.fieldnames or ()):
            raise _no_index(path, "it has no columns id and file")
        rows = list(reader)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _no_index(path, f"it cannot be read: {error.strerror}") from None
    except (ValueError, csv.Error) as error:
        raise _no_index(path, str(error)) from None
    return _files(path, rows)


def _files(path: Path, rows: Iterable[Mapping[str | Any, Any]]) -> dict[str, str]:
    """The cells of an index by the file beside them; people without a file are left out."""
    claims: dict[str, str] = {}
    for row in rows:
        id_, name = row["id"], row["file"]
        if not isinstance(id_, str) or not isinstance(name, str):
            raise _no_index(path, "a row has no id or no file")
        if name in claims or Path(name).name != name:
            raise _no_index(path, f"{name!r} is no file of its own")
        if name:
            claims[name] = id_
    return claims


def _no_index(path: Path, why: str) -> UsageError:
    return UsageError(f"{path} does not say whose the reports are: {why}", "export the reports again")

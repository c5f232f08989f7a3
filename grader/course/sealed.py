"""Where the reference comes from, open folders or the sealed file students have; and what a release holds."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256, shake_256
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from grader.errors import CourseError, UsageError
from grader.machine.files import look
from grader.printable import typed

SEALED = Path("grader") / "reference.sealed"


class Sources(Protocol):
    """A project's sources by their paths, which all lie beneath its root."""

    def file(self, path: Path) -> str:
        """A source's text; raises CourseError where it is not there."""
        ...

    def has(self, path: Path) -> bool:
        """Whether there is a source at the path."""
        ...


class Opened:
    """Sources that lie open, as authors have them."""

    def file(self, path: Path) -> str:
        try:
            return path.read_text("utf-8")
        except OSError as error:
            raise CourseError(f"cannot read {path}: {error.strerror}", "restore the file") from error
        except UnicodeDecodeError as error:
            raise CourseError(f"{path} is not UTF-8 text", "save it as UTF-8") from error

    def has(self, path: Path) -> bool:
        return path.is_file()


@dataclass(frozen=True, slots=True)
class Sealed:
    """Sources in the sealed file of the project at root, as students have them."""

    root: Path

    def file(self, path: Path) -> str:
        place = path.relative_to(self.root).as_posix()
        try:
            return self._texts()[place]
        except KeyError:
            raise CourseError(f"{self.root / SEALED} has no {place}", REMEDY) from None

    def has(self, path: Path) -> bool:
        return path.relative_to(self.root).as_posix() in self._texts()

    def _texts(self) -> Mapping[str, str]:
        file = self.root / SEALED
        try:
            seen = file.stat()
            return _unsealed(file, seen.st_mtime_ns, seen.st_size)
        except OSError as error:
            raise CourseError(f"cannot read {file}: {error.strerror}", REMEDY) from None
        except ValueError as error:
            raise CourseError(f"{file} is damaged: {error}", REMEDY) from None


REMEDY = "get the file anew from where you got the project; your exercises can stay as they are"


@lru_cache(maxsize=4)
def _unsealed(file: Path, changed: int, size: int) -> Mapping[str, str]:  # noqa: ARG001 (parts of the key)
    """Unsealed once; changed and size tell a file from the one that stood there before."""
    return unseal(file.read_bytes())


def sources(root: Path) -> Sources:
    """The sources of the project at root."""
    return Sealed(root) if (root / SEALED).is_file() else Opened()


# What somebody reads who opens the file. The format is known by its version; what follows may be worded anew.
FORMAT = b"NanoGrad, sealed, version 1. "
HEADER = (
    FORMAT + b"The reference is in here, for the grader.\n"
    b"Nothing stops you from decoding it; it would only spoil the exercises for you.\n"
)
DIGEST = 32
MOST = 1 << 24  # bytes of text; a course has some hundred thousand


def seal(files: Mapping[str, str]) -> bytes:
    """Texts by path as one file, the same for the same texts."""
    plain = json.dumps(dict(files), ensure_ascii=False, sort_keys=True).encode()
    body = zlib.compress(plain, 9)
    digest = sha256(body).digest()
    return HEADER + digest + _masked(body, HEADER + digest)


def unseal(data: bytes) -> dict[str, str]:
    """The texts by path; raises ValueError where the bytes are not those of seal()."""
    header = b"".join(data.splitlines(keepends=True)[:2])
    if not header.startswith(FORMAT) or not header.endswith(b"\n"):
        raise ValueError("it does not begin as a sealed file does")
    digest, body = data[len(header) :][:DIGEST], data[len(header) + DIGEST :]
    body = _masked(body, header + digest)
    if sha256(body).digest() != digest:
        raise ValueError("its checksum does not fit")
    unpacking = zlib.decompressobj()
    try:
        plain = unpacking.decompress(body, MOST)
    except zlib.error:
        raise ValueError("its texts cannot be unpacked") from None
    if unpacking.unconsumed_tail:
        raise ValueError(f"it holds more than {MOST:,} bytes of texts")
    return _texts(plain)


def _masked(body: bytes, before: bytes) -> bytes:
    """The body under a mask that depends on what stands before it; masking twice gives it back."""
    mask = shake_256(before).digest(len(body))
    return (int.from_bytes(body) ^ int.from_bytes(mask)).to_bytes(len(body))


def _texts(plain: bytes) -> dict[str, str]:
    try:
        texts = json.loads(plain)
    except (ValueError, RecursionError):
        raise ValueError("its texts are no JSON") from None
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise ValueError("it holds something else than texts")
    return texts


NAME = Path(".release.json")
SCHEMA = "nanograd/release/v1"
# Folders in which no release has any business.
FOREIGN = (".git", ".nanograd", ".venv")


@dataclass(frozen=True, slots=True)
class Manifest:
    """digests: SHA-256 of each released file, by its place in the project."""

    title: str
    version: str
    digests: Mapping[Path, str]

    @property
    def alone(self) -> bool:
        """Whether the grader is among the files."""
        return Path("grader/__init__.py") in self.digests

    @classmethod
    def of(cls, files: Mapping[Path, bytes], title: str, version: str) -> Manifest:
        return cls(title, version, {place: digest(data) for place, data in files.items()})

    def to_bytes(self) -> bytes:
        files = {place.as_posix(): self.digests[place] for place in sorted(self.digests)}
        plain = {"schema": SCHEMA, "title": self.title, "grader": self.version, "files": files}
        return (json.dumps(plain, indent=1, ensure_ascii=False) + "\n").encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Manifest:
        """Raises ValueError where the bytes are not those of to_bytes()."""
        try:
            return cls._from_plain(json.loads(data))
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError(f"not a list of released files: {error}") from None

    @classmethod
    def _from_plain(cls, plain: dict[str, Any]) -> Manifest:
        if plain["schema"] != SCHEMA:
            raise ValueError(f"its schema is not {SCHEMA}")
        digests = {_place(name): str(value) for name, value in plain["files"].items()}
        return cls(str(plain["title"]), str(plain["grader"]), digests)


def digest(data: bytes) -> str:
    """SHA-256 as it stands in a manifest."""
    return sha256(data).hexdigest()


def _place(name: str) -> Path:
    """A path within the project; the project's owner may have written anything there."""
    path = PurePosixPath(name)
    odd = {"..", *FOREIGN} & {part.casefold() for part in path.parts} or path.is_absolute() or not path.parts
    if odd or not name.isprintable() or "\\" in name or ":" in name:
        raise ValueError(f"{name!r} is no file of a release")
    return Path(path)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the project in folder; raises UsageError where that is no released project."""
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}", "check the path")
    data = look(folder / NAME)
    if not isinstance(data, bytes):
        raise UsageError(
            f"{folder} was not made by grader release or grader init: it has no {NAME}",
            f"make a project first: grader release --to {typed(folder)}",
        )
    try:
        return Manifest.from_bytes(data)
    except ValueError as error:
        raise UsageError(
            f"{folder / NAME} is damaged: {error}", "restore it, or release anew and copy your exercises over"
        ) from None

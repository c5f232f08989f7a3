"""What a students' project was released as: the digest of each of its files, kept in the project itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from grader.errors import UsageError
from grader.handout.placing import look

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
            f"{folder} was not made by grader release: it has no {NAME}",
            f"make a project first: grader release --to {folder}",
        )
    try:
        return Manifest.from_bytes(data)
    except ValueError as error:
        raise UsageError(
            f"{folder / NAME} is damaged: {error}", "restore it, or release anew and copy your exercises over"
        ) from None

"""Reports under a signature, folders of them, and what is told of them."""

import csv
import json
from datetime import UTC, datetime

import pytest

from grader.errors import UsageError
from grader.signed.signing import (
    PrivateKey,
    owned,
    sign,
)
from grader.signed.verifying import (
    verify_folder,
)

KEY = PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key()
OTHER = PrivateKey.from_private_bytes(bytes(32))
DIGEST, COURSE, NEXT_COURSE = "1" * 64, "c" * 64, "d" * 64
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLAIN = {
    "schema": "nanograd/report/v1",
    "submission": {"name": "größe \N{SNAKE}", "digest": DIGEST},
    "seed": 7,
    "isolation": "full",
    "score": 92.5,
    "exercises": [{"name": "add", "score": 10, "got": [1e16, 0.1, -0.0, 3], "diagnosis": None}],
    "times": {"started": "2026-03-02T00:00:00+00:00", "seconds": 1.5},
}


def report(person="anna", handed_in=NOON, course=COURSE, key=KEY, **changed):
    return sign(owned(PLAIN | changed, person, handed_in, course), key)


def put(path, plain):
    path.write_text(json.dumps(plain, indent=2, ensure_ascii=False), encoding="utf-8")
    return path


def index(folder, *rows):
    with (folder / "index.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "file", "status"), *((*row, "graded") for row in rows)])


def told(folder, **expected):
    """The kinds of verdict by file name."""
    return {path.name: type(verdict) for path, verdict in verify_folder(folder, PUBLIC, expected)}


def usage(call, *arguments):
    with pytest.raises(UsageError) as caught:
        call(*arguments)
    assert caught.value.next_step
    return caught.value.what

"""Targets: documents and caches that are read whole."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from grader.course.course import Course, cut, here
from grader.course.sealed import HEADER, Manifest, _masked, read_manifest, seal, unseal
from grader.errors import CourseError, UsageError
from grader.examine.setting import to_bytes
from grader.machine.cache import keep, kept
from grader.model import Crashed, Exercise, Finding, NotStarted, Result, TimedOut
from grader.model import Verdict as Judged
from grader.report.evidence import findings_to_plain, result_from_plain, result_to_plain
from grader.report.report import to_json
from grader.report.rubric import adjusted, from_json, stated
from grader.signed.signing import PrivateKey, load_key, load_public_key, new_key, owned, sign
from grader.signed.verifying import Verdict, describe, verify_file, verify_folder
from tests.fuzz.mutating import of_json
from tests.fuzz.running import Target
from tests.fuzz.scratch import folder, written
from tests.grader.classroom.test_gradebook import CLAIMS, RUBRIC, plain
from tests.grader.render.formats.samples import mixed
from tests.grader.report.test_policy import FAILED

KEY = PrivateKey.from_private_bytes(bytes(range(32)))
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
INDEX = "id,file,status\nanna,anna.json,graded\nbob,,not handed in\n"
POLICY = """
[policy]
deadline = 2026-12-01T23:59:00+01:00
grace_minutes = 15
late_per_day = 10
late_most = 50
attempt = "last"
weights = { add = 2, mul = 0.5 }
"""


@cache
def signed() -> bytes:
    """A genuine report."""
    body = owned(json.loads(to_json(mixed())), "anna", NOON, "c" * 64)
    return json.dumps(sign(body, KEY)).encode()


def report(data: bytes) -> None:
    """A report to verify: a verdict comes out, and a sentence that can be shown."""
    assert _shown(verify_file(written("told", "report.json", data), KEY.public_key(), {"person": "anna"}))


def _shown(verdict: Verdict) -> bool:
    return describe(verdict).isprintable()


def index(data: bytes) -> None:
    """A folder of reports with whatever for an index."""
    written("index", "anna.json", signed())
    written("index", "index.csv", data)
    assert all(_shown(verdict) for _, verdict in verify_folder(folder("index"), KEY.public_key()))


def evidence(data: bytes) -> None:
    """Stored evidence under its rubric; what is read can be stored again."""
    part = Exercise("add", "a + b", RUBRIC.exercises[0].points, ())
    result = result_from_plain(part, CLAIMS["add"], json.loads(data))
    result_to_plain(result)


def _evidence_seeds() -> list[bytes]:
    part, claim = RUBRIC.exercises[0], CLAIMS["add"][0]
    others = (Crashed(3, "E: x", ("a", "b"), FAILED.counterexample), TimedOut(2.0), NotStarted("the stub"))
    results = [result_to_plain(Result(part, (Judged(claim, outcome),))) for outcome in others]
    results += [plain("add"), plain("add", right=False)]
    finding = Finding("overwrites", "n", "self.grad", "d", "s", "c", "e", "h", 3)
    results[-1]["findings"] = findings_to_plain([finding])
    results.append(plain("add", right=False))
    del results[-1]["findings"]  # as it was kept before there were findings
    results[-1]["diagnosis"] = {"misconception": "m", "name": "n", "explanation": "e", "hint": "h"}
    return [json.dumps(one).encode() for one in results]


def rubric(data: bytes) -> None:
    """A stored rubric."""
    read = from_json(data.decode())
    read.to_json()
    adjusted(mixed(), read.policy, NOON)


def _rubric_seeds() -> list[bytes]:
    table = {"deadline": "2026-02-28T12:00:00+00:00", "late_per_day": 10, "grace_minutes": 5, "late_most": 50}
    full = json.loads(RUBRIC.to_json()) | {"policy": table | {"attempt": "last", "weights": {"add": 2}}}
    return [RUBRIC.to_json().encode(), json.dumps(full).encode()]


def course(data: bytes) -> None:
    """A course.toml, and the policy in it."""
    written("course", "course.toml", data)
    read = Course.load(folder("course"))
    adjusted(mixed(), stated(read), NOON)


def _course_seeds() -> list[bytes]:
    text = (here().root / "course.toml").read_text("utf-8")
    return [text.encode(), (text + POLICY).encode()]


def sealed(data: bytes) -> None:
    """A sealed file, and one that was sealed over this text."""
    for made in (data, HEADER + data, _sealed(data)):
        try:
            unseal(made)
        except ValueError:
            continue


def _sealed(plain_: bytes) -> bytes:
    """As seal() does it, for text that it would not take."""
    body = zlib.compress(plain_, 1)
    return HEADER + sha256(body).digest() + _masked(body, HEADER + sha256(body).digest())


def manifest(data: bytes) -> None:
    """A released project's own list of its files."""
    written("manifest", ".release.json", data)
    for place in read_manifest(folder("manifest")).digests:
        assert not place.is_absolute()
        assert ".." not in place.parts


def key(data: bytes) -> None:
    """A file that is given for a key."""
    path = written("key", "key", data)
    path.chmod(0o600)
    for load in (load_key, load_public_key):
        try:
            load(path)
        except UsageError:
            continue


def _key_seeds() -> list[bytes]:
    path = folder("key") / "new"
    if not path.exists():
        new_key(path)
    return [path.read_bytes(), path.with_name("new.pub").read_bytes()]


def entry(data: bytes) -> None:
    """An entry of the cache that is damaged or made up: told by its code, so that nothing of it is read."""
    place, whole = _entry()
    place.write_bytes(data)
    if data != whole and kept(place.parent, "entry") is not None:
        raise AssertionError("what somebody else wrote was taken for ours")


@cache
def _entry() -> tuple[Path, bytes]:
    """Where the cache has one, and its bytes."""
    if trouble := keep(folder("entry"), "entry", to_bytes({("+",): (1.0, 2.0)})):
        raise AssertionError(trouble)
    [place] = folder("entry").iterdir()
    return place, place.read_bytes()


def solution(data: bytes) -> None:
    """An author's solution with markers anywhere."""
    cut(data.decode("utf-8", "replace"), "add")


def _solutions() -> list[bytes]:
    return [path.read_bytes() for path in sorted((here().root / "solutions").glob("[am]*.py"))]


# What JSON itself may do to a reader; grader.classroom.gradebook expects just these.
UNREADABLE = (ValueError, KeyError, RecursionError)
TOLD = {
    "report": Target(
        report, lambda: [signed(), to_json(mixed()).encode("utf-8", "backslashreplace")], (), of_json
    ),
    "index": Target(index, lambda: [INDEX.encode()], (UsageError,)),
    "evidence": Target(evidence, _evidence_seeds, UNREADABLE, of_json),
    "rubric": Target(rubric, _rubric_seeds, (ValueError,), of_json),
    "course": Target(course, _course_seeds, (CourseError,)),
    "sealed": Target(sealed, lambda: [seal({"a.py": "x = 1\n"}), b'{"a.py": "x"}', b"[" * 9], ()),
    "manifest": Target(
        manifest,
        lambda: [Manifest.of({Path("exercises/add.py"): b"1"}, "C", "1").to_bytes()],
        (UsageError,),
        of_json,
    ),
    "key": Target(key, _key_seeds),
    "entry": Target(entry, lambda: [_entry()[1]]),
    "solution": Target(solution, _solutions, (CourseError,)),
}

"""submission_metadata.json: the moment of handing in, whatever else stands there."""

import json
import os
from datetime import UTC, datetime

import pytest

from grader.platforms.runners import MOST, NAME, handed_in

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def said(folder, text):
    (folder / NAME).write_bytes(text if isinstance(text, bytes) else text.encode())
    return handed_in(folder)


@pytest.mark.parametrize(
    "time",
    [
        "2026-03-02T12:00:00Z",
        "2026-03-02T05:00:00.000000-07:00",
        "2026-03-02T12:00:00",
        "2026-03-02 12:00:00+00:00",
    ],
)
def test_a_time_counts_in_its_zone_and_without_one_in_utc(tmp_path, time):
    assert said(tmp_path, json.dumps({"created_at": time})) == NOON


def test_many_attempts_with_long_results_do_not_hide_the_time(tmp_path):
    attempt = {"results": {"output": "x" * 100_000}}
    text = json.dumps({"previous_submissions": [attempt] * 200, "created_at": "2026-03-02T12:00:00Z"})
    assert said(tmp_path, text) == NOON


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[" * 1_000_000,
        '{"a":' * 100_000,
        "[1]",
        "null",
        "7",
        '"created_at"',
        "{}",
        '{"created_at": null}',
        '{"created_at": 20260302}',
        '{"created_at": ' + "9" * 5000 + "}",
        '{"created_at": ["2026-03-02T12:00:00Z"]}',
        '{"created_at": "yesterday\\u202e\\u0000"}',
        '{"created_at": "0001-01-01T00:00:00+23:00"}',
        '{"created_at": "9999-12-31T23:59:59-23:00"}',
        b'{"created_at": "\xff"}',
        b"\x00" * 100,
    ],
)
def test_what_says_no_time_is_no_time(tmp_path, text):
    assert said(tmp_path, text) is None


def test_a_file_that_is_missing_or_none_is_no_time(tmp_path):
    assert handed_in(tmp_path) is None
    assert handed_in(tmp_path / "nowhere") is None
    os.mkfifo(tmp_path / NAME)
    assert handed_in(tmp_path) is None


def test_a_link_is_not_followed(tmp_path):
    (tmp_path / "other").write_text('{"created_at": "2026-03-02T12:00:00Z"}')
    (tmp_path / NAME).symlink_to(tmp_path / "other")
    assert handed_in(tmp_path) is None


def test_a_file_beyond_all_measure_is_not_read(tmp_path):
    with (tmp_path / NAME).open("wb") as file:
        file.write(b'{"created_at": "2026-03-02T12:00:00Z"}')
        file.truncate(MOST + 2)
    assert handed_in(tmp_path) is None

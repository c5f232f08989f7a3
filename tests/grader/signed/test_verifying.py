"""Genuine reports are told as such, and every way to cheat with one is told by its name."""

import base64
import json
import os
from contextlib import suppress
from copy import deepcopy
from datetime import timedelta, timezone

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grader.signed.signing import (
    canonical,
    key_id,
    owned,
)
from grader.signed.verifying import (
    LARGEST,
    Altered,
    ForeignKey,
    Genuine,
    Malformed,
    Replayed,
    Swapped,
    Unsigned,
    describe,
    verify,
    verify_file,
    verify_folder,
)
from tests.grader.signed.made import (
    COURSE,
    DIGEST,
    KEY,
    NEXT_COURSE,
    NOON,
    OTHER,
    PLAIN,
    PUBLIC,
    index,
    put,
    report,
    told,
    usage,
)

# One report


def test_signed_report_is_genuine_after_being_written_and_read(tmp_path):
    path = put(tmp_path / "anna.json", report())
    verdict = verify_file(path, PUBLIC)
    assert isinstance(verdict, Genuine)
    assert verdict.over.person == "anna"


def test_order_of_keys_and_white_space_do_not_matter(tmp_path):
    text = json.dumps(dict(reversed(report().items())), indent=7)
    (tmp_path / "r.json").write_text(text)
    assert isinstance(verify_file(tmp_path / "r.json", PUBLIC), Genuine)


def test_times_are_not_signed():
    assert isinstance(verify(report() | {"times": {"started": "x", "seconds": 0}}, PUBLIC), Genuine)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("score",), 100),
        (("seed",), 8),
        (("submission", "digest"), "2" * 64),
        (("submission", "name"), "ben"),
        (("person", "id"), "ben"),
        (("person", "handed_in"), "2026-02-01T12:00:00+00:00"),
        (("course",), NEXT_COURSE),
        (("exercises", 0, "score"), 10.0),
        (("exercises", 0, "got", 2), 0.0),
        (("extra",), 1),
        (("signature", "over", "person"), "ben"),
        (("signature", "over", "more"), 1),
        (("signature", "value"), base64.b64encode(bytes(64)).decode()),
    ],
    ids=str,
)
def test_report_with_other_content_is_altered(path, value):
    plain = deepcopy(report())
    place = plain
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert verify(plain, PUBLIC) == Altered(key_id(PUBLIC))


@pytest.mark.parametrize("key", ["score", "person", "course", "exercises"])
def test_report_that_lacks_something_is_altered(key):
    plain = report()
    del plain[key]
    assert verify(plain, PUBLIC) == Altered(key_id(PUBLIC))


def test_signature_of_another_report_does_not_fit():
    mine, hers = report("ben", score=12), report("anna")
    assert verify(mine | {"signature": hers["signature"]}, PUBLIC) == Altered(key_id(PUBLIC))


def test_report_without_a_signature_is_unsigned():
    assert verify(PLAIN, PUBLIC) == Unsigned()


def test_report_signed_with_another_key_is_told_by_that_key():
    assert verify(report(key=OTHER), PUBLIC) == ForeignKey(key_id(OTHER.public_key()))


def test_forger_who_claims_our_key_has_altered_it():
    forged = report(key=OTHER)
    forged["signature"]["key"] = key_id(PUBLIC)
    assert verify(forged, PUBLIC) == Altered(key_id(PUBLIC))


def test_signature_that_is_only_over_something_else_is_no_signature():
    """Also where the key's owner signed it: what it speaks of must be in the report."""
    plain = owned(PLAIN, "anna", NOON, COURSE)
    head = report("ben")["signature"]
    del head["value"]
    value = KEY.sign(b"nanograd/report/v1\n" + canonical(without_times(plain) | {"signature": head}))
    signed = plain | {"signature": head | {"value": base64.b64encode(value).decode()}}
    assert isinstance(verify(signed, PUBLIC), Malformed)


def test_bytes_signed_for_another_purpose_are_no_report():
    """The prefix keeps apart what one key may sign."""
    signed = report()
    head = {name: part for name, part in signed["signature"].items() if name != "value"}
    value = KEY.sign(canonical(without_times(signed) | {"signature": head}))
    signed["signature"]["value"] = base64.b64encode(value).decode()
    assert verify(signed, PUBLIC) == Altered(key_id(PUBLIC))


def without_times(plain):
    return {name: value for name, value in plain.items() if name != "times"}


def other_last_digit(value):
    """Base64 of the same bytes, with other unused bits in its last digit."""
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return value[:-3] + digits[digits.index(value[-3]) ^ 1] + "=="


@pytest.mark.parametrize(
    "change",
    [
        {"algorithm": "none"},
        {"algorithm": None},
        {"key": ""},
        {"key": "0123456789ABCDEF"},
        {"key": 3},
        {"value": ""},
        {"value": None},
        {"value": "é" * 88},
        {"value": report()["signature"]["value"] + "\n"},
        {"value": other_last_digit(report()["signature"]["value"])},
        {"value": base64.b64encode(bytes(63)).decode()},
        {"more": 1},
    ],
    ids=str,
)
def test_signature_of_another_shape_is_malformed(change):
    signed = report()
    assert isinstance(verify(signed | {"signature": signed["signature"] | change}, PUBLIC), Malformed)


@pytest.mark.parametrize("value", [None, 1, "text", [], {}, {"value": "x"}], ids=repr)
def test_signature_of_another_type_is_malformed(value):
    assert isinstance(verify(PLAIN | {"signature": value}, PUBLIC), Malformed)


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "nanograd/report/v2"},
        {"schema": ["nanograd/report/v1"]},
        {"submission": None},
        {"submission": "x"},
        {"submission": {}},
        {"submission": {"digest": "1" * 63}},
        {"seed": "7"},
        {"seed": True},
        {"seed": 7.0},
        {"course": ""},
        {"course": 5},
        {"person": "anna"},
        {"person": {"id": "anna"}},
        {"person": {"id": 5, "handed_in": None}},
        {"person": {"id": "anna", "handed_in": 5}},
        {"person": {"id": "anna", "handed_in": "yesterday"}},
        {"person": {"id": "anna", "handed_in": "2026-03-01T12:00:00"}},
        {"times": float("inf")},
        {"score": float("nan")},
        {"score": {1}},
        {"score": 10**5000},
    ],
    ids=" ".join,
)
def test_report_of_another_shape_is_malformed_signed_or_not(change):
    assert isinstance(verify(PLAIN | change, PUBLIC), Malformed)
    assert isinstance(verify(report() | change, PUBLIC), Malformed)


@pytest.mark.parametrize("plain", [None, 1, "text", [], {}, [PLAIN], {1: 2}, {(): 2, "a": 1}], ids=repr)
def test_what_is_no_report_at_all_is_malformed(plain):
    assert isinstance(verify(plain, PUBLIC), Malformed)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "it is no JSON: Expecting value, line 1"),
        (b"{", "it is no JSON: "),
        (b"\xff\xfe{}", "it is not UTF-8 text"),
        (b"\xef\xbb\xbf{}", "it is no JSON: "),
        (b"[" * 200_000, "it is nested too deeply"),
        (b'{"a":' * 100_000, "it is nested too deeply"),
        (b'{"score": NaN}', "NaN is no number in JSON"),
        (b'{"score": -Infinity}', "-Infinity is no number in JSON"),
        (b'{"score": 1e999}', ""),
        (b'{"a": 1, "a": 1}', "it has the key 'a' twice"),
        (b'{"seed": ' + b"9" * 5000 + b"}", ""),
        (b" " * (LARGEST + 1), "it is larger than 4 MiB"),
        (b"\0", "it is no JSON: "),
        (b'"\\ud800"', "it is no JSON object"),
    ],
    ids=lambda part: str(part)[:30],
)
def test_hostile_file_is_malformed(data, why, tmp_path):
    (tmp_path / "r.json").write_bytes(data)
    verdict = verify_file(tmp_path / "r.json", PUBLIC)
    assert isinstance(verdict, Malformed)
    assert verdict.why.startswith(why)
    assert len(describe(verdict)) < 300


def test_key_that_is_there_twice_is_refused_though_the_last_one_is_genuine(tmp_path):
    text = json.dumps(report()).replace('{"schema"', '{"score": 100, "schema"', 1)
    (tmp_path / "r.json").write_text(text)
    assert verify(json.loads(text), PUBLIC) == verify(report(), PUBLIC)
    assert verify_file(tmp_path / "r.json", PUBLIC) == Malformed("it has the key 'score' twice")


def test_what_is_no_regular_file_is_malformed_at_once(tmp_path):
    put(tmp_path / "r.json", report())
    (tmp_path / "link.json").symlink_to("r.json")
    (tmp_path / "folder.json").mkdir()
    os.mkfifo(tmp_path / "pipe.json")
    for name in ("link", "folder", "pipe", "nowhere", "x" * 300, "a\0b"):
        assert isinstance(verify_file(tmp_path / f"{name}.json", PUBLIC), Malformed)


def test_huge_hollow_file_is_malformed_at_once(tmp_path):
    with (tmp_path / "r.json").open("wb") as file:
        file.truncate(1 << 40)
    assert verify_file(tmp_path / "r.json", PUBLIC) == Malformed("it is larger than 4 MiB")


SIGNED = json.dumps(report(), ensure_ascii=False, indent=1).encode()


def read(data):
    """What a reader takes for the report's content; times are not signed."""
    return canonical(without_times(json.loads(data)))


@settings(max_examples=400)
@given(
    st.integers(0, len(SIGNED) - 1), st.integers(0, 255), st.sampled_from(["replaced", "inserted", "removed"])
)
def test_any_changed_byte_that_changes_the_content_is_told(tmp_path_factory, place, byte, how):
    before, after = SIGNED[:place], SIGNED[place + (how != "inserted") :]
    data = before + (b"" if how == "removed" else bytes([byte])) + after
    with suppress(ValueError, AttributeError):  # it may be no JSON any more
        assume(read(data) != read(SIGNED))
    path = tmp_path_factory.getbasetemp() / "changed.json"
    path.write_bytes(data)
    assert isinstance(verify_file(path, PUBLIC), Altered | Malformed | ForeignKey | Unsigned)


# What a report is claimed to be


def test_report_that_is_what_was_claimed_is_genuine():
    expected = {"submission": DIGEST, "person": "anna", "course": COURSE, "seed": 7}
    assert isinstance(verify(report(), PUBLIC, expected), Genuine)


@pytest.mark.parametrize(
    ("expected", "verdict"),
    [
        ({"person": "ben"}, Swapped("person", "anna", "ben")),
        ({"submission": "2" * 64}, Swapped("submission", DIGEST, "2" * 64)),
        ({"course": NEXT_COURSE}, Replayed("course", COURSE, NEXT_COURSE)),
        ({"seed": 8}, Replayed("seed", "7", "8")),
    ],
    ids=str,
)
def test_report_that_is_another_than_claimed_is_told(expected, verdict):
    assert verify(report(), PUBLIC, expected) == verdict


def test_altered_report_is_not_believed_in_what_it_is_of():
    assert verify(report() | {"seed": 8}, PUBLIC, {"seed": 8}) == Altered(key_id(PUBLIC))


# A folder of reports


@pytest.fixture
def folder(tmp_path):
    """Three people's genuine reports and the index of the export."""
    for person in ("anna", "ben", "cleo"):
        put(tmp_path / f"{person}.json", report(person))
    index(tmp_path, ("anna", "anna.json"), ("ben", "ben.json"), ("cleo", "cleo.json"), ("dora", ""))
    return tmp_path


def test_reports_as_they_were_exported_are_genuine(folder):
    assert told(folder) == {"anna.json": Genuine, "ben.json": Genuine, "cleo.json": Genuine}


def test_folder_without_an_index_is_verified_too(folder):
    (folder / "index.csv").unlink()
    assert set(told(folder).values()) == {Genuine}


def test_index_is_read_as_the_export_writes_it(tmp_path):
    put(tmp_path / "odd.json", report("=cmd('x')\n"))
    index(tmp_path, ("'=cmd('x')\\n", "odd.json"))
    assert told(tmp_path) == {"odd.json": Genuine}


def test_reports_of_two_people_that_changed_places_are_swapped(folder):
    (folder / "anna.json").rename(folder / "x")
    (folder / "ben.json").rename(folder / "anna.json")
    (folder / "x").rename(folder / "ben.json")
    found = dict(verify_folder(folder, PUBLIC))
    assert found[folder / "anna.json"] == Swapped("person", "ben", "anna")
    assert found[folder / "ben.json"] == Swapped("person", "anna", "ben")
    assert isinstance(found[folder / "cleo.json"], Genuine)


def test_copy_of_a_better_report_under_another_name_is_swapped_and_the_original_genuine(folder):
    (folder / "ben.json").write_bytes((folder / "anna.json").read_bytes())
    assert told(folder) == {"anna.json": Genuine, "ben.json": Swapped, "cleo.json": Genuine}


def test_file_that_the_index_does_not_name_is_swapped(folder):
    put(folder / "0.json", report("anna", NOON + timedelta(days=1)))
    assert dict(verify_folder(folder, PUBLIC))[folder / "0.json"] == Swapped("person", "anna", None)


def test_report_that_was_taken_away_is_told(folder):
    (folder / "ben.json").unlink()
    assert told(folder)["ben.json"] is Malformed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,b\n1,2\n",
        "id,file\nanna\n",
        "id,file\na,x.json\nb,x.json\n",
        "id,file\na,../x\n",
        'id,file\n"a',
    ],
    ids=repr,
)
def test_index_that_says_nothing_is_the_callers_move(text, folder):
    (folder / "index.csv").write_text(text)
    assert "does not say whose" in usage(verify_folder, folder, PUBLIC)


def test_folder_that_is_not_there_or_holds_no_report_is_the_callers_move(tmp_path):
    assert "cannot read" in usage(verify_folder, tmp_path / "nowhere", PUBLIC)
    assert "no report" in usage(verify_folder, tmp_path, PUBLIC)


def test_older_report_of_the_same_person_is_replayed(tmp_path):
    put(tmp_path / "a.json", report(score=90))
    put(tmp_path / "b.json", report(score=10, handed_in=NOON + timedelta(minutes=1)))
    found = dict(verify_folder(tmp_path, PUBLIC))
    assert found[tmp_path / "a.json"] == Replayed("handed_in", NOON.isoformat(), "b.json")
    assert isinstance(found[tmp_path / "b.json"], Genuine)


def test_time_zones_do_not_make_a_report_newer(tmp_path):
    east = timezone(timedelta(hours=9))
    put(tmp_path / "a.json", report(handed_in=NOON))
    put(tmp_path / "b.json", report(handed_in=(NOON - timedelta(hours=1)).astimezone(east)))
    assert told(tmp_path) == {"a.json": Genuine, "b.json": Replayed}


@pytest.mark.parametrize("when", [NOON, None])
def test_neither_is_believed_where_nothing_signed_tells_which_is_newer(when, tmp_path):
    put(tmp_path / "a.json", report(score=90))
    put(tmp_path / "b.json", report(score=10, handed_in=when))
    assert told(tmp_path) == {"a.json": Replayed, "b.json": Replayed}


def test_same_report_twice_is_replayed_once(tmp_path):
    for name in ("a.json", "b.json", "c.json"):
        put(tmp_path / name, report())
    found = dict(verify_folder(tmp_path, PUBLIC))
    value = report()["signature"]["value"]
    assert isinstance(found[tmp_path / "a.json"], Genuine)
    assert found[tmp_path / "c.json"] == Replayed("signature", value, "a.json")


@pytest.mark.parametrize(("of", "changed"), [("course", {"course": NEXT_COURSE}), ("seed", {"seed": 8})])
def test_report_from_another_occasion_than_the_others_is_replayed(of, changed, folder):
    put(folder / "ben.json", report("ben", **changed))
    found = dict(verify_folder(folder, PUBLIC))
    assert found[folder / "ben.json"].of == of
    assert told(folder) == {"anna.json": Genuine, "ben.json": Replayed, "cleo.json": Genuine}


def test_what_was_asked_for_counts_more_than_what_is_common(folder):
    put(folder / "ben.json", report("ben", seed=8))
    assert told(folder, seed=8) == {"anna.json": Replayed, "ben.json": Genuine, "cleo.json": Replayed}


def test_none_is_believed_where_as_many_are_from_one_course_as_from_another(folder):
    (folder / "cleo.json").unlink()
    index(folder, ("anna", "anna.json"), ("ben", "ben.json"))
    put(folder / "ben.json", report("ben", course=NEXT_COURSE))
    assert told(folder) == {"anna.json": Replayed, "ben.json": Replayed}


def test_forged_reports_do_not_outvote_genuine_ones(folder):
    for number in range(5):
        put(folder / f"x{number}.json", report(f"x{number}", key=OTHER, seed=8))
    (folder / "index.csv").unlink()
    assert [told(folder)[f"{name}.json"] for name in ("anna", "ben", "cleo")] == [Genuine] * 3


# Sentences


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [
        (Altered("k"), "Altered: this is not what was signed with the key k."),
        (Unsigned(), "Unsigned: anybody may have written it."),
        (ForeignKey("k"), "Signed with another key, k: nothing can be told of it without that key."),
        (Malformed("it is no JSON object"), "Malformed: it is no JSON object."),
        (Swapped("person", "anna", "ben"), "Swapped: it is the report of anna, not of ben."),
        (Swapped("person", "anna", None), "Swapped: it is the report of anna, not of anybody."),
        (Swapped("submission", "1", "2"), "Swapped: it is the report of submission 1, not of submission 2."),
        (Replayed("seed", "7", "8"), "Replayed: it is from the seed 7, not 8."),
        (Replayed("seed", "7", None), "Replayed: it is from the seed 7, and others here are from another."),
        (
            Replayed("handed_in", "T", "b.json"),
            "Replayed: it was handed in T, and b.json is the same person's and not older.",
        ),
        (Replayed("signature", "v", "a.json"), "Replayed: it is the same report as a.json."),
    ],
    ids=lambda part: str(part)[:30],
)
def test_verdict_is_told_in_one_sentence(verdict, sentence):
    assert describe(verdict) == sentence


def test_genuine_report_is_told_with_whose_it_is():
    assert describe(verify(report(), PUBLIC)) == (
        f"Genuine: it was signed with the key {key_id(PUBLIC)} for anna, handed in 2026-03-01T12:00:00+00:00."
    )


def test_hostile_name_in_a_sentence_steers_no_terminal():
    said = describe(verify(report("\x1b[2J\u202e\n::error::x"), PUBLIC))
    assert said.isprintable()

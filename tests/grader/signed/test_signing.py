"""Keys, and reports that are signed with them."""

import json
import stat
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import CourseError
from grader.signed.signing import (
    canonical,
    key_id,
    load_key,
    load_public_key,
    new_key,
    sign,
)
from grader.signed.verifying import (
    Genuine,
    verify,
)
from tests.grader.signed.made import COURSE, DIGEST, KEY, OTHER, PLAIN, PUBLIC, report, usage

# Keys


def test_new_key_is_for_its_owner_only_and_signs_what_its_public_half_verifies(tmp_path):
    new_key(tmp_path / "key")
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    signed = report(key=load_key(tmp_path / "key"))
    assert isinstance(verify(signed, load_public_key(tmp_path / "key.pub")), Genuine)


def test_two_new_keys_differ(tmp_path):
    new_key(tmp_path / "a")
    new_key(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() != (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("taken", ["key", "key.pub"])
def test_key_is_never_overwritten(taken, tmp_path):
    (tmp_path / taken).write_text("mine\n")
    assert usage(new_key, tmp_path / "key") == f"{tmp_path / taken} is there already"
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {taken: "mine\n"}


def test_dangling_link_is_not_written_through(tmp_path):
    (tmp_path / "key").symlink_to(tmp_path / "elsewhere")
    usage(new_key, tmp_path / "key")
    assert not (tmp_path / "elsewhere").exists()


def test_key_in_a_folder_that_is_not_there_is_the_callers_move(tmp_path):
    assert "No such file" in usage(new_key, tmp_path / "no" / "key")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_key_that_others_may_read_is_refused(mode, tmp_path):
    new_key(tmp_path / "key")
    (tmp_path / "key").chmod(mode)
    assert usage(load_key, tmp_path / "key") == f"others than its owner may read the key {tmp_path / 'key'}"


def test_missing_key_and_folder_are_the_callers_move(tmp_path):
    for load in (load_key, load_public_key):
        assert "No such file" in usage(load, tmp_path / "nowhere")
        assert usage(load, tmp_path) == f"the key {tmp_path} is not a regular file"


def test_encrypted_key_is_refused(tmp_path):
    pem = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    assert "is encrypted" in usage(load_key, private(tmp_path, pem))


def test_key_of_another_kind_is_refused(tmp_path):
    rsa = generate_private_key(65537, 1024)
    pem = rsa.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    assert "not for Ed25519" in usage(load_key, private(tmp_path, pem))
    pem = rsa.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert "not for Ed25519" in usage(load_public_key, private(tmp_path, pem))


@pytest.mark.parametrize("pem", [b"", b"\xff\0", b"-----BEGIN PRIVATE KEY-----\nAAAA\n"], ids=repr)
def test_what_is_no_key_is_refused(pem, tmp_path):
    assert "no private key" in usage(load_key, private(tmp_path, pem))
    usage(load_public_key, tmp_path / "key")


def test_private_key_in_place_of_the_public_one_is_refused(tmp_path):
    new_key(tmp_path / "key")
    assert "is a private key" in usage(load_public_key, tmp_path / "key")


def private(folder, pem):
    path = folder / "key"
    path.write_bytes(pem)
    path.chmod(0o600)
    return path


def test_without_the_library_the_next_step_is_told():
    code = """
import sys
sys.modules["cryptography"] = None
from grader.errors import UsageError
try:
    import grader.signed.signing
except UsageError as error:
    print(error.next_step)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == 'run: pip install "nanograd-course[class]"\n'


# Signing


def test_signature_says_what_it_is_over():
    assert report()["signature"] | {"value": ""} == {
        "algorithm": "ed25519",
        "key": key_id(PUBLIC),
        "over": {
            "submission": DIGEST,
            "course": COURSE,
            "seed": 7,
            "person": "anna",
            "handed_in": "2026-03-01T12:00:00+00:00",
        },
        "value": "",
    }


def test_same_report_gets_the_same_signature_whenever_it_was_graded():
    assert report() == report()
    assert report(times={"started": "later", "seconds": 9.0})["signature"] == report()["signature"]


def test_signing_again_replaces_the_signature():
    assert sign(report(key=OTHER), KEY) == report()


def test_report_of_nobody_in_particular_can_be_signed():
    verdict = verify(sign(PLAIN, KEY), PUBLIC)
    assert isinstance(verdict, Genuine)
    assert (verdict.over.person, verdict.over.course, verdict.over.handed_in) == (None, None, None)


@pytest.mark.parametrize("wrong", [{"score": float("nan")}, {"seed": True}, {"schema": "v2"}, {"x": {1j}}])
def test_what_is_no_report_is_not_signed(wrong):
    with pytest.raises(CourseError):
        report(**wrong)


def test_canonical_form_is_exactly_this():
    value = {"b": [1, 1.0, 1e16, None, True], "a": 'ö"\n', "\N{SNAKE}": "\udc80"}
    assert canonical(value).decode() == '{"a":"ö\\"\\n","b":[1,1.0,1e+16,null,true],"\N{SNAKE}":"\\udc80"}'


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda deeper: st.lists(deeper) | st.dictionaries(st.text(), deeper),
    )
)
def test_canonical_form_survives_being_written_and_read(value):
    assert canonical(json.loads(json.dumps(value, indent=2))) == canonical(value)
    assert canonical(json.loads(canonical(value))) == canonical(value)

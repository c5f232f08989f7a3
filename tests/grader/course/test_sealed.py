"""What is sealed, and what a damaged seal comes to."""

import json
import zlib
from hashlib import sha256

import pytest

from grader.course.sealed import DIGEST, FORMAT, HEADER, MOST, _masked, seal, unseal

FILES = {
    "solutions/add.py": "out = a + b  # größer\n" * 20,
    "solutions/mul.py": "",
    "__init__.py": "x = 1\r\n",
}


def sealed_by_hand(body, header=HEADER):
    digest = sha256(body).digest()
    return header + digest + _masked(body, header + digest)


def packed(plain, header=HEADER):
    return sealed_by_hand(zlib.compress(json.dumps(plain).encode()), header)


def test_unsealing_gives_back_every_text():
    assert unseal(seal(FILES)) == FILES


def test_nothing_at_all_can_be_sealed():
    assert unseal(seal({})) == {}


def test_same_texts_make_the_same_bytes_in_any_order():
    assert seal(FILES) == seal(dict(reversed(FILES.items())))


def test_no_text_and_no_path_can_be_read_in_the_sealed_bytes():
    data = seal(FILES)
    for plain in (b"out = a", b"add.py", b"solutions"):
        assert plain not in data


def test_sealed_bytes_are_not_just_compressed():
    with pytest.raises(zlib.error):
        zlib.decompress(seal(FILES)[len(HEADER) + DIGEST :])


def test_who_opens_the_file_reads_what_it_is():
    assert seal(FILES).startswith(b"NanoGrad, sealed")


def test_a_file_whose_header_is_in_other_words_is_read():
    assert unseal(packed(FILES, FORMAT + b"More is in here.\nBut do not look.\n")) == FILES


@pytest.mark.parametrize("place", [0, len(HEADER) - 1, len(HEADER), len(HEADER) + DIGEST, -1])
def test_one_changed_byte_is_found(place):
    data = bytearray(seal(FILES))
    data[place] ^= 1
    with pytest.raises(ValueError, match=r"it does not begin|checksum"):
        unseal(bytes(data))


@pytest.mark.parametrize("left", [0, 10, len(HEADER), len(HEADER) + DIGEST, -1])
def test_cut_short_is_found(left):
    with pytest.raises(ValueError, match=r"it does not begin|checksum"):
        unseal(seal(FILES)[:left])


def test_something_appended_is_found():
    with pytest.raises(ValueError, match="checksum"):
        unseal(seal(FILES) + b"\n")


@pytest.mark.parametrize("plain", [[], "text", {"a": 1}, {"a": None}])
def test_what_holds_no_texts_is_refused(plain):
    with pytest.raises(ValueError, match="something else than texts"):
        unseal(packed(plain))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "its texts are no JSON"),
        (b"not compressed", "its texts cannot be unpacked"),
        (zlib.compress(b"not json"), "its texts are no JSON"),
        (zlib.compress(b"[" * 10**6), "its texts are no JSON"),
    ],
)
def test_body_that_is_none_is_refused(body, said):
    with pytest.raises(ValueError, match=said):
        unseal(sealed_by_hand(body))


def test_no_more_is_unpacked_than_the_most():
    with pytest.raises(ValueError, match=f"more than {MOST:,} bytes"):
        unseal(packed({"a": "0" * (MOST + 1)}))

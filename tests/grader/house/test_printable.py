"""What strangers write is seen as it is: nothing in it steers, hides, reorders or piles up."""

import json
import shlex
import unicodedata
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import printable as printing
from grader.cli import main
from grader.printable import (
    CALLED,
    LONGEST,
    MARKS,
    harmless,
    invoked,
    plain_json,
    printable,
    shortened,
    typed,
)

MARK = "\u0301"
ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    "unseen",
    "\xad\u200b\u200d\u2060\u2066\u202e\ufeff\u2028\u2029\x85\ue000\ufffe\U000e0041\u034f\u115f\u1160\u17b4\u180b"
    "\u180f\u2800\u3164\uffa0\ufe0f\U000e0100\U00016fe4\u061c\xa0\u3000\U0001d173\ufff9\U0010ffff\ud800",
    ids=ascii,
)
def test_what_is_not_seen_is_written_out(unseen):
    assert printable(f"a{unseen}b").isascii()


def test_nothing_printable_is_of_a_kind_that_is_not_seen():
    kept = [c for c in map(chr, range(0x110000)) if printable(f"a{c}") == f"a{c}"]
    kinds = {unicodedata.category(c) for c in kept}
    assert not kinds & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert [c for c in kept if unicodedata.category(c) == "Zs"] == [" "]


@pytest.mark.parametrize("path", ["my böok's 100%.sqlite", "a b", "$HOME", "-x", "a{}b", 'q"'])
def test_path_is_printed_as_a_shell_takes_it(path):
    assert shlex.split(typed(path)) == [f"./{path}" if path.startswith("-") else path]
    assert typed("plain/path-1.sqlite") == "plain/path-1.sqlite"


@pytest.mark.parametrize("path", [r"C:\Users\a b", r"C:\a's", "$HOME"])
def test_path_has_double_quotes_on_windows(path, monkeypatch):
    monkeypatch.setattr(printing, "WINDOWS", True)
    assert typed(path) == f'"{path}"'
    assert typed("C:\\plain\\path-1.sqlite") == "C:\\plain\\path-1.sqlite"


def test_letter_keeps_its_marks():
    for text in ("e\u0301", "ệ", "שָׁלוֹם", "नमस्ते", "e" + MARK * MARKS):
        assert printable(text) == text


def test_flood_of_marks_is_cut_where_it_begins_to_pile_up():
    assert printable("e" + MARK * 500) == "e" + MARK * MARKS + r"\u0301" * (500 - MARKS)


@pytest.mark.parametrize("before", ["", "\n", "\x1b", "\u200b"], ids=ascii)
def test_mark_that_would_lie_on_our_own_text_is_written_out(before):
    assert printable(before + MARK).isascii()


def test_long_text_is_shown_by_its_beginning():
    assert shortened("x" * LONGEST) == "x" * LONGEST
    assert shortened("\x1b" + "x" * LONGEST) == r"\x1b" + "x" * (LONGEST - 1) + " …"


@pytest.mark.parametrize(
    "command", ["::error::x", "  ::set-env name=x::y", "ok\n::stop-commands::z", "##[error]x"]
)
def test_line_that_begins_as_a_command_is_none(command):
    lines = harmless(command).split("\n")
    assert not any(line.lstrip().startswith("::") or "##[" in line for line in lines)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters()), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(JSON)
def test_json_says_the_same_and_all_of_it_is_seen(value):
    text = plain_json(json.dumps(value, ensure_ascii=False, indent=1))
    assert json.loads(text) == value
    assert all(map(str.isprintable, text.split("\n")))
    assert all(line == printable(line) for line in text.split("\n"))


@pytest.mark.parametrize(
    ("words", "by_make", "by_itself"),
    [
        (("grade",), "make grade", "grader grade"),
        (("grade", "add"), "make grade EX=add", "grader grade --exercise add"),
        (("hint", "{}"), "make hint EX={}", "grader hint {}"),
    ],
)
def test_a_command_is_told_as_the_grader_was_called(words, by_make, by_itself):
    assert invoked(*words, surroundings={CALLED: "make"}) == by_make
    assert invoked(*words, surroundings={}) == by_itself


def test_a_course_that_was_named_is_named_again(tmp_path):
    course = ROOT / "courses" / "structures"
    words = ["--course", str(course), "grade", str(course / "exercises"), "--exercise", "heap"]
    said = CliRunner().invoke(main, words).output
    assert f"grader --course {shlex.quote(str(course))} grade --exercise heap" in " ".join(said.split())
    assert invoked("grade", surroundings={}) == "grader grade"

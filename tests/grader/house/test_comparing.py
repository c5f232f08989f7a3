"""A comparison of long texts that fails ends at once and says where; short ones are told as usual."""

import pytest

LONG = "".join(f"line {n}\n" for n in range(100_000))


def test_long_texts_are_told_with_the_place_where_they_differ():
    with pytest.raises(AssertionError) as told:
        assert LONG.replace("line 77777\n", "line 77778\n") == LONG
    said = str(told.value)
    assert f"differ from {LONG.index('line 77777') + 9:,} on:" in said
    assert "line 77778" in said
    assert len(said) < 1_000


def test_text_that_stops_early_is_told_with_the_place_where_it_stops():
    with pytest.raises(AssertionError, match=f"differ from {len(LONG) - 3:,} on"):
        assert LONG[:-3] == LONG


def test_word_that_should_not_be_there_is_told_with_its_place():
    with pytest.raises(AssertionError, match=f"stands at {LONG.index('line 500'):,} of"):
        assert "line 500" not in LONG


def test_word_that_is_missing_is_told_without_the_whole_text():
    with pytest.raises(AssertionError, match="is nowhere in") as told:
        assert "nowhere" in LONG
    assert len(str(told.value)) < 1_000


def test_long_lists_are_told_with_the_place_where_they_differ():
    with pytest.raises(AssertionError, match=r"differ from 4,891 on:\n.*999, 1000"):
        assert list(range(2_000)) == [*range(1_000), 7, *range(1_001, 2_000)]


def test_short_texts_are_told_as_pytest_tells_them():
    with pytest.raises(AssertionError, match=r"- b\n.*\+ a"):
        assert "a" == "b"

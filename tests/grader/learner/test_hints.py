"""Hints come a level at a time, what helps with what the code does first, and all of it is remembered."""

import json
from dataclasses import replace

import pytest

from grader.errors import CourseError, UsageError
from grader.learner.help import background, hint_at, next_hint, search, sections, told
from tests.grader.learner.desk import OVERWRITES, desk, heard, state

assert desk  # fixtures
assert state


def levels(course, state, times, finding=None, exercise="relu"):
    return [next_hint(course, state, exercise, finding).level for _ in range(times)]


def test_each_hint_is_one_level_more_and_the_last_stays(desk, state):
    assert levels(desk, state, 6) == [1, 2, 3, 4, 4, 4]


def test_each_exercise_has_levels_of_its_own(desk, state):
    levels(desk, state, 2)
    assert levels(desk, state, 1, exercise="add") == [1]
    assert levels(desk, state, 1) == [3]


def test_hint_is_the_section_of_that_level(desk, state):
    hint = next_hint(desk, state, "relu")
    assert hint.title == "relu: level 1, the idea"
    assert hint.text.startswith("relu is a gate.")
    assert hint.text in (desk.root / "HINTS.md").read_text("utf-8")


def test_only_the_last_hint_is_the_last(desk, state):
    assert [next_hint(desk, state, "relu").last for _ in range(5)] == [False, False, False, True, True]


def test_every_exercise_has_all_its_levels(desk):
    for name in desk.names:
        assert all(hint_at(desk, name, level).text for level in (1, 2, 3, 4))


def test_recognised_mistake_has_its_own_hint_first_and_once(desk, state):
    assert levels(desk, state, 3, OVERWRITES) == [0, 1, 2]


def test_another_mistake_has_another_hint_and_the_first_is_not_told_again(desk, state):
    other = replace(OVERWRITES, finding="leaky")
    assert levels(desk, state, 2, OVERWRITES) == [0, 1]
    assert levels(desk, state, 2, other) == [0, 2]
    assert levels(desk, state, 1, OVERWRITES) == [3]


def test_the_hint_on_a_mistake_says_what_and_why_and_goes_on_from_hints_md(desk, state):
    text = next_hint(desk, state, "relu", OVERWRITES).text
    assert "It overwrites." in text
    assert "Gradients add up." in text
    assert sections(desk)["Accumulation"] in text


def test_the_hint_on_a_finding_names_the_part_and_what_the_code_does_there(desk, state):
    found = replace(OVERWRITES, condition="self.data > 0", line=12)
    text = next_hint(desk, state, "relu", found).text
    assert (
        "In self.grad, line 12, your code does this:\n\n    self.grad = out.grad\n    where self.data > 0\n"
        in text
    )
    assert "Probably" not in text
    assert "should" not in text


def test_the_hint_on_a_finding_says_what_it_should_do_where_that_may_be_told(desk, state):
    text = next_hint(desk, state, "relu", replace(OVERWRITES, should="self.grad += out.grad")).text
    assert "It should do this:\n\n    self.grad += out.grad\n" in text


def test_the_hint_on_an_old_diagnosis_stays_a_guess(desk, state):
    text = next_hint(desk, state, "relu", replace(OVERWRITES, part="", does="")).text
    assert text.startswith("**Probably: It overwrites.**")
    assert "your code does" not in text


def test_what_it_should_do_may_be_told_from_the_third_level_on(desk, state):
    assert told(state) == frozenset()
    levels(desk, state, 3, OVERWRITES)
    levels(desk, state, 3, exercise="add")
    assert told(state) == {"add"}
    levels(desk, state, 1)
    assert told(state) == {"add", "relu"}


@pytest.mark.parametrize("kept", ["{", '{"relu": {"level": 99, "diagnoses": []}}', "[]"])
def test_a_damaged_state_tells_nothing(state, kept):
    (state / "hints.json").write_text(kept)
    assert told(state) == frozenset()


def test_the_hint_on_a_mistake_stands_alone_where_hints_md_has_no_more(desk, state):
    hint = next_hint(desk, state, "relu", replace(OVERWRITES, hint="Nowhere"))
    assert hint.text.endswith("Gradients add up.")


def test_what_is_said_about_a_mistake_is_no_markup(desk, state):
    said = replace(OVERWRITES, explanation="a * b * c in __add__ <b>[x](y)\x1b[2J")
    text = next_hint(desk, state, "relu", said).text
    assert r"a \* b \* c in \_\_add\_\_ \<b\>\[x\](y)" in text
    assert "\x1b" not in text


def test_hints_are_remembered_by_level_and_mistake(desk, state):
    levels(desk, state, 3, OVERWRITES)
    kept = json.loads((state / "hints.json").read_text())
    assert kept == {"relu": {"level": 2, "diagnoses": ["overwrites"]}}


def test_looking_back_at_a_level_does_not_change_which_is_next(desk, state):
    levels(desk, state, 2)
    assert hint_at(desk, "relu", 1).level == 1
    assert levels(desk, state, 1) == [3]


@pytest.mark.parametrize("level", [-1, 0, 5, 10**9])
def test_level_that_is_none_is_refused(desk, level):
    with pytest.raises(UsageError, match="there is no level"):
        hint_at(desk, "relu", level)


def test_unknown_exercise_is_refused_with_those_there_are(desk, state):
    with pytest.raises(UsageError) as refused:
        next_hint(desk, state, "tanh")
    assert "relu" in refused.value.next_step
    assert not (state / "hints.json").exists()


def test_missing_section_is_the_courses_fault(desk):
    path = desk.root / "HINTS.md"
    path.write_text(path.read_text("utf-8").replace("### relu: level 1", "### relu: level one"), "utf-8")
    with pytest.raises(CourseError, match=r"relu: level 1"):
        hint_at(desk, "relu", 1)


def test_missing_hints_are_the_courses_fault(desk):
    (desk.root / "HINTS.md").unlink()
    with pytest.raises(CourseError, match=r"HINTS\.md"):
        hint_at(desk, "relu", 1)


def test_comment_in_a_block_of_code_is_no_heading(desk):
    path = desk.root / "HINTS.md"
    block = "### relu: level 1, the idea\n```python\n# not a heading\nx = 1\n```\nafter\n"
    path.write_text(path.read_text("utf-8").replace("### relu: level 1, the idea\n", block), "utf-8")
    assert "# not a heading" in hint_at(desk, "relu", 1).text
    assert "after" in hint_at(desk, "relu", 1).text


DAMAGED = [
    b"",
    b"{",
    b"\xff\xfe",
    b"[]",
    b'{"relu": 3}',
    b'{"relu": {"level": 99, "diagnoses": []}}',
    b"[" * 9999,
]


@pytest.mark.parametrize("data", DAMAGED, ids=range(len(DAMAGED)))
def test_damaged_memory_is_begun_anew_and_kept_aside_with_one_line_said(desk, state, data):
    (state / "hints.json").write_bytes(data)
    said, say = heard()
    assert next_hint(desk, state, "relu", say=say).level == 1
    assert next_hint(desk, state, "relu", say=say).level == 2
    assert len(said) == 1
    assert "hints.json.damaged" in said[0]
    assert (state / "hints.json.damaged").read_bytes() == data


def test_a_second_damage_does_not_cost_the_first_ones_copy(desk, state):
    for data in (b"one", b"two"):
        (state / "hints.json").write_bytes(data)
        next_hint(desk, state, "relu", say=heard()[1])
    assert (state / "hints.json.damaged").read_bytes() == b"one"
    assert (state / "hints.json.damaged2").read_bytes() == b"two"


def test_folder_in_place_of_the_memory_is_moved_aside(desk, state):
    (state / "hints.json").mkdir()
    said, say = heard()
    assert [next_hint(desk, state, "relu", say=say).level for _ in range(2)] == [1, 2]
    assert len(said) == 1


def test_where_nothing_can_be_kept_there_is_a_hint_all_the_same(desk):
    (desk.root / ".nanograd").write_text("a file")
    said, say = heard()
    assert next_hint(desk, desk.root / ".nanograd", "relu", say=say).level == 1
    assert 1 <= len(said) <= 2


def test_writing_leaves_nothing_else_behind(desk, state):
    levels(desk, state, 3)
    assert [path.name for path in state.iterdir()] == ["hints.json"]


def test_the_search_finds_what_only_stubs_and_the_text_of_hints_speak_of(desk):
    (found,) = search(desk, "Topological")
    assert found.exercise.name == "backward"
    assert found.hints == ("backward: level 2, the mathematics",)
    assert background(desk, "topological") == ["Topological order"]


def test_several_words_in_a_text_have_to_stand_together(desk):
    assert [found.exercise.name for found in search(desk, "a  topological")] == ["backward"]
    assert search(desk, "topological a") == []

"""Resetting an exercise, seeing the model after a pass, and searching the list."""

import pytest

from grader.course.course import Course
from grader.errors import CourseError, MachineError, UsageError
from grader.learner.help import as_handed_out, background, compared, pack, reset, search, solution
from grader.learner.history import read, remember
from grader.machine.folders import Root
from grader.submission.submission import load
from grader.submission.tree import read_path
from tests.grader.learner.desk import ALONE, NOON, desk, report, state, write

assert desk  # fixtures
assert state

# Reset


def test_reset_gives_the_stub_and_keeps_what_was_there(desk):
    write(desk, "relu", "mine = 1\n")
    backup = reset(desk, "relu")
    assert backup.read_text() == "mine = 1\n"
    assert (desk.root / "exercises" / "relu.py").read_text("utf-8") == desk.stub("relu")
    assert backup.parent == desk.root / ".nanograd" / "backups"
    assert backup.name.startswith("relu-2")


def test_line_ends_of_a_checkout_are_nothing_to_reset(desk):
    path = desk.root / "exercises" / "relu.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert as_handed_out(desk, "relu")


def test_no_backup_replaces_an_older_one(desk):
    backups = []
    for number in range(4):
        write(desk, "relu", f"mine = {number}\n")
        backups.append(reset(desk, "relu"))
    assert [backup.read_text() for backup in backups] == [f"mine = {number}\n" for number in range(4)]


def test_backup_is_the_file_to_the_last_byte(desk):
    data = b"\xff\x00 no text\r\n"
    (desk.root / "exercises" / "relu.py").write_bytes(data)
    assert reset(desk, "relu").read_bytes() == data


def test_file_that_is_missing_is_there_again(desk):
    (desk.root / "exercises" / "relu.py").unlink()
    assert reset(desk, "relu").read_bytes() == b""
    assert as_handed_out(desk, "relu")


def test_given_file_can_be_reset_too(desk):
    write(desk, "value", "broken")
    reset(desk, "value")
    assert (desk.root / "exercises" / "value.py").read_text("utf-8") == desk.solution("value")


@pytest.mark.parametrize("name", ["tanh", "__init__", "../solutions/add", "", "add.py"])
def test_what_was_not_handed_out_is_not_reset(desk, name):
    with pytest.raises(UsageError, match="no exercise"):
        reset(desk, name)
    assert not (desk.root / ".nanograd").exists()


def test_link_is_left_alone(desk, tmp_path):
    path = desk.root / "exercises" / "relu.py"
    (tmp_path / "else.py").write_text("mine\n")
    path.unlink()
    path.symlink_to(tmp_path / "else.py")
    with pytest.raises(UsageError, match="link"):
        reset(desk, "relu")
    assert (tmp_path / "else.py").read_text() == "mine\n"
    assert path.is_symlink()


def test_without_a_backup_nothing_is_reset(desk):
    write(desk, "relu", "mine = 1\n")
    (desk.root / ".nanograd").write_text("in the way")
    with pytest.raises(MachineError, match="backup"):
        reset(desk, "relu")
    assert (desk.root / "exercises" / "relu.py").read_text() == "mine = 1\n"


def test_reset_leaves_nothing_else_among_the_exercises(desk):
    before = sorted((desk.root / "exercises").iterdir())
    reset(desk, "relu")
    assert sorted((desk.root / "exercises").iterdir()) == before


# What is handed in


def test_what_is_handed_in_is_the_exercises_and_what_is_beside_them(desk, tmp_path):
    write(desk, "relu", "mine = 1\n")
    (desk.root / "exercises" / "helper.py").write_text("x = 1\n")
    (desk.root / "exercises" / "notes.txt").write_text("no")
    (desk.root / "exercises" / "mlp.py").unlink()
    packed = pack(desk, tmp_path / "hand in.zip")
    assert packed.missing == ("mlp",)
    assert "relu" in packed.names
    assert set(packed.names) - {*packed.untouched} == {"relu"}
    read_back = read_path(Root(tmp_path), ("hand in.zip",), "me", desk.names)
    assert read_back.digest == load(desk.root / "exercises", desk.names).digest
    assert read_back.sources["helper"] == "x = 1\n"


def test_same_work_makes_the_same_file(desk, tmp_path):
    for name in ("a.zip", "b.zip"):
        pack(desk, tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_what_could_not_be_graded_is_not_handed_in(desk, tmp_path):
    (desk.root / "exercises" / "relu.py").write_bytes(b"\x7fELF\0\1")
    with pytest.raises(UsageError, match=r"relu\.py holds a NUL byte"):
        pack(desk, tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()


def test_what_was_found_under_another_name_is_handed_in_under_its_own(desk, tmp_path):
    (desk.root / "exercises" / "add (1).py").write_text(desk.solution("add"), "utf-8")
    packed = pack(desk, tmp_path / "a.zip")
    assert packed.told == ("Taken from files of another name or place: add from add (1).py.",)
    found = read_path(Root(tmp_path), ("a.zip",), "me", desk)
    assert (found.sources["add"], found.taken) == (desk.solution("add"), {})


def test_nothing_is_handed_in_while_nobody_can_tell_which_file_counts(desk, tmp_path):
    for number, more in enumerate(("", "\nx = 1\n")):
        text = desk.solution("add") + more
        (desk.root / "exercises" / f"add ({number}).py").write_text(text, "utf-8")
    with pytest.raises(UsageError, match="nothing says which of them counts"):
        pack(desk, tmp_path / "a.zip")


# The model


def never():
    raise AssertionError("there was no need to grade")


def pass_remembered(course, state, name):
    write(course, name, course.solution(name))
    remember(report(course, **{name: "passed"}), course, NOON, 0.5, ALONE)
    return read(state)


def test_remembered_pass_of_this_very_file_is_enough(desk, state):
    grades = pass_remembered(desk, state, "relu")
    assert "def relu" in solution(desk, "relu", grades, never).source


def test_file_that_changed_since_is_graded_again(desk, state):
    grades = pass_remembered(desk, state, "relu")
    write(desk, "relu", "other = 1\n")
    with pytest.raises(UsageError, match="has not passed"):
        solution(desk, "relu", grades, lambda: False)
    assert solution(desk, "relu", grades, lambda: True).diff


def test_before_a_pass_the_next_step_is_a_hint(desk):
    with pytest.raises(UsageError) as refused:
        solution(desk, "relu", [], lambda: False)
    assert refused.value.next_step == "grader hint relu"


def test_pass_of_another_exercise_is_none(desk, state):
    grades = pass_remembered(desk, state, "relu")
    with pytest.raises(UsageError):
        solution(desk, "add", grades, lambda: False)


def says(course, line):
    path = course.root / "course.toml"
    text = path.read_text("utf-8")
    assert "solutions_after_pass = true\n" in text
    path.write_text(text.replace("solutions_after_pass = true\n", line), "utf-8")
    return Course.load(course.root)


def test_course_may_keep_its_solutions_to_itself(desk, state):
    grades = pass_remembered(desk, state, "relu")
    with pytest.raises(UsageError, match="does not show"):
        solution(says(desk, "solutions_after_pass = false\n"), "relu", grades, never)


def test_course_that_says_nothing_shows_them(desk):
    assert says(desk, "").solutions_after_pass


@pytest.mark.parametrize("value", ['"false"', "0", "[]"])
def test_course_that_says_neither_yes_nor_no_is_broken(desk, value):
    with pytest.raises(CourseError, match="solutions_after_pass"):
        says(desk, f"solutions_after_pass = {value}\n")


def test_model_is_the_solution_without_its_marks(desk):
    model = compared("relu", "x = 1\n", desk.solution("relu"))
    assert "begin solution" not in model.source
    assert model.source.replace(" ", "") in desk.solution("relu").replace(" ", "").replace(
        "#beginsolution\n", ""
    ).replace("#endsolution\n", "")


def test_student_who_wrote_the_model_differs_in_nothing(desk):
    for name in desk.names:
        theirs = compared(name, "", desk.solution(name)).source
        assert compared(name, theirs, desk.solution(name)).diff == ()


def test_todo_that_was_left_standing_is_no_difference(desk):
    theirs = compared("relu", "", desk.solution("relu")).source.replace("# 2. ", "# TODO 2: ")
    assert compared("relu", theirs, desk.solution("relu")).diff == ()


def test_difference_goes_from_the_students_to_the_model(desk):
    theirs = compared("relu", "", desk.solution("relu")).source.replace("max(0, self.data)", "abs(self.data)")
    diff = compared("relu", theirs, desk.solution("relu")).diff
    assert diff[:2] == ("--- exercises/relu.py", "+++ the model")
    changed = [line for line in diff[2:] if line[:1] in "+-"]
    assert [line[0] for line in changed] == ["-", "+"]
    assert "abs" in changed[0]


# Search


def found(course, wanted):
    return [each.exercise.name for each in search(course, wanted)]


def test_without_a_word_everything_is_found(desk):
    assert found(desk, "") == found(desk, "  ") == list(desk.names)


@pytest.mark.parametrize("wanted", ["relu", "RELU", "max(0"])
def test_names_and_titles_are_searched(desk, wanted):
    assert "relu" in found(desk, wanted)


def test_titles_of_properties_are_searched_and_shown(desk):
    (backward,) = search(desk, "chain rule")
    assert backward.exercise.name == "backward"
    assert "multiplied at every step: the chain rule" in backward.properties[0]


def test_headings_of_hints_are_searched_and_shown(desk):
    assert [each.hints for each in search(desk, "almost code")] == [
        (f"{name}: level 3, almost code",) for name in desk.names
    ]


def test_words_are_found_in_any_order(desk):
    assert found(desk, "rule chain") == ["backward"]


def test_background_is_found_by_its_headings(desk):
    assert background(desk, "accumulation") == ["Accumulation"]
    assert background(desk, "almost code") == background(desk, "") == []


def test_search_does_without_hints(desk):
    (desk.root / "HINTS.md").unlink()
    assert found(desk, "chain rule") == ["backward"]
    assert background(desk, "accumulation") == []


def test_what_nothing_speaks_of_is_not_found(desk):
    assert found(desk, "zebra") == []

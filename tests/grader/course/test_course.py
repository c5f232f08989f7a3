"""The course on disk, whole and damaged."""

import re
import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from grader.course.course import Course, here
from grader.course.properties import declared_in
from grader.errors import CourseError
from grader.subject import load

ROOT = Path(__file__).resolve().parents[3]

RUBRIC = {
    "add": 10,
    "mul": 10,
    "pow": 10,
    "relu": 10,
    "backward": 20,
    "neuron": 15,
    "layer": 10,
    "mlp": 15,
}
WHOLE = """
title = "A course"
[[exercise]]
name = "add"
title = "a + b"
points = 2.5
siblings = ["mul"]
[together]
title = "all together"
"""


@pytest.fixture
def written(tmp_path):
    """Writes a course.toml and loads the course."""

    def load(text):
        (tmp_path / "course.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
        return Course.load(tmp_path)

    return load


def test_default_rubric_is_the_promised_one(course):
    assert {exercise.name: exercise.points for exercise in course.exercises} == RUBRIC


def test_default_rubric_adds_up_to_100(course):
    assert sum(part.points for part in course.parts) == 100


def test_exercises_come_in_the_order_students_meet_them(course):
    assert course.names == tuple(RUBRIC)


def test_this_course_lies_beside_the_grader():
    assert here().root == ROOT


def test_last_mark_is_every_part_of_the_students_own(course):
    assert course.parts == (*course.exercises, course.together)
    assert course.together.own
    assert course.together.points == 0


def test_course_needs_no_last_mark_and_no_siblings(written):
    course = written(WHOLE.partition("[together]")[0].replace('siblings = ["mul"]', ""))
    assert (course.together, course.last, course.parts) == (None, "", course.exercises)
    assert course.exercises[0].siblings == ()


def test_given_files_are_those_of_the_subject_or_named(written):
    assert written(WHOLE).common == ("value", "module", "package")
    assert written(f'given = ["value"]\n{WHOLE}').common == ("value", "package")


@pytest.mark.parametrize(
    "line", ["given = 3", 'given = [""", 3]'.replace('""', ""), 'oracle = "../x.py"', "oracle_needs = 1"]
)
def test_what_a_course_names_wrongly_is_told(written, line):
    with pytest.raises(CourseError, match=r"course\.toml is not a course"):
        written(f"{line}\n{WHOLE}")


def test_last_mark_counts_where_it_has_points(written):
    bonus, counts = written(WHOLE), written(f"{WHOLE}points = 7.5\n")
    assert (bonus.together.points, bonus.counted) == (0, bonus.exercises)
    assert (counts.together.points, counts.counted) == (Fraction(15, 2), counts.parts)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("counts = true", r"\[together\] knows no 'counts'; there are points, title"),
        ("points = 0", r"\[together\] is worth nothing; leave out its points for a bonus"),
        ("points = -1", r"\[together\] is worth less than nothing"),
        ("points = true", "is not a course"),
    ],
)
def test_last_mark_that_is_stated_wrongly_is_named(written, line, said):
    with pytest.raises(CourseError, match=said):
        written(f"{WHOLE}{line}\n")


def test_a_subject_is_known_by_name_and_autograd_without_a_word(written):
    assert written(WHOLE).subject is written(f'subject = "autograd"\n{WHOLE}').subject is load()


@pytest.mark.parametrize("said", ['"alchemy"', '"autograd/any_engine"', '"sandbox"', "3"])
def test_a_subject_that_is_none_is_named(written, said):
    with pytest.raises(CourseError, match=f"there is no subject {said}".replace('"', "'")):
        written(f"subject = {said}\n{WHOLE}")


def test_siblings_are_exercises_and_never_the_exercise_itself(course):
    for exercise in course.exercises:
        assert set(exercise.siblings) <= set(course.names) - {exercise.name}


def test_every_part_has_properties_of_its_own(course):
    for part in course.parts:
        assert declared_in(course.properties(part.name)) != []


def test_reference_is_every_given_file_and_every_solution(course):
    assert set(course.reference) == {*course.given, *course.names}


def test_a_small_course_is_read_whole(written):
    course = written(WHOLE)
    assert (course.title, course.together.title) == ("A course", "all together")
    (add,) = course.exercises
    assert (add.name, add.title, add.points, add.siblings) == ("add", "a + b", Fraction(5, 2), ("mul",))


@pytest.mark.parametrize(
    ("lines", "definition", "attribute"),
    [
        ("", "add", "add"),
        ('attach = "__add__"', "add", "__add__"),
        ('defines = "Adder"', "Adder", ""),
        ('defines = "plus"\nattach = "__add__"', "plus", "__add__"),
    ],
)
def test_what_a_file_defines_and_where_it_is_attached(written, lines, definition, attribute):
    (add,) = written(WHOLE.replace("points", f"{lines}\npoints")).exercises
    assert (add.defines, add.attach) == (definition, attribute)


@pytest.mark.parametrize("line", ["defines = 3", 'defines = ""', "attach = []", 'attach = "a b"'])
def test_what_cannot_be_defined_or_attached_is_named(written, line):
    with pytest.raises(CourseError, match=r"course\.toml is not a course"):
        written(WHOLE.replace("points", f"{line}\npoints"))


def test_decimal_points_are_exact(written):
    assert written(WHOLE.replace("2.5", "0.1")).exercises[0].points == Fraction(1, 10)


def test_missing_course_is_the_authors_move(tmp_path):
    with pytest.raises(CourseError, match=re.escape(str(tmp_path / "course.toml"))):
        Course.load(tmp_path)


@pytest.mark.parametrize("text", ["title = ", "[[exercise]", b"title = '\xff'"])
def test_broken_course_is_named(written, text):
    with pytest.raises(CourseError, match=r"course\.toml is not a course"):
        written(text)


@pytest.mark.parametrize(
    "line",
    [
        'title = "A course"',
        'name = "add"',
        'title = "a + b"',
        "points = 2.5",
        'title = "all together"',
    ],
)
def test_incomplete_course_is_named(written, line):
    assert line in WHOLE
    with pytest.raises(CourseError, match=r"course\.toml is not a course"):
        written(WHOLE.replace(line, ""))


def test_empty_course_is_named(written):
    with pytest.raises(CourseError, match=r"course\.toml is not a course"):
        written("")


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("points = 2.5", 'points = "many"'),
        ("points = 2.5", "points = [1]"),
        ("points = 2.5", "points = nan"),
        ('siblings = ["mul"]', "siblings = 3"),
    ],
)
def test_value_of_a_wrong_type_is_named(written, line, wrong):
    with pytest.raises(CourseError, match=r"course\.toml is not a course"):
        written(WHOLE.replace(line, wrong))


def test_every_course_error_says_what_to_do_next(written):
    with pytest.raises(CourseError) as caught:
        written("")
    assert caught.value.next_step
    assert caught.value.exit_code == 70


def test_missing_solution_is_named(course, tmp_path):
    shutil.copy(ROOT / "course.toml", tmp_path)
    with pytest.raises(CourseError, match=re.escape(str(tmp_path / "solutions" / "add.py"))):
        Course.load(tmp_path).solution("add")


def test_unknown_solution_is_named(course):
    with pytest.raises(CourseError, match=r"sub\.py"):
        course.stub("sub")


def test_engines_of_any_layout_are_judged_strictly_unless_the_course_says_otherwise(written):
    assert written(WHOLE).any_shape == "strict"
    assert written('any_shape = "lenient"\n' + WHOLE).any_shape == "lenient"


def test_judge_that_nobody_knows_is_told_with_those_that_there_are(written):
    with pytest.raises(CourseError, match="'strict' or 'lenient', not 'mild'"):
        written('any_shape = "mild"\n' + WHOLE)


def test_missing_course_is_told(tmp_path):
    with pytest.raises(CourseError, match="cannot read"):
        Course.load(tmp_path)


def test_exercise_that_defines_what_is_no_name_is_refused(written):
    with pytest.raises(CourseError, match="cannot define 'a b'"):
        written(WHOLE.replace('name = "add"', 'name = "add"\ndefines = "a b"'))


def test_misnamed_files_are_found_unless_the_course_says_otherwise(written):
    assert written(WHOLE).find_misnamed
    assert not written("find_misnamed = false\n" + WHOLE).find_misnamed
    with pytest.raises(CourseError, match="find_misnamed is true or false"):
        written('find_misnamed = "no"\n' + WHOLE)


@pytest.mark.parametrize("folder", ["/tmp", "../elsewhere", "a/../b", "3"])
def test_the_folder_that_ci_looks_into_is_one_of_the_repository(folder, written):
    assert written('ci_folder = "hw1/exercises"\n' + WHOLE).ci_folder == "hw1/exercises"
    with pytest.raises(CourseError, match="ci_folder is a folder below the top"):
        written(f"ci_folder = {folder if folder.isdigit() else repr(folder)}\n" + WHOLE)

"""docs/any-engine.md: what it shows is typed, and prints what it says; each sentence is held by a test."""

import re
import shutil
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

from grader.autograd.any_engine.examining import grade_foreign
from grader.autograd.any_engine.finding import gathered
from grader.errors import UsageError
from grader.sandbox.cages import choose
from grader.submission.submission import AnyShape
from tests.grader.called import grader

ROOT = Path(__file__).resolve().parents[3]
SHAPES = Path(__file__).parents[1] / "autograd" / "shapes"
TEXT = (ROOT / "docs" / "any-engine.md").read_text("utf-8")
TYPED = [
    line.partition("  #")[0].strip() for line in re.findall(r"^\.venv/bin/(grader .*)$", TEXT, re.MULTILINE)
]
SHOWN = re.findall(r"<!-- shown by: (\S+) -->\n```\n(.*?)\n```", TEXT, re.DOTALL)
WEAK = ["--sandbox", "process"] if choose("auto").isolation == "none" else []


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    """What the document speaks of, by the names it has there."""
    folder = tmp_path_factory.mktemp("any")
    shutil.copytree(SHAPES / "karpathy", folder / "micrograd")
    shutil.make_archive(str(folder / "micrograd"), "zip", SHAPES, "karpathy")
    shutil.copytree(SHAPES / "several_values", folder / "lectures")
    shutil.copy(SHAPES / "own_words.py", folder)
    shutil.copy(SHAPES / "lecture_notebook.py", folder / "lecture.py")
    shutil.copy(SHAPES / "cannot" / "reads_a_file.py", folder / "housing.py")
    return folder


@pytest.fixture(scope="session")
def run(place):
    """Runs a command there; what several tests ask for, once."""
    return cache(lambda line: grader(*line.split()[1:], *WEAK, cwd=place))


def test_document_shows_every_way():
    assert len(TYPED) >= 5
    assert {line.split()[1] for line in TYPED} == {"grade"}
    assert len(SHOWN) == 3


@pytest.mark.parametrize("line", TYPED)
def test_every_command_shown_grades(line, run):
    # How the files are taken is shown by one exercise, once the first command has graded them all.
    done = run(f"{line} --exercise add" if "micrograd" in line and line != TYPED[0] else line)
    assert done.returncode == (0 if "micrograd" in line else 1), done.stderr
    assert done.stdout


@pytest.mark.parametrize(("name", "lines"), SHOWN)
def test_output_shown_is_what_is_printed(name, lines, run):
    done = run(f"grader grade {name}")
    printed = [line.strip() for line in (done.stdout + done.stderr).splitlines()]
    assert [line for line in lines.splitlines() if line.strip() not in printed] == []


# How each sentence begins, or each row of a table, and what would fail if it were false: a test, or a shape
# whose verdicts tests/grader/autograd/test_shapes.py holds.
HELD = {
    "Somebody has written": "karpathy only_a_notebook plain_tanh",
    "It is graded as it is": "test_it_is_taken_as_it_is_without_being_told",
    "Nothing has to be renamed": "test_every_command_shown_grades",
    "The address of a repository": "test_repository_is_read_as_committed",
    "Whatever is not laid out": "test_engines_and_exercises_may_lie_in_one_class",
    "The report says first": "test_command_says_what_was_found_first",
    "The files are loaded in the same cage": "test_nothing_else_of_its_environment_can_be_imported",
    "Names are where the search begins": "own_words backward_is_one_step",
    "| the class": "chinese computed_when_asked",
    "| its data": "test_number_is_found_whatever_it_is_called boxed_numbers",
    "| its gradient": "tape gradient_is_asked_for boxed_numbers",
    "| what it is made of": "arrays_are_given like_a_framework",
    "| its operations": "methods_only free_backward activation_classes registered_operations",
    "| the way back": "backward_is_one_step free_backward bound_and_unseeded",
    "| the network": (
        "karpathy sizes_in_one_list matrix_layers forward_only missing_package_name hidden_sizes_between "
        "activations_listed rows_of_inputs"
    ),
    "| an activation": "named_activation activation_is_a_function test_activation_is_told_by_its_numbers",
    "Code at the top level": "test_demo_is_cut_and_what_defines_stays asks_at_the_end",
    "Annotations may name": "annotation_names_itself",
    "Where an operation then seems": "registered_operations",
    "Of very many files": "test_of_very_many_files_those_count_that_look_like_an_engine",
    "Libraries that draw": (
        "test_inert_things_may_be_named_and_called_and_not_computed_with sorted_by_networkx"
    ),
    "Programs that code would start": "arrays_are_given",
    "NumPy is the grader's own": (
        "test_it_is_there_and_computes test_without_numpy_an_engine_that_computes_with_it_is_told_so"
    ),
    "A package may be imported": "missing_package_name",
    "Where there are several classes": "several_values two_versions",
    "The report names the others": "test_other_classes_are_named",
    "If that is not the one": "test_class_that_is_named_is_the_one_that_counts",
    "And where a name tells nothing": "own_words",
    "The left side is one of": "test_map_must_be_a_pair_of_known_names",
    "Each exercise has the same properties": (
        "test_what_an_engine_says_of_itself_makes_nothing_easier_in_a_class"
    ),
    "Where nodes can be made to fit": "test_our_operations_fit_among_an_engine_s_own edges_are_objects",
    "A rule that calls": "rules_walk_on",
    "Where that cannot be done": "one_user_each",
    "A program that is shown": "test_program_that_is_shown_gives_what_is_said",
    "What fails only beside ours": "test_part_beside_what_stands_in_is_judged_as_the_course_s_own",
    "Where no program goes wrong so": "test_where_no_program_can_be_shown_that_is_said",
    "Your own engine, or a public one": "test_report_says_by_which_rules_it_came_about",
    "**tanh networks**": "tanh_package test_tanh_network_is_compared_with_tanh",
    "What the last layer goes through": "tanh_package plain_tanh",
    "**float32**": (
        "float32_numpy test_case_with_a_number_that_single_precision_does_not_hold_is_compared_to_nine_digits"
    ),
    "**Arrays in which NumPy keeps": "whole_numbers_in_arrays",
    "**A backward that sets all": "original_done test_backward_that_resets_forgets_the_first_graph",
    "**A backward that takes": "frees_the_graph",
    "**Plain numbers**": "refuses_numbers",
    "Where `3 + a` alone": "test_plain_number_on_the_left_is_not_asked_where_it_is_not_defined",
    "**No backward yet**": "wrong_sum_no_backward early_lecture gradient_is_asked_for forward_mode",
    "A single output in a list": "node_ops pushed_back missing_package_name",
    "In a class that is": "test_class_is_judged_by_the_course_s_promises_unless_told_otherwise",
    "There the course's own promises": "test_nothing_is_absent_where_the_course_s_promises_hold",
    "Whoever promises nothing else": (
        "test_engine_that_promises_nothing_else_gets_in_a_class_what_it_gets_alone"
    ),
    "So it is with this": "test_every_command_shown_grades",
    "`grader batch --any-shape lenient`": (
        "test_class_is_judged_by_the_course_s_promises_unless_told_otherwise"
    ),
    "Exports and pages": "test_report_says_by_which_rules_it_came_about",
    "An engine with tanh": "plain_tanh",
    "Such a part is **absent**": "test_absent_is_counted_apart_from_wrong",
    "A body that only says": "original_untouched test_stub_is_what_touches_nothing",
    "And what is there and wrong": "test_counterexample_of_an_engine_runs_beside_it",
    "For the lecture above": "test_output_shown_is_what_is_printed",
    "Operations beyond": "test_operations_beyond_the_exercises_are_told_right_from_wrong",
    "They are listed and cost nothing": "wrong_extras",
    "One line says why": "test_what_cannot_be_loaded_is_told_why_in_one_line",
    "Python 2, a newer Python": (
        "test_newer_python_is_asked_for_by_name python2 scalars_on_the_gpu half_a_notebook windows_1251"
    ),
}
TABLE = tomllib.loads((SHAPES / "expected.toml").read_text("utf-8"))
TESTS = set(
    re.findall(
        r"^def (test_\w+)\(",
        "\n".join(path.read_text("utf-8") for path in (ROOT / "tests/grader").rglob("test_*.py")),
        re.MULTILINE,
    )
)


def sentences():
    """What the document says in words: its sentences, and the rows of its table."""
    text = re.sub(r"```.*?```|<!--.*?-->", "", TEXT, flags=re.DOTALL)
    for part in re.split(r"\n\s*\n", text):
        if part.startswith("|"):
            yield from part.splitlines()[2:]
        elif not part.startswith("#"):
            for item in re.split(r"\n(?=- )", part.strip()):
                words = " ".join(item.split()).removeprefix("- ")
                yield from filter(None, re.split(r"(?<=[.:])\s+(?=[A-Z*`])", words))


def test_every_sentence_is_held_by_something():
    unheld = [said for said in sentences() if not any(said.startswith(begin) for begin in HELD)]
    assert unheld == []
    assert [begin for begin in HELD if not any(said.startswith(begin) for said in sentences())] == []


def test_everything_that_holds_a_sentence_is_there():
    there = TESTS | set(TABLE) | set(TABLE["cannot"])
    assert {name for names in HELD.values() for name in names.split()} - there == set()


def test_of_very_many_files_those_count_that_look_like_an_engine():
    files = {f"a{n:03}.py": lambda: b"x = 1\n" for n in range(150)}
    files["z_engine.py"] = lambda: b"class Value:\n    def __add__(self, other):\n        return self\n"
    assert "z_engine" in gathered("many", files, AnyShape()).sources


def test_other_classes_are_named(lenient):
    found = grade_foreign(SHAPES / "several_values", lenient, only=["add"]).found
    assert "not graded: Value in step2.py, Value in step1.py (--value says which class counts)" in found


def test_newer_python_is_asked_for_by_name(lenient, tmp_path):
    engine = (SHAPES / "chinese.py").read_text("utf-8")
    (tmp_path / "engine.py").write_text(f"from typing import of_a_python_to_come\n{engine}", "utf-8")
    with pytest.raises(UsageError) as raised:
        grade_foreign(tmp_path / "engine.py", lenient)
    here = ".".join(map(str, sys.version_info[:2]))
    assert raised.value.what == f"engine.py, line 1: typing of Python {here} has no of_a_python_to_come"
    assert "newer Python" in raised.value.next_step

"""Engines in shapes of their own beside ordinary submissions in one class."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.autograd.any_engine.examining import (
    AnyExaminer,
    examiner_of,
    grade_foreign,
)
from grader.autograd.any_engine.finding import AnyLayout, read
from grader.autograd.any_engine.shape import rules
from grader.autograd.program import Shape as Sizes
from grader.classroom import batch as classroom
from grader.classroom.batch import Tally
from grader.classroom.gradebook import reading
from grader.commands.instructor import batch
from grader.course.course import ANY_SHAPE, LENIENT, STRICT
from grader.course.properties import declared_in
from grader.errors import UsageError
from grader.examine.setting import course_digest, outcome_key
from grader.forkserver.client import Task
from grader.model import NotStarted
from grader.report.report import to_plain
from grader.report.scoring import absent, exercise_status
from grader.submission.download import find
from grader.submission.submission import AnyShape, Submission
from tests.samples import WHOLE, some

SHAPES = Path(__file__).parent / "shapes"
KARPATHY = SHAPES / "karpathy"
MLP = Sizes("MLP", (2, 3, 1))


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_engines_and_exercises_may_lie_in_one_class(course, tmp_path, solutions):
    shutil.copytree(KARPATHY, tmp_path / "ann")
    for name, text in solutions.items():
        write(tmp_path / "bob" / f"{name}.py", text)
    shutil.copy(SHAPES / "tape.py", tmp_path / "cem.py")
    write(tmp_path / "notes.py", "print('no engine')")
    found_here = find(tmp_path, course.names, layout=AnyLayout())
    kinds = {handin.person.id: handin.read().shape is not None for handin in found_here.handins}
    assert kinds == {"ann": True, "bob": False, "cem": True}
    assert [where for where, _ in found_here.troubles] == ["notes.py"]


def test_folder_without_an_engine_is_told_what_is_wanted(course, tmp_path):
    write(tmp_path / "ann" / "hello.py", "print('hello')")
    (handin,) = find(tmp_path, course.names, layout=AnyLayout()).handins
    with pytest.raises(UsageError, match=r"none of the exercises"):
        handin.read()


def test_engine_travels_to_a_room_and_back():
    task = Task(Submission("ann", {"engine": "x"}, {}, AnyShape("m:V", (("data", "val"),))), ("add",))
    assert Task.from_plain(json.loads(json.dumps(task.to_plain()))) == task
    ordinary = Task(Submission("bob", {"add": "x"}, {}), ("add",))
    assert Task.from_plain(json.loads(json.dumps(ordinary.to_plain()))) == ordinary


@pytest.mark.parametrize("judge", ANY_SHAPE)
def test_engine_gets_the_same_from_a_class_as_alone(judge, setting, tmp_path):
    hand_ins = {}
    if judge == LENIENT or WHOLE:
        hand_ins["eve"] = SHAPES / "tanh_package"
    if judge == STRICT or WHOLE:
        hand_ins["early_lecture"] = SHAPES / "early_lecture.py"
    for person, given in hand_ins.items():
        if given.is_dir():
            shutil.copytree(given, tmp_path / "class" / person)
        else:
            write(tmp_path / "class" / f"{person}.py", given.read_text())
    book = tmp_path / "class.sqlite"
    words = [str(tmp_path / "class"), "--gradebook", str(book), "--sandbox", "process"]
    words += ["--any-shape", judge]
    assert CliRunner().invoke(batch, words, catch_exceptions=False).exit_code == 0
    with reading(book) as reader:
        together = {s.person.id: s.report for s in reader.standings().each()}
    for person, given in hand_ins.items():
        alone = grade_foreign(given, replace(setting, lenient=judge == LENIENT))
        assert [v.outcome for r in together[person].results for v in r.verdicts] == [
            v.outcome for r in alone.results for v in r.verdicts
        ]
        notes = [note for result in together[person].results for note in result.notes]
        assert [note for note in notes if not note.startswith("Found: ")] == [
            note for result in alone.results for note in result.notes
        ]


LOST = """
def added_on_the_left(self, other):
    return Value(other + self.data)


Value.__radd__ = added_on_the_left
"""


@pytest.fixture
def wrong_on_the_left(tmp_path):
    """An engine in which 3 + a alone is wrong: a's gradient is lost."""
    return write(tmp_path / "engine.py", (KARPATHY / "micrograd/engine.py").read_text() + LOST)


def outcomes(given, setting, lenient, only=()):
    report = grade_foreign(given, replace(setting, lenient=lenient, thorough=True), only=only)
    return [v.outcome for r in report.results for v in r.verdicts if not isinstance(v.outcome, NotStarted)]


@pytest.mark.parametrize(
    "name", some(["frees_the_graph.py", "rules_walk_on.py", "wrong_sum_no_backward.py"], 2)
)
def test_engine_that_promises_nothing_else_gets_in_a_class_what_it_gets_alone(name, setting):
    given = SHAPES / name
    assert outcomes(given, setting, lenient=False) == outcomes(given, setting, lenient=True)


def test_in_a_class_a_plain_number_on_the_left_costs_what_is_about_it(wrong_on_the_left, setting):
    strict, lenient = (
        outcomes(wrong_on_the_left, setting, how, ("add", "mul", "mlp")) for how in (False, True)
    )
    assert strict == lenient


def test_nothing_is_left_out_for_what_turns_out_right(course, setting, banks):
    """As of code that gets it wrong only while it is looked at."""
    properties, bank = banks("add")
    examiner = AnyExaminer(setting, read(KARPATHY, AnyShape()))
    try:
        vars(examiner)["found"] = replace(examiner.found, broken=frozenset({"+left"}))
        examined = examiner._examine(course.exercises[0], properties)
        assert [examined.outcome(prop).cases for prop in properties] == list(bank.counts)
    finally:
        examiner.close()


def test_key_of_an_engine_s_outcome_depends_on_all_its_files(course):
    add = course.exercises[0]
    engine = Submission("ann", {"engine": "x", "nn": "y"}, {}, AnyShape())
    keys = {
        outcome_key(course, other, add, b"digest")
        for other in (
            engine,
            replace(engine, sources={"engine": "x", "nn": "z"}),
            replace(engine, shape=AnyShape("nn:V")),
            replace(engine, shape=None),
        )
    }
    assert len(keys) == 4
    assert outcome_key(course, engine, add, b"digest", lenient=True) not in keys
    assert outcome_key(course, replace(engine, name="eve"), add, b"digest") in keys


def test_ordinary_outcome_does_not_depend_on_how_engines_are_judged(course):
    add, ordinary = course.exercises[0], Submission("bob", {"add": "x"}, {})
    assert outcome_key(course, ordinary, add, b"", lenient=True) == outcome_key(course, ordinary, add, b"")


def test_course_that_judges_engines_otherwise_is_another(setting):
    assert course_digest(setting) != course_digest(replace(setting, lenient=True))


TANH = SHAPES / "tanh_package"


def test_report_says_by_which_rules_it_came_about(setting, course):
    own, ours = (grade_foreign(TANH, replace(setting, lenient=how), only=["neuron"]) for how in (True, False))
    assert "its own promises" in to_plain(own)["rules"]
    assert "the course's promises" in to_plain(ours)["rules"]
    assert (exercise_status(own.results[0]), exercise_status(ours.results[0])) == ("passed", "failed")
    assert "where the course promises relu" in " ".join(ours.results[0].notes)
    assert rules(Submission("bob", {"add": "x"}, {}), lenient=True) == ""


def test_part_beside_what_stands_in_is_judged_as_the_course_s_own(setting):
    forgotten = SHAPES / "nonlin_forgotten.py"
    neuron, layer = grade_foreign(forgotten, setting, only=["neuron", "layer"]).results
    assert (exercise_status(neuron), exercise_status(layer)) == ("failed", "passed")


def test_nothing_is_absent_where_the_course_s_promises_hold(setting):
    report = grade_foreign(TANH, setting, only=["relu"])
    assert exercise_status(report.results[0]) == "not_started"
    assert not absent(report.results[0])


@pytest.mark.parametrize(("said", "judge"), [([], "strict"), (["--any-shape"], "lenient")])
def test_class_is_judged_by_the_course_s_promises_unless_told_otherwise(said, judge, monkeypatch, tmp_path):
    wanted = []
    monkeypatch.setattr(classroom, "Batch", lambda setting, *_: wanted.append(setting.lenient) or Nobody())
    (tmp_path / "class").mkdir()
    words = [str(tmp_path / "class"), "--gradebook", str(tmp_path / "b.sqlite"), "--sandbox", "process"]
    CliRunner().invoke(batch, [*words, *said], catch_exceptions=False)
    assert wanted == [judge == "lenient"]


class Nobody:
    """A batch of nobody's work."""

    def run(self, found):
        return Tally()


def test_class_is_told_what_was_found_in_the_first_exercise_s_notes(course, setting):
    submission = read(KARPATHY, AnyShape())
    examiner = examiner_of(setting, submission)
    try:
        properties = declared_in(course.properties("add"))
        examiner.outcome(course.exercises[0], properties, properties[0])
        assert "class Value in micrograd/engine.py" in examiner.notes()[-1]
    finally:
        examiner.close()


def test_what_cannot_be_loaded_crashes_in_a_class_in_one_line(course, setting):
    submission = read(SHAPES / "cannot" / "reads_a_file.py", AnyShape())
    examiner = examiner_of(setting, submission)
    try:
        properties = declared_in(course.properties("add"))
        outcome = examiner.outcome(course.exercises[0], properties, properties[0])
        assert "housing.csv" in outcome.error
        assert "\n" not in outcome.error
    finally:
        examiner.close()

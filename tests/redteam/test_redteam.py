"""Every attack scores what it deserves, in every cage there is here, and leaves everything as it was."""

import json
import re
import shutil
from fractions import Fraction
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from grader.autograd.any_engine.examining import grade_any
from grader.autograd.any_engine.finding import AnyLayout
from grader.course.course import here
from grader.errors import MachineError, UsageError
from grader.examine.cases import default_folder
from grader.examine.grading import grade
from grader.examine.setting import Setting
from grader.render.export import SINGLE
from grader.render.terminal import render
from grader.render.text import About
from grader.report.scoring import exercise_status, score
from grader.sandbox.cages import CAGES, choose
from grader.sandbox.runner import Limits
from grader.submission.download import find
from tests.limits import is_held
from tests.needs import linux
from tests.redteam.attack import LINES, Attack
from tests.redteam.making import hand_in
from tests.redteam.table import ATTACKS
from tests.redteam.watching import watching
from tests.samples import WHOLE, some

pytestmark = linux
ROOT = Path(__file__).resolve().parents[2]
LIMITS = Limits(seconds=1.0, patience=3.0)
BREACH = "BREACH"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
OTHER_SEED = 8071
# test_class.py grades all of them in the strongest cage; here some are alone in the weakest, one in ten.
# make redteam: each alone in every cage.
TRIED = tuple(CAGES) if WHOLE else ("process",)
ALONE = some(ATTACKS, 15)


@pytest.fixture(scope="module")
def watch(tmp_path_factory):
    private = tmp_path_factory.mktemp("redteam") / "temporary"
    private.mkdir()
    with watching(ROOT, private) as watch:
        yield watch


def setting_in(name, seed=0):
    try:
        return Setting(here(), choose(name), default_folder(), seed, LIMITS)
    except MachineError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def settings():
    """A setting for each cage, made when it is first asked for."""
    made = {}

    def setting(name, seed=0):
        if (name, seed) not in made:
            made[name, seed] = setting_in(name, seed)
        return made[name, seed]

    return setting


@pytest.fixture(scope="module")
def intake(settings, watch, tmp_path_factory):
    """What the intake makes of an attack, handed in as a class of one; read once for all cages."""
    known = {}

    def read(attack):
        if attack.name not in known:
            known[attack.name] = _read(attack, tmp_path_factory.mktemp("class"), settings("process"), watch)
        handin, submission = known[attack.name]
        if isinstance(submission, UsageError):
            raise submission
        return handin, submission

    return read


def _read(attack, folder, setting, watch):
    hand_in(attack, folder, setting.course, setting, watch.words)
    try:
        (handin,) = find(folder, setting.course.names, None, AnyLayout()).handins
        return handin, handin.read()
    except UsageError as refusal:
        return handin, refusal
    finally:
        shutil.rmtree(folder)


def same(points, most, deserved):
    share = Fraction(most) * Fraction(deserved.share).limit_denominator(1000)
    return points <= share if deserved.at_most else points == share


@pytest.mark.parametrize("cage", TRIED)
@pytest.mark.parametrize("attack", ALONE, ids=lambda attack: attack.name)
def test_attack_gets_what_it_deserves_and_leaves_nothing(attack, cage, settings, intake, watch):
    setting = settings(cage)
    if attack.refused:
        with pytest.raises(UsageError):
            intake(attack)
        watch.check()
        return
    handin, submission = intake(attack)
    grade_as_handed_in = grade_any if attack.any_shape else grade
    report = grade_as_handed_in(submission, setting, tuple(attack.marks))
    about = About(handin.person)
    said = SINGLE["json"](report, about)
    if not is_held(attack.limit, setting.cage):
        assert BREACH in said
    else:
        assert BREACH not in said
        assert watch.secret not in said
        for result in report.results:
            deserved, marks = attack.marks[result.exercise.name], score(result)
            assert exercise_status(result) in deserved.ends, said
            assert same(marks.points, marks.most, deserved), (marks, said)
    if cage == TRIED[0]:  # what is said is the same in every cage
        assert_neutral(report, about)
    watch.check()


@pytest.mark.parametrize("cage", TRIED)
@pytest.mark.parametrize("attack", [a for a in ATTACKS if a.noted], ids=lambda attack: attack.name)
def test_what_works_beside_our_parts_only_is_told_on_top_of_every_report(attack, cage, settings, intake):
    handin, submission = intake(attack)
    report = grade(submission, settings(cage))
    assert report.final == report.score.most  # each exercise alone
    (note,) = report.notes
    assert note.startswith("Every exercise passes alone. Together, with all parts your own, none of 2")
    assert attack.noted in note
    for name, single in SINGLE.items():
        assert note in single(report, About(handin.person)), name
    assert_neutral(report, About(handin.person))


def assert_neutral(report, about):
    """Nothing that a student said steers what shows it."""
    for width in (80, 40):
        for colour in (False, True):
            stream = StringIO()
            console = Console(
                file=stream, width=width, force_terminal=colour, color_system="standard" if colour else None
            )
            render(report, console, "exercises", "grader grade --exercise {}")
            assert_log_is_safe(COLOUR.sub("", stream.getvalue()))
    for name in ("gradescope", "github-classroom", "classroom50", "exercism"):
        for text in strings(json.loads(SINGLE[name](report, about))):
            assert all(c.isprintable() or c == "\n" for c in text), text
    for test in json.loads(SINGLE["gradescope"](report, about))["tests"]:
        assert test.get("output_format", "text") == "text"
    for text in strings(json.loads(SINGLE["github-classroom"](report, about))):
        assert_log_is_safe(text)


def assert_log_is_safe(text):
    """Printable, and no line that a runner of workflows takes for a command."""
    assert all(c.isprintable() or c == "\n" for c in text), text
    assert not [line for line in text.split("\n") if line.lstrip().startswith("::")], text
    assert "##[" not in text


def strings(thing):
    if isinstance(thing, dict):
        for key, value in thing.items():
            yield key
            yield from strings(value)
    elif isinstance(thing, list):
        for value in thing:
            yield from strings(value)
    elif isinstance(thing, str):
        yield thing


def test_table_of_answers_is_caught_by_another_seed(settings, intake):
    _, submission = intake(next(attack for attack in ATTACKS if attack.name == "table_of_answers"))
    report = grade(submission, settings("process", OTHER_SEED), ("relu",))
    (result,) = report.results
    # A tenth of it is promised over written-down cases alone, which every seed has.
    assert exercise_status(result) != "passed"
    assert score(result).points == score(result).most / 10


def test_every_line_has_its_attacks():
    assert {attack.line for attack in ATTACKS} == set(LINES)
    assert len(ATTACKS) >= 80


def test_every_attack_is_there_once_and_every_folder_belongs_to_one():
    from tests.redteam.making import FOLDER, MAKERS

    names = [attack.name for attack in ATTACKS]
    assert len(set(names)) == len(names)
    assert {path.name for path in FOLDER.iterdir()} | set(MAKERS) == set(names)
    assert all(attack.refused or attack.marks for attack in ATTACKS)


def test_what_changes_between_finding_and_reading_is_not_followed(settings, watch, tmp_path):
    setting = settings("process")
    folder = tmp_path / "class"
    folder.mkdir()
    for person in ("eve", "mallory"):
        hand_in(Attack("none", 7, "", id=person), folder, setting.course, setting, watch.words)
    eve, mallory = find(folder, setting.course.names, None).handins
    (folder / "eve" / "add.py").unlink()
    (folder / "eve" / "add.py").symlink_to(ROOT / "solutions" / "add.py")
    shutil.rmtree(folder / "mallory")
    (folder / "mallory").symlink_to(ROOT / "solutions")
    assert eve.read().unreadable.keys() == {"add"}
    with pytest.raises(UsageError):
        mallory.read()

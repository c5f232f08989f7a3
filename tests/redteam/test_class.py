"""A class with attacks in it is graded as if they were not there; `make redteam` has them all in it."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from grader.classroom.gradebook import reading
from grader.render.text import About
from grader.report.report import to_plain
from grader.report.scoring import exercise_status, score
from grader.sandbox.cage import Cage
from tests.limits import is_held
from tests.needs import linux
from tests.redteam.attack import Deserved
from tests.redteam.making import hand_in
from tests.redteam.table import ATTACKS
from tests.redteam.test_redteam import BREACH, assert_log_is_safe, assert_neutral, same, setting_in, strings
from tests.redteam.watching import watching
from tests.samples import some

pytestmark = [
    linux,
    # The class is graded once, in the process that runs all tests about it.
    pytest.mark.xdist_group("attacked class"),
]
ROOT = Path(__file__).resolve().parents[2]
HONEST = 6
# Those that are refused, or that a cage is known not to hold, are few, and differ from all others.
FEW = [attack for attack in ATTACKS if attack.refused or attack.limit]
THERE = [*FEW, *(attack for attack in some(ATTACKS, 40) if attack not in FEW)]
FORMULA = ("=", "+", "-", "@", "\t", "\r")
FULL = Deserved(1.0, ("passed",))


def grader(*arguments):
    """The command as an instructor types it."""
    run = subprocess.run(
        [sys.executable, "-m", "grader", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
        cwd=ROOT,
    )
    assert "Traceback" not in run.stderr
    assert_log_is_safe(run.stdout)
    assert_log_is_safe(run.stderr)
    return run


def honest(folder, course):
    """People who mean well, one in three of them with a mistake."""
    for number in range(HONEST):
        work = folder / f"honest-{number:02}"
        work.mkdir()
        for name in course.names:
            text = course.solution(name) + f"# by {number}\n"
            if name == course.names[number % 8] and number % 3 == 0:
                text = text.replace("+=", "=").replace("self.b]", "]")
            (work / f"{name}.py").write_text(text)


@dataclass(frozen=True)
class Graded:
    """Two gradebooks in a folder, of the class with and without attacks.

    exits, said: how each run ended and what it said, by the gradebook's name.
    secret: what the canaries held.
    cage: where they were graded.
    """

    folder: Path
    exits: dict[str, int]
    said: dict[str, str]
    secret: str
    cage: Cage


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The class, graded with the attacks in it and without."""
    folder = tmp_path_factory.mktemp("attacked-class")
    # Private, as it is compared before and after.
    return Graded(folder, **grade_both(folder, tmp_path_factory.mktemp("private")))


def grade_both(folder, private):
    """Grade the class with the attacks in it, and without."""
    (private / "temporary").mkdir()
    setting = setting_in("auto")
    told = () if setting.cage.isolation != "none" else ("--sandbox", "process")
    with watching(ROOT, private / "temporary") as watch:
        for name in ("honest", "mixed"):
            (folder / name).mkdir()
            honest(folder / name, setting.course)
        for attack in THERE:
            hand_in(attack, folder / "mixed", setting.course, setting, watch.words)
        runs = {}
        for name in ("mixed", "honest"):
            book = ("--gradebook", folder / f"{name}.sqlite")
            runs[name] = grader("batch", folder / name, *book, "--jobs", 2, "--time-limit", 1, *told)
        watch.check()
        shutil.rmtree(folder / "mixed")
    return {
        "exits": {name: run.returncode for name, run in runs.items()},
        "said": {name: run.stdout for name, run in runs.items()},
        "secret": watch.secret,
        "cage": setting.cage,
    }


@pytest.fixture(scope="module")
def standings(graded):
    folder = graded.folder
    with reading(folder / "mixed.sqlite") as reader:
        return {standing.person.id: standing for standing in reader.standings().each()}


def test_every_attack_gets_what_it_deserves_in_a_class(standings, graded):
    wrong = []
    for attack in THERE:
        standing = standings[attack.person]
        if attack.refused:
            assert standing.report is None
            assert standing.trouble
            continue
        if not is_held(attack.limit, graded.cage):
            continue
        for result in standing.report.results:
            deserved, marks = attack.marks.get(result.exercise.name, FULL), score(result)
            if exercise_status(result) not in deserved.ends or not same(marks.points, marks.most, deserved):
                wrong.append((attack.name, result.exercise.name, exercise_status(result), str(marks.points)))
    assert wrong == []


def test_nothing_forbidden_was_reached_in_a_class(standings, graded):
    known = {attack.person for attack in THERE if not is_held(attack.limit, graded.cage)}
    reports = {person: to_plain(s.report) for person, s in standings.items() if s.report is not None}
    assert {person for person, report in reports.items() if BREACH in json.dumps(report)} == known
    said = json.dumps([report for person, report in reports.items() if person not in known])
    assert graded.secret not in said


def test_nothing_that_is_said_of_an_attack_steers_what_shows_it(standings):
    for standing in standings.values():
        if standing.report is not None:
            assert_neutral(standing.report, About(standing.person))


def test_honest_people_are_graded_as_without_the_attacks(standings, graded):
    assert graded.exits["honest"] == 0
    with reading(graded.folder / "honest.sqlite") as reader:
        alone = {s.person.id: to_plain(s.report) for s in reader.standings().each()}
    assert len(alone) == HONEST
    assert {person: to_plain(standings[person].report) for person in alone} == alone
    assert len({report["score"] for report in alone.values()}) > 1


def test_gradebook_is_unharmed_and_nothing_has_to_be_run_again(graded, standings):
    refused = sum(attack.refused for attack in THERE)
    assert graded.exits["mixed"] == 1  # for what could not be read; 70 or 71 would be faults of ours
    assert refused
    assert f"; {refused} unreadable" in graded.said["mixed"]
    assert len(standings) == HONEST + len(THERE)


@pytest.mark.parametrize("form", ["csv", "canvas", "nbgrader"])
def test_tables_hold_no_formula_and_no_line_more(form, graded, standings, tmp_path):
    folder = graded.folder
    grader("export", folder / "mixed.sqlite", "--format", form, "--to", tmp_path / "out.csv")
    text = (tmp_path / "out.csv").read_text("utf-8")
    assert all(c.isprintable() or c == "\n" for c in text)
    rows = list(csv.reader(io.StringIO(text)))
    assert len({len(row) for row in rows}) == 1
    assert len(rows) <= len(standings) + 2
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.strip().startswith(FORMULA) and not number(cell)]
    assert any("cmd" in cell for cell in cells)


def number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_junit_has_a_case_for_each_property_and_no_other(graded, standings, tmp_path):
    folder = graded.folder
    grader("export", folder / "mixed.sqlite", "--format", "junit", "--to", tmp_path / "class.xml")
    tree = ElementTree.parse(tmp_path / "class.xml")
    assert {element.tag for element in tree.iter()} <= {
        "testsuites", "testsuite", "testcase", "failure", "error", "skipped", "properties", "property",
        "system-out", "system-err",
    }  # fmt: skip
    assert not [case for case in tree.iter("testcase") if case.get("name") == "x"]


@pytest.mark.parametrize("form", ["json", "gradescope", "github-classroom", "classroom50", "exercism"])
def test_folders_hold_a_harmless_file_for_each_person(form, graded, standings, tmp_path):
    folder = graded.folder
    grader("export", folder / "mixed.sqlite", "--format", form, "--to", tmp_path / "out")
    files = sorted(os.listdir(tmp_path / "out"))
    assert len(files) == 1 + sum(standing.report is not None for standing in standings.values())
    assert all(name.isascii() and name.isprintable() and not name.startswith((".", "-")) for name in files)
    for name in files:
        path = tmp_path / "out" / name
        if path.suffix == ".json":
            texts = list(strings(json.loads(path.read_text("utf-8"))))
            if form == "github-classroom":
                for text in texts:
                    assert_log_is_safe(text)
            raw = path.read_text("utf-8")
            assert all(c.isprintable() or c == "\n" for c in raw)


class Elements(HTMLParser):
    """What a page consists of, as a browser sees it."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_page_of_the_class_has_no_element_of_a_strangers_making(graded, tmp_path):
    folder = graded.folder
    pages = {}
    for name in ("mixed", "honest"):
        grader("report", folder / f"{name}.sqlite", "--html", tmp_path / f"{name}.html")
        elements = Elements()
        elements.feed((tmp_path / f"{name}.html").read_text("utf-8"))
        pages[name] = elements.found
    scripts = {name: sum(tag == "script" for tag, _ in found) for name, found in pages.items()}
    assert scripts["mixed"] == scripts["honest"]
    for tag, attributes in pages["mixed"]:
        assert tag != "img" or (attributes.get("src") or "").startswith("data:")
        assert not [name for name in attributes if name.startswith("on")]
        assert "evil" not in (attributes.get("href") or "")

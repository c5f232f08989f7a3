"""What benchmarks measure: one row for print and page alike; and the numbers that other graders ask for."""

import importlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
BENCHMARKS = ROOT / "benchmarks"
# Runs where others grade: beside what they are given, and without the grader.
ASK = """
import json, exercises, known
print(json.dumps({test: known.wrong(test, exercises) for test in known._read()[1]}))
"""


@pytest.fixture
def figures():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        yield importlib.import_module("figures")


@pytest.fixture
def section(figures):
    made = figures.Section("A grade", "Whole processes.", seconds=61.4, load=1.5)
    made.add("warm grade", 0.4234567, figures.CPU, note="least 0.40")
    made.add("warm grade / floor", 1.25, most=1.3)
    made.add("a peer | ours", 2.4, least=2.5)
    return made


def page(figures, section):
    return figures.page({"measured": {"date": "2026-01-02"}, "sections": [figures.plain(section)]})


def rows(figures, section):
    return [line for line in page(figures, section).splitlines() if line.startswith("| ")][1:]


def test_a_figure_is_printed_when_it_is_known(section, capsys):
    capsys.readouterr()
    section.add("two jobs / one", 1.87654, least=1.9, note="load 0.3")
    assert capsys.readouterr().out == "two jobs / one: 1.88 (at least 1.9 wanted; load 0.3)\n"


def test_the_page_has_a_row_for_each_figure_that_was_printed(figures, section):
    assert rows(figures, section) == [
        "| warm grade | 0.42 s of CPU |  | least 0.40 |",
        "| warm grade / floor | 1.25 | at most 1.3 |  |",
        r"| a peer \| ours | 2.40 | **missed:** at least 2.5 |  |",
    ]


def test_the_page_says_on_what_and_how_long_it_was_measured(figures, section):
    said = page(figures, section).splitlines()
    assert said[0] == "Measured: date 2026-01-02."
    assert "Took 61 s; load 1.5 at its end." in said


def test_a_figure_outlives_being_kept(figures, section):
    kept = figures.section_of(json.loads(json.dumps(figures.plain(section))))
    assert [figure.line() for figure in kept.figures] == [figure.line() for figure in section.figures]


def test_the_site_shows_the_figures_that_were_kept_for_it(outside):
    kept = json.loads((ROOT / "docs" / "reference" / "figures.json").read_text("utf-8"))
    said = outside("docs.make.staging").filled("<!-- figures -->").splitlines()
    assert [line[3:] for line in said if line.startswith("## ")] == [one["title"] for one in kept["sections"]]


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """A folder with what lies beside every peer's tests, and the solutions as they are handed in."""
    folder = tmp_path_factory.mktemp("asked")
    write = "import beside, sys; sys.stdout.buffer.write(beside.known_numbers(beside.here())[0])"
    known = subprocess.run(
        [sys.executable, "-c", write],
        cwd=ROOT,
        env={"PYTHONPATH": str(BENCHMARKS), "HOME": str(folder)},
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    (folder / "known.marshal").write_bytes(known)
    for path in (BENCHMARKS / "floor.py", BENCHMARKS / "peers" / "known.py"):
        shutil.copy(path, folder)
    shutil.copytree(ROOT / "solutions", folder / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def told(folder):
    """By test, what the peers' tests say of what lies there."""
    run = [sys.executable, "-c", ASK]
    return json.loads(subprocess.run(run, cwd=folder, check=True, capture_output=True, text=True).stdout)


def test_others_find_the_solutions_right(asked, course):
    said = told(asked)
    assert {exercise.name for exercise in course.exercises} <= set(said)
    assert set(said.values()) == {""}


def test_others_find_a_wrong_exercise_by_its_numbers(asked, tmp_path):
    folder = shutil.copytree(asked, tmp_path / "wrong")
    path = folder / "exercises" / "relu.py"
    path.write_text(path.read_text("utf-8").replace(".grad += ", ".grad = "), "utf-8")
    assert "expected" in told(folder)["relu"]

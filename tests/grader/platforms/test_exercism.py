"""The Exercism-style runner: a folder of samples, each with the results.json it must give.

The samples are given to the command that the runner's script ends in; the script itself runs all exercises.

After a change of wording on purpose: GOLDEN=write pytest tests/grader/platforms/test_exercism.py
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from tests.grader.called import grader
from tests.grader.house.versions import as_drawn
from tests.grader.render.formats.samples import FOLDER

ROOT = Path(__file__).resolve().parents[3]
RUNNER = ROOT / "platforms" / "exercism" / "bin" / "run.sh"
SAMPLES = sorted((Path(__file__).parent / "exercism").iterdir())
SCHEMA = json.loads((FOLDER / "exercism.schema.json").read_text("utf-8"))


@pytest.fixture
def runner(tmp_path):
    """bin/run.sh SLUG INPUT_DIR OUTPUT_DIR, with the interpreter at hand."""
    command = tmp_path / "bin" / "grader"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m grader "$@"\n')
    command.chmod(0o755)

    def run(slug, given):
        path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
        # Its own samples may run without a cage where there is none.
        environment = {**os.environ, "PATH": path, "GRADER": str(command), "GRADER_SANDBOX": "process"}
        words = [str(RUNNER), slug, str(given), str(tmp_path / "out")]
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))

    return run


@as_drawn
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_a_sample_gives_the_results_that_lie_beside_it(sample, tmp_path):
    slug = sample.name.partition("-")[0]
    done = grader("exercism", slug, sample, tmp_path, "--sandbox", "process")
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "results.json").read_text("utf-8"))
    jsonschema.validate(found, SCHEMA)
    golden = sample / "expected_results.json"
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    assert found == json.loads(golden.read_text("utf-8"))


@pytest.mark.parametrize(
    ("sample", "status"), [("right", "pass"), ("wrong", "fail"), ("crashing", "error"), ("stub", "fail")]
)
def test_the_samples_are_what_they_are_called(sample, status):
    golden = Path(__file__).parent / "exercism" / f"add-{sample}" / "expected_results.json"
    assert json.loads(golden.read_text("utf-8"))["status"] == status


def test_an_unknown_exercise_and_a_missing_folder_are_errors_in_the_file(runner, tmp_path):
    for slug, given in (("tan\x1b[2J", SAMPLES[0]), ("add", tmp_path / "nowhere")):
        found = runner(slug, given)
        jsonschema.validate(found, SCHEMA)
        assert found["status"] == "error"
        assert all(line.isprintable() for line in found["message"].split("\n"))


def test_all_exercises_are_asked_for_by_the_courses_own_slug(runner, solved):
    found = runner("nanograd", solved)
    assert found["status"] == "pass"
    assert {test["task_id"] for test in found["tests"]} == set(range(1, 9))

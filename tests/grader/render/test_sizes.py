"""No output is longer than what reads it takes, whatever a submission says."""

import io
import json
import zipfile
from dataclasses import replace
from fractions import Fraction

import pytest

from grader.model import Claim, Counterexample, Crashed, Exercise, Failed, Kind, NotGraded, Verdict
from grader.platforms.github import files, marks, runner
from grader.platforms.pull_request import LONGEST, MARKER, MEMBER, body
from grader.render.export import SINGLE, code_quality
from grader.render.results_json import MESSAGE, OUTPUT
from grader.render.text import About
from grader.report.report import Report
from grader.sandbox.launch import LINES, TEXT_LONGEST
from grader.submission.commit import Changes
from tests.grader.render.formats.samples import FOUND, SHOWN, TOGETHER, result

KIB, MIB = 1 << 10, 1 << 20
# What is published: https://docs.github.com (step summaries, outputs, annotations), Classroom 50's collector,
# https://docs.gitlab.com (unit test reports), and Linux for one environment variable. Gradescope names none;
# ours is kept as small as the others.
MOST = {
    "gradescope": 10 * MIB,
    "github-classroom": 131_072 * 3 // 4,
    "classroom50": 10 * MIB,
    "exercism": 10 * MIB,
    "junit": 30 * MIB,
}
SUMMARY, OUTPUTS, ANNOTATION, TITLE, EACH_KIND = MIB, MIB, 64 * KIB, 255, 10
# The longest that may come out of a worker, in letters that every format writes long.
WORST = "\n".join(["\U0001f600&<" * (TEXT_LONGEST // (3 * LINES))] * LINES)
CHANGES = Changes("a" * 40, "b" * 40, ("add",), ("add",), ("\U0001f600&<" * 60,) * 100, 10**6)


def told_at_length():
    """Nine marks of ten properties: each goes wrong with as much to say as a submission may have."""
    numbers = tuple((f"m.layers[0].neurons[{n}].w[0].grad", 1e-300 / 3) for n in range(60))
    shown = Counterexample("y = Value(1.0)\n" * 200, numbers, numbers, True, SHOWN.graph)
    frames = ("add.py, line 1048576, in " + "\U0001f600" * 200,) * 8
    outcomes = (Failed(3, shown), Crashed(3, WORST, frames), Failed(3, shown, WORST), NotGraded(WORST))
    findings = tuple(
        replace(FOUND[0], part=f"p{n}", does="\U0001f600" * 60, should="<" * 60, cause=f"{n}")
        for n in range(20)
    )
    verdicts = tuple(
        Verdict(Claim(f"c{n}", f"Property {n} holds.", Kind.GRADED, Fraction(1)), outcomes[n % 4])
        for n in range(10)
    )
    names = ("add", "mul", "pow", "relu", "backward", "neuron", "layer", "mlp")
    results = [result(Exercise(name, name, Fraction(10), ()), *verdicts, findings=findings) for name in names]
    last = result(TOGETHER, *verdicts)
    return Report("work", "ab" * 32, 7, "none", tuple(results), last, (("grader", "0.1.0"),))


@pytest.fixture(scope="module")
def longest():
    return told_at_length()


@pytest.mark.parametrize("form", MOST)
def test_format_is_no_longer_than_its_reader_takes(form, longest):
    size = len(SINGLE[form](longest, About()).encode("utf-8", "backslashreplace"))
    assert size < MOST[form]


def test_exercism_has_no_longer_messages_than_its_specification_allows(longest):
    tests = json.loads(SINGLE["exercism"](longest, About()))["tests"]
    assert max(len(test["message"] or "") for test in tests) <= MESSAGE
    assert max(len(test["output"] or "") for test in tests) <= OUTPUT


def test_summary_and_outputs_of_a_step_are_no_longer_than_github_takes(longest, tmp_path):
    names = {name: str(tmp_path / name) for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    shown, texts = files(longest, CHANGES, About())
    runner(shown, CHANGES, texts, names)
    sizes = {name: (tmp_path / name).stat().st_size for name in names}
    assert sizes["GITHUB_STEP_SUMMARY"] < SUMMARY
    assert sizes["GITHUB_OUTPUT"] < OUTPUTS


def test_report_is_no_longer_than_the_comment_on_its_pull_request_reads(longest):
    _, texts = files(longest, CHANGES, About())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MEMBER, texts["report.json"])
    said = body(packed.getvalue(), CHANGES.head)
    assert said.startswith(f"{MARKER}\n## Score: 0 of 80")
    assert len(said) <= LONGEST


def test_annotations_are_as_many_and_as_long_as_github_shows(longest):
    shown, _ = files(longest, replace(CHANGES, graded=tuple(r.exercise.name for r in longest.marks)), About())
    lines = list(marks(shown, replace(CHANGES, graded=tuple(r.exercise.name for r in shown.marks)), {}, "e"))
    assert max(len(line.encode()) for line in lines) < ANNOTATION
    assert max(len(line.partition("title=")[2].partition("::")[0]) for line in lines) <= TITLE
    for kind in ("error", "warning", "notice"):
        assert sum(line.startswith(f"::{kind} ") for line in lines) <= EACH_KIND


def test_gitlab_is_shown_an_issue_a_property_and_each_is_short(longest):
    size = len(code_quality(longest, {}, "exercises").encode())
    assert size < MIB

"""The page of one submission as text: all of its report, always the same, and nothing foreign."""

import json
import re
from dataclasses import replace
from fractions import Fraction
from html import unescape

import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.errors import UsageError
from grader.learner.help import sections
from grader.model import Adjustment, Claim, Kind, NotStarted, Passed, TimedOut
from grader.render.html.single_page import share, single_page, view
from grader.report.evidence import SAID
from grader.report.reading import read_report, report_from_plain
from grader.report.report import to_json, to_plain
from grader.report.words import counterexample_of
from tests.grader.classroom.crowd import crowd
from tests.grader.hostile import HOSTILE

# What all are compared with is made once.
pytestmark = pytest.mark.xdist_group("single page")

TITLE = "A course"
REPORTS = [standing.report for standing in crowd(40).each() if standing.report]


@pytest.fixture(scope="module")
def hints(course):
    return sections(course)


@pytest.fixture(scope="module")
def mixed():
    """A report with something of everything."""
    counts = {
        report: {(type(v.outcome), bool(r.diagnosis)) for r in report.marks for v in r.verdicts}
        for report in REPORTS
    }
    return max(counts, key=lambda report: len(counts[report]))


@pytest.fixture(scope="module")
def page(mixed, hints):
    return single_page(mixed, TITLE, hints)


def written(path, plain):
    path.write_text(json.dumps(plain))
    return path


def text_of(page):
    return " ".join(unescape(re.sub("<[^>]*>", " ", page.split("<body>")[1])).split())


# Reading reports


@pytest.mark.parametrize("report", REPORTS[:12])
def test_a_report_read_back_says_the_same(report):
    plain = to_plain(report)
    assert to_plain(report_from_plain(json.loads(json.dumps(plain)))) == plain


def test_a_report_from_json_makes_the_same_page(mixed, hints, page):
    again = report_from_plain(json.loads(to_json(mixed)))
    assert single_page(again, TITLE, hints).replace("there is nothing to run yet", "") == re.sub(
        r"\w+\.py is still the stub", "", page
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: p.pop("seed"), "lacks 'seed'"),
        (lambda p: p.update(schema="other/v1"), "its schema is not"),
        (lambda p: p.update(score=p["score"] + 1), "do not add up"),
        (lambda p: p.update(isolation="<b>"), "its isolation"),
        (lambda p: p.update(exercises=[{}]), "lacks 'name'"),
        (lambda p: p.update(exercises=7), "a list is none"),
        (lambda p: p.update(exercises=p["exercises"] * 40), "too long"),
        (lambda p: p["exercises"][0].update(properties=[]), "has no properties"),
        (lambda p: p["exercises"][0].update(max_score=1e300), "too many points"),
        (lambda p: p["exercises"][0]["properties"][0].update(status="great"), "a status is none"),
        (lambda p: p["exercises"][0]["properties"][0].update(max_score=-3), "less than nothing"),
        (lambda p: p["exercises"][0]["properties"][0].update(kind="note"), "a note is no property"),
        (lambda p: p["submission"].update(name=["x"]), "is no text"),
        (lambda p: p.update(versions=[1]), "has no attribute"),
    ],
)
def test_what_is_no_report_is_refused_in_words(change, said, mixed, tmp_path):
    plain = to_plain(mixed)
    change(plain)
    with pytest.raises(UsageError, match="is no report of one submission: .*" + said):
        read_report(written(tmp_path / "r.json", plain))


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"nonsense", b"\xff\xfe", b"[" * 100_000, b'{"schema": NaN}', b"null"]
)
def test_what_is_no_json_is_refused_in_words(data, tmp_path):
    path = tmp_path / "r.json"
    path.write_bytes(data)
    with pytest.raises(UsageError, match="is no report of one submission"):
        read_report(path)


def test_a_huge_file_is_not_read(tmp_path):
    path = tmp_path / "r.json"
    with path.open("wb") as file:
        file.truncate(9 << 20)
    with pytest.raises(UsageError, match="larger than 8 MiB"):
        read_report(path)


# What it says


def test_every_exercise_and_property_is_there(page, mixed):
    said = text_of(page)
    for result in mixed.marks:
        assert result.exercise.title in said
        for verdict in result.verdicts:
            assert verdict.claim.kind is Kind.NOTE or verdict.claim.title in said


def test_every_counterexample_is_there_with_its_graph(page, mixed):
    verdicts = [v for result in mixed.marks for v in result.verdicts if v.claim.kind is not Kind.NOTE]
    shown = [c for c in (counterexample_of(verdict.outcome) for verdict in verdicts) if c is not None]
    assert shown
    programs = re.findall(r'aria-label="The program"><code>(.*?)</code>', page, re.DOTALL)
    assert sorted(map(unescape, programs)) == sorted(c.source.rstrip() for c in shown)
    assert page.count('<svg class="graph-picture') == sum(bool(c.graph) for c in shown) > 0


def test_ids_are_unique(page):
    ids = re.findall(r'\sid="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'aria-labelledby="([^"]*)"|aria-describedby="([^"]*)"', page)) <= {
        pair for id_ in ids for pair in ((id_, ""), ("", id_))
    }
    assert set(re.findall(r'href="#([^"]*)"', page)) <= set(ids)


def test_only_one_property_of_an_exercise_is_open(page):
    for part in page.split('<section class="card part"')[1:]:
        assert part.count('<details class="property" open>') <= 1
    assert '<details class="property" open>' in page


def test_hints_stand_folded_the_mistakes_own_first(mixed, hints):
    seen = view(mixed, hints)
    part = next(part for part in seen.parts if part.told)
    assert part.hints[0].title == f"On this mistake: {part.told.hint}"
    assert [hint.title[:8] for hint in part.hints[1:]] == ["Level 1,", "Level 2,", "Level 3,"]
    assert "<pre" in "".join(hint.body for hint in part.hints)
    assert re.search(r'<details class="hints[^>]*open', single_page(mixed, TITLE, hints)) is None


def test_what_has_passed_needs_no_hints(mixed, hints):
    for part in view(mixed, hints).parts:
        assert not part.counts or bool(part.hints) == (not part.passed)


def test_markup_in_hints_is_shown_and_leads_nowhere(mixed):
    part = next(result for result in mixed.results if result.diagnosis)
    bad = f"{part.exercise.name}: level 1, x"
    text = "<script>alert(1)</script> [a](https://evil.example) ![b](https://evil.example/b.png) <https://e.example>"
    body = next(hint.body for p in view(mixed, {bad: text}).parts for hint in p.hints)
    assert re.findall(r"<(\w+)", body) == ["p"]


def test_policies_are_told_line_by_line(mixed, hints):
    fined = replace(mixed, adjustments=(Adjustment("late, a day begun: 10 % less", Fraction(-5, 2)),))
    said = text_of(single_page(fined, TITLE, hints))
    assert "late, a day begun: 10 % less -2.5" in said


def test_the_score_is_never_all_but_when_it_is():
    assert [share(Fraction(n), Fraction(1000)) for n in (0, 1, 996, 999, 1000)] == [0, 1, 99, 99, 100]
    assert share(Fraction(3), Fraction(0)) == 0


def test_when_all_is_done_the_page_says_so(examined, solutions, hints):
    results = tuple(examined(name, solutions) for name in ("add", "mul"))
    done = single_page(replace(REPORTS[0], results=results, together=None, adjustments=()), TITLE, hints)
    assert '<header class="top whole">' in done
    held = sum(len(result.verdicts) for result in results)
    assert f"Every exercise passes: {held} properties hold in " in text_of(done)
    assert "Hints" not in text_of(done)


def test_nothing_started_says_where_to_begin(mixed, hints, examined, course):
    nothing = replace(mixed, results=(examined("add", {"add": course.stub("add")}),), together=None)
    said = text_of(single_page(nothing, TITLE, hints))
    assert "Nothing is started yet" in said
    assert "Not started: add.py is still the stub." in said


def test_a_shape_of_its_own_is_described_and_read_back(mixed, hints):
    first, second, *rest = mixed.results
    without = tuple(replace(v, outcome=NotStarted("it has no relu", absent=True)) for v in first.verdicts)
    tanh = replace(first.verdicts[0], claim=Claim("tanh", "The gradient of tanh.", Kind.NOTE, Fraction(0)))
    foreign = replace(
        mixed,
        results=(
            replace(first, verdicts=without, findings=()),
            replace(second, notes=("Set order.",)),
            *rest,
        ),
        found=("Its numbers are called Tensor.",),
        extras=(replace(tanh, outcome=Passed(7)), replace(tanh, outcome=TimedOut(3.0))),
    )
    again = report_from_plain(json.loads(to_json(foreign)))
    assert to_plain(again) == to_plain(foreign)
    said = text_of(single_page(again, TITLE, hints))
    for sentence in ("Its numbers are called Tensor.", "Note: Set order.", "Operations beyond the exercises"):
        assert sentence in said
    assert "absent" in said
    assert said.count("The gradient of tanh.") >= 2


# One file, of nobody else's


def test_the_same_report_gives_the_same_bytes(mixed, hints, page):
    assert single_page(mixed, TITLE, hints) == page


def test_page_asks_for_nothing_and_runs_nothing(page):
    assert "http" not in page.replace("http-equiv", "")
    assert re.findall(r"<(script|link|img|iframe|object|embed|form|base)\b", page) == []
    assert "style=" not in page
    policy = unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1])
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "script-src" not in policy


@pytest.fixture(scope="module")
def tags(hints, mixed):
    """Those of a page on which nobody says anything odd."""
    return set(re.findall(r"<(/?[a-zA-Z]+)", single_page(hostile(mixed, "x"), TITLE, hints)))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text(text, hints, mixed, tags):
    shown = single_page(hostile(mixed, text), TITLE, hints)
    assert set(re.findall(r"<(/?[a-zA-Z!-]+)", shown.split("<style>")[0] + shown.split("</style>")[1])) <= {
        *tags,
        "!doctype",
    }
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def hostile(report, text):
    """The report with a text wherever a stranger could have put one."""
    text = text[:2000]
    plain = to_plain(report)
    plain["submission"] |= {"name": text, "digest": text}
    plain["versions"] = {text: text}
    plain["adjustments"] = [{"title": text, "points": 0}] + plain["adjustments"]
    for exercise in (*plain["exercises"], plain["together"]):
        exercise |= {"name": text, "title": text}
        if exercise["notes"]:
            exercise["notes"] = [text]
        if exercise["diagnosis"]:
            exercise["diagnosis"] = dict.fromkeys(exercise["diagnosis"], text)
        for finding in exercise["findings"]:
            finding |= {key: text[:most] for key, most in SAID.items()}
        for entry in exercise["properties"]:
            _spoil(entry, text)
    return report_from_plain(plain)


def _spoil(entry, text):
    entry |= {"name": text, "title": text, "frames": [text] if entry["frames"] else []}
    if entry["status"] in ("failed", "crashed"):
        entry["error"] = text
    if shown := entry["counterexample"]:
        shown["program"] = text
        shown["expected"] = {f"{text}{at}": value for at, value in enumerate(shown["expected"].values())}
        shown["got"] = {f"{text}{at}": value for at, value in enumerate(shown["got"].values())}
        names = {node["name"]: f"{text}{at}" for at, node in enumerate(shown["graph"])}
        for node in shown["graph"]:
            node |= {"name": names[node["name"]], "formula": text}
            node["operands"] = [names[name] for name in node["operands"]]


# The command


def test_report_makes_the_page_of_a_report(mixed, page, tmp_path, course):
    (tmp_path / "r.json").write_text(to_json(mixed))
    done = CliRunner().invoke(main, ["report", str(tmp_path / "r.json"), "--html", str(tmp_path / "r.html")])
    assert done.exit_code == 0
    assert "one file with everything in it" in done.output
    text = (tmp_path / "r.html").read_text("utf-8")
    assert course.title in text
    assert text.count("graph-picture") == page.count("graph-picture")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("r.json", b"{}", "is no report of one submission"),
        ("none.json", None, "cannot read"),
        ("none.sqlite", None, "none.sqlite"),
        ("text.sqlite", b"hello", "is no report of one submission"),
    ],
)
def test_what_is_neither_is_told(name, data, said, tmp_path):
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    done = CliRunner().invoke(main, ["report", str(path), "--html", str(tmp_path / "r.html")])
    assert done.exit_code == 2
    assert said in done.output
    assert not (tmp_path / "r.html").exists()


def test_page_says_by_which_rules_a_score_came_about(mixed, hints, page):
    ruled = replace(mixed, rules="in a shape of its own")
    assert report_from_plain(to_plain(ruled)).rules == ruled.rules
    assert ruled.rules in unescape(single_page(ruled, TITLE, hints))
    assert ruled.rules not in unescape(page)


def test_what_gave_no_answer_is_said_to_have_given_none_whatever_its_answers_are(mixed, hints):
    verdicts = (verdict for result in mixed.marks for verdict in result.verdicts)
    shown = next(filter(None, (counterexample_of(verdict.outcome) for verdict in verdicts)))
    late = TimedOut(2.0, replace(shown, got=()))
    first, *others = mixed.results
    first = replace(first, verdicts=tuple(replace(verdict, outcome=late) for verdict in first.verdicts))
    page = single_page(replace(mixed, results=(first, *others)), TITLE, hints)
    assert "No answer within 2 seconds" in text_of(page)
    assert "It gave no answer; this was expected." in text_of(page)

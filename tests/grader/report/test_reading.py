"""A report read back: everything that it says, and no more than a report can say."""

import json
from fractions import Fraction

import pytest

from grader.errors import UsageError
from grader.model import (
    Adjustment,
    Claim,
    Counterexample,
    Crashed,
    Exercise,
    Failed,
    Finding,
    Kind,
    Node,
    NotStarted,
    Passed,
    Result,
    TimedOut,
    Verdict,
)
from grader.report.evidence import LATER, SAID
from grader.report.reading import (
    FILES,
    MOST,
    MOST_FRAMES,
    STRANGERS,
    read_report,
    received,
    report_from_plain,
)
from grader.report.report import Report, to_plain
from grader.report.words import headline

LARGEST, HIGHEST, MOST_PROPERTIES = FILES.size, FILES.points, FILES.properties

NODES = (
    Node("a", "2", (), (2.0, 2.0), (1.0, 1.5), False),
    Node("b", "a + a", ("a", "a"), (4.0, 4.0), (1.0, None), True),
)
SHOWN = Counterexample("b = a + a", (("b.data", 4.0),), (("b.data", 5.0),), False, NODES)


def verdict(name, outcome, kind=Kind.GRADED, points=5):
    return Verdict(Claim(name, f"The {name}.", kind, Fraction(points)), outcome)


ADD = Result(
    Exercise("add", "a + b", Fraction(10), ()),
    (verdict("sum", Passed(120)), verdict("gradient", Failed(3, SHOWN, "Not a number."))),
    (
        Finding(
            "x", "It overwrites.", "self.grad", "self.grad = 1", "self.grad += 1", "a > 0", "Why.", "add", 9
        ),
        Finding("y", "Another.", "other.grad", "nothing", "", "", "Because.", "add"),
    ),
    ("A note.",),
)
MUL = Result(
    Exercise("mul", "a * b", Fraction(20), ()),
    (
        verdict("product", Crashed(3, "ValueError: no", ("mul.py, line 3, in mul",), SHOWN), points=10),
        verdict("time", TimedOut(2.5), points=10),
        verdict("extra", Passed(1), Kind.BONUS, 3),
    ),
)
POW = Result(
    Exercise("pow", "a ** b", Fraction(10, 3), ()),
    (
        verdict("power", NotStarted("there is nothing to run yet"), points=Fraction(5, 3)),
        verdict("root", NotStarted("this implementation does without", True), points=Fraction(5, 3)),
    ),
)
TOGETHER = Result(
    Exercise("together", "All", Fraction(0), (), True), (verdict("all", Passed(2), Kind.BONUS),)
)
EXTRA = Verdict(Claim("tanh", "Tanh.", Kind.NOTE, Fraction(0)), Failed(3, SHOWN, "No."))
REPORT = Report(
    submission="work",
    digest="0" * 64,
    seed=0,
    isolation="reduced",
    results=(ADD, MUL, POW),
    together=TOGETHER,
    versions=(("grader", "1"), ("python", "3.11")),
    adjustments=(Adjustment("late", Fraction(-1)), Adjustment("add counts twice", Fraction(1, 2))),
    found=("One file.",),
    extras=(EXTRA,),
    rules="By other rules.",
)


def changed(change):
    plain = json.loads(json.dumps(to_plain(REPORT)))
    change(plain)
    return plain


def first(plain, place=0):
    return plain["exercises"][0]["properties"][place]


def bonus_of(points):
    """What comes of points that are in no score."""
    read = read_of(lambda p: p["exercises"][1]["properties"][2].update(max_score=points))
    return read.results[1].verdicts[2].claim.share


def read_of(change):
    return report_from_plain(changed(change))


def test_everything_is_read_back():
    assert report_from_plain(json.loads(json.dumps(to_plain(REPORT)))) == REPORT


def test_a_report_from_before_there_were_findings_is_read_back():
    read = read_of(lambda p: [exercise.pop("findings") for exercise in p["exercises"]])
    assert read.results[0].findings == (Finding("x", "It overwrites.", "", "", "", "", "Why.", "add"),)
    assert read.results[1].findings == ()


def test_a_finding_of_an_older_version_says_no_cause():
    read = read_of(lambda p: p["exercises"][0]["findings"][0].pop("cause"))
    assert read.results[0].findings[0].cause == ""


@pytest.mark.parametrize("key", [*sorted(set(SAID) - LATER), "line"])
def test_a_finding_says_everything(key):
    with pytest.raises(KeyError, match=key):
        read_of(lambda p: p["exercises"][0]["findings"][0].pop(key))


@pytest.mark.parametrize("value", [None, 7, ["x"], {}])
@pytest.mark.parametrize("key", SAID)
def test_what_a_finding_says_is_text(key, value):
    with pytest.raises(ValueError, match="is no text"):
        read_of(lambda p: p["exercises"][0]["findings"][1].update({key: value}))


@pytest.mark.parametrize("key", SAID)
def test_what_a_finding_says_has_its_bounds(key):
    read_of(lambda p: p["exercises"][0]["findings"][1].update({key: "x" * SAID[key]}))
    with pytest.raises(ValueError, match="more than there is room for"):
        read_of(lambda p: p["exercises"][0]["findings"][1].update({key: "x" * (SAID[key] + 1)}))


@pytest.mark.parametrize("line", [-1, 1 << 31, 1.5, "1", None, True])
def test_a_line_is_a_count(line):
    with pytest.raises(ValueError, match="is no"):
        read_of(lambda p: p["exercises"][0]["findings"][0].update(line=line))


@pytest.mark.parametrize("findings", [None, {}, "x", 7])
def test_findings_are_a_list_of_at_most_so_many(findings):
    with pytest.raises(ValueError, match="no findings, or too many"):
        read_of(lambda p: p["exercises"][0].update(findings=findings))
    read_of(lambda p: p["exercises"][0].update(findings=p["exercises"][0]["findings"] * 20))
    with pytest.raises(ValueError, match="no findings, or too many"):
        read_of(lambda p: p["exercises"][0].update(findings=p["exercises"][0]["findings"] * 21))


def test_a_report_in_a_file_is_read_back(tmp_path):
    (tmp_path / "report.json").write_text(json.dumps(to_plain(REPORT)))
    assert read_report(tmp_path / "report.json") == REPORT


def test_a_report_of_some_exercises_has_no_last_mark():
    assert read_of(lambda p: p.update(together=None)).together is None


@pytest.mark.parametrize(("key", "empty"), [("found", ()), ("extras", ()), ("rules", "")])
def test_what_only_some_reports_say_may_be_missing(key, empty):
    assert getattr(read_of(lambda p: p.pop(key)), key) == empty


@pytest.mark.parametrize("isolation", ["full", "reduced", "none"])
def test_every_isolation_is_one(isolation):
    assert read_of(lambda p: p.update(isolation=isolation)).isolation == isolation


def test_points_are_fractions_of_up_to_a_million():
    for points in (Fraction(10, 3), Fraction(1, 999_999), Fraction(1, 1_000_000)):
        assert bonus_of(float(points)) == points
    assert bonus_of(1 / 1_000_003) != Fraction(1, 1_000_003)


def test_a_score_may_be_rounded_to_hundredths():
    score = to_plain(REPORT)["score"]
    for by in (0.0099, -0.0099):
        read_of(lambda p, by=by: p.update(score=score + by))
    for by in (0.0101, -0.0101, 1.0):
        with pytest.raises(ValueError, match="do not add up"):
            read_of(lambda p, by=by: p.update(score=score + by))


def test_a_whole_hundredth_is_still_rounding():
    def whole(plain):
        plain.update(adjustments=[{"title": "late", "points": -5 - 0.01}], exercises=plain["exercises"][:1])
        plain["score"] = 0.01

    with pytest.raises(ValueError, match="do not add up"):
        read_of(lambda p: (whole(p), p.update(score=0.010001)))
    assert read_of(whole).final == 0


@pytest.mark.parametrize("said", [1, "yes", None])
def test_only_true_says_that_something_is_absent(said):
    read = read_of(lambda p: p["exercises"][2]["properties"][1].update(absent=said))
    assert read.results[2].verdicts[1].outcome == NotStarted("there is nothing to run yet")


@pytest.mark.parametrize("limit", [2.5, 10, 0])
def test_a_limit_is_read_whatever_is_said_of_it(limit):
    said = {"error": "no answer within 9 seconds", "limit": limit}
    read = read_of(lambda p: p["exercises"][1]["properties"][1].update(said))
    assert read.results[1].verdicts[1].outcome == TimedOut(limit)


def test_a_report_of_a_former_version_says_no_limit():
    read = read_of(lambda p: p["exercises"][1]["properties"][1].pop("limit"))
    outcome = read.results[1].verdicts[1].outcome
    assert outcome == TimedOut(0.0)
    assert headline(outcome).startswith("No answer in time. Usually ")


@pytest.mark.parametrize("limit", ["9", None, True, [1]])
def test_a_limit_is_a_number(limit):
    with pytest.raises(ValueError, match="is no number"):
        read_of(lambda p: p["exercises"][1]["properties"][1].update(limit=limit))


def lists(most, at):
    """Lists of so many entries at a place, up to the most and one and two beyond it."""
    return [pytest.param(at, count, count <= most) for count in (most, most + 1, most + 2)]


@pytest.mark.parametrize(
    ("change", "count", "fits"),
    [
        *lists(MOST, lambda p, n: p.update(found=["x"] * n)),
        *lists(MOST, lambda p, n: p["exercises"][0].update(notes=["x"] * n)),
        *lists(MOST, lambda p, n: p.update(extras=p["extras"] * n)),
        *lists(MOST_PROPERTIES, lambda p, n: p["exercises"][1].update(properties=[first(p, 1)] * n)),
        *lists(MOST_FRAMES, lambda p, n: p["exercises"][1]["properties"][0].update(frames=["x"] * n)),
    ],
)
def test_lists_are_as_long_as_the_longest(change, count, fits):
    if fits:
        read_of(lambda p: change(p, count))
    else:
        with pytest.raises(ValueError, match="too long"):
            read_of(lambda p: change(p, count))


def test_points_go_up_to_the_highest_and_down():
    lines = [{"title": "up", "points": HIGHEST}, {"title": "down", "points": -HIGHEST}]
    read = read_of(lambda p: p.update(adjustments=lines, score=5))
    assert [line.points for line in read.adjustments] == [HIGHEST, -HIGHEST]
    for points in (HIGHEST + 1, -HIGHEST - 1, HIGHEST + 2, 1e300):
        with pytest.raises(ValueError, match="too many points"):
            bonus_of(points)


@pytest.mark.parametrize("points", [True, False, None, "5", [5], float("nan"), float("inf")])
def test_points_are_numbers(points):
    with pytest.raises(ValueError, match="points"):
        bonus_of(points)


def test_a_property_may_be_worth_nothing_but_not_less():
    assert bonus_of(0) == 0
    for points in (-1e-3, -1, -1.5):
        with pytest.raises(ValueError, match="less than nothing"):
            bonus_of(points)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: p.update(schema="nanograd/report/v2"), "its schema is not nanograd/report/v1"),
        (lambda p: p.update(schema="a"), "its schema is not nanograd/report/v1"),
        (lambda p: p.update(isolation="total"), "its isolation is none"),
        (lambda p: p["exercises"][0].update(properties=[]), "'add' has no properties"),
        (lambda p: first(p).update(kind="note"), "a note is no property"),
        (lambda p: first(p).update(kind="any"), "'any' is not a valid Kind"),
        (lambda p: first(p).update(status="great"), "a status is none that there is"),
        (lambda p: p.update(exercises={}), "a list is none, or too long"),
        (lambda p: p.update(exercises="add"), "a list is none, or too long"),
        (lambda p: p.update(adjustments=7), "a list is none, or too long"),
        (lambda p: p.update(seed="mine"), "is no seed"),
        (lambda p: p.update(rules=None), "is no text"),
        (lambda p: p["submission"].update(digest=1), "is no text"),
        (lambda p: p["versions"].update(grader=1), "is no text"),
    ],
)
def test_what_no_report_says_is_refused(change, said):
    with pytest.raises(ValueError, match=said):
        read_of(change)


# In a file


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(UsageError, match=r"cannot read .*none\.json: No such file"):
        read_report(tmp_path / "none.json")


def test_a_file_as_large_as_the_largest_is_read(tmp_path):
    path, text = tmp_path / "report.json", json.dumps(to_plain(REPORT)).encode()
    path.write_bytes(text + b" " * (LARGEST - len(text)))
    assert read_report(path) == REPORT
    for more in (1, 2):
        path.write_bytes(text + b" " * (LARGEST - len(text) + more))
        with pytest.raises(UsageError, match="is larger than 8 MiB, so it is no report"):
            read_report(path)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("{}", "it lacks 'schema'"),
        ("[" * 100_000, "maximum recursion depth|nested"),
        ('{"schema": NaN}', "NaN is no number in JSON"),
        ("null", "'NoneType' object is not subscriptable"),
        ("nonsense", "Expecting value"),
        (json.dumps(changed(lambda p: p.update(versions=[]))), "has no attribute 'items'"),
        (json.dumps(changed(lambda p: first(p).update(max_score=10**400))), "too large"),
        (json.dumps(changed(lambda p: p.update(isolation="x"))), "its isolation is none that there is"),
    ],
    ids=lambda text: text[:20],
)
def test_why_it_is_no_report_is_told(data, said, tmp_path):
    (tmp_path / "report.json").write_text(data)
    with pytest.raises(UsageError, match=f"is no report of one submission: .*({said})"):
        read_report(tmp_path / "report.json")


def test_a_long_reason_is_cut(tmp_path):
    (tmp_path / "report.json").write_text(json.dumps(changed(lambda p: first(p).update(kind="x" * 500))))
    with pytest.raises(UsageError) as raised:
        read_report(tmp_path / "report.json")
    assert str(raised.value).partition("submission: ")[2].partition("\n")[0] == "'" + "x" * 199


# From a stranger

CHANGES = {
    "base": "a" * 40,
    "head": "b" * 64,
    "exercises": ["add"],
    "graded": ["add"],
    "elsewhere": [],
    "more": 0,
}


def of_stranger(change):
    return STRANGERS.report(changed(change))


def with_graph(nodes, **said):
    """A report whose first counterexample has so many nodes, of which the last says something else."""

    def change(plain):
        one, *_ = graph = first(plain, 1)["counterexample"]["graph"]
        graph[:] = [one | {"name": f"n{place}"} for place in range(nodes - 1)] + [one | said]

    return change


def graph_in(report):
    return report.results[0].verdicts[1].outcome.counterexample.graph


def test_a_graph_is_read_up_to_the_most_nodes_and_a_larger_one_left_out():
    most = STRANGERS.nodes
    assert len(graph_in(of_stranger(with_graph(most)))) == most
    for more in (1, 2):
        assert graph_in(of_stranger(with_graph(most + more))) == ()


@pytest.mark.parametrize(
    "said",
    [
        {"name": "<b>"},
        {"name": "a" * 41},
        {"formula": "`x`"},
        {"formula": "a" * 81},
        {"operands": ["a", "?"]},
        {"operands": ["a"] * 3},
    ],
    ids=str,
)
def test_nodes_that_are_shown_have_names_and_formulas_that_steer_nothing(said):
    for nodes in (1, STRANGERS.nodes - 1, STRANGERS.nodes):
        with pytest.raises(ValueError, match=r"a name is none that there is|too long"):
            of_stranger(with_graph(nodes, **said))
    assert graph_in(of_stranger(with_graph(STRANGERS.nodes + 1, **said))) == ()


def test_a_file_of_one_s_own_may_have_any_names():
    read = read_of(lambda p: p["exercises"][0].update(name="an exercise of <mine>"))
    assert read.results[0].exercise.name == "an exercise of <mine>"
    with pytest.raises(ValueError, match="a name is none that there is"):
        of_stranger(lambda p: p["exercises"][0].update(name="an exercise of <mine>"))


def test_of_a_long_text_the_beginning_is_kept():
    most = STRANGERS.letters
    read = of_stranger(lambda p: p.update(found=["x" * (most + more) for more in (-1, 0, 1, 2)]))
    assert read.found == ("x" * (most - 1), "x" * most, "x" * most + "…", "x" * most + "…")


@pytest.mark.parametrize("more", [0, 1, (1 << 63) - 1, 1 - (1 << 63)])
def test_a_number_of_files_is_one_that_others_can_read(more):
    assert STRANGERS.changes(CHANGES | {"more": more}).more == more


@pytest.mark.parametrize("more", [1 << 63, -(1 << 63), (1 << 63) + 1, 1 << 64])
def test_more_files_than_others_can_read_are_none(more):
    with pytest.raises(ValueError, match="too many files"):
        STRANGERS.changes(CHANGES | {"more": more})


def test_a_stranger_s_report_as_large_as_the_largest_is_read():
    data = json.dumps(changed(lambda p: p.update(changes=CHANGES))).encode()
    most = STRANGERS.size - len(data)
    report, changes = received(data + b" " * most)
    assert (report.submission, changes.head) == ("work", "b" * 64)
    for more in (1, 2):
        with pytest.raises(UsageError, match="the report is larger than 4 MiB"):
            received(data + b" " * (most + more))

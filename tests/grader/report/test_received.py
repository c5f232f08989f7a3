"""A report read back as a stranger's: what is taken of it, and what is refused."""

from fractions import Fraction
from math import inf, nan

import pytest

from grader.errors import UsageError
from grader.model import (
    Adjustment,
    Claim,
    Exercise,
    Failed,
    Finding,
    Kind,
    Node,
    Passed,
    Verdict,
)
from grader.report.reading import MOST, MOST_FRAMES, STRANGERS, received
from grader.report.reading import received_from_plain as seen
from grader.report.scoring import score
from grader.report.words import line_in
from grader.submission.commit import Changes
from tests.grader.report.strangers import (
    CRASHED,
    FAILED,
    FOUND,
    MUL,
    NODES,
    PASSED,
    REPORT,
    crashed,
    graded,
    packed,
    report,
    shown_of,
)

HIGHEST, LONGEST = STRANGERS.points, STRANGERS.letters
MOST_NODES, MOST_NUMBERS = STRANGERS.nodes, STRANGERS.numbers


def test_report_of_ours_is_read():
    found, changes = received(packed(REPORT))
    assert (found.final, found.score.most, found.results[0].exercise.name, changes.more) == (5, 10, "mul", 2)
    assert found.results[0].verdicts[0].outcome.counterexample.graph[1].suspect


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("schema", "nanograd/report/v2"),
        ("score", "5"),
        ("score", True),
        ("score", -1),
        ("score", 10**400),
        ("max_score", 1e12),
        ("seed", 1.5),
        ("isolation", "perfect"),
        ("isolation", ["full"]),
        ("exercises", {}),
        ("exercises", [MUL] * 101),
        ("exercises.0", "mul"),
        ("exercises.0.name", "mul\n::error::"),
        ("exercises.0.name", "../mul"),
        ("exercises.0.status", "perfect"),
        ("exercises.0.title", 7),
        ("exercises.0.properties.0.counterexample", "x"),
        ("exercises.0.properties.0.counterexample.expected", ["x"]),
        ("exercises.0.properties.0.counterexample.expected", {"x": ["1"]}),
        ("exercises.0.properties.0.counterexample.graph.0.formula", '"];click'),
        ("exercises.0.properties.0.counterexample.graph.0.operands", ["a"]),
        ("exercises.0.properties.0.counterexample.graph.0.operands", ["nobody"]),
        ("exercises.0.properties.0.counterexample.graph.1.name", "a"),
        ("exercises.0.properties.0.frames", "add.py, line 1"),
        ("changes.head", "HEAD"),
        ("changes.elsewhere", ["x"] * 101),
        ("changes", None),
    ],
)
def test_what_no_report_of_ours_says_is_refused(place, value):
    with pytest.raises(UsageError):
        received(packed(report(place, value)))


@pytest.mark.parametrize("key", [key for key in REPORT if key != "raw_score"])
def test_report_without_a_key_is_refused(key):
    with pytest.raises(UsageError):
        received(packed({name: value for name, value in REPORT.items() if name != key}))


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"score": NaN}', b" " * (STRANGERS.size + 1)),
        packed(REPORT).replace(b'"score": 5', b'"score": 1e999', 1),
        packed(REPORT).replace(b'"score": 5', b'"score": Infinity', 1),
        packed(REPORT).replace(b'"score": 5', b'"score": ' + b"9" * 5000, 1),
    ],
    ids=lambda data: repr(data[:20]),
)
def test_what_is_no_report_is_refused(data):
    with pytest.raises(UsageError):
        received(data)


def test_graph_that_nobody_could_read_is_left_out():
    node = NODES[0]
    graph = [node | {"name": f"v{number}"} for number in range(MOST_NODES + 1)]
    found = received(packed(report("exercises.0.properties.0.counterexample.graph", graph)))
    assert shown_of(found).graph == ()


def test_long_text_is_cut():
    for length in (LONGEST + 1, 10**6):
        found, _ = seen(report("exercises.0.properties.0.error", "x" * length))
        assert found.results[0].verdicts[0].outcome.reason == "x" * LONGEST + "…"
    found, _ = seen(report("exercises.0.properties.0.error", "x" * LONGEST))
    assert found.results[0].verdicts[0].outcome.reason == "x" * LONGEST


def test_every_part_of_a_report_is_taken_over():
    plain = report() | {"seed": 7, "score": 4}
    plain["adjustments"] = [{"title": "late", "points": -1}]
    found, changes = received(packed(plain))
    assert (found.seed, found.isolation, found.together) == (7, "full", None)
    assert found.adjustments == (Adjustment("late", Fraction(-1)),)
    assert (found.final, found.score.points, found.score.most) == (4, 5, 10)
    assert changes == Changes("a" * 40, "b" * 40, ("mul",), ("mul",), ("Makefile",), 2)
    (result,) = found.results
    assert result.exercise == Exercise("mul", "a * b", Fraction(10), ())
    assert result.findings == (Finding(**FOUND),)
    first, second = result.verdicts
    assert first.claim == Claim("gradient", "The gradient is right.", Kind.GRADED, Fraction(5))
    assert second == Verdict(Claim("data", "The gradient is right.", Kind.GRADED, Fraction(5)), Passed(1))
    shown = first.outcome.counterexample
    assert first.outcome == Failed(1, shown)
    assert shown.source == "b = a * a\nb.backward()"
    assert (shown.expected, shown.got) == (
        (("b.data", 4.0), ("a.grad", 4.0)),
        (("b.data", 4.0), ("a.grad", 2.0)),
    )
    first, second = shown.graph
    assert first == Node("a", "2.0", (), (2.0, 2.0), (1.0, 1.0), False)
    assert repr(second) == repr(Node("b", "a * a", ("a", "a"), (4.0, 4.0), (1.0, nan), True))


@pytest.mark.parametrize(("most", "points", "counts"), [(0, (1, 5), False), (20, (15, 20), True)])
def test_a_last_mark_has_points_of_its_own_or_is_a_bonus(most, points, counts):
    kind = "bonus" if most == 0 else "graded"
    got, missed = (points[0], points[1] - points[0])
    properties = [
        PASSED | {"kind": kind, "max_score": got, "score": got},
        CRASHED | {"kind": kind, "max_score": missed},
    ]
    last = MUL | {"name": "together", "max_score": most, "properties": properties}
    last = seen(report("together", last) | {"score": 20 if most else 5})[0].together
    assert (score(last).own, last.exercise.counts) == (points, counts)


def test_an_exercise_of_bonus_points_alone_is_no_bonus_itself():
    properties = [PASSED | {"kind": "bonus", "max_score": 1}, CRASHED | {"kind": "bonus", "max_score": 4}]
    only = MUL | {"max_score": 0, "properties": properties}
    (result,) = seen(report("exercises", [only]) | {"score": 0})[0].results
    assert (score(result).own, result.exercise.counts) == ((1, 5), True)


def test_what_is_not_known_is_left_empty():
    found, _ = seen(report("exercises.0.findings", []))
    assert found.results[0].findings == ()
    assert shown_of(seen(crashed([]))) is None
    found = seen(report("exercises.0.properties.0.counterexample.graph.0.data.got", None))
    assert shown_of(found).graph[0].data == (2.0, None)


@pytest.mark.parametrize("suspect", [1, "yes", None])
def test_only_true_marks_a_node(suspect):
    found = seen(report("exercises.0.properties.0.counterexample.graph.1.suspect", suspect))
    assert not shown_of(found).graph[1].suspect


@pytest.mark.parametrize(
    ("said", "meant"), [("nan", nan), ("inf", inf), ("-inf", -inf), (1, 1.0), (1e308, 1e308)]
)
def test_figures_are_numbers_or_what_json_has_no_numbers_for(said, meant):
    found = seen(report("exercises.0.properties.0.counterexample.got", {"x": said}))
    assert repr(shown_of(found).got) == repr((("x", meant),))


@pytest.mark.parametrize("figure", [True, None, [1], {"x": 1}, 10**400])
def test_other_figures_are_refused(figure):
    with pytest.raises((ValueError, OverflowError)):
        seen(report("exercises.0.properties.0.counterexample.got", {"x": figure}))


@pytest.mark.parametrize("said", ["1", "[1, 'a']", "NaN", ""])
def test_what_is_no_number_stands_there_as_its_text(said):
    found = seen(report("exercises.0.properties.0.counterexample.got", {"x": said}))
    assert shown_of(found).got == (("x", said),)


def test_of_a_long_text_the_beginning_is_kept():
    found = seen(report("exercises.0.properties.0.counterexample.got", {"x": "x" * 100_000}))
    assert len(shown_of(found).got[0][1]) < 5_000


def test_the_first_of_many_numbers_are_kept():
    for count in (MOST_NUMBERS, MOST_NUMBERS + 1, MOST_NUMBERS + 2):
        found = seen(report("exercises.0.properties.0.counterexample.got", {str(n): n for n in range(count)}))
        assert len(shown_of(found).got) == MOST_NUMBERS


def test_a_graph_as_large_as_anybody_looks_at_is_kept():
    nodes = [NODES[0] | {"name": f"v{number}"} for number in range(MOST_NODES)]
    found = seen(report("exercises.0.properties.0.counterexample.graph", nodes))
    assert len(shown_of(found).graph) == MOST_NODES


@pytest.mark.parametrize(
    ("most", "made"),
    [
        (MOST, lambda n: report("exercises", [MUL] * n) | {"score": 5 * n}),
        (MOST, lambda n: report("adjustments", [{"title": "late", "points": 0}] * n)),
        (STRANGERS.properties, lambda n: graded([FAILED] * n)),
        (MOST, lambda n: report("exercises.0.notes", ["A note."] * n)),
        (MOST, lambda n: report("changes.exercises", ["mul"] * n)),
        (MOST, lambda n: report("changes.graded", ["mul"] * n)),
        (MOST, lambda n: report("changes.elsewhere", ["Makefile"] * n)),
        (MOST_FRAMES, lambda n: crashed(["mul.py, line 3"] * n)),
    ],
)
def test_lists_are_as_long_as_the_longest(most, made):
    seen(made(most))
    for more in (1, 2):
        with pytest.raises(ValueError, match="a list is none, or too long"):
            seen(made(most + more))


def test_what_a_report_says_on_top_of_itself_is_not_taken():
    assert seen(report() | {"notes": ["Full marks."] * 1000})[0].notes == ()


@pytest.mark.parametrize(
    "made",
    [
        lambda points: graded([PASSED | {"score": points, "max_score": points}]),
        lambda points: report("max_score", points),
        lambda points: report("bonus", points),
        lambda points: report("max_bonus", points),
        lambda points: report("exercises.0.score", points),
        lambda points: report("exercises.0.bonus", points),
    ],
)
def test_points_go_from_nothing_to_the_highest(made):
    for points in (0, HIGHEST):
        seen(made(points))
    for points in (-1e-3, HIGHEST + 1, True):
        with pytest.raises(ValueError, match=r"points|less than nothing"):
            seen(made(points))


@pytest.mark.parametrize("place", ["score", "max_score", "bonus", "max_bonus", "exercises.0.score"])
def test_points_are_numbers(place):
    for points in (True, None, "5"):
        with pytest.raises(ValueError, match="points are no number"):
            seen(report(place, points))


def test_a_score_is_what_the_exercises_bring():
    for points in (4.98, 5.02, 10, 0, HIGHEST):
        with pytest.raises(ValueError, match="do not add up"):
            seen(report("score", points))


def test_a_policy_may_take_away_as_much_as_it_gives():
    for points in (-HIGHEST, HIGHEST):
        plain = report("adjustments", [{"title": "x", "points": points}])
        both = [{"title": "y", "points": -points}]
        found, _ = seen(plain | {"adjustments": plain["adjustments"] + both})
        assert found.adjustments[0] == Adjustment("x", Fraction(points))


def test_files_beyond_those_that_are_listed_are_a_whole_number():
    for more in (0, 1 - (1 << 63), (1 << 63) - 1):
        assert seen(report("changes.more", more))[1].more == more
    for more in (1 << 63, -(1 << 63), (1 << 63) + 1, True, 1.0, "1", None):
        with pytest.raises(ValueError, match=r"too many files|is no whole number"):
            seen(report("changes.more", more))


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        (["mul.py, line 7, in mul"], 7),
        (["mul.py, line 9999999"], 9999999),
        (["mul.py, line 99999999"], 0),
        (["mul.py, line 0"], 0),
        (["my_mul.py, line 7"], 0),
        ([], 0),
    ],
)
def test_a_line_is_a_number_in_the_exercises_own_file(frames, expected):
    found, _ = seen(crashed(frames))
    assert line_in("mul", found.results[0].verdicts[0].outcome) == expected


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (packed({"schema": "nanograd/report/v1"}), "the report is none of ours: it lacks 'adjustments'"),
        (b"[" * 100_000, "the report is none of ours: "),
        (b"null", "the report is none of ours: 'NoneType' object is not subscriptable"),
        (b'{"schema": NaN}', "the report is none of ours: NaN is no number in JSON"),
        (
            packed(report("changes.base", "a" * 39)),
            "the report is none of ours: a name is none that there is",
        ),
        (packed(report("isolation", "total")), "the report is none of ours: its isolation is none"),
        (packed(report("exercises.0.title", None)), "the report is none of ours: None is no text"),
        (
            packed(report("exercises.0.properties.0.counterexample.graph.1.name", "a")),
            "two nodes of one name|come later",
        ),
        (packed(report("seed", "x" * 500)), "the report is none of ours: 'xxx"),
        (b" " * (STRANGERS.size + 1), "the report is larger than 4 MiB"),
        (b" " * (STRANGERS.size + 2), "the report is larger than 4 MiB"),
        (b" " * STRANGERS.size, "the report is none of ours: Expecting value"),
    ],
    ids=lambda text: repr(text[:20]),
)
def test_why_it_is_no_report_is_told(data, said):
    with pytest.raises(UsageError, match=said):
        received(data)

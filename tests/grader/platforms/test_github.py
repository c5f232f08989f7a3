"""A report read back as a stranger's, and what is made of it: Markdown, Mermaid, annotations and a badge."""

import copy
import html
import json
import re
import xml.etree.ElementTree as ElementTree
from math import inf, nan

import pytest
from markdown_it import MarkdownIt

from grader.errors import UsageError
from grader.model import Node
from grader.platforms.github import (
    LINES,
    LONGEST_WORD,
    MOST,
    badge,
    block,
    command,
    cut,
    escaped,
    flowchart,
    line,
    marks,
    summary,
    word,
)
from grader.printable import printable
from grader.report.reading import (
    HIGHEST_RECEIVED,
    LARGEST_RECEIVED,
    LONGEST,
    MOST_NODES,
    MOST_NOTES,
    MOST_NUMBERS,
    MOST_PARTS,
    MOST_RECEIVED_FRAMES,
    Part,
    Promise,
    Seen,
    received,
    seen,
)
from grader.submission.commit import Changes
from tests.grader.hostile import HOSTILE

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")
NODES = [
    {"name": name, "formula": formula, "operands": operands, "suspect": name == "b"}
    | {"data": {"expected": data, "got": data}, "grad": {"expected": 1.0, "got": got}}
    for name, formula, operands, data, got in (
        ("a", "2.0", [], 2.0, 1.0),
        ("b", "a * a", ["a", "a"], 4.0, "nan"),
    )
]
FAILED = {
    "name": "gradient",
    "title": "The gradient is right.",
    "kind": "graded",
    "status": "failed",
    "score": 0,
    "max_score": 5,
    "cases": 1,
    "counterexample": {
        "program": "b = a * a\nb.backward()",
        "expected": {"b.data": 4.0, "a.grad": 4.0},
        "got": {"b.data": 4.0, "a.grad": 2.0},
        "graph": NODES,
    },
    "error": None,
    "frames": [],
}
MUL = {
    "name": "mul",
    "title": "a * b",
    "status": "failed",
    "score": 5,
    "max_score": 10,
    "bonus": 0,
    "max_bonus": 0,
    "properties": [FAILED],
    "diagnosis": {"misconception": "x", "name": "It overwrites.", "explanation": "Why.", "hint": "mul"},
    "notes": [],
}
REPORT = {
    "schema": "nanograd/report/v1",
    "submission": {"name": "exercises", "digest": "0" * 64},
    "seed": 0,
    "isolation": "full",
    "score": 5,
    "raw_score": 5,
    "max_score": 10,
    "adjustments": [],
    "bonus": 0,
    "max_bonus": 0,
    "exercises": [MUL],
    "together": None,
    "versions": {},
    "changes": {"base": "a" * 40, "head": "b" * 40, "exercises": ["mul"], "graded": ["mul"]}
    | {"elsewhere": ["Makefile"], "more": 2},
}


def report(place="", value=None):
    """The report with another value at a place: keys with dots between them."""
    made = copy.deepcopy(REPORT)
    if place:
        *keys, last = [int(key) if key.isdigit() else key for key in place.split(".")]
        inner = made
        for key in keys:
            inner = inner[key]
        inner[last] = value
    return made


def packed(plain):
    return json.dumps(plain).encode()


def texts(plain, path=""):
    """Every place in a report that holds a text."""
    if isinstance(plain, str):
        yield path
    items = plain.items() if isinstance(plain, dict) else enumerate(plain) if isinstance(plain, list) else ()
    for key, value in items:
        yield from texts(value, f"{path}.{key}" if path else str(key))


# What is taken


def test_report_of_ours_is_read():
    found = received(packed(REPORT))
    assert (found.points, found.most, found.parts[0].name, found.changes.more) == (5.0, 10.0, "mul", 2)
    assert found.parts[0].promises[0].counterexample.graph[1].suspect


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
        ("exercises.0.properties.0.counterexample.expected", {"x": "1"}),
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


@pytest.mark.parametrize("key", [key for key in REPORT if key not in ("submission", "raw_score", "versions")])
def test_report_without_a_key_is_refused(key):
    with pytest.raises(UsageError):
        received(packed({name: value for name, value in REPORT.items() if name != key}))


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"score": NaN}', b" " * (LARGEST_RECEIVED + 1)),
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
    assert found.parts[0].promises[0].counterexample.graph == ()


def test_line_of_a_crash_is_taken_from_the_exercise_s_own_file():
    frames = [
        "mul.py, line 3, in mul",
        "value.py, line 9, in f",
        "mul.py, line 12, in _backward",
        "add.py, line 2",
    ]
    found = seen(report("exercises.0.properties.0.frames", frames))
    assert found.parts[0].promises[0].line == 12


def test_long_text_is_cut():
    for length in (LONGEST + 1, 10**6):
        found = seen(report("exercises.0.properties.0.error", "x" * length))
        assert found.parts[0].promises[0].error == "x" * LONGEST + "…"
    found = seen(report("exercises.0.properties.0.error", "x" * LONGEST))
    assert found.parts[0].promises[0].error == "x" * LONGEST


def test_every_part_of_a_report_is_taken_over():
    plain = report()
    plain |= {"bonus": 2, "max_bonus": 3, "seed": 7, "notes": ["A note."]}
    plain["adjustments"] = [{"title": "late", "points": -1}]
    found = received(packed(plain))
    assert found == Seen(
        points=5,
        most=10,
        bonus=2,
        most_bonus=3,
        isolation="full",
        seed=7,
        adjustments=(("late", -1.0),),
        parts=found.parts,
        changes=Changes("a" * 40, "b" * 40, ("mul",), ("mul",), ("Makefile",), 2),
        notes=("A note.",),
    )
    (part,) = found.parts
    assert part == Part("mul", "a * b", "failed", 5, 10, part.promises, "It overwrites.", "mul", False)
    (promise,) = part.promises
    shown = promise.counterexample
    assert promise == Promise("The gradient is right.", "failed", "", 0, shown)
    assert (shown.source, shown.rank) == ("b = a * a\nb.backward()", (0, 0, 0.0, 0))
    assert (shown.expected, shown.got) == (
        (("b.data", 4.0), ("a.grad", 4.0)),
        (("b.data", 4.0), ("a.grad", 2.0)),
    )
    first, second = shown.graph
    assert first == Node("a", "2.0", (), (2.0, 2.0), (1.0, 1.0), False)
    assert repr(second) == repr(Node("b", "a * a", ("a", "a"), (4.0, 4.0), (1.0, nan), True))


@pytest.mark.parametrize(("most", "points", "bonus"), [(0, (1.0, 5.0), True), (20, (15.0, 20.0), False)])
def test_a_last_mark_has_points_of_its_own_or_is_a_bonus(most, points, bonus):
    last = MUL | {"name": "together", "max_score": most, "score": 15, "bonus": 1, "max_bonus": 5}
    part = seen(report("together", last)).parts[-1]
    assert ((part.points, part.most), part.bonus) == (points, bonus)


def test_an_exercise_of_bonus_points_alone_is_no_bonus_itself():
    only = MUL | {"max_score": 0, "bonus": 1, "max_bonus": 5}
    (part,) = seen(report("exercises", [only])).parts
    assert (part.points, part.most, part.bonus) == (1.0, 5.0, False)


def test_what_is_not_known_is_left_empty():
    found = seen(report("exercises.0.diagnosis", None)).parts[0]
    assert (found.probably, found.hint) == ("", "")
    assert (
        seen(report("exercises.0.properties.0.counterexample", None)).parts[0].promises[0].counterexample
        is None
    )
    node = seen(report("exercises.0.properties.0.counterexample.graph.0.data.got", None))
    assert node.parts[0].promises[0].counterexample.graph[0].data == (2.0, None)


@pytest.mark.parametrize("suspect", [1, "yes", None])
def test_only_true_marks_a_node(suspect):
    found = seen(report("exercises.0.properties.0.counterexample.graph.1.suspect", suspect))
    assert not found.parts[0].promises[0].counterexample.graph[1].suspect


@pytest.mark.parametrize(
    ("said", "meant"), [("nan", nan), ("inf", inf), ("-inf", -inf), (1, 1.0), (1e308, 1e308)]
)
def test_figures_are_numbers_or_what_json_has_no_numbers_for(said, meant):
    found = seen(report("exercises.0.properties.0.counterexample.got", {"x": said}))
    assert repr(found.parts[0].promises[0].counterexample.got) == repr((("x", meant),))


@pytest.mark.parametrize("figure", [True, None, "1", "NaN", [1], 10**400])
def test_other_figures_are_refused(figure):
    with pytest.raises((ValueError, OverflowError)):
        seen(report("exercises.0.properties.0.counterexample.got", {"x": figure}))


def test_the_first_of_many_numbers_are_kept():
    for count in (MOST_NUMBERS, MOST_NUMBERS + 1, MOST_NUMBERS + 2):
        found = seen(report("exercises.0.properties.0.counterexample.got", {str(n): n for n in range(count)}))
        assert len(found.parts[0].promises[0].counterexample.got) == MOST_NUMBERS


def test_a_graph_as_large_as_anybody_looks_at_is_kept():
    nodes = [NODES[0] | {"name": f"v{number}"} for number in range(MOST_NODES)]
    found = seen(report("exercises.0.properties.0.counterexample.graph", nodes))
    assert len(found.parts[0].promises[0].counterexample.graph) == MOST_NODES


@pytest.mark.parametrize(
    ("place", "most", "entry"),
    [
        ("exercises", MOST_PARTS, MUL),
        ("adjustments", MOST_PARTS, {"title": "late", "points": 0}),
        ("exercises.0.properties", MOST_PARTS, FAILED),
        ("changes.exercises", MOST_PARTS, "mul"),
        ("changes.graded", MOST_PARTS, "mul"),
        ("changes.elsewhere", MOST_PARTS, "Makefile"),
        ("notes", MOST_NOTES, "A note."),
        ("exercises.0.properties.0.frames", MOST_RECEIVED_FRAMES, "mul.py, line 3"),
        ("exercises.0.properties.0.counterexample.graph.1.operands", 2, "a"),
    ],
)
def test_lists_are_as_long_as_the_longest(place, most, entry):
    seen(report(place, [entry] * most))
    for more in (1, 2):
        with pytest.raises(ValueError, match="unexpected list"):
            seen(report(place, [entry] * (most + more)))


@pytest.mark.parametrize("place", ["score", "max_score", "bonus", "exercises.0.score"])
def test_points_go_from_nothing_to_the_highest(place):
    for points in (0, HIGHEST_RECEIVED):
        seen(report(place, points))
    for points in (-1e-9, HIGHEST_RECEIVED + 1, True, None, "5"):
        with pytest.raises(ValueError, match="unexpected"):
            seen(report(place, points))


def test_a_policy_may_take_away_as_much_as_it_gives():
    for points in (-HIGHEST_RECEIVED, HIGHEST_RECEIVED):
        assert seen(report("adjustments", [{"title": "x", "points": points}])).adjustments == (("x", points),)


def test_files_beyond_those_that_are_listed_are_a_whole_number():
    for more in (0, 1 - (1 << 63), (1 << 63) - 1):
        assert seen(report("changes.more", more)).changes.more == more
    for more in (1 << 63, -(1 << 63), (1 << 63) + 1, True, 1.0, "1", None):
        with pytest.raises(ValueError, match="unexpected whole number"):
            seen(report("changes.more", more))


@pytest.mark.parametrize(
    ("frames", "line"),
    [
        (["mul.py, line 7, in mul"], 7),
        (["mul.py, line 9999999"], 9999999),
        (["mul.py, line 99999999"], 0),
        (["mul.py, line 0"], 0),
        (["my_mul.py, line 7"], 0),
        ([], 0),
    ],
)
def test_a_line_is_a_number_in_the_exercises_own_file(frames, line):
    assert seen(report("exercises.0.properties.0.frames", frames)).parts[0].promises[0].line == line


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (packed({"schema": "nanograd/report/v1"}), "the report lacks 'exercises'"),
        (b"[" * 100_000, "the report is none of ours: "),
        (b"null", "the report is none of ours: 'NoneType' object is not subscriptable"),
        (b'{"schema": NaN}', "the report is none of ours: NaN is no number in JSON"),
        (packed(report("changes.base", "a" * 39)), "the report is none of ours: unexpected name"),
        (packed(report("isolation", "total")), "the report is none of ours: unexpected word"),
        (packed(report("exercises.0.title", None)), "the report is none of ours: unexpected text"),
        (packed(report("exercises.0.properties.0.counterexample.graph.1.name", "a")), "unexpected graph"),
        (packed(report("seed", "x" * 500)), "the report is none of ours: 'xxx"),
        (b" " * (LARGEST_RECEIVED + 1), "the report is larger than 4 MiB"),
        (b" " * (LARGEST_RECEIVED + 2), "the report is larger than 4 MiB"),
        (b" " * LARGEST_RECEIVED, "the report is none of ours: Expecting value"),
    ],
    ids=lambda text: repr(text[:20]),
)
def test_why_it_is_no_report_is_told(data, said):
    with pytest.raises(UsageError, match=said):
        received(data)


# What is made of it


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_anywhere_comes_through_nowhere(text):
    shown = 0
    for place in texts(REPORT):
        try:
            found = seen(report(place, text))
        except ValueError:
            continue
        made = summary(found) + "".join(marks(found, {}, "exercises"))
        assert "@" not in summary(found)
        assert text.strip() not in summary(found)
        assert not re.search(r"<(?!/?(details|summary|code|pre|sub)>|br/>)", summary(found))
        assert all(len(re.findall(r"^::", mark, re.M)) == 1 for mark in marks(found, {}, "exercises"))
        shown += text.strip()[:3] != "" and made != summary(seen(REPORT))
    assert shown > 3


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_plain_text_once_markdown_is_rendered(text):
    tags = {"h2", "p", "code", "pre", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "ul"}
    tags |= {"li", "sub", "blockquote"}
    for place in ("exercises.0.diagnosis.name", "exercises.0.properties.0.error", "changes.elsewhere.0"):
        drawn = MARKDOWN.render(summary(seen(report(place, text))))
        assert {tag.lower() for tag in re.findall(r"</?([A-Za-z!][^\s>]*)", drawn)} <= tags
        assert drawn.count("<table>") == 1
        assert len(re.findall("<h2>", drawn)) == 1
    shown = re.search(r"<li><code>(.*?)</code></li>", drawn)[1]
    assert html.unescape(shown) == printable(cut(" ".join(text.split()), LONGEST_WORD))


def test_summary_shows_expected_beside_got_and_the_graph():
    text = summary(seen(REPORT))
    assert text.startswith("## Score: 5 of 10\n")
    assert "| ❌ failed | 5/10 | <code>It overwrites&#46;</code> |" in text
    assert "b &#61; a &#42; a" in text
    assert "```mermaid" in text


def test_summary_warns_of_what_counts_for_nothing():
    text = summary(seen(REPORT))
    assert "> [!WARNING]\n> 3 changed files count for nothing here" in text
    assert "- <code>Makefile</code>\n- … and 2 more" in text


def test_summary_without_such_files_warns_of_nothing():
    assert "WARNING" not in summary(seen(report("changes", REPORT["changes"] | {"elsewhere": [], "more": 0})))


def test_weak_sandbox_is_told():
    assert "There was no sandbox." in summary(seen(report("isolation", "none")))


def test_policy_is_a_line_of_its_own():
    text = summary(seen(report("adjustments", [{"title": "late by 2 days", "points": -2.5}])))
    assert "- <code>late by 2 days</code>: -2.5 points" in text


def test_text_is_shown_letter_for_letter_but_stands_for_nothing():
    assert escaped("a_b <c> @d `e` #1") == "a&#95;b &#60;c&#62; &#64;d &#96;e&#96; &#35;1"


def test_word_stays_on_its_line():
    assert word("a\n| b") == "<code>a &#124; b</code>"
    assert word(" \n ") == ""


def test_block_ends_somewhere():
    assert block("x\n" * (LINES + 5)).endswith("… and 5 more lines\n</pre>")


def test_flowchart_marks_the_first_wrong_node():
    graph = seen(REPORT).parts[0].promises[0].counterexample.graph
    assert flowchart(graph) == (
        "```mermaid\nflowchart BT\n"
        '  n0["a #61; 2#46;0<br/>data 2<br/>grad 1"]\n'
        '  n1["b #61; a #42; a<br/>data 4<br/>grad 1#44; got nan"]\n'
        "  n0 --> n1\n"
        "  classDef differs stroke:#c00,stroke-width:3px\n"
        "  class n1 differs\n```"
    )


def test_graph_too_large_to_be_looked_at_is_not_drawn():
    graph = [Node(f"v{number}", "1.0", (), (1.0, 1.0), (1.0, 1.0), False) for number in range(MOST + 1)]
    assert flowchart(graph) == ""
    assert flowchart(()) == ""


# Annotations


def test_annotation_says_what_is_wrong_at_the_exercise():
    told = list(marks(seen(REPORT), {"mul": "\n\ndef mul(self, other):\n"}, "exercises"))
    place = "file=exercises/mul.py,line=3,title=mul%3A 5 of 10 points"
    promised = "The numbers differ from PyTorch's. Promised: The gradient is right"
    probably = 'Probably: It overwrites. HINTS.md, "mul", goes on from there'
    apart = "Changed files that count for nothing, for they are outside of the exercises: 3"
    assert told == [
        f"::error {place}::{promised}. {probably}",
        f"::warning title=Not graded::{apart}",
    ]


def test_what_was_not_graded_is_not_annotated():
    changes = REPORT["changes"] | {"graded": ["add"], "elsewhere": [], "more": 0}
    assert list(marks(seen(report("changes", changes)), {}, "exercises")) == []


@pytest.mark.parametrize(
    ("source", "raised", "expected"),
    [
        ("# one\ndef mul():\n    raise NotImplementedError('x')\n", 0, 3),
        ("# one\ndef mul():\n    raise NotImplementedError('x')\n", 2, 2),
        ("# one\ndef mul():\n    pass\n", 77, 2),
        ("class Mul:\n    pass\n", 0, 1),
        ("x = 1\n", 0, 1),
        ("", 5, 1),
    ],
)
def test_line_is_where_to_look(source, raised, expected):
    part = Part("mul", "", "crashed", 0, 1, (Promise("", "crashed", "", raised),))
    assert line(part, source) == expected


def test_command_is_one_line_whatever_it_says():
    told = command("error", {"file": "a:b,c\n"}, "100%\r\n::error::x ##[error]")
    assert told == r"::error file=a%3Ab%2Cc\n::100%25\r\n::error::x ## [error]"


# The badge


@pytest.mark.parametrize(
    ("points", "colour"), [(10, "#2b7a0b"), (9.99, "#5b7300"), (5, "#8a6100"), (0, "#a8321f")]
)
def test_badge_says_the_score_in_a_colour(points, colour):
    text = badge(seen(report("score", points)))
    drawn = ElementTree.fromstring(text)
    assert drawn.get("aria-label") == f"{points}/10"
    assert colour in text


def test_badge_of_nothing_graded_is_drawn():
    assert "0/0" in badge(seen(report() | {"score": 0, "max_score": 0}))

"""What is made of a report for GitHub: Markdown, Mermaid, annotations and a badge."""

import html
import re
import xml.etree.ElementTree as ElementTree
from fractions import Fraction

import pytest
from markdown_it import MarkdownIt

from grader.model import (
    Claim,
    Crashed,
    Exercise,
    Kind,
    Node,
    Result,
    Verdict,
)
from grader.platforms.github import (
    LARGEST_CHART,
    LINES,
    LONGEST_WORD,
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
from grader.report.evidence import SAID
from grader.report.reading import received_from_plain as seen
from tests.grader.hostile import HOSTILE
from tests.grader.report.strangers import REPORT, crashed, report, scored, shown_of, texts

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_anywhere_comes_through_nowhere(text):
    shown = 0
    for place in texts(REPORT):
        try:
            found = seen(report(place, text))
        except ValueError:
            continue
        made = summary(*found) + "".join(marks(*found, {}, "exercises"))
        assert "@" not in summary(*found)
        assert text.strip() not in summary(*found)
        assert not re.search(r"<(?!/?(details|summary|code|pre|sub)>|br/>)", summary(*found))
        assert all(len(re.findall(r"^::", mark, re.M)) == 1 for mark in marks(*found, {}, "exercises"))
        shown += text.strip()[:3] != "" and made != summary(*seen(REPORT))
    assert shown > 3


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_plain_text_once_markdown_is_rendered(text):
    tags = {"h2", "p", "code", "pre", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "ul"}
    tags |= {"li", "sub", "blockquote"}
    planted = [f"exercises.0.findings.0.{key}" for key in SAID]
    for place in (*planted, "exercises.0.properties.0.error", "changes.elsewhere.0"):
        drawn = MARKDOWN.render(summary(*seen(report(place, text[: SAID.get(place.split(".")[-1])]))))
        assert {tag.lower() for tag in re.findall(r"</?([A-Za-z!][^\s>]*)", drawn)} <= tags
        assert drawn.count("<table>") == 2
        assert len(re.findall("<h2>", drawn)) == 1
    shown = re.findall(r"<li><code>(.*?)</code></li>", drawn)[-1]
    assert html.unescape(shown) == printable(cut(" ".join(text.split()), LONGEST_WORD))


def test_summary_shows_expected_beside_got_and_the_graph():
    text = summary(*seen(REPORT))
    assert text.startswith("## Score: 5 of 10\n")
    assert "| ❌ failed | 5/10 | <code>It overwrites&#46;</code> |" in text
    assert "b &#61; a &#42; a" in text
    assert "```mermaid" in text


def test_summary_warns_of_what_counts_for_nothing():
    text = summary(*seen(REPORT))
    assert "> [!WARNING]\n> 3 changed files count for nothing here" in text
    assert "- <code>Makefile</code>\n- … and 2 more" in text


def test_summary_without_such_files_warns_of_nothing():
    assert "WARNING" not in summary(
        *seen(report("changes", REPORT["changes"] | {"elsewhere": [], "more": 0}))
    )


def test_weak_sandbox_is_told():
    assert "There was no sandbox." in summary(*seen(report("isolation", "none")))


def test_policy_is_a_line_of_its_own():
    plain = report("adjustments", [{"title": "late by 2 days", "points": -2.5}]) | {"score": 2.5}
    text = summary(*seen(plain))
    assert "- <code>late by 2 days</code>: -2.5 points" in text


def test_text_is_shown_letter_for_letter_but_stands_for_nothing():
    assert escaped("a_b <c> @d `e` #1") == "a&#95;b &#60;c&#62; &#64;d &#96;e&#96; &#35;1"


def test_word_stays_on_its_line():
    assert word("a\n| b") == "<code>a &#124; b</code>"
    assert word(" \n ") == ""


def test_block_ends_somewhere():
    assert block("x\n" * (LINES + 5)).endswith("… and 5 more lines\n</pre>")


def test_flowchart_marks_the_first_wrong_node():
    graph = shown_of(seen(REPORT)).graph
    assert flowchart(graph) == (
        "```mermaid\nflowchart BT\n"
        '  n0["a #61; 2#46;0<br/>data 2<br/>grad 1"]\n'
        '  n1["b #61; a #42; a<br/>data 4<br/>grad 1#44; got nan"]\n'
        "  n0 --> n1\n"
        "  classDef differs stroke:#c00,stroke-width:3px\n"
        "  class n1 differs\n```"
    )


def test_graph_too_large_to_be_looked_at_is_not_drawn():
    graph = [
        Node(f"v{number}", "1.0", (), (1.0, 1.0), (1.0, 1.0), False) for number in range(LARGEST_CHART + 1)
    ]
    assert flowchart(graph) == ""
    assert flowchart(()) == ""


# Annotations


def test_annotation_says_what_is_wrong_at_the_exercise():
    told = list(marks(*seen(REPORT), {"mul": "\n\ndef mul(self, other):\n"}, "exercises"))
    place = "file=exercises/mul.py,line=3,title=mul%3A 5 of 10 points"
    promised = "The numbers differ from PyTorch's. Promised: The gradient is right"
    does = 'What the code does: It overwrites. HINTS.md, "mul", goes on from there'
    apart = "Changed files that count for nothing, for they are outside of the exercises: 3"
    assert told == [
        f"::error {place}::{promised}. {does}",
        f"::warning title=Not graded::{apart}",
    ]


def test_annotation_points_to_the_line_of_the_first_finding_that_has_one():
    source = "\n\ndef mul(self, other):\n    pass\n"
    (told, _) = marks(*seen(REPORT), {"mul": source}, "exercises")
    assert told.startswith("::error file=exercises/mul.py,line=4,")
    (told, _) = marks(*seen(report("exercises.0.findings.0.line", 5)), {"mul": source}, "exercises")
    assert told.startswith("::error file=exercises/mul.py,line=3,")


def test_summary_shows_what_the_code_does():
    text = summary(*seen(REPORT))
    assert "| part | your code does | line |\n| --- | --- | --- |\n" in text
    does = "self&#46;grad &#61; out&#46;grad&#44; where self&#46;data &#62; 0"
    assert f"| <code>self&#46;grad</code> | <code>{does}</code> | <code>4</code> |" in text
    assert "- <code>Why&#46;</code>" in text
    assert "HINTS.md goes on from there: <code>mul</code>" in text
    assert "Probably" not in text


def test_an_old_diagnosis_stays_a_guess():
    plain = report()
    del plain["exercises"][0]["findings"]
    text = summary(*seen(plain))
    assert "Probably: <code>It overwrites&#46;</code>" in text
    assert "your code does" not in text


def test_what_was_not_graded_is_not_annotated():
    changes = REPORT["changes"] | {"graded": ["add"], "elsewhere": [], "more": 0}
    assert list(marks(*seen(report("changes", changes)), {}, "exercises")) == []


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
    frames = (f"mul.py, line {raised}",) if raised else ()
    claim = Claim("product", "", Kind.GRADED, Fraction(1))
    result = Result(Exercise("mul", "", Fraction(1), ()), (Verdict(claim, Crashed(1, "", frames)),))
    assert line(result, source) == expected


def test_line_of_a_crash_is_taken_from_the_exercise_s_own_file():
    frames = [
        "mul.py, line 3, in mul",
        "value.py, line 9, in f",
        "mul.py, line 12, in _backward",
        "add.py, line 2",
    ]
    found, _ = seen(crashed(frames))
    assert line(found.results[0], "\n" * 20) == 12


def test_command_is_one_line_whatever_it_says():
    told = command("error", {"file": "a:b,c\n"}, "100%\r\n::error::x ##[error]")
    assert told == r"::error file=a%3Ab%2Cc\n::100%25\r\n::error::x ## [error]"


# The badge


@pytest.mark.parametrize(
    ("points", "colour"), [(10, "#2b7a0b"), (9.99, "#5b7300"), (5, "#8a6100"), (0, "#a8321f")]
)
def test_badge_says_the_score_in_a_colour(points, colour):
    text = badge(seen(scored(points))[0])
    drawn = ElementTree.fromstring(text)
    assert drawn.get("aria-label") == f"{points}/10"
    assert colour in text


def test_badge_of_nothing_graded_is_drawn():
    assert "0/0" in badge(seen(report("exercises", []) | {"score": 0, "max_score": 0})[0])

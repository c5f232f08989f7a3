"""Every string of a submission is data: no output lets it steer, hide, forge or flood anything."""

import csv
import io
import json
import re
import sqlite3
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pyarrow.parquet
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from grader.cli import main
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
    Person,
    Result,
    TimedOut,
    Verdict,
)
from grader.printable import printable
from grader.render.export import CLASS, SINGLE
from grader.render.html.class_page import render_class
from grader.render.terminal import render, watching
from grader.render.text import About
from grader.report.report import Report, to_json, to_plain
from grader.report.standings import Standing, Standings
from grader.signed.signing import PrivateKey, signed
from grader.signed.verifying import Malformed, Swapped, describe

KEY = PrivateKey.from_private_bytes(bytes(range(32)))
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
STEERING = (
    "\x1b[2J\x1b[31m",
    "\x1b]0;title\x07",
    "\x9b31m",
    "\r",
    "\b\b\b",
    "\0",
    "\t",
    "\x7f",
    "\u202e",
    "\u2066",
    "\u2069",
    "\u200b",
    "\u200d",
    "\ufeff",
    "\u2028",
    "\u2029",
    "\x85",
    "\U000e0041\U000e007f",
    "\ufe0f",
    "\u3164",
    "\u0338",
    "z" + "\u0336" * 40,
    "\ud800",
    "\udfff",
    "\ufffe",
    "[red]",
    "[/]",
    "[link=https://example.org]",
    ":smile:",
    "{}",
    "{0.x}",
    "<script>alert(1)</script>",
    "</script><!--",
    "&lt;&#x202e;",
    "]]>",
    '"',
    "'",
    "**x** [a](javascript:b) `c`",
    "@everyone",
    "\n::error::x",
    "::set-output name=x::y",
    "##[error]x",
    "=1+1",
    "\n=cmd|x",
    "-2+3",
    "+@SUM(1)",
    ";=1",
    "\uff1d1",
    "x" * 400,
    "é中🙂",
)
HOSTILE = st.lists(st.sampled_from(STEERING) | st.text(st.characters(), max_size=3), max_size=3).map("".join)
PLAIN = settings(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))


@st.composite
def shown(draw):
    name, word = draw(HOSTILE), draw(HOSTILE)
    node = Node(name, word, (), (2.0, float("nan")), (1.0, None), True)
    top = Node(name + "2", word, (name,), (2.0, 4.0), (1.0, 1.0), False)
    pairs = ((word, 1.0), (name, 2.0))
    return Counterexample(draw(HOSTILE), pairs, pairs[:1], False, draw(st.sampled_from(((), (node, top)))))


OUTCOMES = st.one_of(
    st.just(Passed(3)),
    st.builds(Failed, st.just(3), shown(), HOSTILE),
    st.builds(Crashed, st.just(3), HOSTILE, st.tuples(HOSTILE, HOSTILE), st.none() | shown()),
    st.builds(TimedOut, st.just(2.0), st.none() | shown()),
    st.builds(NotStarted, HOSTILE),
)


@st.composite
def results(draw, names=HOSTILE):
    exercise = Exercise(draw(names), draw(names), Fraction(10), ())
    kinds = (Kind.GRADED, Kind.GRADED, Kind.BONUS, Kind.NOTE)
    first = draw(OUTCOMES)
    outcomes = [first, *[first if isinstance(first, NotStarted) else draw(OUTCOMES) for _ in kinds[1:]]]
    verdicts = tuple(
        Verdict(Claim(f"{draw(names)}{place}", draw(names), kind, Fraction(1)), outcome)
        for place, (kind, outcome) in enumerate(zip(kinds, outcomes, strict=True))
    )
    lines = st.integers(0, 99)
    # What is in a list of ours, then what the submission's own code and its exceptions have a say in.
    found = st.builds(Finding, names, names, *[HOSTILE] * 5, names, lines)
    guessed = st.builds(lambda *said: Finding(*said[:2], "", "", "", "", *said[2:]), *[names] * 4)
    findings = draw(st.lists(found, max_size=5) | guessed.map(lambda one: [one]))
    return Result(exercise, verdicts, tuple(findings))


@st.composite
def reports(draw, names=HOSTILE):
    found = tuple(draw(st.lists(results(names), min_size=1, max_size=2)))
    lines = tuple(
        Adjustment(draw(names), Fraction(points)) for points in draw(st.sampled_from(((), (-2, 1))))
    )
    versions = ((draw(names), draw(names)),)
    return Report(draw(HOSTILE), draw(names), 7, draw(names), found, None, versions, lines, draw(names))


@st.composite
def standings(draw):
    def person():
        return Person(draw(HOSTILE), draw(HOSTILE), draw(HOSTILE))

    report = draw(reports())
    people = [
        Standing(person(), report, NOON, 1, draw(HOSTILE)),
        Standing(person(), None, None, 0, draw(HOSTILE)),
    ]
    exercises = tuple(result.exercise for result in report.results)
    together = Exercise(draw(HOSTILE), draw(HOSTILE), Fraction(0), (), own=True)
    return Standings(draw(HOSTILE), exercises, together, NOON, lambda: iter(people))


def about(text=""):
    return About(Person(text, text, text), NOON, NOON, 1.5, text, text, text, text, text, text, text, text)


def neutral(text):
    """Whether nothing in a text is unseen; a line end is the format's own."""
    return all(line == printable(line) for line in text.split("\n"))


def strings(plain):
    """Every string in a JSON value, the keys too."""
    if isinstance(plain, dict):
        for key, value in plain.items():
            yield key
            yield from strings(value)
    elif isinstance(plain, list):
        for value in plain:
            yield from strings(value)
    elif isinstance(plain, str):
        yield plain


def commands(text):
    """The lines of a log that a workflow's runner would take for commands."""
    lines = re.split("[\r\n]", text)
    return [line for line in lines if line.lstrip().startswith("::") or "##[" in line]


# One report in each format


@PLAIN
@given(reports(), HOSTILE)
def test_our_json_says_the_same_and_all_of_it_is_seen(report, text):
    written = to_json(report)
    assert neutral(written)
    assert json.loads(written) == json.loads(json.dumps(to_plain(report)))
    assert SINGLE["json"](report, About()) == written


@PLAIN
@given(reports(), HOSTILE)
def test_signed_json_is_seen_in_full(report, text):
    genuine = replace(report, digest="a" * 64, course="c" * 64)
    assert neutral(signed(KEY)(genuine, about(text)))


@PLAIN
@given(reports(), HOSTILE)
@pytest.mark.parametrize("name", ["gradescope", "classroom50", "exercism", "github-classroom"])
def test_format_is_seen_in_full_also_once_it_is_read(name, report, text):
    written = SINGLE[name](report, about(text))
    assert neutral(written)
    assert all(map(neutral, strings(json.loads(written))))


@PLAIN
@given(reports())
def test_github_classroom_prints_no_command_into_its_log(report):
    for test in json.loads(SINGLE["github-classroom"](report, About()))["tests"]:
        assert commands("\n".join(strings(test))) == []


@PLAIN
@given(reports(), HOSTILE)
def test_gradescope_is_told_that_all_of_it_is_plain_text(report, text):
    plain = json.loads(SINGLE["gradescope"](report, about(text)))
    assert {plain["output_format"], plain["test_output_format"], plain["test_name_format"]} == {"text"}
    assert {test[key] for test in plain["tests"] for key in ("name_format", "output_format")} == {"text"}


@PLAIN
@given(reports(), HOSTILE)
def test_exercism_keeps_its_lengths(report, text):
    for test in json.loads(SINGLE["exercism"](report, about(text)))["tests"]:
        assert len(test["output"] or "") <= 500
        assert len(test["message"] or "") <= 65535


@PLAIN
@given(reports(), HOSTILE)
def test_junit_is_xml_with_as_many_cases_as_properties(report, text):
    whole = ElementTree.fromstring(SINGLE["junit"](report, about(text)))
    assert len(list(whole.iter("testcase"))) == 3 * len(report.results)
    for element in whole.iter():
        assert all(map(neutral, (element.text or "", *element.attrib.values())))


# A class in each format


def written(name, class_):
    stream = io.BytesIO()
    CLASS[name](class_, stream)
    return stream


@PLAIN
@given(standings())
@pytest.mark.parametrize("name", ["csv", "canvas", "nbgrader"])
def test_table_has_a_line_for_each_person_and_no_formula(name, class_):
    text = written(name, class_).getvalue().decode()
    lines = text.splitlines()
    rows = list(csv.reader(lines, strict=True))
    columns = {len(row) for row in rows}
    assert len(rows) == len(lines) == 3 + (name == "canvas")
    assert len(columns) == 1 or (name == "canvas" and columns == {6, 7})
    for cell in (cell for row in rows for cell in row):
        assert cell == printable(cell)
        assert not re.match(r"[\s\"]*[=+\-@\uff1d\uff0b\uff0d\uff20]", cell) or re.fullmatch(
            r"-?[0-9.]+", cell
        )


@PLAIN
@given(standings())
def test_class_in_junit_is_xml_with_a_suite_for_each_person(class_):
    whole = ElementTree.fromstring(written("junit", class_).getvalue())
    assert len(whole.findall("testsuite")) == 2
    for element in whole.iter():
        assert all(map(neutral, (element.text or "", *element.attrib.values())))


@PLAIN
@given(standings())
def test_parquet_holds_what_is_seen(class_):
    stream = written("parquet", class_)
    stream.seek(0)
    rows = pyarrow.parquet.read_table(stream).to_pylist()
    assert len(rows) > 1
    assert all(value == printable(value) for row in rows for value in row.values() if isinstance(value, str))


@settings(PLAIN, max_examples=3)
@given(standings())
def test_page_is_text_that_is_seen_and_scripts_that_are_ours(tmp_path_factory, class_):
    to = tmp_path_factory.mktemp("page") / "class.html"
    render_class(class_, NOON, to)
    page = to.read_text("utf-8")
    assert neutral(page)
    assert len(re.findall(r"<script\b", page)) == len(re.findall(r"</script", page)) == 2
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1]
    assert "<" not in data
    assert all(map(neutral, strings(json.loads(data))))


# A terminal


NAMES = st.sampled_from(("add", "a + b", "It holds.", "[red]x[/]", "{}{0}"))


def on_terminal(report, folder="work", **options):
    stream = io.StringIO()
    render(report, Console(file=stream, width=80, highlight=False, **options), folder, folder + " EX={}")
    return stream.getvalue()


@PLAIN
@given(reports(NAMES), HOSTILE)
def test_terminal_shows_what_is_seen_and_no_command(report, folder):
    text = on_terminal(report, folder.replace("\n", "").replace("::", "").replace("##[", ""))
    assert neutral(text)
    assert commands(text) == []


@PLAIN
@given(reports(NAMES))
def test_colours_are_our_own(report):
    coloured = on_terminal(report, force_terminal=True, color_system="standard")
    assert neutral(re.sub(r"\x1b\[[0-9;]*m", "", coloured))


@pytest.mark.parametrize(
    "said", ["E: [red]x[/red]", "E: [/nothing]", "E: [link=https://example.org]x[/link]", "E: :smile:"]
)
def test_markup_in_an_error_is_shown_as_it_is(said):
    report = crashed(said)
    assert said in on_terminal(report)


@pytest.mark.parametrize("folder", ["[red]x", "x[/red]", "{}", "{name", "a}b", "{0.x}"])
def test_folder_of_any_name_is_shown_as_it_is(folder):
    text = on_terminal(crashed("E"), folder)
    assert f"mend {folder}/add.py" in text
    assert f"{folder} EX=add" in text


def test_error_is_no_longer_than_a_few_lines():
    text = on_terminal(crashed("x" * 10_000, tuple("y" * 10_000 for _ in range(8))))
    assert max(map(len, text.splitlines())) < 400
    assert len(text) < 6_000


def test_error_never_begins_a_line_as_a_command_however_long_it_is():
    for length in range(60, 90):
        assert commands(on_terminal(crashed("x" * length + "::error::x y ::error::z"))) == []


def crashed(error, frames=()):
    claim = Claim("holds", "It holds", Kind.GRADED, Fraction(1))
    exercise = Exercise("add", "a + b", Fraction(10), ())
    result = Result(exercise, (Verdict(claim, Crashed(3, error, frames)),))
    return Report("s", "a" * 64, 0, "none", (result,), None, ())


@PLAIN
@given(HOSTILE, HOSTILE)
def test_batch_tells_of_troubles_in_a_line_each(place, sentence):
    stream = io.StringIO()
    with watching(Console(file=stream, width=80, highlight=False)) as bar:
        bar.tell(place, sentence)
    line = stream.getvalue().removesuffix("\n")
    assert line == printable(line)
    assert commands(line) == []


@PLAIN
@given(HOSTILE, HOSTILE)
def test_verdict_on_a_report_is_a_line(one, other):
    for verdict in (Swapped("person", one, other), Malformed(one)):
        assert describe(verdict) == printable(describe(verdict))


# Our errors


def said_by(*arguments):
    result = CliRunner().invoke(main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


ODD = ("\x1b[2Jx", "a\u202eb", "new\nline", "\u2028", "[/red]", "\udcff", "e" + "\u0301" * 60)


@pytest.mark.parametrize("name", ODD, ids=ascii)
@pytest.mark.parametrize(
    "command", [("grade",), ("batch", "--gradebook", "x.sqlite"), ("rescore",), ("verify", "--key")]
)
def test_path_in_an_error_is_shown_and_steers_nothing(tmp_path, command, name):
    code, text = said_by(*command, str(tmp_path / name), *([str(tmp_path)] if command[0] == "verify" else []))
    assert code == 2
    assert neutral(text)
    assert 1 <= text.count("\n") <= 6


def test_what_a_gradebook_makes_sqlite_say_is_shown_and_steers_nothing(tmp_path):
    path = tmp_path / "class.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute('CREATE TABLE "\x1b[2J\u202e" (x)')
        connection.execute("PRAGMA application_id = 1315991143")
    connection.close()
    code, text = said_by("export", str(path), "--format", "csv")
    assert code == 2
    assert neutral(text)

"""The class report as text: one file, the same for the same class, and nothing in it but what was meant."""

import base64
import hashlib
import json
import re
import sys
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from grader.errors import UsageError
from grader.model import Person
from grader.render.html.class_page import correlation, percent, render_class, span, verdict_on
from grader.render.html.sheet import COLOURS
from grader.report.standings import Bin, Standing, figures
from tests.grader.classroom.crowd import HOSTILE, crowd
from tests.grader.render.formats.samples import ADD, FAILED, FOUND, MUL, a_class, everyone, graded, report

# The page is made once.
pytestmark = pytest.mark.xdist_group("class page")

MADE = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    def write(standings):
        to = tmp_path_factory.mktemp("page") / "class.html"
        render_class(standings, MADE, to)
        return to.read_text("utf-8")

    return write


@pytest.fixture(scope="module")
def page(written):
    return written(crowd(40, people=HOSTILE))


def part(page, start, end):
    return re.search(f"{start}(.*?){end}", page, re.DOTALL)[1]


def data(page):
    return json.loads(part(page, '<script type="application/json" id="data">', "</script>"))


# One file


def test_the_same_class_gives_the_same_bytes(written, page):
    assert written(crowd(40, people=HOSTILE)) == page


def test_page_names_the_course_and_the_date(page):
    assert "<h1>NanoGrad: automatic differentiation from scratch</h1>" in page
    assert "2026-11-24 12:00:00 UTC" in page


def test_nothing_on_the_page_leads_elsewhere(page):
    assert set(re.findall(r'(?:src|href|action|url)\s*[=(]\s*["\']?([^"\'\s>]*)', without_data(page))) <= {
        *("#main", "#scores", "#lesson", "#analysis", "#missing", "#everyone"),
        "x",  # of a name that only looks like an image
    }
    assert "http" not in re.sub("http-equiv", "", without_data(page))


def without_data(page):
    return page.replace(part(page, '<script type="application/json" id="data">', "</script>"), "")


def test_a_finding_stands_once_for_all_exercises_with_the_commonest_formula(written):
    people = [
        report(graded(ADD, FAILED, findings=FOUND[:1]), graded(MUL, FAILED, findings=FOUND)),
        report(graded(MUL, FAILED, findings=FOUND[:1])),
    ]
    page = written(a_class([Standing(Person(f"s{n}"), each) for n, each in enumerate(people)]))
    lessons = part(page, '<ol class="lessons">', "</ol>")
    said = " ".join(re.sub(r"<[^>]+>", " ", lessons).split())
    assert said.startswith(
        "2 people, in add 1, mul 2 It overwrites gradients. Most often: self.grad = out.grad , by 2"
    )
    assert "1 person, in mul A share has the wrong sign. Most often: other.grad += -out.grad , by 1" in said


def test_a_finding_has_its_commonest_formulas_and_one_program():
    seen = figures(crowd(60)).findings[0]
    assert seen.formulas[0] == (seen.does, seen.wrote)
    assert "Value(" in seen.shown.source


def test_attempts_are_counted_by_their_days(written):
    first, *others = everyone()
    times = (datetime(2026, 2, 27, 23, tzinfo=UTC), datetime(2026, 2, 28, 1, tzinfo=UTC))
    class_ = a_class([replace(first, times=times), replace(others[0], times=times[1:])])
    assert figures(class_).days == ((date(2026, 2, 27), 1), (date(2026, 2, 28), 2))
    page = written(class_)
    assert "Attempts over time" in page
    assert "Attempts over time" not in written(a_class())


def test_a_class_of_nobody_has_no_findings(written):
    assert "Nothing has been read off anybody" in written(a_class([]))


def test_policy_lets_through_nothing_but_our_script_and_style(page):
    policy = part(page, 'http-equiv="Content-Security-Policy" content="', '"').replace("&#39;", "'")
    script, style = part(page, "<script>", "</script>"), part(page, "<style>", "</style>")
    own = [base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() for t in (script, style)]
    assert policy.startswith(
        f"default-src 'none'; script-src 'sha256-{own[0]}'; style-src 'sha256-{own[1]}';"
    )
    assert "unsafe" not in policy


def test_no_script_makes_markup_of_text(page):
    assert not re.search(
        "innerHTML|outerHTML|insertAdjacent|document.write|eval", part(page, "<script>", "</script>")
    )


def test_a_class_of_nobody_has_a_page(written):
    assert data(written(a_class([])))["people"] == []


def test_page_takes_the_place_of_what_was_there(tmp_path):
    to = tmp_path / "class.html"
    to.write_text("before")
    render_class(a_class(), MADE, to)
    assert to.read_text("utf-8").startswith("<!doctype html>")
    assert list(tmp_path.iterdir()) == [to]


def test_a_place_that_cannot_be_written_is_the_callers_move(tmp_path):
    with pytest.raises(UsageError, match="cannot write"):
        render_class(a_class(), MADE, tmp_path / "nowhere" / "class.html")


@pytest.mark.parametrize("name", ["jinja2", "matplotlib", "markupsafe"])
def test_what_is_not_installed_is_named_with_the_command(name, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UsageError, match=name) as caught:
        render_class(a_class(), MADE, tmp_path / "class.html")
    assert caught.value.next_step == 'run: pip install "nanograd-course[class]"'
    assert list(tmp_path.iterdir()) == []


# What people's text may do


def test_data_holds_no_character_that_could_end_it(page):
    text = part(page, '<script type="application/json" id="data">', "</script>")
    assert not set("<>&\u2028\u2029") & set(text)
    assert "\\u003cimg src=x onerror=alert(1)\\u003e" in text


def test_strangers_markup_is_escaped_without_script_too(page):
    assert "<img" not in page
    assert "<bdi>&lt;img src=x onerror=alert(1)&gt;</bdi>" in page


def test_what_steers_or_reorders_is_shown_escaped(page):
    assert not [c for c in page if not c.isprintable() and c != "\n"]
    plain = part(page, "<noscript>", "</noscript>")
    assert "right\\u202eleft" in plain
    assert "\\x1b[31mred\\x00" in plain


def test_everybody_is_in_the_plain_table(page):
    assert part(page, "<noscript>", "</noscript>").count("<tr>") == 41


# The data


def test_equal_results_stand_there_once(written):
    people = list(crowd(10).each())
    twice = [*people, *(replace(one, person=Person(f"t{n}")) for n, one in enumerate(people))]
    once, both = (data(written(replace(crowd(1), each=lambda p=p: iter(p)))) for p in (people, twice))
    assert len(both["people"]) == 20
    assert {key: value for key, value in both.items() if key != "people"} == {
        key: value for key, value in once.items() if key != "people"
    }


def test_people_whose_ids_look_alike_have_addresses_of_their_own(written):
    alike = [Standing(Person(id_), None) for id_ in ("a\u202e", "a\\u202e", "b")]
    rows = data(written(a_class(alike)))["people"]
    assert [row[0] for row in rows] == ["a\\u202e", "a\\u202e", "b"]
    assert [row[3] for row in rows] == ["", "a\\u202e (2)", ""]


def test_differing_numbers_are_marked(page):
    rows = [row for shown in data(page)["shown"] for row in shown["rows"]]
    assert {row[3] for row in rows} == {True, False}
    assert all(row[1] == row[2] for row in rows if not row[3])
    assert all(row[3] for row in rows if row[2] == "nan")


def test_policy_lines_are_there_one_by_one(written):
    everyone = data(written(a_class()))
    lines = [everyone["policies"][row[10]] for row in everyone["people"] if row[8] is not None]
    assert ["late", "late, 1 day begun: 10 % less", "-2.5"] in lines[1]
    assert ["no score is below zero", "no score is below zero", "+14"] in lines[2]


def test_rules_stand_behind_those_who_were_judged_by_others(written):
    first, *others = a_class().each()
    ruled = replace(first, report=replace(first.report, rules="in a shape of its own"))
    rows = data(written(a_class([ruled, *others])))["people"]
    assert rows[0][13:] == ["in a shape of its own"]
    assert [row[13:] for row in rows[1:]] == [[]] * len(others)


# The charts


def charts(page):
    return re.findall("<svg viewBox.*?</svg>", page, re.DOTALL)


def test_every_chart_has_a_name_and_a_description(page):
    found = [chart for chart in charts(page) if 'class="chart"' in chart]
    assert len(found) == 11
    for chart in found:
        name, about = re.search('role="img" aria-labelledby="(.*?) (.*?)"', chart).groups()
        assert f'<title id="{name}">' in chart
        assert f'<desc id="{about}">' in chart


def test_charts_have_no_colour_style_or_date_of_their_own(page):
    for chart in charts(page):
        assert not re.search("style=|#0000|metadata|url\\(|xlink|2026|DejaVu", chart)


def test_ids_are_unique(page):
    ids = re.findall(r'\bid="([^"]*)"', without_data(page))
    assert len(ids) == len(set(ids))


def test_settings_of_the_user_do_not_change_a_chart(page, written):
    import matplotlib

    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.fonttype": "path"}):
        assert written(crowd(40, people=HOSTILE)) == page


# The wording


@pytest.mark.parametrize(
    ("proportion", "said"),
    [(0, "0 %"), (0.001, "1 %"), (0.5, "50 %"), (0.999, "99 %"), (1, "100 %"), (None, "\N{EN DASH}")],
)
def test_only_all_is_a_hundred_per_cent_and_only_none_is_zero(proportion, said):
    assert percent(proportion) == said


def test_correlations_are_said_with_what_they_mean():
    assert [correlation(value) for value in (0.416, -0.2, -0.001)] == ["0.42", "\N{MINUS SIGN}0.20", "0.00"]
    words = [verdict_on(value) for value in (0.4, 0.2, 0.1, -0.1, None)]
    assert words == ["tells well", "tells some", "tells little", "look closely", "cannot say"]


def test_only_the_last_bin_holds_its_upper_end():
    assert (span(Bin(0, 5, 1), False), span(Bin(95, 100, 1), True)) == ("0 to below 5", "95 to 100")


# The colours


def colours(theme):
    return {name: pair[theme] for name, pair in COLOURS.items()}


def luminance(colour):
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("text", ["ink", "muted", "accent", "good", "bad", "warn"])
@pytest.mark.parametrize("ground", ["page", "card", "raised"])
def test_text_stands_out_from_its_ground(text, ground, theme):
    known = colours(theme)
    assert contrast(known[text], known[ground]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_shapes_edges_and_marked_cells_stand_out(theme):
    known = colours(theme)
    assert contrast(known["bad"], known["wrong"]) >= 4.5
    assert contrast(known["ink"], known["wrong"]) >= 4.5
    for shape in ("edge", "bar", "focus"):
        assert contrast(known[shape], known["card"]) >= 3

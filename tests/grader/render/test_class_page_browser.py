"""The class report in a real browser: searched, sorted, opened, and left alone by what people are called."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from grader.model import Person
from grader.render.html.class_page import render_class
from grader.report.standings import Standing
from tests.grader.classroom.crowd import HOSTILE, crowd
from tests.grader.render.formats.samples import a_class, in_a_circle, perfect
from tests.needs import chromium

selenium = pytest.importorskip("selenium", reason="pip install selenium, to try the page in a browser")
pytestmark = [
    chromium,
    pytest.mark.xdist_group("browser"),
]
SIZE = 120
ROWS = 50


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    to = tmp_path_factory.mktemp("page") / "class.html"
    render_class(crowd(SIZE, people=HOSTILE), datetime(2026, 11, 24, tzinfo=UTC), to)
    return to.as_uri()


@pytest.fixture
def opened(browser, address, until):
    """Opens the page as a screen of some width would show it, anew."""

    def open_(fragment="", width=1280, script=True, theme="light", page=""):
        browser.get("about:blank")
        browser.get_log("browser")
        browser.get_log("performance")
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not script})
        scheme = {"features": [{"name": "prefers-color-scheme", "value": theme}]}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", scheme)
        browser.get((page or address) + fragment)
        if script:
            until(lambda: drawn(browser))
        return browser

    yield open_
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    as_it_was(browser)


def as_it_was(browser):
    """The browser is for others' pages, too."""
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def drawn(browser):
    """Whether the page's own script has drawn it: a driver may come back from `get` before that."""
    return browser.execute_script("return document.querySelector('#people tbody tr') !== null")


def shown(browser, name):
    """Whether somebody's section is shown, who is called so or has an address of these words."""
    title = browser.find_elements("css selector", "#student-title")
    return title and title[0].is_displayed() and name in one(browser, "#student").text


def one(browser, css):
    return browser.find_element("css selector", css)


def texts(browser, css):
    script = "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)"
    return browser.execute_script(script, css)


def rows(browser):
    return texts(browser, "#people tbody th")


def scores(browser):
    return [float(text) for text in texts(browser, "#people tbody .score") if text[0].isdigit()]


def head(browser, name):
    cells = browser.find_elements("css selector", "#people thead th")
    return next(cell for cell in cells if cell.text == name)


def sort(browser, name):
    cell = head(browser, name)
    browser.execute_script("arguments[0].querySelector('button').click()", cell)
    return cell.get_attribute("aria-sort")


def complaints(browser):
    return [entry["message"] for entry in browser.get_log("browser")]


def asked_for(browser):
    """The addresses that the page has asked the browser for."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    return {m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"}


# Searching


def test_search_narrows_the_rows_and_says_how_many(opened):
    browser = opened()
    assert one(browser, "#found").text == f"{SIZE} of {SIZE} people"
    one(browser, "#search").send_keys("s0010")
    assert rows(browser) == [f"s0010{n}" for n in range(10)]
    assert one(browser, "#found").text == f"10 of {SIZE} people"
    assert one(browser, "#found").get_attribute("aria-live") == "polite"


def test_search_finds_all_the_words_in_any_case(opened):
    browser = opened()
    one(browser, "#search").send_keys("EXAMPLE nguyen S00")
    names = texts(browser, "#people tbody .name")
    assert names
    assert all("Nguyen" in name for name in names)


def test_search_field_has_its_label(opened):
    browser = opened()
    assert one(browser, "label[for=search]").text == "Search by id, name or email"


def test_a_long_class_is_turned_page_by_page(opened):
    browser = opened()
    before = rows(browser)
    assert len(before) == ROWS
    one(browser, "#next").send_keys("\n")
    assert one(browser, "#page-number").text == "Page 2 of 3"
    assert not set(before) & set(rows(browser))
    assert one(browser, "#last").is_enabled()
    one(browser, "#last").send_keys("\n")
    assert not one(browser, "#next").is_enabled()


# Sorting


def test_scores_are_sorted_both_ways(opened):
    browser = opened()
    assert sort(browser, "score") == "ascending"
    up = scores(browser)
    assert up == sorted(up)
    assert sort(browser, "score") == "descending"
    down = scores(browser)
    assert down == sorted(down, reverse=True)
    assert down[0] > up[0]


def test_only_the_sorted_column_says_so(opened):
    browser = opened()
    sort(browser, "score")
    marks = [c.get_attribute("aria-sort") for c in browser.find_elements("css selector", "#people thead th")]
    assert marks.count("none") == len(marks) - 1


@pytest.mark.parametrize("presses", [1, 2])
def test_people_without_a_score_stand_last_either_way(presses, opened):
    browser = opened()
    for _ in range(presses):
        sort(browser, "score")
    browser.execute_script("document.getElementById('last').click()")
    last = texts(browser, "#people tbody .score")
    assert last[-1] in ("not graded", "not handed in")


# Opening people


def test_a_person_is_opened_from_the_table_and_closed_again(opened, until):
    browser = opened()
    one(browser, "#search").send_keys("s00007")
    one(browser, "#people tbody a").send_keys("\n")
    until(lambda: shown(browser, "s00007"))
    assert browser.current_url.endswith("#student/s00007")
    assert not one(browser, "#class").is_displayed()
    assert browser.switch_to.active_element.get_attribute("id") == "student-title"
    one(browser, ".back").send_keys("\n")
    until(lambda: one(browser, "#class").is_displayed())
    assert browser.switch_to.active_element.text == "s00007"


def test_a_person_has_an_address(opened):
    browser = opened("#student/s00007")
    assert "s00007@example.org" in one(browser, "#student").text


def test_an_address_of_nobody_says_so(opened):
    browser = opened("#student/%3Cimg%20src=x%3E%ff")
    assert one(browser, "#student-title").text == "Nobody of that id"
    assert complaints(browser) == []


def test_a_person_with_mistakes_shows_program_numbers_and_what_differs(opened, until):
    browser = opened()
    sort(browser, "score")
    browser.execute_script("document.querySelector('#people tbody a').click()")
    until(lambda: shown(browser, ""))
    browser.execute_script("document.querySelectorAll('details').forEach((e) => { e.open = true })")
    assert one(browser, "#student pre code").text
    marked = one(browser, "#student .numbers .differs")
    assert "differs" in marked.text
    assert one(browser, "#student .status").text


def test_a_finding_shows_whose_work_has_it(opened):
    browser = opened()
    count = int(one(browser, ".many strong").text)
    browser.execute_script("document.querySelector('.lessons .show').click()")
    assert one(browser, "#found").text == f"{count} of {SIZE} people"


@pytest.mark.parametrize("section", ["", "Monday, 9:00"])
def test_every_column_is_seen_whole_on_a_usual_screen(section, opened, tmp_path):
    class_ = crowd(ROWS)
    rows = [replace(standing, section=section) for standing in class_.each()]
    whole = replace(class_, each=lambda: iter(rows))
    render_class(whole, datetime(2026, 11, 24, tzinfo=UTC), tmp_path / "class.html")
    browser = opened(width=1280, page=(tmp_path / "class.html").as_uri())
    browser.execute_script("document.querySelectorAll('details').forEach((e) => { e.open = true })")
    cut = browser.execute_script(
        "return [...document.querySelectorAll('table')].map((t) => [t, t.parentElement])"
        ".filter(([t, around]) => t.scrollWidth > around.clientWidth)"
        ".map(([t, around]) => [t.caption?.textContent, t.scrollWidth, around.clientWidth])"
    )
    assert cut == []


def test_what_is_shown_has_an_address_that_shows_it_again(opened):
    browser = opened()
    browser.find_element("id", "search").send_keys("s000 @")
    browser.find_element("css selector", "#filter option[value='open/add']").click()
    browser.execute_script("[...document.querySelectorAll('#people thead button')][2].click()")
    fragment = browser.execute_script("return location.hash")
    assert fragment == "#everyone?show=open%2Fadd&q=s000+%40&sort=score"
    again = opened(fragment)
    assert again.find_element("id", "filter").get_property("value") == "open/add"
    assert again.find_element("id", "search").get_property("value") == "s000 @"
    assert again.execute_script("return location.hash") == fragment


def test_address_of_a_finding_shows_whose_work_has_it(opened):
    browser = opened()
    browser.find_element("css selector", ".lessons button").click()
    fragment = browser.execute_script("return location.hash")
    found = browser.find_element("id", "found").text
    assert fragment.startswith("#everyone?show=finding")
    assert opened(fragment).find_element("id", "found").text == found != "120 of 120 people"


def test_address_of_nothing_that_is_there_shows_everybody(opened):
    browser = opened("#everyone?show=nonsense&sort=%3Cb%3E")
    assert browser.find_element("id", "found").text == f"{SIZE} of {SIZE} people"


def test_on_paper_everybody_is_in_the_table(opened):
    browser = opened()
    rows = "return document.querySelectorAll('#people tbody tr').length"
    browser.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert browser.execute_script(rows) == SIZE
    browser.execute_script("dispatchEvent(new Event('afterprint'))")
    assert browser.execute_script(rows) == ROWS


def test_sections_are_a_column_and_can_be_shown_alone(browser, tmp_path, until):
    first, *others = crowd(12).each()
    people = [replace(first, section="B <i>"), *(replace(one, section="A") for one in others)]
    render_class(
        replace(crowd(12), each=lambda: iter(people)), datetime(2026, 11, 24, tzinfo=UTC), tmp_path / "x.html"
    )
    browser.get("about:blank")
    browser.get((tmp_path / "x.html").as_uri() + "#everyone?show=section%2FB+%3Ci%3E")
    until(lambda: drawn(browser))
    assert browser.find_element("id", "found").text == "1 of 12 people"
    assert browser.find_element("css selector", "#people td.section").text == "B <i>"


def test_note_on_top_shows_whose_work_it_is_about_and_stands_first_there(browser, tmp_path, until):
    people = [Standing(Person("anna"), in_a_circle()), Standing(Person("bob"), perfect())]
    render_class(a_class(people), datetime(2026, 11, 24, tzinfo=UTC), tmp_path / "class.html")
    browser.get((tmp_path / "class.html").as_uri())
    until(lambda: drawn(browser))
    browser.execute_script("document.querySelector('#overview .show').click()")
    assert rows(browser) == ["anna"]
    browser.execute_script("location.hash = '#student/anna'")
    until(lambda: shown(browser, "anna"))
    note = one(browser, "#student .card")
    assert note.text.startswith("Every exercise passes alone.")
    browser.execute_script("location.hash = '#student/bob'")
    until(lambda: shown(browser, "bob"))
    assert browser.find_elements("css selector", "#student .on-top") == []


def test_who_has_not_started_is_shown(opened):
    browser = opened()
    row = next(
        r for r in browser.find_elements("css selector", "#missing ~ .pair tr") if "backward" in r.text
    )
    count = int(row.find_element("css selector", ".number").text)
    browser.execute_script("arguments[0].querySelector('button').click()", row)
    assert one(browser, "#found").text == f"{count} of {SIZE} people"


# Strangers


def test_markup_in_names_and_ids_is_text_and_runs_nothing(opened):
    browser = opened()
    assert "<img src=x onerror=alert(1)>" in texts(browser, "#people tbody .name")
    assert {"<script>alert(1)</script>", "a\"b'c</script><!--", "right\\u202eleft"} <= set(rows(browser))
    assert browser.find_elements("css selector", "img") == []
    assert len(browser.find_elements("css selector", "script")) == 2


@pytest.mark.parametrize("place", range(len(HOSTILE)))
def test_people_of_any_id_can_be_opened(place, opened, until):
    browser = opened()
    name = rows(browser)[place]
    browser.execute_script("document.querySelectorAll('#people tbody a')[arguments[0]].click()", place)
    until(lambda: shown(browser, name))
    assert "Nobody" not in one(browser, "#student-title").text
    assert browser.find_elements("css selector", "img") == []


def test_page_asks_for_nothing_and_complains_of_nothing(opened, address, until):
    browser = opened()
    one(browser, "#search").send_keys("a")
    sort(browser, "score")
    one(browser, "#theme").click()
    browser.execute_script("location.hash = '#student/s00007'")
    until(lambda: shown(browser, "s00007"))
    assert asked_for(browser) == {address}
    assert complaints(browser) == []


def test_script_that_is_not_ours_does_not_run(opened, until):
    browser = opened()
    script = "const s = document.createElement('script'); s.textContent = 'ran = 1'; document.body.append(s)"
    browser.execute_script(script)
    assert browser.execute_script("return window.ran ?? 0") == 0
    assert "Content Security Policy" in until(lambda: complaints(browser))[0]


# Reading


@pytest.mark.parametrize("fragment", ["", "#student/s00007"])
@pytest.mark.parametrize("width", [360, 1280])
def test_page_never_scrolls_sideways(width, fragment, opened):
    browser = opened(fragment, width)
    browser.execute_script("document.querySelectorAll('details').forEach((e) => { e.open = true })")
    needed, there = browser.execute_script(
        "const { scrollWidth, clientWidth } = document.documentElement; return [scrollWidth, clientWidth]"
    )
    assert needed == there <= width


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_follow_the_system_until_switched(theme, opened):
    browser = opened(theme=theme)
    colour = "return getComputedStyle(document.body).backgroundColor"
    before = browser.execute_script(colour)
    assert (before == "rgb(18, 21, 26)") == (theme == "dark")
    one(browser, "#theme").click()
    assert browser.execute_script(colour) != before


def test_first_tab_skips_to_the_report(opened, until):
    browser = opened()
    browser.switch_to.active_element.send_keys("\t")
    link = browser.switch_to.active_element
    assert link.text == "Skip to the report"
    link.send_keys("\n")
    until(lambda: browser.switch_to.active_element.get_attribute("id") == "main")


@pytest.mark.parametrize("fragment", ["", "#student/s00007"])
def test_headings_go_down_step_by_step(fragment, opened):
    browser = opened(fragment)
    shown = "[...document.querySelectorAll('h1,h2,h3,h4')].filter((e) => e.checkVisibility())"
    levels = browser.execute_script(f"return {shown}.map((e) => +e.tagName[1])")
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


def test_without_script_there_are_charts_and_everybodys_score(opened):
    browser = opened(script=False)
    assert len(browser.find_elements("css selector", ".chart")) == 11
    assert len(browser.find_elements("css selector", "#plain tbody tr")) == SIZE
    assert not one(browser, "#search").is_displayed()
    assert one(browser, ".tiles dd").text == str(SIZE)

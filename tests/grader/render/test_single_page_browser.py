"""The page of one submission in a real browser: on a phone and a desk, by keyboard, whatever it says."""

import json
from dataclasses import replace
from itertools import pairwise

import pytest

from grader.render.html.single_page import render_single
from tests.grader.classroom.crowd import crowd
from tests.grader.render.graphs import graph
from tests.grader.render.test_class_page_browser import as_it_was
from tests.needs import chromium

selenium = pytest.importorskip("selenium", reason="pip install selenium, to try the page in a browser")
pytestmark = [
    chromium,
    pytest.mark.xdist_group("browser"),
]
NASTY = "<img src=x onerror=alert(1)></code></pre><script>alert(1)</script>\u202eabc " + "long" * 60
HINTS = {
    "add: level 1, the idea": "A sum passes **everything** on.\n\n    a = b\n",
    "Accumulation": "| wide | of words | that no phone has room for |\n|---|---|---|\n| a | b | c |\n",
}
OPEN = "document.querySelectorAll('details').forEach((e) => { e.open = true })"
SIDEWAYS = "const { scrollWidth, clientWidth } = document.documentElement; return scrollWidth - clientWidth"
OVERFLOWING = """
return [...document.querySelectorAll('.graph-picture g > g')].filter((group) => {
  const box = group.querySelector('.box').getBBox();
  return [...group.querySelectorAll('text')].some((text) => {
    const { x, y, width, height } = text.getBBox();
    return x < box.x + 4 || y < box.y || x + width > box.x + box.width - 4 || y + height > box.y + box.height;
  });
}).length"""
HEADINGS = "return [...document.querySelectorAll('h1,h2,h3,h4')].map((e) => +e.tagName[1])"
CONTRASTS = """
const seen = (element, name) => getComputedStyle(element)[name];
const box = document.querySelector('.graph-picture .box');
return [seen(document.body, 'backgroundColor'), seen(box, 'fill')]"""
CUT_OFF = """
const moves = (e) => ['auto', 'scroll'].includes(getComputedStyle(e).overflowX);
const cut = [...document.querySelectorAll('*')].filter((e) => moves(e) && e.scrollWidth > e.clientWidth);
return cut.filter((e) => e.tabIndex < 0).length"""


def worst():
    """A report with mistakes everywhere and, in one of them, a graph of 60 nodes."""
    reports = [standing.report for standing in crowd(40).each() if standing.report]
    return max(reports, key=lambda report: sum(len(str(v.outcome)) for r in report.marks for v in r.verdicts))


def spoiled(report):
    first = report.results[0]
    exercise = replace(first.exercise, title=NASTY)
    verdicts = [replace(v, claim=replace(v.claim, title=NASTY)) for v in first.verdicts]
    for at, verdict in enumerate(verdicts):
        if getattr(verdict.outcome, "counterexample", None):
            nodes = tuple(replace(node, formula=NASTY) for node in graph(60))
            shown = replace(verdict.outcome.counterexample, source=NASTY, graph=nodes)
            verdicts[at] = replace(verdict, outcome=replace(verdict.outcome, counterexample=shown))
    bad = replace(first, exercise=exercise, verdicts=tuple(verdicts))
    return replace(report, submission=NASTY, results=(bad, *report.results[1:]))


@pytest.fixture(scope="module")
def addresses(tmp_path_factory):
    folder = tmp_path_factory.mktemp("single")
    for name, report in (("plain", worst()), ("nasty", spoiled(worst()))):
        render_single(report, "A course", HINTS, folder / f"{name}.html")
    return {name: (folder / f"{name}.html").as_uri() for name in ("plain", "nasty")}


@pytest.fixture
def opened(browser, addresses):
    def open_(name, width=1280, theme="light"):
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        scheme = {"features": [{"name": "prefers-color-scheme", "value": theme}]}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", scheme)
        browser.get_log("performance")
        browser.get(addresses[name])
        return browser

    yield open_
    as_it_was(browser)


@pytest.mark.parametrize("name", ["plain", "nasty"])
def test_page_never_scrolls_sideways_and_text_stays_in_its_box(name, opened):
    for width in (360, 1280):
        browser = opened(name, width)
        browser.execute_script(OPEN)
        assert browser.execute_script(SIDEWAYS) == 0
        assert len(browser.find_elements("css selector", ".graph-picture")) > 3
        assert browser.execute_script(OVERFLOWING) == 0
        # What is cut off can be moved with the keys.
        assert browser.execute_script(CUT_OFF) == 0


def test_markup_of_strangers_is_text_and_nothing_is_asked_for(opened, addresses):
    browser = opened("nasty")
    browser.execute_script(OPEN)
    assert browser.find_elements("css selector", "img, script, iframe") == []
    assert "<img src=x onerror=alert(1)>" in browser.find_element("css selector", "h1").text
    assert browser.get_log("browser") == []
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = {m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"}
    assert asked == {addresses["nasty"]}


def test_keyboard_reaches_and_opens_everything(opened, until):
    browser = opened("plain")
    browser.switch_to.active_element.send_keys("\t")
    assert browser.switch_to.active_element.text == "Skip to the exercises"
    browser.switch_to.active_element.send_keys("\n")
    until(lambda: browser.switch_to.active_element.get_attribute("id") == "main")
    summary = browser.find_element("css selector", ".hints > summary")
    summary.send_keys("\n")
    until(lambda: summary.find_element("xpath", "..").get_attribute("open"))
    levels = browser.execute_script(HEADINGS)
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


def test_page_and_pictures_are_light_or_dark_as_the_system_is(opened):
    light = opened("plain", theme="light").execute_script(CONTRASTS)
    dark = opened("plain", theme="dark").execute_script(CONTRASTS)
    assert light == ["rgb(246, 247, 249)", light[1]]
    assert dark == ["rgb(18, 21, 26)", dark[1]]
    assert light[1] != dark[1]

"""The documentation site: built strictly, with nothing broken in it and nothing shown that is not so."""

import json
import re
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from grader.autograd.reading.findings import KINDS
from grader.cli import main
from grader.report.report import schema
from tests.grader.author.test_release import secret_lines
from tests.grader.house.test_docs import blocks, printed, says_what_it_prints
from tests.grader.house.versions import as_drawn
from tests.grader.render.test_class_page_browser import asked_for, complaints, one
from tests.needs import chromium

pytestmark = pytest.mark.xdist_group("browser")
ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = ROOT / "docs"
PICTURES = DOCUMENTS / "pictures"
LESSONS = sorted(f"docs/lessons/{path.name}" for path in (DOCUMENTS / "lessons").glob("*.md"))
SMALL = 100_000
# The search shows what it found in a shadow root.
FOUND = """return [...document.querySelectorAll("body > div")].flatMap(
    (host) => host.shadowRoot ? [...host.shadowRoot.querySelectorAll("a")].map((a) => a.href) : [])"""
# What a browser fetches without being asked to.
FETCHED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


def make(module, *arguments):
    return subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    to = tmp_path_factory.mktemp("docs")
    return to, make("docs.make", to)


@pytest.fixture(scope="module")
def site(built):
    return built[0] / "site"


class Page(HTMLParser):
    """A page's links, names, pictures and text."""

    def __init__(self, path):
        super().__init__()
        self.links, self.names, self.fetched, self.mute, self.texts = [], set(), [], [], []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.names.add(given.get("id") or given.get("name"))
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if tag in FETCHED and given.get("rel") not in ("canonical", "prev", "next"):
            self.fetched.append(given.get(FETCHED[tag]) or "")
        if tag == "img" and not given.get("alt"):
            self.mute.append(given["src"])

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture(scope="module")
def pages(site):
    return {path: Page(path) for path in sorted(site.rglob("*.html")) if path.name != "404.html"}


def staged(built):
    return {path.relative_to(built[0] / "docs").as_posix() for path in (built[0] / "docs").rglob("*.md")}


# It builds, and nothing in it leads nowhere


def test_strict_build_has_nothing_to_say(built):
    done = built[1]
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in (done.stdout + done.stderr).lower()


def test_no_link_within_the_site_is_broken(pages):
    broken = []
    for path, page in pages.items():
        for link in (*page.links, *page.fetched):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            there = target.is_file()
            if there and parts.fragment and target in pages:
                there = unquote(parts.fragment) in pages[target].names
            if not there:
                broken.append(f"{path.name}: {link}")
    assert broken == []
    assert sum(len(page.links) for page in pages.values()) > 500


def test_nothing_is_fetched_from_elsewhere(pages):
    foreign = {link for page in pages.values() for link in page.fetched if re.match(r"(\w+:)?//", link)}
    assert foreign == set()


def test_every_page_is_in_the_navigation_once(built):
    project = tomllib.loads((DOCUMENTS / "zensical.toml").read_text("utf-8"))["project"]
    listed = re.findall(r"'([\w/-]+\.md)'", str(project["nav"]))
    assert len(set(listed)) == len(listed)
    assert set(listed) == staged(built)


def test_every_picture_is_told_to_who_cannot_see_it(pages):
    assert [page.mute for page in pages.values() if page.mute] == []


def test_links_of_the_documents_work_in_the_repository_too():
    for path in DOCUMENTS.rglob("*.md"):
        prose = re.sub(r"^```.*?^```$", "", path.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
        for link in re.findall(r"\]\(([^)#:\s]+)[)#]", prose):
            assert (path.parent / link).exists(), f"{path.name}: {link}"


SHOWN = re.compile(r"^<!-- shown: ([^\n]*) -->\n```text\n(.*?)^```$", re.DOTALL | re.MULTILINE)
HINT = re.compile(r"hints\.html.*#topological-order$")


@chromium
def test_site_opened_from_a_folder_can_be_searched_without_a_network(site, browser):
    from selenium.webdriver import ActionChains
    from selenium.webdriver.support.wait import WebDriverWait

    browser.get("about:blank")
    browser.get_log("browser")
    browser.get_log("performance")
    browser.set_window_size(1280, 800)
    browser.get((site / "lessons" / "add.html").as_uri())
    wait = WebDriverWait(browser, 120)
    wait.until(lambda driver: one(driver, ".md-search__button").is_displayed())
    one(browser, ".md-search__button").click()
    wait.until(lambda driver: driver.execute_script("return document.activeElement.shadowRoot !== null"))
    ActionChains(browser).send_keys("topological order").perform()
    # What is found for the first letters is listed meanwhile.
    wait.until(lambda driver: any(HINT.search(address) for address in driver.execute_script(FOUND) or ()))
    assert complaints(browser) == []
    assert not [address for address in asked_for(browser) if address.startswith("http")]


# What it shows is so


PYTHON = [block for name in LESSONS for block in blocks(name)]


@pytest.fixture(scope="module")
def runs():
    return printed(PYTHON)


@pytest.mark.parametrize("block", PYTHON)
def test_python_in_a_lesson_prints_what_it_says(block, runs):
    says_what_it_prints(block, runs[block])


PRINTED = [
    pytest.param(path.name, *found, id=found[0])
    for path in sorted(DOCUMENTS.rglob("*.md"))
    for found in SHOWN.findall(path.read_text("utf-8"))
]


@as_drawn
@pytest.mark.parametrize(("document", "words", "text"), PRINTED)
def test_what_the_grader_prints_is_shown_as_it_is(document, words, text, outside):
    exercise, mistake, asked = words.split()
    whole = outside("docs.make.grading").desk().printed(exercise, mistake)
    shown = outside("docs.make.shown").part(whole, asked)
    assert text == f"{shown}\n", f"{document}; run: python -m docs.make.shown"


@pytest.fixture(scope="module")
def graphs(tmp_path_factory):
    to = tmp_path_factory.mktemp("graphs")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT))
        import_module("docs.make.pictures").draw(to)
    return sorted(to.iterdir())


def test_graphs_are_the_ones_that_are_drawn_now(graphs):
    assert len(graphs) > 15
    for path in graphs:
        assert (PICTURES / path.name).read_bytes() == path.read_bytes(), "run: python -m docs.make.pictures"


def test_every_picture_is_made_by_a_script_small_and_used(graphs):
    texts = "".join(path.read_text("utf-8") for path in DOCUMENTS.rglob("*.md"))
    names = make("docs.make.screens", "--list").stdout.split()
    assert {path.name for path in PICTURES.iterdir()} == {*names, *(path.name for path in graphs)}
    for path in PICTURES.iterdir():
        assert path.stat().st_size < SMALL, path.name
        assert f"pictures/{path.name}" in texts


def test_every_command_shown_is_one():
    for path in DOCUMENTS.rglob("*.md"):
        text = path.read_text("utf-8")
        for name in re.findall(r"\.venv/bin/grader ([a-z]+)", text):
            assert name in main.commands, f"{path.name}: grader {name}"


def test_every_make_target_shown_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for path in DOCUMENTS.rglob("*.md"):
        text = path.read_text("utf-8")
        shown = re.findall(r"`make ([a-z]+)", text) + re.findall(r"^make ([a-z]+)", text, re.MULTILINE)
        assert set(shown) <= targets, path.name


def test_property_shown_to_authors_is_one_of_ours():
    guide = (DOCUMENTS / "guides" / "author.md").read_text("utf-8")
    shown = re.search(r"^## Properties\n.*?^```py\n(.*?)^```", guide, re.MULTILINE | re.DOTALL)[1]
    assert shown in (ROOT / "tests" / "properties" / "test_add.py").read_text("utf-8")


# The reference is whole


def test_every_command_and_option_has_its_place(pages, site):
    page = pages[site / "reference" / "commands.html"]
    text = "".join(page.texts)
    for name, command in main.commands.items():
        assert f"grader-{name}" in page.names
        for option in command.params:
            assert all(word in text for word in option.opts if word.startswith("--"))


def test_every_key_of_the_report_has_its_place(pages, site):
    text = "".join(pages[site / "reference" / "report.html"].texts)

    def keys(part):
        for name, value in part.get("properties", {}).items():
            yield name
            yield from keys(value)
        for inner in (*part.get("oneOf", ()), *filter(None, [part.get("items")])):
            yield from keys(inner)

    whole = json.loads(schema())
    wanted = {name for part in (whole, *whole["$defs"].values()) for name in keys(part)}
    assert len(wanted) > 40
    assert {key for key in wanted if key not in text} == set()


def test_every_finding_has_its_place(pages, site):
    text = "".join(pages[site / "reference" / "findings.html"].texts)
    assert [name for name in KINDS if name not in text] == []
    assert [kind.name for kind in KINDS.values() if kind.name not in text] == []


# For students


def test_every_exercise_has_a_lesson_that_leads_to_its_hints(course):
    for name in course.names:
        text = (DOCUMENTS / "lessons" / f"{name}.md").read_text("utf-8")
        for level in ("level-1-the-idea", "level-2-the-mathematics", "level-3-almost-code"):
            assert f"HINTS.md#{name}-{level}" in text
        assert f"make grade EX={name}" in text
        assert f"<!-- shown: {name} " in text


def test_no_line_of_a_solution_is_on_the_site(pages, site, course):
    secret = {
        line for name in course.names for line in secret_lines(course.solution(name), course.stub(name))
    }
    assert len(secret) > 40
    # What wrong code is shown to do may be right elsewhere: a relu that lets all through does what add does.
    elsewhere = {line for line in secret if any(line in block.values[-1] for block in PRINTED)}
    assert elsewhere <= {"self.grad += out.grad"}
    for path, page in pages.items():
        text = "".join(page.texts)
        assert [line for line in secret if text.count(line) > text.count(f"│ {line}")] == [], path.name
    # Nor in what is searched, or in a picture.
    for path in (site / "search.json", *site.rglob("*.svg")):
        raw = path.read_text("utf-8")
        assert [line for line in secret - elsewhere if line in raw] == [], path.name

"""The course in a page: the verdicts of its Python, and the whole road in a browser, with real keys.

Both need the site that make site builds; TESTS=all builds it where npm can.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from grader.course.course import own
from grader.course.misconceptions import misconceptions
from grader.examine.cases import default_folder
from grader.examine.examining import examine
from grader.examine.setting import Setting
from grader.sandbox.cage import Process
from grader.sandbox.runner import Limits
from grader.submission.submission import Submission
from grader.submission.tree import read_given
from tests.grader.autograd.reading.labels_backward import COMPOUND as BACKWARD
from tests.grader.autograd.reading.labels_networks import COMPOUNDS as NETWORKS
from tests.grader.autograd.reading.labels_operations import COMPOUNDS as OPERATIONS
from tests.grader.autograd.reading.test_networks import IMPORTS
from tests.grader.autograd.variants import RIGHT, WRONG, Variant, catalogue
from tests.grader.house.test_docs_site import ROOT, make
from tests.needs import CHROMEDRIVER, CHROMIUM, chromium, needs
from tests.samples import some

pytestmark = pytest.mark.xdist_group("page")
NAMES = own().names
WHOLE = os.environ.get("TESTS") == "all"
BUILT = Path(os.environ.get("NANOGRAD_SITE") or ROOT / "build")
NODE = shutil.which("node") and shutil.which("npm")
built = needs(
    NODE and (WHOLE or (BUILT / "site" / "sw.js").is_file()),
    "needs the site with the course in it; install Node.js 20 and npm, then run: make site",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    if (BUILT / "site" / "sw.js").is_file():
        return BUILT
    to = tmp_path_factory.mktemp("site")
    done = make("docs.make.browser", to)
    assert done.returncode == 0, done.stderr
    return to


def page_module():
    """docs/browser/page.py, which is part of no package."""
    spec = importlib.util.spec_from_file_location("page", ROOT / "docs" / "browser" / "page.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Nobody:
    """Looks on, and does nothing."""

    def began(self, seconds):
        pass

    def heard(self, numbers, texts):
        pass

    def ended(self, end):
        pass


def compounds():
    for (exercise, name), (_, source) in OPERATIONS.items():
        yield Variant(exercise, name, {exercise: source})
    for name, (_, source) in BACKWARD.items():
        yield Variant("backward", name, {"backward": source})
    for exercise, name, _, source in NETWORKS:
        yield Variant(exercise, name, {exercise: IMPORTS[exercise] + source})


def asked(variant):
    return {"name": variant.exercise, "sources": variant.sources, "told": []}


def in_the_page(site, questions, folder):
    """What the page's own Python answers, under Node."""
    given, answers = folder / "questions.json", folder / "answers.json"
    given.write_text(json.dumps([{"name": "grade", "asked": asked(each)} for each in questions]))
    pyodide, archive = (
        site / "packages" / "node_modules" / "pyodide",
        site / "site" / "browser" / "course.zip",
    )
    command = ["node", ROOT / "docs" / "browser" / "node.mjs", pyodide, archive, given, answers]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=3000, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(answers.read_text())


def everything():
    # The order of a set of nodes is that of their places in memory: its outcome is chance anywhere.
    by_chance = [each for each in compounds() if "order_of_a_set" in str(each)]
    mixed = [each for each in compounds() if each not in by_chance]
    return [*some(catalogue(WRONG), 24), *some(catalogue(RIGHT), 12), *some(mixed, 8)]


# The page has another Python, which words its errors otherwise and goes less or more deep before it gives
# up, and no PyTorch, by which smaller counterexamples are looked for. Neither decides anything.
WORDS = {"html", "line"}


@built
@pytest.mark.timeout(3600)
def test_verdicts_are_those_of_the_grader(site, course, tmp_path):
    chosen = everything()
    page = page_module().Page(Nobody(), tmp_path, lambda _: None)
    setting = Setting(course, Process(), default_folder(), limits=Limits(10.0))
    other = {}
    for variant, seen in zip(chosen, in_the_page(site, chosen, tmp_path), strict=True):
        exercise = next(part for part in course.parts if part.name == variant.exercise)
        result = examine(setting, Submission("exercises", variant.sources, {}), exercise)
        expected, got = page._told(result, variant.sources), seen["answer"]
        differing = [key for key in expected if expected[key] != got[key]]
        if differing:
            other[str(variant)] = differing
    if path := os.environ.get("NANOGRAD_VERDICTS"):
        Path(path).write_text(json.dumps({"of": len(chosen), "other": other}, indent=1))
    assert [variant for variant, differing in other.items() if not set(differing) <= WORDS] == []


@pytest.fixture
def bare(outside):
    """Takes what only people and type checkers read out of a program: so many keys fewer."""
    return outside("benchmarks.worth").bare


def answers(page, name, source):
    """What the page is told about an exercise, early and at last, with its grader in this interpreter."""
    early = []
    page.tell = early.append
    last = page.call("grade", json.dumps({"name": name, "sources": {name: source}, "told": []}))
    return [*map(json.loads, early), json.loads(last)]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return page_module().Page(Nobody(), tmp_path_factory.mktemp("kept"), lambda _: None)


def words(answer):
    return [each["status"] for each in answer["properties"]]


def waiting(answer):
    return sum(word in ("trying", "holds") for word in words(answer))


@pytest.mark.parametrize("name", NAMES)
def test_properties_are_told_one_by_one_as_they_pass(page, course, name):
    *early, last = answers(page, name, course.solution(name))
    assert last["status"] == "passed"
    left = dict.fromkeys(words(each).count("trying") for each in early)
    assert [*left] == [*range(len(words(last)) - 1, -1, -1)]
    decided = next(at for at, each in enumerate(early) if "status" in each)
    assert [waiting(each) for each in early[:decided]] == [len(words(last))] * decided
    assert waiting(early[-1]) == 0
    assert words(last) == words(early[-1])


@pytest.mark.parametrize("name", NAMES)
def test_what_fails_is_told_before_all_cases_are_tried(page, name):
    # The first one of add is endless recursion, in every case.
    *early, last = answers(page, name, misconceptions(name)[1].source)
    (told,) = [each for each in early if "status" in each]
    assert told["status"] == last["status"] != "passed"
    # Nothing is said to have passed that is still tried in more cases, and what has failed stays so.
    assert "passed" not in words(told)
    pairs = [*zip(words(told), words(last), strict=True)]
    assert [pair for pair in pairs if pair[0] not in ("holds", "trying", pair[1])] == []


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, and says nothing."""

    def log_message(self, *_):
        pass


@pytest.fixture
def server(site):
    handler = partial(Quiet, directory=str(site / "site"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as serving:
        thread = threading.Thread(target=serving.serve_forever, daemon=True)
        thread.start()
        yield serving
        serving.shutdown()


class Reader:
    """Somebody before the page, with a keyboard."""

    def __init__(self, driver, root):
        self.driver, self.root = driver, root

    def open(self, page):
        self.driver.get(f"{self.root}/{page}")

    def asked(self, script):
        return self.driver.execute_script(f"return {script}")

    def sees(self, script, seconds=240):
        """Wait until a script gives something."""
        by = time.monotonic() + seconds
        while not (found := self.asked(script)):
            assert time.monotonic() < by, (script, self.asked("document.body.innerText.slice(0, 3000)"))
            time.sleep(0.1)
        return found

    def status(self, word):
        """Wait until the exercise stands so."""
        self.sees(
            f"document.querySelector('section.desk')?.dataset.status === '{word}' "
            "&& !document.querySelector('.desk-verdict').hasAttribute('aria-busy')"
        )

    def write(self, text):
        """Put a text in the place of all that the editor has, key by key."""
        from selenium.webdriver import Keys
        from selenium.webdriver.common.by import By

        self.sees("document.querySelector('.cm-content')")
        area = self.driver.find_element(By.CSS_SELECTOR, ".cm-content")
        first, *lines = text.rstrip("\n").split("\n")
        area.send_keys(Keys.CONTROL, "a", Keys.NULL, Keys.DELETE, first)
        for line in lines:
            # The editor sets each line in; that is written over, so that a test says itself where it begins.
            area.send_keys(Keys.ENTER, Keys.SHIFT, Keys.HOME, Keys.NULL, line or Keys.DELETE)

    def named(self):
        """The names that a screen reader says of all that one can use on the desk."""
        from selenium.webdriver.common.by import By

        found = self.driver.find_elements(
            By.CSS_SELECTOR, "section.desk :is(a, button, input, [tabindex='0'])"
        )
        return {e.get_attribute("outerHTML")[:80]: e.accessible_name for e in found if e.is_displayed()}

    def press(self, words):
        """Press the button that says so, by keyboard."""
        from selenium.webdriver import Keys
        from selenium.webdriver.common.by import By

        for button in self.driver.find_elements(By.CSS_SELECTOR, "section.desk button"):
            if button.text == words:
                button.send_keys(Keys.ENTER)
                return
        raise AssertionError(words)


@pytest.fixture
def reader(server, tmp_path):
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1280,900"):
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={tmp_path / 'profile'}")
    options.add_experimental_option("prefs", {"download.default_directory": str(tmp_path)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with webdriver.Chrome(options=options, service=Service(CHROMEDRIVER)) as driver:
        driver.set_script_timeout(240)
        yield Reader(driver, f"http://127.0.0.1:{server.server_port}")


def requested(driver):
    """The hosts that were asked for anything over a network."""
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            url = urlsplit(message["params"]["request"]["url"])
            if url.scheme in ("http", "https", "ws", "wss"):
                yield url.netloc


WRONG_MUL = ("+= other.data", "+= self.data")
SHOWN = "document.querySelector('.desk-verdict').innerText"
SAID = "document.querySelector('.desk-live').innerText"
WRITTEN = "document.querySelector('.cm-content').innerText"


def hands_in_and_takes_over(reader, right, packed):
    """The file that is handed in is one that the grader reads, and the page takes it over again."""
    reader.press("Save all as hand-in.zip")
    reader.sees(f"{SAID}.includes('is saved')")
    by = time.monotonic() + 60
    while not packed.is_file() and time.monotonic() < by:
        time.sleep(0.1)
    sources = read_given(packed, tuple(right)).sources
    assert {name: sources[name].rstrip() for name in right} == right
    reader.press("Start anew")
    reader.status("not_started")
    reader.driver.find_element("css selector", ".desk-file").send_keys(str(packed))
    reader.status("passed")


@built
@chromium
@pytest.mark.timeout(900)
def test_whole_road_from_the_stub_to_the_moons_and_then_without_a_network(
    reader, server, course, bare, tmp_path
):
    right = {name: bare(course.solution(name)) for name in course.names}
    reader.open("lessons/mul.html")
    reader.status("not_started")
    assert "TODO" in reader.asked(WRITTEN)

    # A wrong one: the verdict comes by itself, with what the code does and the picture of the smallest case.
    reader.write(right["mul"].replace(*WRONG_MUL))
    reader.status("failed")
    assert "your code does" in reader.asked("document.querySelector('.findings').innerText")
    assert "self.data * out.grad" in reader.asked("document.querySelector('.findings').innerText")
    assert reader.asked("document.querySelectorAll('.desk-verdict .picture svg').length") > 0
    assert reader.asked("document.querySelectorAll('.desk-property.failed').length") > 0
    assert reader.asked("document.querySelectorAll('.cm-lint-marker').length") > 0
    assert [element for element, name in reader.named().items() if not name] == []
    reader.press("Hint")
    reader.sees("document.querySelector('.desk-hints .prose')?.innerText.length > 40")

    # An endless loop is ended, and the page answers all the while.
    reader.write("def mul(self, other):\n    while True:\n        pass")
    reader.sees(f"{SAID}.includes('still running')")
    reader.status("timed_out")
    assert "10 seconds" in reader.asked(SHOWN)

    # The fix, and the work is there after a reload.
    reader.write(right["mul"])
    reader.status("passed")
    reader.sees("document.querySelector('.desk-model details')")
    reader.open("lessons/mul.html")
    reader.status("passed")
    assert "other.data" in reader.asked(WRITTEN)
    assert reader.asked("document.querySelectorAll('.desk-hints details').length") == 1

    # All eight.
    for name in course.names:
        reader.open(f"lessons/{name}.html")
        if name != "mul":
            reader.write(right[name])
        reader.status("passed")
    reader.sees("document.querySelector('.desk-sum').innerText === '100/100'")
    reader.sees(f"{SAID}.includes('All parts together: passed')")

    hands_in_and_takes_over(reader, right, tmp_path / "hand-in.zip")

    # Their own network learns the moons; then all of it without a server.
    reader.open("lessons/moons.html")
    reader.sees(f"{SAID}.includes('your own')")
    reader.press("Train your network")
    reader.sees("document.querySelector('section.desk').dataset.done === 'whole'")
    assert int(reader.asked("document.querySelector('section.desk').dataset.accuracy")) >= 90
    assert set(requested(reader.driver)) == {f"127.0.0.1:{server.server_port}"}
    reader.sees("navigator.serviceWorker.ready.then(() => true)")
    server.shutdown()
    server.server_close()
    reader.open("lessons/add.html")
    reader.status("passed")
    reader.sees("document.querySelector('.desk-sum').innerText === '100/100'")


GREEDY = "def mul(self, other):\n    kept = [0]\n    while True:\n        kept += kept"
FLOOD = "def mul(self, other):\n    while True:\n        print('mul' * 1000)"
# Operators call each other by way of the browser's stack, which is smaller than Python thinks.
ENDLESS = (
    "from .value import Value\ndef mul(self, other):\n    return Value(self * other, (self, other), '*')"
)
LEAVES = "import os\ndef mul(self, other):\n    os._exit(3)"


@built
@chromium
@pytest.mark.timeout(300)
def test_page_outlives_bombs_and_says_what_they_were(reader, course, bare):
    reader.open("lessons/mul.html")
    reader.status("not_started")
    for source, status, said in (
        (GREEDY, "timed_out", "MemoryError"),
        (ENDLESS, "crashed", "RecursionError"),
        (LEAVES, "crashed", "exit code 3"),
        (FLOOD, "timed_out", "10 seconds"),
    ):
        reader.write(source)
        reader.status(status)
        assert said in reader.asked(SHOWN)
    reader.write(bare(course.solution("mul")))
    reader.status("passed")


@built
@chromium
@pytest.mark.timeout(300)
def test_home_page_is_used_by_keys_alone_on_a_phone(reader, course, bare):
    from selenium.webdriver import ActionChains, Keys

    phone = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": False}
    reader.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    reader.open("index.html")
    # What is to be written is to be seen without scrolling, and nothing is wider than the phone.
    assert 0 < reader.sees("document.querySelector('.cm-editor')?.getBoundingClientRect().top") < 844
    assert reader.asked("scrollY") == 0
    reader.write(bare(course.solution("add")).replace("other.grad += ", "other.grad -= "))
    reader.status("failed")
    reader.sees(
        "[...document.querySelectorAll('.home-number.wrong')].map(e => e.textContent)[0] === 'grad -3'"
    )
    assert reader.asked("document.documentElement.scrollWidth <= innerWidth")
    # Tab indents; after Escape it leaves the editor.
    ActionChains(reader.driver).send_keys(Keys.ESCAPE, Keys.TAB, Keys.TAB).perform()
    assert reader.asked("document.activeElement.textContent") == "Hint"
    ActionChains(reader.driver).send_keys(Keys.ENTER).perform()
    reader.sees("document.activeElement.tagName === 'SUMMARY'")

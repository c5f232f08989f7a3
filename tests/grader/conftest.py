"""What the grader's tests share: the course, a setting, and short ways to examine a piece of source."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from grader.course.course import Course, here
from grader.examine import examining
from grader.examine.cases import default_folder
from grader.examine.examining import examine
from grader.examine.setting import Setting
from grader.model import Result
from grader.sandbox.cages import choose
from grader.sandbox.runner import Limits
from grader.submission.submission import Submission
from tests.grader.planted import Planted
from tests.grader.planted import planted as plant
from tests.needs import CHROMEDRIVER, CHROMIUM

ROOT = Path(__file__).resolve().parents[2]


examining.STRICT = True

# What a browser is not to do beside showing pages.
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--disable-dev-shm-usage",
)
BROWSING = 30.0  # seconds until a page shows what it will, on a machine that is busy with other tests


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Imports a module of docs or benchmarks, which are installed nowhere."""
    monkeypatch.syspath_prepend(str(ROOT))
    return import_module


@pytest.fixture(scope="session")
def course() -> Course:
    return here()


@pytest.fixture(scope="session")
def setting(course: Course) -> Setting:
    return Setting(course, choose("process"), default_folder(), limits=Limits(seconds=5.0))


@pytest.fixture(scope="session")
def lenient(setting: Setting) -> Setting:
    """By which an implementation in a shape of its own is judged by its own promises."""
    return replace(setting, lenient=True)


@pytest.fixture(scope="session")
def solutions(course: Course) -> dict[str, str]:
    return {name: course.solution(name) for name in course.names}


@pytest.fixture(scope="session")
def examined(course: Course, setting: Setting) -> Callable[..., Result]:
    """Examines one exercise of the given sources, alone."""

    def run(name: str, sources: dict[str, str]) -> Result:
        exercise = next(part for part in course.parts if part.name == name)
        return examine(setting, Submission("test", sources, {}), exercise)

    return run


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    """Modules by all names that ours import; see its marks()."""
    return plant(tmp_path_factory.mktemp("planted"))


@pytest.fixture
def solved(tmp_path: Path) -> Path:
    """A folder with every exercise solved, to be broken."""
    folder = tmp_path / "work"
    shutil.copytree(ROOT / "solutions", folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One for all pages: to start one takes longer than to read them."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for flag in (*QUIET, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with webdriver.Chrome(options=options, service=Service(CHROMEDRIVER)) as driver:
        yield driver


@pytest.fixture
def until(browser: Any) -> Callable[[Callable[[], Any]], Any]:
    """Waits for what a page does by and by: where an address changes, say, it hears of that a while later.

    Gives what was waited for, as soon as that is true.
    """
    from selenium.common.exceptions import StaleElementReferenceException
    from selenium.webdriver.support.wait import WebDriverWait

    gone = [StaleElementReferenceException]  # what was asked for has been drawn anew meanwhile
    wait = WebDriverWait(browser, BROWSING, 0.05, ignored_exceptions=gone)
    return lambda true: wait.until(lambda _: true())

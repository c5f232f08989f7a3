"""The course in a headless Chromium: what a first visit weighs, and how long verdicts take.

    make site && python benchmarks/browsing.py

Cold: a browser that knows nothing of the site, served from this machine, from opening a lesson to its first
verdict. Warm: from the moment at which somebody has stopped typing to the verdict on the page; what the code
does, and whatever else the rest of the cases tells, comes after it.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from threading import Thread
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from grader.course.course import here
from grader.course.misconceptions import misconceptions

SITE = Path(__file__).resolve().parents[1] / "build" / "site"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PLAIN = (".html", ".css", ".js", ".mjs", ".json", ".svg")  # what file servers compress
MEGABYTE = 1_000_000
COLD, TIMES = 3, 4
VISIT, FIRST, WARM = 12, 5.0, 150  # megabytes, seconds and milliseconds wanted
LONGEST = 120.0  # seconds
DESK = "document.querySelector('section.desk')"
IDLE = f"{DESK}?.dataset.status && !document.querySelector('.desk-verdict').hasAttribute('aria-busy')"
TAKEN = "performance.getEntriesByName('{}')"
PASTE = """const area = document.querySelector('.cm-content');
area.focus();
document.execCommand('selectAll');
document.execCommand('insertText', false, arguments[0]);"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, and says nothing."""

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    """Goes on where a browser has left in the midst of a file."""

    def handle_error(self, *_: object) -> None:
        pass


@contextmanager
def served() -> Iterator[str]:
    """The address at which the site is."""
    with Server(("127.0.0.1", 0), partial(Quiet, directory=str(SITE))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def browser() -> Iterator[Any]:
    """A browser that has seen nothing yet."""
    with tempfile.TemporaryDirectory(prefix="nanograd-bench-") as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = next(filter(None, map(shutil.which, BROWSERS)), "")
        for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}"):
            options.add_argument(flag)
        with webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver"))) as driver:
            yield driver


def wait(driver: Any, script: str) -> None:
    """Wait until a script gives something."""
    by = time.monotonic() + LONGEST
    while not driver.execute_script(f"return {script}"):
        if time.monotonic() > by:
            raise SystemExit(f"waited in vain for {script}")
        time.sleep(0.01)


def weight() -> float:
    """Megabytes of all that is kept at the first visit, texts compressed as file servers do."""
    listed = re.search(r"FIRST = (\[.*?\]);", (SITE / "sw.js").read_text("utf-8"))
    assert listed is not None
    files = [SITE / name for name in json.loads(listed[1])]
    data = (gzip.compress(f.read_bytes()) if f.suffix in PLAIN else f.read_bytes() for f in files)
    return sum(map(len, data)) / MEGABYTE


def cold(address: str) -> float:
    """Seconds from opening a lesson to its first verdict, in a browser that knows nothing."""
    with browser() as driver:
        driver.get("about:blank")
        began = time.monotonic()
        driver.get(f"{address}/lessons/mul.html")
        wait(driver, IDLE)
        return time.monotonic() - began


def warm(driver: Any, sources: Sequence[str]) -> tuple[float, float]:
    """Milliseconds to the verdict and to all that is said of it, in the median of these programs."""
    taken: list[tuple[float, float]] = []
    kinds = [TAKEN.format(kind) for kind in ("verdict", "whole")]
    for number, source in enumerate((sources[0], *sources)):  # the first one is not counted
        known = driver.execute_script(f"return {kinds[1]}.length")
        driver.execute_script(PASTE, f"{source}# {number}\n")
        wait(driver, f"{kinds[1]}.length > {known} && {IDLE}")
        last = f"return [{', '.join(kinds)}].map(all => all.at(-1).duration)"
        taken.append(driver.execute_script(last))
    verdicts, wholes = zip(*taken[1:], strict=True)
    return median(verdicts), median(wholes)


def main() -> None:
    """Print what it weighs and how long it takes, beside what is wanted."""
    if not (SITE / "sw.js").is_file():
        sys.exit("no site is built here; run: make site")
    course = here()
    print(f"first visit   {weight():6.2f} MB compressed (wanted: {VISIT})")
    with served() as address:
        print(f"first verdict {min(cold(address) for _ in range(COLD)):6.2f} s cold (wanted: {FIRST:g})")
        with browser() as driver:
            for name in course.names:
                driver.get(f"{address}/lessons/{name}.html")
                wait(driver, IDLE)
                known = misconceptions(name)
                wrong = [each.source for each in known[:: -(-len(known) // TIMES)]]
                passed, _ = warm(driver, [course.solution(name)] * TIMES)
                failed, whole = warm(driver, wrong)
                print(
                    f"{name:13} {passed:4.0f} ms passed, {failed:4.0f} ms failed (wanted: {WARM}); "
                    f"{whole:4.0f} ms with all that is said of it",
                    flush=True,
                )


if __name__ == "__main__":
    main()

"""The site's source: the documents, and pages made from the project's own files.

Documents link to files of the repository, so that they can be read there too. Here such a link becomes one to
the page that the site has in place of that file.
"""

from __future__ import annotations

import json
import posixpath
import re
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from benchmarks.figures import page as page_of
from docs.make.reference import commands, findings, report
from grader.machine.files import replaced

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = "docs"
PRIVATE = ("make", "browser", "zensical.toml")
# Files of the repository, and where the site has them.
PAGES = {"HINTS.md": "hints.md", "CHANGELOG.md": "changes.md"}
COPIED = {"grader/report/report.schema.json": "reference/report.schema.json"}


def figures() -> str:
    """What the last make bench measured that was copied here: cp build/figures.json docs/reference/."""
    return page_of(json.loads((ROOT / DOCUMENTS / "reference" / "figures.json").read_text("utf-8")))


WRITTEN = {
    "<!-- commands -->": commands,
    "<!-- figures -->": figures,
    "<!-- findings -->": findings,
    "<!-- report -->": report,
}
DESK = re.compile(r"<!-- (desk|home|moons): (\w+) -->")
# What stands there until a script has taken the place.
OTHERWISE = "<p>Here you write {name}, where scripts may run. Else on your machine: make grade EX={name}</p>"
DESKS = {
    "desk": f'<section class="desk" data-exercise="{{name}}">{OTHERWISE}</section>',
    "home": '<div class="home"><section class="desk" data-exercise="{name}" data-graph="home-graph">'
    f'{OTHERWISE}</section>\n<div class="home-side nanograd" id="home-graph"></div></div>',
    "moons": '<section class="desk" data-moons="{name}"><p>Else on your machine: make demo</p></section>',
}
LINK = re.compile(r"(?<=\]\()([^)#:\s]+)(?=[)#])")


def stage(to: Path, desks: bool = False) -> Path:
    """Lay out the site's source in a folder of its own, and return the configuration's place.

    desks: exercises can be done on its pages.
    """
    source = to / DOCUMENTS
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(ROOT / DOCUMENTS, source, ignore=shutil.ignore_patterns(*PRIVATE, "__pycache__"))
    for path in sorted(source.rglob("*.md")):
        place = PurePosixPath(DOCUMENTS, path.relative_to(source).as_posix())
        text = filled(linked(path.read_text("utf-8"), place, place))
        replaced(path, (with_desks(text) if desks else text).encode())
    for name, page in PAGES.items():
        text = (ROOT / name).read_text("utf-8")
        moved = linked(text, PurePosixPath(name), PurePosixPath(DOCUMENTS, page))
        replaced(source / page, moved.encode())
    for name, copied in COPIED.items():
        shutil.copy(ROOT / name, source / copied)
    return Path(shutil.copy(ROOT / DOCUMENTS / "zensical.toml", to))


def linked(text: str, was: PurePosixPath, now: PurePosixPath) -> str:
    """A document's text with its links for where it is now.

    was, now: its place in the repository, and that of its page, as if the site's source were docs/.
    """

    def link(found: re.Match[str]) -> str:
        target = posixpath.normpath((was.parent / found[1]).as_posix())
        return posixpath.relpath(_page(target, {**PAGES, **COPIED}), now.parent)

    return LINK.sub(link, text)


def _page(target: str, pages: Mapping[str, str]) -> str:
    return posixpath.join(DOCUMENTS, pages[target]) if target in pages else target


def with_desks(text: str) -> str:
    """A document with a place for a desk at each mark."""
    return DESK.sub(lambda found: DESKS[found[1]].format(name=found[2]), text)


def filled(text: str) -> str:
    """A document with what is made of the project at its marks."""
    for mark, make in WRITTEN.items():
        if mark in text:
            text = text.replace(mark, make())
    return text

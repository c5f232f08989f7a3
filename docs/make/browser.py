"""Builds the course that runs in a page, into the documentation site: python -m docs.make.browser [FOLDER].

npm installs exactly what docs/browser/package-lock.json names; an open page asks nobody else for anything.
"""

from __future__ import annotations

import ast
import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from docs.make.__main__ import build
from docs.make.staging import ROOT
from grader.author.release import promises_for, to_seal
from grader.course.course import Course, own
from grader.course.sealed import SEALED, seal
from grader.errors import GraderError, MachineError
from grader.learner.help import ALMOST_CODE, sections
from grader.machine.files import replaced
from grader.render.html.sheet import asset, following, html
from grader.render.picture.svg import picture_style
from grader.render.text import points

BROWSER = ROOT / "docs" / "browser"
PAGE = BROWSER / "page.py"
# What is sent into workers, as texts; the grader imports none of it.
SENT = ("worker/*.py", "autograd/worker.py", "autograd/reading/worker/*.py")
# Without these pages cannot be made; they are pure Python, or can be.
LIBRARIES = ("jinja2", "markupsafe", "platformdirs")
# Of Pyodide's own files, those that a page asks for.
LIBRARY = "python_stdlib.zip"
PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide-lock.json", LIBRARY)
COMPILED = "pyodide.asm.wasm"
DATA = ("*.html", "*.css", "*.txt", "*.json")
DESK = re.compile(r"<(?:div|section)[^>]* data-(?:exercise|moons)")
HEAD = (
    '<link rel="stylesheet" href="{root}browser/desk.css">'
    '<script type="module" src="{root}browser/main.js"></script>'
)
BUNDLE = ("--bundle", "--format=esm", "--minify", "--target=es2022", "--legal-comments=none")
# What of the site is kept at the first visit; the rest as it is looked at.
KEPT, KEPT_WHOLE = (".html", ".css", ".js", ".svg"), ("browser", "pyodide")
ROOTS = re.compile(r"(?<![\w.-])(\d*\.?\d+)rem\b")
SCOPE = ".nanograd, .desk-button, [data-exercise], [data-moons]"


def site(to: Path) -> int:
    """Build the documentation site with the course in it; gives the builder's exit status."""
    if (status := build(to, desks=True)) != 0:
        return status
    desks(packages(to / "packages"), to / "site")
    return 0


def desks(installed: Path, built: Path) -> None:
    """Put all that the desks take into a site that has places for them."""
    place = built / "browser"
    place.mkdir(exist_ok=True)
    course = own()
    python(installed / "node_modules" / "pyodide", place / "pyodide")
    archive(course, place / "course.zip")
    taken = installed / "node_modules" / "pyodide"
    run(["node", BROWSER / "freeze.mjs", taken, place / "course.zip", place / "pyodide" / LIBRARY])
    scripts(installed, place)
    replaced(place / "course.json", json.dumps(facts(course), ensure_ascii=False).encode())
    replaced(place / "desk.css", style().encode())
    embed(built)
    offline(built)


def packages(to: Path) -> Path:
    """A folder with the packages that the lock names; raises MachineError where npm cannot get them."""
    to.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(BROWSER / name, to)
    run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], to)
    return to


def run(command: list[str | Path], cwd: Path = ROOT) -> None:
    """Run a program; raises MachineError where it is not there, or fails."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)
    except OSError as error:
        what = f"cannot run {words[0]}: {error.strerror}"
        raise MachineError(what, "install Node.js 20 or newer") from None
    if done.returncode:
        last = (done.stderr or done.stdout).strip()[-2000:]
        raise MachineError(f"{' '.join(words[:2])} failed:\n{last}", "mend that, then run the same again")


def python(source: Path, to: Path) -> None:
    """Pyodide's files; the large one compressed, since not every file server does that."""
    to.mkdir(exist_ok=True)
    for name in PYODIDE:
        shutil.copy(source / name, to)
    packed = gzip.compress((source / COMPILED).read_bytes(), 9, mtime=0)
    replaced(to / f"{COMPILED}.bin", packed)


def archive(course: Course, to: Path) -> None:
    """The grader and what of the course it needs, as a zip: the solutions sealed, as students have them."""
    files = {path: path.relative_to(ROOT) for path in (*modules(), *data())}
    for name in ("course.toml", "HINTS.md"):
        files[ROOT / name] = Path(name)
    for name in LIBRARIES:
        spec = find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        folder = Path(spec.origin).parent
        files |= {path: "lib" / path.relative_to(folder.parent) for path in folder.rglob("*.py")}
    files[PAGE] = Path("lib", PAGE.name)
    with zipfile.ZipFile(to, "w") as packed:
        for path, place in sorted(files.items(), key=lambda pair: pair[1]):
            packed.write(path, place)
        for part in course.parts:
            # Without those that are hidden: what is published is what students get.
            for place, text in promises_for(course, course.properties(part.name), hidden=False).items():
                packed.writestr(place.as_posix(), text)
        packed.writestr(SEALED.as_posix(), seal(to_seal(course)))


def modules() -> Iterator[Path]:
    """The modules of the grader that the page imports, now or later, and those it sends into workers."""
    found: set[Path] = set()
    waiting = [PAGE, ROOT / "grader" / "autograd" / "subject.py", ROOT / "grader" / "autograd" / "over.py"]
    while waiting:
        path = waiting.pop()
        for name in named(path):
            for place in places(name):
                if place not in found:
                    found.add(place)
                    waiting.append(place)
    for files in SENT:
        found.update((ROOT / "grader").glob(files))
    yield from (found | {ROOT / "grader" / "autograd" / name for name in ("subject.py", "over.py")})


def named(path: Path) -> Iterator[str]:
    """Whatever a module imports of ours, by full names."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def places(name: str) -> Iterator[Path]:
    """The files of a module of ours, with those of the packages around it."""
    words = name.split(".")
    if words[0] == "grader":
        for end in range(1, len(words) + 1):
            place = ROOT.joinpath(*words[:end])
            yield from (p for p in (place / "__init__.py", place.with_suffix(".py")) if p.is_file())


def data() -> Iterator[Path]:
    """What the grader's modules read beside themselves."""
    for folder in ("render/html", "render/picture", "notebook", "autograd"):
        for kind in DATA:
            yield from (ROOT / "grader" / folder).glob(kind)


def scripts(installed: Path, to: Path) -> None:
    """Our scripts with what they import, each as one file."""
    work = installed / "src"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    for path in BROWSER.glob("*.js"):
        shutil.copy(path, work)
    entries = [work / "main.js", work / "worker.js"]
    run([installed / "node_modules" / ".bin" / "esbuild", *entries, *BUNDLE, f"--outdir={to}"], installed)


def facts(course: Course) -> dict[str, object]:
    """What the page says of the course before Python has started."""
    known = {title: html(text) for title, text in sections(course).items() if title}
    return {
        "title": course.title,
        "almost_code": ALMOST_CODE,
        "seconds": 10,
        "hints": known,
        "exercises": [
            {
                "name": part.name,
                "title": part.title,
                "points": points(part.points),
                "stub": course.stub(part.name),
                "hints": [f"{part.name}: {heading}" for heading in course.subject.headings],
            }
            for part in course.exercises
        ],
    }


def style() -> str:
    """How desks and verdicts look: in the colours of all the grader's pages, light or dark as the site is."""
    shown = "".join((asset("base.css"), asset("single.css"), picture_style()))
    whole = f"{following(SCOPE)}.nanograd {{\n{shown}}}\n{(BROWSER / 'desk.css').read_text('utf-8')}"
    # The site has letters of another size at its root than the grader's pages.
    return ROOTS.sub(lambda found: f"{16 * float(found[1]):g}px", whole)


def embed(built: Path) -> None:
    """Have every page with a desk load what it takes."""
    for page in built.rglob("*.html"):
        text = page.read_text("utf-8")
        if DESK.search(text):
            root = "../" * len(page.relative_to(built).parts[1:])
            replaced(page, text.replace("</head>", f"{HEAD.format(root=root)}</head>", 1).encode())


def offline(built: Path) -> None:
    """The script that keeps the site in the browser; it is another one wherever a file of the site is."""
    files = [path for path in sorted(built.rglob("*")) if path.is_file() and path.name != "sw.js"]
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.read_bytes())
    kept = [path for path in files if path.suffix in KEPT or path.parent.name in KEPT_WHOLE]
    names = json.dumps([path.relative_to(built).as_posix() for path in kept])
    text = (BROWSER / "sw.js").read_text("utf-8")
    filled = text.replace("@@VERSION@@", digest.hexdigest()[:16]).replace("@@FILES@@", names)
    replaced(built / "sw.js", filled.encode())


if __name__ == "__main__":
    try:
        sys.exit(site(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build"))
    except GraderError as error:
        sys.exit(f"{error.what}\n{error.next_step}")

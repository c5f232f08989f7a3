"""What is measured, as rows: each is printed when it is known, kept in build/figures, and put on one page.

    python benchmarks/figures.py        makes build/figures.md and build/figures.json of what was kept

The site's page of figures is docs/reference/figures.json, a copy of the last: see docs/make/staging.py.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

BUILD = Path(__file__).resolve().parents[1] / "build"
KEPT = BUILD / "figures"
CPU = "s of CPU"
BEGAN = perf_counter()


@dataclass(frozen=True)
class Figure:
    """One number and what it is to be held against.

    unit: empty for a ratio. digits: after the point.
    most, least: what is wanted, where anything is.
    note: what else one has to know of it, such as what the other side of a ratio did.
    """

    title: str
    value: float
    unit: str = ""
    digits: int = 2
    most: float | None = None
    least: float | None = None
    note: str = ""

    @property
    def shown(self) -> str:
        return f"{self.value:,.{self.digits}f} {self.unit}".rstrip()

    @property
    def wanted(self) -> str:
        """In words; empty where nothing is."""
        bounds = (("at most", self.most), ("at least", self.least))
        return ", ".join(
            f"{word} {bound:g} {self.unit}".rstrip() for word, bound in bounds if bound is not None
        )

    @property
    def met(self) -> bool:
        """Whether it is as wanted."""
        above = self.least is None or self.value >= self.least
        return above and (self.most is None or self.value <= self.most)

    def line(self) -> str:
        """As it is printed."""
        wanted = f"{self.wanted} wanted" if self.wanted else ""
        more = "; ".join(filter(None, (wanted, self.note)))
        return f"{self.title}: {self.shown}" + (f" ({more})" if more else "")


@dataclass
class Section:
    """The figures of one script, in the order in which they became known.

    what: what was measured, a sentence.
    seconds, load: how long the script took, and how busy the machine was with all that ran on it at the end.
    """

    title: str
    what: str
    figures: list[Figure] = field(default_factory=list)
    seconds: float = 0.0
    load: float = 0.0

    def add(self, title: str, value: float, unit: str = "", **more: Any) -> None:
        """Print a figure, and keep it with all that there are so far."""
        figure = Figure(title, value, unit, **more)
        self.figures.append(figure)
        print(figure.line(), flush=True)

    def keep(self) -> None:
        """Write them where the page is made from."""
        self.seconds, self.load = perf_counter() - BEGAN, os.getloadavg()[0]
        KEPT.mkdir(parents=True, exist_ok=True)
        (KEPT / f"{Path(sys.argv[0]).stem}.json").write_text(json.dumps(plain(self), indent=1) + "\n")


def plain(section: Section) -> dict[str, Any]:
    """A section as JSON has it."""
    kept = asdict(section)
    for figure in kept["figures"]:
        figure["value"] = float(f"{figure['value']:.6g}")
    return kept


def section_of(kept: Mapping[str, Any]) -> Section:
    """The way back."""
    return Section(**{**kept, "figures": [Figure(**figure) for figure in kept["figures"]]})


def machine() -> dict[str, str]:
    """What the figures were measured on, and by which versions."""
    named = ("nanograd-course", "hypothesis", "torch")
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        **{name: version(name) for name in named},
    }


def page(kept: Mapping[str, Any]) -> str:
    """The page's tables, as Markdown, from what figures.json holds."""
    return "\n".join(_lines(kept["measured"], [section_of(one) for one in kept["sections"]]))


def _lines(measured: Mapping[str, str], sections: Sequence[Section]) -> Iterator[str]:
    yield "Measured: " + "; ".join(f"{name} {value}" for name, value in measured.items()) + "."
    for section in sections:
        yield f"\n## {section.title}\n\n{section.what}"
        yield f"Took {section.seconds:.0f} s; load {section.load:.1f} at its end."
        yield "\n| | measured | wanted | |\n|---|---:|---|---|"
        for figure in section.figures:
            missed = "" if figure.met else "**missed:** "
            cells = (figure.title, figure.shown, missed + figure.wanted, figure.note)
            yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
    yield ""


def main() -> None:
    """Put together what the scripts have kept, the one that ran first above."""
    parts = sorted(KEPT.glob("*.json"), key=lambda path: path.stat().st_mtime)
    if not parts:
        sys.exit("figures: nothing was measured yet; make bench measures all of it")
    kept = {"measured": machine(), "sections": [json.loads(path.read_text()) for path in parts]}
    (BUILD / "figures.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    (BUILD / "figures.md").write_text(f"# Figures\n\n{page(kept)}")
    seconds = sum(one["seconds"] for one in kept["sections"])
    missed = sum(not figure.met for one in kept["sections"] for figure in section_of(one).figures)
    print(f"{seconds:.0f} s in all; {missed} figures are not as wanted; build/figures.md has all of them")


if __name__ == "__main__":
    main()

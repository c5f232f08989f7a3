"""The charts: drawn by matplotlib as SVG, without text measured into outlines and without a colour."""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from io import StringIO
from typing import Any

from grader.figures import Spread
from grader.items import Item
from grader.printable import printable
from grader.render.page.recolouring import BAR, GRID, INK, MUTED, TRACK, plain_svg
from grader.render.page.wording import percent
from grader.render.wording import brief

# All in units of the drawing, which the page shows between 0.8 and 1.2 times as large.
WIDTH = 400.0
TEXT, SMALL = 12.0, 11.0
LINE, THICK, GAP = 15.0, 8.0, 12.0
LETTERS = 54
SETTINGS = {"svg.fonttype": "none", "svg.hashsalt": "nanograd", "axes.unicode_minus": True}
NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))


@dataclass(frozen=True, slots=True)
class Drawings:
    """Draws for one page.

    matplotlib: the module, which only the class report needs.
    safe: marks text as markup for the template.
    """

    matplotlib: Any
    safe: Callable[[str], Any]

    def histogram(self, key: str, title: str, about: str, spread: Spread) -> Any:
        """How many people have which score."""
        with self._figure(210.0) as (figure, text):
            _draw_histogram(figure.add_axes((0.085, 0.19, 0.885, 0.66)), spread)
        return self.safe(plain_svg(text.getvalue(), key, title, about))

    def bars(self, key: str, title: str, about: str, items: Sequence[Item], by: str) -> Any:
        """The pass rate of each item, a bar beneath its label; by says which of its attributes that is."""
        labels = [textwrap.wrap(printable(getattr(item, by)), LETTERS) or [""] for item in items]
        height = sum(len(lines) * LINE + THICK + GAP for lines in labels)
        with self._figure(height) as (figure, text):
            axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(height, 0))
            axes.set_axis_off()
            _draw_bars(axes, labels, [item.rate for item in items])
        return self.safe(plain_svg(text.getvalue(), key, title, about))

    @contextmanager
    def _figure(self, height: float) -> Iterator[tuple[Any, StringIO]]:
        """A figure to draw on; afterwards the text holds it as SVG, whatever settings a user has."""
        text = StringIO()
        with self.matplotlib.rc_context(), warnings.catch_warnings():
            # The browser has the fonts; what the font of ours lacks is only measured wrongly.
            warnings.filterwarnings("ignore", message="Glyph .* missing from")
            self.matplotlib.rcdefaults()
            self.matplotlib.rcParams.update(SETTINGS)
            figure = import_module("matplotlib.figure").Figure(figsize=(WIDTH / 72, height / 72), dpi=72)
            figure.patch.set_visible(False)
            yield figure, text
            figure.savefig(text, format="svg", metadata=NO_METADATA)


def _draw_bars(axes: Any, labels: Sequence[Sequence[str]], rates: Sequence[float | None]) -> None:
    top = 0.0
    for lines, rate in zip(labels, rates, strict=True):
        for place, line in enumerate(lines, start=1):
            axes.text(0, top + place * LINE - 4, line, color=INK, size=TEXT, parse_math=False)
        axes.text(WIDTH, top + LINE - 4, percent(rate), color=INK, size=TEXT, ha="right", weight="bold")
        top += len(lines) * LINE
        axes.barh(top + THICK / 2, WIDTH, THICK, color=TRACK, clip_on=False)
        axes.barh(top + THICK / 2, WIDTH * (rate or 0), THICK, color=BAR, clip_on=False)
        top += THICK + GAP


def _draw_histogram(axes: Any, spread: Spread) -> None:
    ticker = import_module("matplotlib.ticker")
    lows, counts = [float(b.low) for b in spread.bins], [b.count for b in spread.bins]
    top = float(spread.bins[-1].high)
    width = top / len(lows)
    axes.bar(lows, counts, width * 0.9, align="edge", color=BAR, clip_on=False)
    axes.set(xlim=(0, top), ylim=(0, max(counts) or 1))
    axes.set_axisbelow(True)
    axes.patch.set_visible(False)
    axes.spines[:].set_visible(False)
    axes.grid(axis="y", color=GRID, linewidth=1, clip_on=False)
    axes.tick_params(length=0, labelcolor=MUTED, labelsize=SMALL, pad=6)
    axes.yaxis.set_major_locator(ticker.MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.xaxis.set_major_locator(ticker.MaxNLocator(5))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_xlabel("score", color=MUTED, size=SMALL, labelpad=6)
    if spread.median is not None:
        _draw_median(axes, float(spread.median), f"median {brief(spread.median)}", top)


def _draw_median(axes: Any, value: float, label: str, top: float) -> None:
    above = axes.get_xaxis_transform()
    axes.plot(
        [value, value], [0, 1.06], color=INK, linewidth=1.2, dashes=(3, 2), transform=above, clip_on=False
    )
    side = "left" if value < top / 4 else "right" if value > top * 3 / 4 else "center"
    axes.text(value, 1.1, label, color=INK, size=TEXT, ha=side, transform=above)

"""Figures as the page words them."""

from __future__ import annotations

from grader.figures import Bin
from grader.render.wording import brief

NOTHING = "\N{EN DASH}"
# A rule of thumb: A. Kelava and H. Moosbrugger in "Testtheorie und Fragebogenkonstruktion", 2020, call 0.4 to
# 0.7 satisfactory, and what is below 0.2 in need of a closer look.
WELL, POORLY = 0.4, 0.2


def percent(proportion: float | None) -> str:
    """78 %; 0 % and 100 % are said only where it is none and all."""
    if proportion is None:
        return NOTHING
    whole = round(proportion * 100)
    if 0 < proportion < 1:
        whole = min(max(whole, 1), 99)
    return f"{whole} %"


def correlation(value: float | None) -> str:
    """0.42, with a minus sign where it is below zero."""
    if value is None:
        return NOTHING
    text = f"{value:.2f}".replace("-0.00", "0.00")
    return text.replace("-", "\N{MINUS SIGN}")


def verdict_on(value: float | None) -> str:
    """What a correlation says about an item, in two words."""
    if value is None:
        return "cannot say"
    if value < 0:
        return "look closely"
    return "tells well" if value >= WELL else "tells little" if value < POORLY else "tells some"


def span(bin_: Bin, last: bool) -> str:
    """The scores in a bin."""
    return f"{brief(bin_.low)} to {'' if last else 'below '}{brief(bin_.high)}"


FILTERS = {
    "percent": percent,
    "correlation": correlation,
    "verdict_on": verdict_on,
    "span": span,
    "brief": lambda points: NOTHING if points is None else brief(points),
    "count": lambda number: f"{number:,}",
}

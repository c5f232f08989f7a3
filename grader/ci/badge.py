"""The score as a badge: one small SVG with nothing in it from outside."""

from __future__ import annotations

from grader.ci.seen import Seen, brief

LETTER = 7  # pixels, about, of a letter at 11 pixels
MARGIN = 12
LABEL = "grade"
# From the share of points that is needed for it; dark enough for white letters.
COLOURS = ((1.0, "#2b7a0b"), (0.75, "#5b7300"), (0.5, "#8a6100"), (0.0, "#a8321f"))


def badge(seen: Seen) -> str:
    """An SVG that says the points out of the most there are."""
    value = f"{brief(seen.points)}/{brief(seen.most)}"
    share = seen.points / seen.most if seen.most else 0.0
    colour = next(colour for least, colour in COLOURS if share >= least)
    left, right = (len(text) * LETTER + MARGIN for text in (LABEL, value))
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" aria-label="{value}">
<title>{LABEL}: {value}</title>
<rect width="{left + right}" height="20" rx="3" fill="#444"/>
<path d="M{left} 0h{right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right - 3}z" fill="{colour}"/>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="{left / 2:g}" y="14">{LABEL}</text>
<text x="{left + right / 2:g}" y="14">{value}</text>
</g>
</svg>
"""

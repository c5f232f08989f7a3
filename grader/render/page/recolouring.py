"""Matplotlib's SVG made fit for our page: no style attributes, no fonts, and colours by name.

The page's policy allows no inline styles, and its colours depend on the theme: so a drawing is made in
stand-in colours, and each becomes a class that the style sheet colours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

BAR, TRACK, INK, MUTED, GRID = "#000001", "#000002", "#000003", "#000004", "#000005"
NAMES = {BAR: "bar", TRACK: "track", INK: "ink", MUTED: "muted", GRID: "grid"}
KEPT = {"stroke-width", "stroke-dasharray", "stroke-dashoffset", "text-anchor", "font-size", "font-weight"}
DROPPED = {"metadata", "defs", "style", "title"}
SHORTHAND = re.compile(r"(?:(bold|\d{3}) )?([\d.]+px) .*")


def plain_svg(text: str, key: str, title: str, about: str) -> str:
    """The drawing as an element for an HTML page, with a name and a description for those who hear it.

    key: what its ids begin with; unique on the page.
    """
    root = ElementTree.fromstring(text[text.index("<svg") :])  # noqa: S314 (our own drawing)
    _cleaned(root)
    root.attrib = {
        "viewBox": root.attrib["viewBox"],
        "class": "chart",
        "role": "img",
        "aria-labelledby": f"{key}-name {key}-about",
    }
    for place, (tag, words) in enumerate((("title", title), ("desc", about))):
        element = ElementTree.Element(tag, {"id": f"{key}-{'about' if place else 'name'}"})
        element.text = words
        root.insert(place, element)
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)


def _cleaned(element: ElementTree.Element) -> None:
    element.tag = element.tag.rpartition("}")[2]
    element.attrib.pop("id", None)
    element.attrib.update(_attributes(element.attrib.pop("style", "")))
    element.tail = None
    for child in list(element):
        if not isinstance(child.tag, str) or child.tag.rpartition("}")[2] in DROPPED:
            element.remove(child)
        else:
            _cleaned(child)
    if len(element):
        element.text = None


def _attributes(style: str) -> dict[str, str]:
    """A style attribute's declarations as presentation attributes and classes."""
    attributes = dict(_declarations(style))
    classes = [
        f"{what}-{NAMES[attributes.pop(what)]}"
        for what in ("fill", "stroke")
        if attributes.get(what) in NAMES
    ]
    return attributes | ({"class": " ".join(classes)} if classes else {})


def _declarations(style: str) -> Iterator[tuple[str, str]]:
    for declaration in filter(None, style.split(";")):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name == "font" and (said := SHORTHAND.fullmatch(value)):
            weight, size = said.groups()
            yield from [("font-size", size), *([("font-weight", weight)] if weight else [])]
        elif name in KEPT or name in ("fill", "stroke"):
            yield name, value

"""The colours of pages and pictures, by what they are for; each in light and in dark."""

from __future__ import annotations

import re

COLOURS = {
    "page": ("#f6f7f9", "#12151a"),
    "card": ("#ffffff", "#1a1e25"),
    "raised": ("#eef1f5", "#242a33"),
    "ink": ("#1b2330", "#e7eaef"),
    "muted": ("#556070", "#a5afbd"),
    "line": ("#dde2e9", "#313944"),
    "edge": ("#7b8796", "#7d8999"),
    "accent": ("#1f5fa8", "#8dbcf5"),
    "bar": ("#3d7cc0", "#6fa8e8"),
    "good": ("#1a6e47", "#6cc79a"),
    "bad": ("#ad2a33", "#f2939a"),
    "warn": ("#8a5300", "#e8b15f"),
    "wrong": ("#fdeeee", "#3a2226"),
    "focus": ("#0b57d0", "#a8c7fa"),
}
USED = re.compile(r"var\(--([a-z]+)\)")


def following(selector: str) -> str:
    """Style in which everything beneath a selector has the colours as variables, light or dark as it is."""
    lines = "".join(f"  --{name}: light-dark({light}, {dark});\n" for name, (light, dark) in COLOURS.items())
    return f"{selector} {{\n{lines}}}\n"


def by_media(selector: str, style: str) -> str:
    """The same, of the colours that a style uses, for readers of SVG who do not know light-dark()."""
    names = [name for name in COLOURS if name in USED.findall(style)]
    light, dark = (" ".join(f"--{name}: {COLOURS[name][at]};" for name in names) for at in (0, 1))
    return f"{selector} {{ {light} }}\n@media (prefers-color-scheme: dark) {{ {selector} {{ {dark} }} }}\n"


def in_light(style: str) -> str:
    """The style with every variable replaced by its colour in light."""
    return USED.sub(lambda used: COLOURS[used[1]][0], style)

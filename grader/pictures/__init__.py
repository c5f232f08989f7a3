"""Pictures of computation graphs: SVG that looks the same everywhere, and PNG made from it.

The layout is our own and asks for no program beside Python: Graphviz draws well, but which Graphviz a machine
has, and whether it has one, would decide how a report looks, and the same report gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module, resources
from pathlib import Path

from grader.errors import UsageError
from grader.files import whole_file
from grader.model import Node
from grader.pictures.drawing import drawing
from grader.render.palette import by_media, in_light

KEY = "graph"
FONTS = ("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf")
ZOOM = 2  # so that a PNG is sharp on a phone, too
XMLNS = ' xmlns="http://www.w3.org/2000/svg"'
GROUND = '<rect class="ground" width="100%" height="100%"/>'
GROUND_STYLE = ".graph-picture .ground { fill: var(--page); }\n"


def svg(nodes: Sequence[Node], title: str = "") -> str:
    """The graph as an SVG document, light or dark as its reader likes.

    Raises UsageError for a graph without nodes, or with more than anybody would look at.
    """
    style = GROUND_STYLE + picture_style()
    colours = by_media(".graph-picture", style)
    return drawing(nodes, title, KEY, XMLNS, f"<style>\n{colours}{style}</style>\n{GROUND}")


def save(nodes: Sequence[Node], path: Path, title: str = "") -> None:
    """Write the graph to a file, as SVG or PNG by its suffix.

    Raises UsageError for another suffix, for a place that cannot be written, and as svg() does.
    """
    suffix = path.suffix.lower()
    if suffix not in (".svg", ".png"):
        raise UsageError(f"{path} is neither .svg nor .png", "choose a name that ends so")
    data = svg(nodes, title).encode() if suffix == ".svg" else png(nodes, title)
    with whole_file(path) as stream:
        stream.write(data)


def png(nodes: Sequence[Node], title: str = "") -> bytes:
    """The graph as PNG, in light colours, with our own font: the same on every machine.

    Raises UsageError as svg() does, and where resvg_py is not installed.
    """
    try:
        resvg = import_module("resvg_py")
    except ImportError:
        raise UsageError(
            "PNG needs resvg-py, which is not installed", "run: pip install resvg-py, or save as .svg"
        ) from None
    style = in_light(GROUND_STYLE + picture_style())
    text = drawing(nodes, title, KEY, XMLNS, f"<style>\n{style}</style>\n{GROUND}")
    fonts = [str(resources.files("grader.pictures") / name) for name in FONTS]
    family = "DejaVu Sans Mono"
    image: bytes = resvg.svg_to_bytes(
        svg_string=text, zoom=ZOOM, skip_system_fonts=True, font_files=fonts,
        font_family=family, monospace_family=family,
    )  # fmt: skip
    return bytes(image)


@cache
def picture_style() -> str:
    """How the parts of a drawing look, in the colours of grader.render.palette as variables."""
    return (resources.files("grader.pictures") / "picture.css").read_text("utf-8")

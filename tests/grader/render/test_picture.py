"""Pictures of graphs: what stands in them, for eyes, for ears, in light and dark, as SVG and as PNG."""

import re
import struct
from dataclasses import replace
from math import inf, nan
from xml.etree import ElementTree

import pytest

from grader.errors import UsageError
from grader.model import Node
from grader.render.picture.svg import LETTER, SIDE, apart, card, columns, png, save, short, svg
from tests.grader.hostile import HOSTILE
from tests.grader.render.graphs import graph

A = Node("a", "2", (), (2.0, 2.0), (4.0, 2.0), True)
B = Node("b", "a * a", ("a", "a"), (4.0, 4.0), (1.0, 1.0), False)
SVG = "{http://www.w3.org/2000/svg}"


def parsed(text):
    return ElementTree.fromstring(text)


def texts(root):
    return [element.text for element in root.iter(f"{SVG}text")]


def classes(root):
    return [element.get("class") for element in root.iter() if element.get("class")]


def test_a_box_shows_formula_data_and_gradient():
    assert texts(parsed(svg([replace(B, operands=())]))) == ["b", "= a * a", "data", "4", "grad", "1"]


def test_expected_stands_beside_got_where_they_differ():
    shown = texts(parsed(svg([A, B])))
    assert shown[:9] == ["a", "= 2", "data", "2", "grad", "expected", "4", "got", "2"]
    assert shown.count("expected") == 1


def test_what_gave_no_numbers_shows_what_was_expected():
    nothing = replace(A, data=(2.0, None), grad=(4.0, None), suspect=False)
    assert texts(parsed(svg([nothing]))) == ["a", "= 2", "data", "2", "grad", "4"]


def test_the_suspect_is_told_by_shape_and_by_word():
    root = parsed(svg([A, B]))
    assert texts(root).count("differs here") == 1
    marked = [e for e in root.iter(f"{SVG}path") if "differs" in e.get("class", "")]
    assert [len(re.findall("[ML]", path.get("d"))) for path in marked] == [8]
    assert len(list(root.iter(f"{SVG}rect"))) == 2  # the ground, and the box that is right


def test_leaves_have_another_shape_than_results():
    boxes = [e for e in parsed(svg([replace(A, suspect=False), B])).iter(f"{SVG}rect") if e.get("rx")]
    leaf, result = boxes
    assert float(leaf.get("rx")) > 2 * float(result.get("rx"))
    assert leaf.get("class") != result.get("class")


def test_arrows_point_from_operands_to_results():
    root = parsed(svg([A, B]))
    boxes = {e.get("class"): e for e in root.iter(f"{SVG}rect")}
    tips = [e.get("d") for e in root.iter(f"{SVG}path") if e.get("class") == "tip"]
    assert len(tips) == 2
    assert all(float(d.split("L")[0].split()[1]) == float(boxes["box"].get("y")) for d in tips)


def test_who_cannot_see_it_is_told_all_of_it():
    root = parsed(svg([A, B], "both shares count"))
    assert root.get("role") == "img"
    about = {e.get("id"): e.text for e in root if e.tag in (f"{SVG}title", f"{SVG}desc")}
    assert about[root.get("aria-labelledby")] == "both shares count"
    assert about[root.get("aria-describedby")] == (
        "a = 2: data 2, gradient expected 4, got 2. This is the first that differs. "
        "b = a * a: data 4, gradient 1."
    )


def test_colours_follow_the_reader():
    style = svg([A, B]).split("<style>")[1].split("</style>")[0]
    light, dark = style.split("@media (prefers-color-scheme: dark)")
    for name in set(re.findall(r"var\(--(\w+)\)", style)):
        assert f"--{name}: #" in light.split("}")[0]
        assert f"--{name}: #" in dark.split("}")[0]


def test_no_colour_stands_in_the_drawing_itself():
    drawn = svg(graph(20)).split("</style>")[1]
    assert re.findall("(fill|stroke|style)=", drawn) == []


@pytest.mark.parametrize("size", [2, 3, 20, 60])
def test_text_fits_its_box(size):
    for one in map(card, graph(size, 4)):
        room = one.width - 2 * SIDE - 2 * one.inset
        for line in one.lines:
            assert max(LETTER * (piece.column + columns(piece.text)) for piece in line) <= room + 1e-9


def test_a_long_formula_is_cut_and_told_whole():
    formula = "a ** 0.123456789012345678901234567890"
    root = parsed(svg([replace(A, formula=formula)]))
    assert max(map(len, texts(root))) < 26
    assert f"a = {formula}" in [e.text for e in root.iter(f"{SVG}title")]


def test_wide_letters_take_the_room_of_two():
    assert columns("a = 数") == 6


@pytest.mark.parametrize(
    ("value", "text"),
    [(3.0, "3"), (-0.5, "-0.5"), (1 / 3, "0.333333"), (1e-9, "1e-09"), (123456789.0, "1.23457e+08")],
)
def test_numbers_are_short(value, text):
    assert short(value) == text


def test_numbers_that_differ_are_told_apart():
    assert apart(4.0, 2.0) == ("4", "2")
    assert apart(0.12345678, 0.12345699) == ("0.1234568", "0.123457")
    assert apart(1.0, 1.0 + 4e-16) == ("1", "1.0000000000000004")


@pytest.mark.parametrize("got", [nan, inf, -inf])
def test_what_is_no_number_is_shown_as_such(got):
    assert str(got) in texts(parsed(svg([replace(A, grad=(4.0, got))])))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text(text):
    root = parsed(svg([replace(A, name=text, formula=text), replace(B, operands=(text, text))], text))
    assert {e.tag.removeprefix(SVG) for e in root.iter()} <= {
        *("svg", "title", "desc", "style", "rect", "g", "path", "text")
    }
    assert all(t.isprintable() for t in texts(root))


def test_the_same_graph_gives_the_same_bytes():
    assert svg(graph(60, 2), "x") == svg(graph(60, 2), "x")
    assert png(graph(20, 2)) == png(graph(20, 2))


def test_a_png_is_twice_as_sharp_and_has_its_own_font():
    image = png([A, B])
    root = parsed(svg([A, B]))
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    wide, high = struct.unpack(">II", image[16:24])
    assert abs(wide - 2 * float(root.get("width"))) <= 2
    assert abs(high - 2 * float(root.get("height"))) <= 2
    # The text is there: without it the picture would be the same whatever the numbers are.
    assert image != png([replace(A, grad=(5.0, 2.0)), B])


@pytest.mark.parametrize("name", ["graph.svg", "graph.PNG"])
def test_it_is_saved_by_its_suffix(name, tmp_path):
    save([A, B], tmp_path / name)
    begin = (tmp_path / name).read_bytes()[:4]
    assert begin == (b"<svg" if name.endswith("svg") else b"\x89PNG")


@pytest.mark.parametrize(("name", "said"), [("graph.gif", "neither"), ("none/graph.svg", "cannot write")])
def test_a_wrong_place_is_named(name, said, tmp_path):
    with pytest.raises(UsageError, match=said):
        save([A, B], tmp_path / name)


def test_no_graph_and_too_large_a_graph_are_refused():
    for nodes in ((), graph(151)):
        with pytest.raises(UsageError, match="cannot be drawn"):
            svg(nodes)

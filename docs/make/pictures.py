"""The graphs in the lessons as SVG; python -m docs.make.pictures [FOLDER] draws them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docs.make.grading import desk
from docs.make.networks import network
from docs.make.tracing import nodes, reference, turns
from grader.machine.files import replaced
from grader.render.picture.svg import svg

FOLDER = Path(__file__).resolve().parents[1] / "pictures"
# A graph for each exercise, in which the mistake of that name differs from what is right.
MISTAKES = {
    "add": "overwrites",
    "mul": "own_data",
    "pow": "exponent_not_reduced",
    "relu": "always_through",
    "backward": "preorder_dfs",
}
READ = "add", "overwrites_without_upstream"
Picture = tuple[str, str]


def pictures() -> Iterator[Picture]:
    """Each picture's name, and its text."""
    parts = reference()
    yield from _graph(parts)
    yield from _operations(parts)
    yield from _turns(parts)
    yield from _networks(parts)
    yield from _mistakes()


def _graph(parts: Any) -> Iterator[Picture]:
    a, b, c = (parts.Value(number) for number in (2, 1, 4))
    s = a + b
    root = s * c
    named = {"a": a, "b": b, "s": s, "c": c, "L": root}
    yield "graph-forward", svg(nodes(root, named), "after the forward pass")
    root.backward()
    yield "graph-backward", svg(nodes(root, named), "after the backward pass")


def _operations(parts: Any) -> Iterator[Picture]:
    value = parts.Value
    a, b = value(2), value(5)
    s = a + b
    yield "add", _done(s * 3, {"a": a, "b": b, "s": s}, "L", "a sum, and what arrives there")
    a = value(2)
    yield "add-twice", _done(a + a, {"a": a}, "L", "one node, used twice")
    a, b = value(2), value(5)
    p = a * b
    yield "mul", _done(p * 3, {"a": a, "b": b, "p": p}, "L", "a product, and what arrives there")
    a = value(3)
    yield "mul-twice", _done(a * a, {"a": a}, "L", "one node, twice a factor")
    a = value(3)
    p = a**2
    yield "pow", _done(p * 2, {"a": a, "p": p}, "L", "a power, and what arrives there")
    for number, name, title in ((3, "relu-open", "open"), (-2, "relu-shut", "shut")):
        a = value(number)
        r = a.relu()
        yield name, _done(r * 5, {"a": a, "r": r}, "L", f"the gate is {title}")


def _done(root: Any, named: dict[str, Any], name: str, title: str) -> str:
    """A graph after its backward pass."""
    root.backward()
    return svg(nodes(root, {**named, name: root}), title)


def _turns(parts: Any) -> Iterator[Picture]:
    """The backward pass of L = p + m with m = a * a and p = m * a, turn by turn."""
    a = parts.Value(2)
    m = a * a
    p = m * a
    root = p + m
    named = {"a": a, "m": m, "p": p, "L": root}
    titles = iter(("the seed", "L has had its turn", "p has had its turn", "m has had its turn"))
    drawn: list[str] = []
    turns(root, lambda: drawn.append(svg(nodes(root, named), next(titles))))
    for number, text in enumerate(drawn):
        yield f"backward-{number}", text


def _networks(parts: Any) -> Iterator[Picture]:
    neuron = parts.Neuron(2)
    for parameter, number in zip(neuron.parameters(), (2, -1, 0.5), strict=True):
        parameter.data = number
    x = [parts.Value(number) for number in (3, 4)]
    out = neuron(x)
    out.backward()
    yield "neuron", svg(nodes(out, _parts_of(neuron, x, out)), "a neuron with relu")
    yield "layer", network((2, 3), "Layer(2, 3)")
    yield "mlp", network((2, 4, 3, 1), "MLP(2, [4, 3, 1])")


def _parts_of(neuron: Any, x: list[Any], out: Any) -> dict[str, Any]:
    """Names for a neuron's weights, bias, inputs, and for all that lies between them and the output."""
    leaves = {"w1": neuron.w[0], "w2": neuron.w[1], "b": neuron.b, "x1": x[0], "x2": x[1]}
    (total,) = out._prev
    second = next(node for node in total._prev if node._op == "*")
    sums = next(node for node in total._prev if node is not second)
    first = next(node for node in sums._prev if node is not neuron.b)
    return {**leaves, "p1": first, "p2": second, "s": sums, "t": total, "out": out}


def _mistakes() -> Iterator[Picture]:
    ours = desk()
    for exercise, mistake in MISTAKES.items():
        yield f"{exercise}-mistake", svg(ours.graph(exercise, mistake), "expected, and got")
    yield "reading", svg(ours.graph(*READ), "two mistakes, one number")


def draw(folder: Path) -> None:
    """Write every picture into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pictures():
        replaced(folder / f"{name}.svg", text.encode())


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)

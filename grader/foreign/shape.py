"""What an implementation says of itself, as far as it may be believed: known words and names only."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.foreign.way import ACTIVATIONS
from grader.printable import shortened

LONGEST = 60
GRAPHS = ("closures", "given", "lazy", "shares", "slopes", "pairs", "mapping")
WORD = re.compile(r"[a-z_*+/-]{1,20}")
CALL = re.compile(r"\w{1,40}\((value)?\)")


@dataclass(frozen=True, slots=True)
class Module:
    """A class of a network.

    name, file: the class's own, for people.
    stub: it is still to be written.
    made: it can be made of sizes.
    activation: its own; of an MLP the hidden layers'. last: of an MLP's last layer.
    flag: it can be had without an activation.
    parameters: it has a list of them.
    """

    name: str
    file: str
    stub: bool = False
    made: bool = True
    activation: str = "relu"
    last: str = "linear"
    flag: bool = True
    parameters: bool = True


@dataclass(frozen=True, slots=True)
class Shape:
    """What was found.

    name, file: of the class whose instances are numbers in a graph.
    data, grad, backward: what it calls them; empty where it has none.
    graph: how its nodes are linked, where others can be made to fit among them; else empty.
    refused: operations it has not, or turns down: "+", "+right" with a plain number there, "**float", …
    stubs: methods that are still to be written.
    resets: backward() begins by setting gradients to zero.
    extras: operations that are in no exercise.
    failed: files that could not be loaded.
    modules: Neuron, Layer and MLP, by our names.
    """

    name: str
    file: str
    data: str
    grad: str
    backward: str
    graph: str
    refused: frozenset[str]
    stubs: frozenset[str]
    resets: bool
    extras: tuple[str, ...]
    failed: tuple[str, ...]
    modules: Mapping[str, Module]


def read(numbers: Sequence[float]) -> Shape:
    """The shape that a worker describes, a byte a number; raises ValueError for what is no text."""
    try:
        text = bytes(int(number) for number in numbers).rstrip(b"\0").decode("utf-8")
    except (ValueError, OverflowError) as error:
        raise ValueError(f"this is no text: {error}") from None
    lines = dict(line.split("=", 1) for line in text.split("\n") if "=" in line)
    modules = {name: _module(name, lines) for name in ("Neuron", "Layer", "MLP") if f"{name}.class" in lines}
    return Shape(
        name=_identifier(lines["class"]) if "class" in lines else "Value",
        file=shortened(lines.get("file", ""), LONGEST),
        data=_identifier(lines.get("data", "data")),
        grad=_identifier(lines.get("grad", "")),
        backward=lines.get("backward", "") if CALL.fullmatch(lines.get("backward", "")) else "",
        graph=_among(lines.get("graph", ""), GRAPHS, ""),
        refused=_words(lines.get("refused", "")),
        stubs=_words(lines.get("stubs", "")),
        resets=lines.get("resets") == "1",
        extras=tuple(sorted(_words(lines.get("extras", "")))),
        failed=tuple(shortened(path, LONGEST) for path in lines.get("needs", "").split(" ") if path),
        modules=modules,
    )


def _module(name: str, lines: Mapping[str, str]) -> Module:
    told = {key: lines.get(f"{name}.{key}", "") for key in ("class", "file", "activation", "last")}
    return Module(
        name=_identifier(told["class"]),
        file=shortened(told["file"], LONGEST),
        stub=lines.get(f"{name}.stub") == "1",
        made=lines.get(f"{name}.made") == "1",
        activation=_among(told["activation"], ACTIVATIONS, "relu"),
        last=_among(told["last"], ACTIVATIONS, "linear"),
        flag=lines.get(f"{name}.flag") == "1",
        parameters=lines.get(f"{name}.parameters") == "1",
    )


def _identifier(name: str) -> str:
    """The name, where it is one that Python knows; an exercise is never called by anything else."""
    return shortened(name, LONGEST) if name.isidentifier() else ""


def _among(word: str, known: Sequence[str], otherwise: str) -> str:
    return word if word in known else otherwise


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in text.split(" ") if WORD.fullmatch(word))

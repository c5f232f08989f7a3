"""Graphs of any size, made up at random from a seed, as counterexamples have them."""

from __future__ import annotations

import random
from dataclasses import replace

from grader.autograd.as_python import node_names
from grader.model import Node


def graph(size: int, seed: int = 0) -> tuple[Node, ...]:
    """So many nodes, a third of them leaves, all of them used but the last; one of them is the suspect."""
    chance = random.Random(seed)
    names, leaves = node_names(size), max(1, size // 3)
    nodes, unused = [], list(range(leaves))
    for at in range(size):
        if at < leaves:
            nodes.append(_node(chance, names[at], repr(chance.choice([2, 3, -4, 0.5])), ()))
            continue
        of = [names[_operand(chance, unused, at, size)] for _ in range(2)]
        op = chance.choice("+*")
        nodes.append(_node(chance, names[at], f"{of[0]} {op} {of[1]}", tuple(of)))
        unused.append(at)
    wrong = [at for at, node in enumerate(nodes) if node.grad[0] != node.grad[1]] or [0]
    return tuple(replace(node, suspect=at == wrong[-1]) for at, node in enumerate(nodes))


def _operand(chance: random.Random, unused: list[int], at: int, size: int) -> int:
    # As many are left over as the rest can still take in.
    if unused and (len(unused) > size - at or chance.random() < 0.6):
        return unused.pop(chance.randrange(len(unused)))
    return chance.randrange(at)


def _node(chance: random.Random, name: str, formula: str, operands: tuple[str, ...]) -> Node:
    data, grad = round(chance.uniform(-100, 100), 4), round(chance.uniform(-3, 3), 3)
    got = 2 * grad if chance.random() < 0.15 else grad
    return Node(name, formula, operands, (data, data), (grad, got), False)

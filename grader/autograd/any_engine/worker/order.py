"""backward() as it should be, over the nodes of any engine; not sent where it is what is examined."""

from __future__ import annotations

from .graphs import OURS
from .kept import put

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .graphs import Graph


def backward(graph: Graph, root: Any) -> None:
    """Send the gradient from a root to all that it was made of: each node after all that use it."""
    uses, nodes, operands_of = {id(root): 0}, [root], graph.operands
    made: list[Any] = []
    for user in nodes:  # it grows on the way
        ours = getattr(user, OURS, None)
        operands = operands_of(user) if ours is None else ours[0]
        made.append((ours, operands))
        for operand in operands:
            key = id(operand)
            if key in uses:
                uses[key] += 1
            else:
                uses[key] = 1
                nodes.append(operand)
    put(root, graph.grad, 1.0 if graph.kept is None else graph.kept(1.0))
    known = dict(zip(map(id, nodes), made))
    ready = [root]
    while ready:
        user = ready.pop()
        ours, operands = known[id(user)]
        if ours is not None:
            _share(graph, user, ours)
        elif graph.walks_on:
            graph.send_alone(user, operands)
        else:
            graph.send(user)
        for operand in operands:
            key = id(operand)
            uses[key] -= 1
            if not uses[key]:
                ready.append(operand)


def _share(graph: Graph, user: Any, ours: Any) -> None:
    name, kept = graph.grad, graph.kept
    upstream = getattr(user, name)
    for operand, slope in zip(*ours):
        before = getattr(operand, name)
        share = slope * upstream
        total = share if before is None else before + share
        setattr(operand, name, total if kept is None else kept(total))

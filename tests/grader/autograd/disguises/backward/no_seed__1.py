"""Kahn's way: count the uses, release a node when all of them are done."""

from collections import Counter, deque


def backward(self):
    # pass one: how often is each node used?
    uses = Counter()
    nodes, seen = [self], {id(self)}
    for node in nodes:
        for parent in node._prev:
            uses[id(parent)] += 1
            if id(parent) not in seen:
                seen.add(id(parent))
                nodes.append(parent)
    # pass two
    ready = deque([self])
    while ready:
        node = ready.popleft()
        node._backward()
        for parent in node._prev:
            uses[id(parent)] -= 1
            if not uses[id(parent)]:
                ready.append(parent)

from __future__ import annotations

from collections import deque

from ops import Add, Mul, Op, Pow, ReLU


class Node:
    """A vertex of the computational graph."""

    def __init__(self, data: float, parents: list[Node] | None = None, op: Op | None = None):
        self.data = data
        self.grad = 0.0
        self.parents = parents if parents is not None else []
        self.op = op

    @classmethod
    def apply(cls, op: Op, *operands) -> Node:
        nodes = [o if isinstance(o, Node) else cls(o) for o in operands]
        return cls(op.forward(*(n.data for n in nodes)), nodes, op)

    def __add__(self, other): return Node.apply(Add(), self, other)
    def __radd__(self, other): return Node.apply(Add(), other, self)
    def __mul__(self, other): return Node.apply(Mul(), self, other)
    def __rmul__(self, other): return Node.apply(Mul(), other, self)
    def __pow__(self, exponent): return Node.apply(Pow(exponent), self)
    def __neg__(self): return self * -1
    def __sub__(self, other): return self + -other
    def __rsub__(self, other): return -self + other
    def __truediv__(self, other): return self * other ** -1
    def __rtruediv__(self, other): return self ** -1 * other
    def relu(self): return Node.apply(ReLU(), self)

    def backward(self) -> None:
        # Kahn's algorithm, from the output towards the inputs
        waiting: dict[Node, int] = {self: 0}
        todo = [self]
        while todo:
            node = todo.pop()
            for parent in node.parents:
                if parent not in waiting:
                    waiting[parent] = 0
                    todo.append(parent)
                waiting[parent] += 1
        flow = dict.fromkeys(waiting, 0.0)
        flow[self] = 1.0
        ready = deque([self])
        while ready:
            node = ready.popleft()
            node.grad += flow[node]
            if node.op is not None:
                shares = node.op.backward(flow[node], *(p.data for p in node.parents))
                for parent, share in zip(node.parents, shares):
                    flow[parent] += share
            for parent in node.parents:
                waiting[parent] -= 1
                if waiting[parent] == 0:
                    ready.append(parent)

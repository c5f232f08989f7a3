import itertools


class Node:
    """Knows its value and where it comes from; the operations are attached in operations.py."""

    ids = itertools.count()

    def __init__(self, data, inputs=(), pull=None):
        self.id = next(Node.ids)
        self.data = data
        self.grad = 0.0
        self.inputs = inputs
        self.pull = pull

    def __lt__(self, other):
        return self.id < other.id

    def backprop(self):
        # ids grow with time, so the newest node is never an input of an older one: a heap will do
        import heapq

        self.grad = 1.0
        heap = [(-self.id, self)]
        queued = {self.id}
        while heap:
            _, node = heapq.heappop(heap)
            if node.pull is None:
                continue
            for operand, share in zip(node.inputs, node.pull(node.grad)):
                operand.grad += share
                if operand.id not in queued:
                    queued.add(operand.id)
                    heapq.heappush(heap, (-operand.id, operand))

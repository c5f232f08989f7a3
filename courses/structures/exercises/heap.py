"""A heap: the smallest item is always the next, at the cost of a few swaps."""


class Heap:
    """Holds items. items[0] is the smallest; the children of items[n] are items[2n + 1] and items[2n + 2]."""

    def __init__(self, items=()):
        self.items = []
        for item in items:
            self.push(item)

    def __len__(self):
        return len(self.items)

    def peek(self):
        """The smallest item, which stays; IndexError where there is none."""
        return self.items[0]

    def push(self, item):
        """Add an item."""
        # TODO 1: Put the item at the end.
        # TODO 2: While it is smaller than its parent, swap the two.
        raise NotImplementedError("heap: TODO 1 and 2")

    def pop(self):
        """Take the smallest item out and return it; IndexError where there is none."""
        # TODO 3: Keep the smallest item to return it. Where it is the only one, that is all.
        # TODO 4: Put the last item in its place. While a child is smaller, swap it with the smaller child.
        raise NotImplementedError("heap: TODO 3 and 4")

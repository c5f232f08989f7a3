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
        # begin solution
        # 1. Put the item at the end.
        self.items.append(item)
        at = len(self.items) - 1
        # 2. While it is smaller than its parent, swap the two.
        while at > 0 and self.items[at] < self.items[(at - 1) // 2]:
            above = (at - 1) // 2
            self.items[at], self.items[above] = self.items[above], self.items[at]
            at = above
        # end solution

    def pop(self):
        """Take the smallest item out and return it; IndexError where there is none."""
        # begin solution
        # 3. Keep the smallest item to return it. Where it is the only one, that is all.
        smallest = self.items[0]
        last = self.items.pop()
        if not self.items:
            return smallest
        # 4. Put the last item in its place. While a child is smaller, swap it with the smaller child.
        self.items[0] = last
        at = 0
        while (child := 2 * at + 1) < len(self.items):
            if child + 1 < len(self.items) and self.items[child + 1] < self.items[child]:
                child += 1
            if self.items[child] >= self.items[at]:
                break
            self.items[at], self.items[child] = self.items[child], self.items[at]
            at = child
        return smallest
        # end solution

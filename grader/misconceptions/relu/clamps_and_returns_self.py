"""The input is clamped in place and returned, without a new node.

There is no node for the result, so nothing can stop the gradient of a negative input, and the input
has lost its number. With a positive input it goes well for a while. It shows in a.relu() with a =
-2: the data of a is 0 and its gradient 1.

Hint: Graph
Seen by: negative_data_becomes_zero
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    self.data = max(0, self.data)
    return self

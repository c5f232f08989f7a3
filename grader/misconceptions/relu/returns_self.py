"""A positive input is returned as it is, without a new node.

The number is the same, but the result of relu is a node of its own, with a gradient of its own.
Here input and result share one, and starting a backward pass at the result starts it at the input.
It shows when a.relu() is a root and a has a gradient from an earlier backward pass.

Hint: Graph
Seen by: gradients_accumulate_over_two_graphs
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    if self.data > 0:
        return self
    return Value(0.0)

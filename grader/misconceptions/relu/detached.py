"""A new Value is returned that is not connected to the input.

The number is right and it is a Value, but it has no operand and no rule, as if it were a leaf, and
the graph ends there. All data are right. It shows in a.relu() with a = 3, where a keeps 0.

Hint: Graph
Seen by: gradient_passes_where_positive
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    return Value(max(0, self.data))

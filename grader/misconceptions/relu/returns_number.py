"""The bare number is returned, not a Value.

The number is right, but it does not remember where it came from, and it has neither a gradient nor
a backward(). Any a.relu() shows it, since the result has no data.

Hint: Graph
Seen by: positive_data_stays
"""

from __future__ import annotations

from .value import Value


def relu(self: Value) -> Value:
    return max(0, self.data)

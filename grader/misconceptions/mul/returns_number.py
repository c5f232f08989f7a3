"""The bare product is returned, not a Value.

The number is right, but it does not remember where it came from, and it has neither a gradient nor
a backward(). Any a * b shows it, since the result has no data.

Hint: Graph
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    return self.data * other.data

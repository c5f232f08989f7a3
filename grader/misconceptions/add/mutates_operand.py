"""The first operand is changed and returned instead of a new node.

After a + b the leaf a holds the sum, and there is no node for the result, so there is nothing for a
gradient to flow through. Whoever uses a again gets the wrong number. It shows in a + b already: the
data of a has changed.

Hint: Forward pass
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    self.data += other.data
    return self

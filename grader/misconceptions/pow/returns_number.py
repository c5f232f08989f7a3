"""The bare power is returned, not a Value.

The number is right, but it does not remember where it came from, and it has neither a gradient nor
a backward(). Any a ** 2 shows it, since the result has no data.

Hint: Graph
Seen by: data_is_the_power
"""

from __future__ import annotations

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    return self.data**exponent

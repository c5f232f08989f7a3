"""Every node whose gradient is 0 is taken for the root.

Calling backward for the operands needs some way to know the root, and a gradient of 0 is not one: a
gradient can really be 0. Besides, a node that is used twice passes everything on twice. It shows in
a.relu() with a = -2, where a gets 1, and in m + m with m = a * b.

Hint: backward: level 1, the idea
Seen by: zero_and_negative_numbers_on_the_way
"""

from __future__ import annotations

from .value import Value


def backward(self: Value) -> None:
    if self.grad == 0:
        self.grad = 1.0
    self._backward()
    for operand in self._prev:
        operand.backward()

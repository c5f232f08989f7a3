"""Exercise 6: Neuron. A weighted sum of its inputs plus a bias, then relu.

Forward:     out = relu(w1 * x1 + … + wn * xn + b), or the sum itself where nonlin is False
Parameters:  the n weights and the bias: what training changes.

Grade it:  make grade EX=neuron     Stuck?  HINTS.md, neuron
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from .module import Module
from .value import Number, Value


class Neuron(Module):
    """One neuron with nin inputs; w is the list of its weights, b its bias."""

    def __init__(self, nin: int, nonlin: bool = True) -> None:
        # begin solution
        # 1. Give each input a weight of its own: a Value with a random number from -1 to 1.
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        # 2. Make the bias b, a Value, and remember nonlin.
        self.b = Value(0.0)
        self.nonlin = nonlin
        # end solution

    def __call__(self, x: Sequence[Value | Number]) -> Value:
        """Return the neuron's output for the inputs x, of length nin."""
        # begin solution
        # 3. Sum weight times input over all inputs, and add the bias once.
        total = sum((w * x_i for w, x_i in zip(self.w, x, strict=True)), self.b)
        # 4. Return the sum through relu, or as it is if nonlin is False.
        return total.relu() if self.nonlin else total
        # end solution

    def parameters(self) -> list[Value]:
        """Return the weights and the bias."""
        # begin solution
        # 5. One flat list.
        return [*self.w, self.b]
        # end solution

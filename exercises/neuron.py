"""Exercise 6: Neuron. A weighted sum of its inputs plus a bias, then relu.

Forward:     out = relu(w1 * x1 + … + wn * xn + b), or the sum itself where nonlin is False
Parameters:  the n weights and the bias: what training changes.

Grade it:  grader grade --exercise neuron, or make grade EX=neuron        Stuck?  HINTS.md, neuron
"""

from __future__ import annotations

import random
from collections.abc import Sequence

if __name__ == "__main__":
    import package  # so that this file can also be run by itself

from .module import Module
from .value import Number, Value


class Neuron(Module):
    """One neuron with nin inputs; w is the list of its weights, b its bias."""

    def __init__(self, nin: int, nonlin: bool = True) -> None:
        # TODO 1: Give each input a weight of its own: a Value with a random number from -1 to 1.
        # TODO 2: Make the bias b, a Value, and remember nonlin.
        raise NotImplementedError("neuron: TODO 1 and 2")

    def __call__(self, x: Sequence[Value | Number]) -> Value:
        """Return the neuron's output for the inputs x, of length nin."""
        # TODO 3: Sum weight times input over all inputs, and add the bias once.
        # TODO 4: Return the sum through relu, or as it is if nonlin is False.
        raise NotImplementedError("neuron: TODO 3 and 4")

    def parameters(self) -> list[Value]:
        """Return the weights and the bias."""
        # TODO 5: One flat list.
        raise NotImplementedError("neuron: TODO 5")

"""Exercise 7: Layer. Several neurons side by side, all reading the same inputs.

Forward:     out_j = neuron_j(x) for each of the nout neurons
Parameters:  those of all its neurons, in one list.

Grade it:  grader grade --exercise layer, or make grade EX=layer        Stuck?  HINTS.md, layer
"""

from __future__ import annotations

from collections.abc import Sequence

if __name__ == "__main__":
    import package  # so that this file can also be run by itself

from .module import Module
from .neuron import Neuron
from .value import Number, Value


class Layer(Module):
    """nout neurons with nin inputs each, in the list neurons."""

    def __init__(self, nin: int, nout: int, nonlin: bool = True) -> None:
        # TODO 1: Make the list of nout different neurons; hand nonlin on to each.
        raise NotImplementedError("layer: TODO 1")

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        """Return the outputs as a list; a single output comes back bare, without a list."""
        # TODO 2: Give the same inputs to every neuron, in order.
        # TODO 3: One output comes back bare.
        raise NotImplementedError("layer: TODO 2 and 3")

    def parameters(self) -> list[Value]:
        """Return the parameters of all neurons."""
        # TODO 4: One flat list.
        raise NotImplementedError("layer: TODO 4")

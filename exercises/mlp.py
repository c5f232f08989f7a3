"""Exercise 8: MLP. Layers one after the other: a multi-layer perceptron.

Forward:     each layer reads what the layer before it gave; the first reads x
Shape:       MLP(2, [4, 3, 1]) has layers 2 -> 4 -> 3 -> 1; all use relu but the last, which is linear.

Grade it:  grader grade --exercise mlp, or make grade EX=mlp        Stuck?  HINTS.md, mlp
"""

from __future__ import annotations

from collections.abc import Sequence

if __name__ == "__main__":
    import package  # so that this file can also be run by itself

from .layer import Layer
from .module import Module
from .value import Number, Value


class MLP(Module):
    """Layers of nouts[0], nouts[1], … neurons over nin inputs, in the list layers."""

    def __init__(self, nin: int, nouts: Sequence[int]) -> None:
        # TODO 1: Each layer has as many inputs as the one before it has outputs; the first has nin.
        # TODO 2: Make the list of layers: nonlin everywhere but in the last.
        raise NotImplementedError("mlp: TODO 1 and 2")

    def __call__(self, x: Sequence[Value | Number]) -> list[Value] | Value:
        """Return what the last layer gives: a list, or a bare Value if it has one neuron."""
        # TODO 3: Hand x from layer to layer. A layer of one neuron gives a bare Value; the next wants a list.
        raise NotImplementedError("mlp: TODO 3")

    def parameters(self) -> list[Value]:
        """Return the parameters of all layers."""
        # TODO 4: One flat list.
        raise NotImplementedError("mlp: TODO 4")

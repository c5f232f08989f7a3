"""Names for the parts of an observation, as the properties speak of them."""

from __future__ import annotations

from grader.program import Packed


class View:
    """One program's numbers, expected or got.

    packed: the program they belong to.
    values: all that may be judged, in the program's own order.
    """

    __slots__ = ("packed", "values")

    def __init__(self, packed: Packed, observed: tuple[float, ...]) -> None:
        self.packed = packed
        self.values = observed[: judged(packed, len(observed))]

    @property
    def data(self) -> tuple[float, ...]:
        """What the forward pass gave: the data of every node, or the module's outputs row by row."""
        return self.values[: self._split()]

    @property
    def grads(self) -> tuple[float, ...]:
        """What the backward pass gave: the gradient of every leaf, or of parameters and inputs."""
        return self.values[self._split() :]

    def _split(self) -> int:
        tag = self.packed[0]
        if tag == "expression":
            return len(self.values) - len(self.packed[1])
        if tag == "chain":
            return 1
        _, (name, sizes, _), _, rows, *_ = self.packed
        return len(rows) * (1 if name == "Neuron" else int(sizes[-1]))


def judged(packed: Packed, length: int) -> int:
    """How many of a program's numbers may be judged: not the gradients between root and leaves."""
    return length // 2 + len(packed[1]) if packed[0] == "expression" else length

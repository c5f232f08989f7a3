"""In what an implementation may differ from ours and be right."""

from __future__ import annotations

from dataclasses import dataclass

# The activations that are known by their numbers; the worker has the same list.
ACTIVATIONS = ("linear", "relu", "tanh", "sigmoid", "leaky_relu", "softplus", "silu", "sin", "exp")
# From these little is seen of a network unless its numbers are small.
NARROW = ("tanh", "sigmoid", "softplus", "silu", "sin", "exp")


@dataclass(frozen=True, slots=True)
class Way:
    """How numbers come about, where more than one way is right.

    hidden: the activation where ours has relu; last: that of an MLP's last layer.
    resets: backward() sets every gradient of the graph to zero before it begins.
    """

    hidden: str = "relu"
    last: str = "linear"
    resets: bool = False

    @property
    def name(self) -> str:
        """As part of a file's name."""
        return f"{self.hidden}-{self.last}{'-resets' if self.resets else ''}"


OURS = Way()

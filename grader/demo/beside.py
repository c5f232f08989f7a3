"""The same run in PyTorch. Importing this module imports torch."""

from __future__ import annotations

import warnings

from grader.demo.descent import DECAY
from grader.demo.moons import SHAPE, Task

with warnings.catch_warnings():
    # Says so at import where NumPy is missing; nothing here needs it.
    warnings.filterwarnings("ignore", "Failed to initialize NumPy")
    import torch


class Beside:
    """The same network from the same parameters in float64, on one processor, all points at once."""

    def __init__(self, task: Task) -> None:
        torch.set_num_threads(1)
        self._points = torch.tensor(task.points, dtype=torch.float64)
        self._labels = torch.tensor(task.labels, dtype=torch.float64)
        numbers = iter(task.parameters)
        self._layers: list[tuple[torch.Tensor, torch.Tensor]] = []
        for nin, nout in SHAPE.widths:
            rows = [[next(numbers) for _ in range(nin + 1)] for _ in range(nout)]
            both = torch.tensor(rows, dtype=torch.float64)
            self._layers.append((_leaf(both[:, :-1]), _leaf(both[:, -1])))

    def step(self, rate: float) -> float:
        """Take one step and return the loss before it."""
        parameters = [parameter for layer in self._layers for parameter in layer]
        hinge = torch.relu(1 - self._labels * self._scores()).mean()
        loss = hinge + DECAY * torch.stack([(p**2).sum() for p in parameters]).sum()
        for parameter in parameters:
            parameter.grad = None
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        with torch.no_grad():
            for parameter in parameters:
                assert parameter.grad is not None
                parameter.sub_(rate * parameter.grad)
        return loss.item()

    def _scores(self) -> torch.Tensor:
        x = self._points
        *hidden, (weights, biases) = self._layers
        for inner, bias in hidden:
            x = torch.relu(x @ inner.T + bias)
        return (x @ weights.T + biases)[:, 0]


def _leaf(numbers: torch.Tensor) -> torch.Tensor:
    return numbers.clone().requires_grad_()

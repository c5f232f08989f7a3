"""What a reading is asked for, by kind: each is answered with one record of fixed length.

What a kind takes is imported when it is first asked for: no reading needs all of it.
"""

from __future__ import annotations

from .nodes import Nodes
from .record import NAN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Reading:
    """Answers questions about one engine.

    files: the names of the student's files, as they stand in frames. nodes: how they are looked at, where
    they are not the course's own.
    """

    def __init__(self, engine: dict[str, Any], files: set[str], nodes: Nodes | None = None) -> None:
        self.engine = engine
        self.files = files
        self.nodes = nodes
        self._operations: Any = None
        self._walks: Any = None
        self._networks: Any = None

    def run(self, kind: str, details: tuple[Any, ...], length: int) -> list[float]:
        """One record, filled up; raises whatever the code under test raises."""
        numbers: list[float] = getattr(self, kind)(*details)
        return (numbers + [0.0] * (length - len(numbers)))[:length]

    def watch(self, walks: bool) -> None:
        """Begin to watch nodes, for walks or for operations; raises where they cannot be."""
        nodes = self.nodes or Nodes(self.engine["Value"])
        if walks:
            from . import backward

            self._walks = backward.Walks(nodes)
        else:
            from . import operations

            self._operations = operations.Operations(nodes, self.files)

    def operation(self, attribute: str, mode: str, symbolic: bool, names: str, at: tuple[Any, ...]) -> Any:
        if self._operations is None:
            self.watch(walks=False)
        return self._operations.run(attribute, mode, symbolic, dict(zip(names, at)))

    def walk(self, *details: Any) -> Any:
        if self._walks is None:
            self.watch(walks=True)
        return self._walks.run(*details)

    def network(self, look: str, name: str, *details: Any) -> Any:
        if self._networks is None:
            from . import networks

            self._networks = networks.Networks(self.engine)
        return self._networks.run(look, name, *details)


def of_engine(
    values: Any, graph: Any, chains: bool, numbered: bool, walks: bool
) -> Callable[..., list[float]]:
    """Answers questions about an engine in a shape of its own; with no number where that cannot be done.

    walks: it is backward() that is asked about.
    """
    from .nodes import Engine

    try:
        reading = Reading({}, set(), Engine(values, graph, chains, numbered))
        reading.watch(walks)
    except Exception:
        return lambda kind, details, length: [NAN] * length  # noqa: ARG005 (whatever is asked)
    return reading.run

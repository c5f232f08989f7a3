"""What the tests of classes share: grading processes that stay when a batch is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from grader.classroom import batch
from grader.forkserver.client import Order, Room


class Kept(Room):
    """A room that is left open for the next batch."""

    def close(self) -> None:
        """Not yet."""


class Rooms:
    """Those that were opened, by what is asked for and in how many lanes."""

    def __init__(self) -> None:
        self.opened: dict[tuple[Order, int], Kept] = {}

    def room(self, order: Order, lanes: int, say: Callable[[str], None]) -> Room:
        return self.opened.setdefault((order, lanes), Kept(order, lanes, say))

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Batches in this process that ask for the same have one room, which collects once."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(batch, "Room", self.room)
            yield


@pytest.fixture(scope="module")
def rooms() -> Iterator[Rooms]:
    rooms = Rooms()
    yield rooms
    for room in rooms.opened.values():
        Room.close(room)


@pytest.fixture
def warm(rooms: Rooms) -> Iterator[None]:
    with rooms.kept():
        yield

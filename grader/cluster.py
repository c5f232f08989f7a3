"""More than one machine: tasks go to a dask.distributed cluster, whose workers have a room each."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import TYPE_CHECKING

from grader.errors import MachineError, UsageError
from grader.room import Room
from grader.task import Order, Reply, Task

if TYPE_CHECKING:
    from distributed import Client

CONNECTING = 10.0  # seconds
AHEAD = 2  # tasks for each thread of a worker, so that none waits for the next to arrive


@contextmanager
def connected(address: str, order: Order) -> Iterator[Cluster]:
    """Examiners on the cluster of this scheduler.

    A worker that dies loses nothing: the cluster gives its tasks to others.
    Raises UsageError where dask is not installed or the address is none, MachineError where nobody
    answers or no worker is there.
    """
    with _client(address) as client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise MachineError(
                f"the cluster at {address} has no workers", f"start some: dask worker {address}"
            )
        # Not pure: what failed once may be given again.
        yield Cluster(order, client.get_executor(pure=False), AHEAD * threads)


class Cluster:
    """Examiners on other machines, who open their rooms with their first task."""

    def __init__(self, order: Order, executor: Executor, width: int) -> None:
        self._order = order
        self._executor = executor
        self.width = width

    def open(self) -> None:
        """Nothing to do here."""

    def submit(self, task: Task) -> Future[Reply]:
        return self._executor.submit(examine_there, self._order, task)


def _client(address: str) -> Client:
    try:
        from distributed import Client
        from distributed.comm.addressing import parse_address
        from distributed.comm.registry import get_backend
    except ImportError:
        raise UsageError("--dask needs dask.distributed", "run: pip install 'nanograd[dask]'") from None
    try:
        # Asked first: a client that was never made whole says so with a traceback when it goes.
        get_backend(parse_address(address)[0])
        return Client(address, timeout=CONNECTING, set_as_default=False)
    except ValueError as error:
        raise UsageError(
            f"'{address}' is no address of a scheduler: {error}", "give one as host:8786"
        ) from None
    except OSError:
        raise MachineError(f"no dask scheduler answers at {address}", "start one: dask scheduler") from None


_rooms: dict[Order, Room] = {}
_opening = threading.Lock()


def examine_there(order: Order, task: Task) -> Reply:
    """Examine a task on the worker this runs on, in a room that stays open for the next."""
    with _opening:
        if order not in _rooms:
            _rooms[order] = Room(order, _threads())
            atexit.register(_rooms[order].close)
    return _rooms[order].examine(task)


def _threads() -> int:
    from distributed import get_worker

    return int(get_worker().state.nthreads)

"""More than one machine: tasks go to a dask.distributed cluster, whose workers have a room each."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
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
def connected(address: str, order: Order) -> Iterator[tuple[Callable[[Task], Future[Reply]], int]]:
    """Has tasks examined by the cluster of this scheduler; how many it can be given at a time.

    A worker that dies loses nothing: the cluster gives its tasks to others.
    Raises UsageError where dask is not installed or the address is none, MachineError where nobody
    answers or no worker is there.
    """
    client = _client(address)
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise MachineError(
                f"the cluster at {address} has no workers", f"start some: dask worker {address}"
            )
        # Not pure: what failed once may be given again.
        executor = client.get_executor(pure=False)
        yield (lambda task: executor.submit(examine_there, order, task)), AHEAD * threads


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
        raise UsageError(f"'{address}' is no address of a scheduler: {error}", "give one as host:8786") from None
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

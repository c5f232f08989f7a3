"""What the doctor lays out for a probe to reach, all of it its own and none of it missed afterwards."""

from __future__ import annotations

import ctypes
import os
import secrets
import socket
import subprocess
import sysconfig
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import click

from grader.errors import MachineError
from grader.processes import program
from grader.scratch import Scratch

VARIABLE = "NANOGRAD_CANARY"
PLACES = (".", "/tmp", "/dev/shm", "/var/tmp")  # noqa: S108 (where probes try to write)
REMOVE = 0  # IPC_RMID
ESCAPED = 77  # the exit code of a program that should not have run

Scene = dict[str, str | int | float | list[str]]


class Canaries:
    """A private file, servers, another process and a piece of memory, for one probe.

    with Canaries() as canaries: … takes everything away at the end, and what a probe left with it.
    secret: what the file, the memory and the other process's environment hold.
    token: the name of all that a probe makes, and a word in the command line of its process.
    """

    def __init__(self) -> None:
        self.secret, self.token = secrets.token_hex(16), f"nanograd-{secrets.token_hex(8)}"
        self.key = 1 + secrets.randbelow((1 << 31) - 1)
        self.memory = ctypes.create_string_buffer(self.secret.encode())
        self._stack = ExitStack()

    def __enter__(self) -> Canaries:
        try:
            self._lay_out()
        except OSError as error:
            self._stack.close()
            raise MachineError(f"cannot lay out what probes are to reach: {error}") from None
        return self

    def _lay_out(self) -> None:
        enter = self._stack.enter_context
        self._stack.callback(self._sweep)
        folder = Scratch("doctor")
        self._stack.callback(folder.remove)
        self.file = folder.path / "private"
        self.file.write_text(self.secret, "utf-8")
        self.file.chmod(0o600)
        self._before = self.file.stat()
        self.bystander = enter(_bystander(self.secret))
        self._slow = os.getpriority(os.PRIO_PROCESS, self.bystander.pid)
        self.tcp = enter(_listening(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)))
        self.udp = enter(_listening(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)))
        self.socket = str(self.file.with_name("socket"))
        enter(_listening(socket.AF_UNIX, socket.SOCK_STREAM, self.socket))
        if hasattr(socket, "AF_NETLINK"):  # abstract sockets are Linux's too
            enter(_listening(socket.AF_UNIX, socket.SOCK_STREAM, "\0" + self.token))
            enter(_listening(socket.AF_UNIX, socket.SOCK_DGRAM, f"\0{self.token}.datagrams"))

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def scene(self, more: Scene, turn: int = 1) -> Scene:
        """What a probe is told, with more that is not the canaries' to know.

        turn: 2 for another submission that looks for what was left.
        """
        home = os.path.expanduser("~")
        return {
            **more,
            "turn": turn,
            "secret": self.secret,
            "token": self.token,
            "key": self.key,
            "escaped": ESCAPED,
            "variable": VARIABLE,
            "file": str(self.file),
            "socket": self.socket,
            "tcp": self.tcp.getsockname()[1],
            "udp": self.udp.getsockname()[1],
            "bystander": self.bystander.pid,
            "grader": os.getpid(),
            "address": ctypes.addressof(self.memory),
            "home": home,
            "home_names": _names(home),
            "root_names": _names("/"),
            "project": str(Path(__file__).resolve()),
            "package": click.__name__,
            "packages": sysconfig.get_path("purelib"),
        }

    def harm(self) -> str:
        """What has happened to them, in a sentence's end; nothing where they are as they were."""
        if self.bystander.poll() is not None:
            return "the other process is gone"
        if os.getpriority(os.PRIO_PROCESS, self.bystander.pid) != self._slow:
            return "the other process has been slowed down"
        with suppress(BlockingIOError):
            return "the packet arrived" if self.udp.recv(100) else ""
        return "" if self._file_is_as_it_was() else "the private file has changed"

    def _file_is_as_it_was(self) -> bool:
        with suppress(OSError):
            now, before = self.file.stat(), self._before
            same = (now.st_mode, now.st_nlink, now.st_mtime_ns) == (
                before.st_mode,
                before.st_nlink,
                before.st_mtime_ns,
            )
            return same and self.file.read_text("utf-8") == self.secret
        return False

    def _sweep(self) -> None:
        """Remove what a probe may have left that does not end with its process."""
        for folder in PLACES:
            with suppress(OSError):
                os.unlink(os.path.join(folder, self.token))
        library = ctypes.CDLL(None)
        with suppress(AttributeError):  # macOS has no queues with names
            library.mq_unlink(b"/" + self.token.encode())
        for find, remove in (("shmget", "shmctl"), ("semget", "semctl"), ("msgget", "msgctl")):
            arguments = (self.key, 0) if find == "msgget" else (self.key, 0, 0)
            found = getattr(library, find)(*arguments)
            if found >= 0:
                getattr(library, remove)(found, *((0,) if find == "semget" else ()), REMOVE, None)


@contextmanager
def _bystander(secret: str) -> Iterator[subprocess.Popen[bytes]]:
    """Another process of the same user's, that only waits; it ends by itself if all else fails."""
    sleep = program("sleep") or "/bin/sleep"
    process = subprocess.Popen([sleep, "60"], env={VARIABLE: secret}, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _listening(
    family: socket.AddressFamily, kind: socket.SocketKind, address: tuple[str, int] | str
) -> socket.socket:
    one = socket.socket(family, kind)
    try:
        one.bind(address)
        one.setblocking(False)
        if kind == socket.SOCK_STREAM:
            one.listen()
    except OSError:
        one.close()
        raise
    return one


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def processes_of(token: str) -> list[int]:
    """The processes with this word in their command line, where that can be found out."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if token.encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
    return found

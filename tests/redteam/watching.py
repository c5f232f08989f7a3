"""What must stay as it is while strangers' code runs: canaries, processes, sockets, temporary folders."""

from __future__ import annotations

import ctypes
import hashlib
import os
import secrets
import socket
import tempfile
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

PR_SET_CHILD_SUBREAPER = 36
DEVICES = ("/dev/null", "/dev/urandom")
PATIENCE = 5.0  # seconds for what has been killed to be gone
SECRET = "NANOGRAD_CANARY"
OF_TORCH = "torchinductor_"  # a folder that PyTorch makes when it is first imported


@dataclass
class Watch:
    """Canaries in the given folders, and what to compare with afterwards.

    calls: what came to the port that attacks know.
    known: the processes that were there before, by number, since one that has ended has no command any more.
    """

    root: Path
    canaries: list[Path]
    mark: Path
    port: int
    secret: str
    calls: list[str] = field(default_factory=list)
    before: dict[str, object] = field(default_factory=dict)
    known: dict[int, str] = field(default_factory=dict)

    @property
    def words(self) -> dict[str, str]:
        """What stands in an attack's files for the words between at-signs."""
        return {
            "GRADER": str(os.getpid()),
            "PROJECT": str(self.root),
            "SOLUTIONS": str(self.root / "solutions"),
            "SITE": os.path.dirname(os.path.dirname(__import__("pytest").__file__)),
            "CANARIES": repr([str(path) for path in self.canaries]),
            "PORT": str(self.port),
            "MARK": str(self.mark),
        }

    def look(self) -> dict[str, object]:
        """Everything that attacks must leave alone, as it is now."""
        return {
            "canaries": {str(path): _as_it_is(path) for path in self.canaries},
            "beside them": sorted(str(p) for c in self.canaries for p in c.parent.glob(f"{c.name}*")),
            "solutions": _digest(self.root / "solutions"),
            "course.toml": (self.root / "course.toml").read_bytes(),
            "devices": [(s.st_mode, s.st_uid, s.st_gid) for s in map(os.stat, DEVICES)],
            "priority": (os.getpriority(os.PRIO_PROCESS, 0), sorted(os.sched_getaffinity(0))),
            "name of the machine": os.uname().nodename,
            "mark": self.mark.exists(),
            "calls": list(self.calls),
            "temporary": sorted(n for n in os.listdir(tempfile.gettempdir()) if not n.startswith(OF_TORCH)),
        }

    def check(self) -> None:
        """Raises AssertionError where something is not as it was."""
        for name, now in self.look().items():
            assert now == self.before[name], name
        deadline = time.monotonic() + PATIENCE
        # Other tests' browsers start and end processes as they like; strangers' code runs below Python alone.
        others = {pid for pid, command in self.known.items() if "python" not in command}
        while (left := offspring(others).keys() - self.known) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not left, f"still there: {[_command(pid) for pid in left]}"


def _as_it_is(path: Path) -> tuple[object, ...]:
    state = path.lstat()
    return state.st_mode, state.st_uid, state.st_gid, state.st_nlink, state.st_mtime_ns, path.read_bytes()


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def offspring(others: Collection[int] = ()) -> dict[int, str]:
    """Processes below this one by number, with their commands.

    Children that nobody waited for are among them, and orphans, which come here, too.

    others: whose children are not looked at.
    """
    parents = {}
    for entry in os.listdir("/proc"):
        with suppress(OSError, ValueError, IndexError):
            stat = Path("/proc", entry, "stat").read_text()
            parents[int(entry)] = int(stat.rpartition(")")[2].split()[1])
    below = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in below.difference(others)} - below:
        below |= more
    return {pid: _command(pid) for pid in sorted(below - {os.getpid()})}


def _command(pid: int) -> str:
    try:
        return (
            Path("/proc", str(pid), "cmdline")
            .read_bytes()
            .replace(b"\0", b" ")
            .decode("utf-8", "replace")[:200]
        )
    except OSError:
        return "?"


@contextmanager
def watching(root: Path, private: Path) -> Iterator[Watch]:
    """Canaries set up, orphans adopted, a secret in the environment; all of it undone afterwards.

    private: an empty folder, for temporary files while this lasts.
    """
    secret = secrets.token_hex(16)
    name = f".canary-{secret[:8]}"
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    canaries = [folder / name for folder in (root, Path("/tmp"), Path.home(), cache) if folder.is_dir()]
    before = tempfile.tempdir
    with adopting(), patch.dict(os.environ), listening() as (port, calls):
        watch = Watch(root, canaries, private.parent / f"mark-{secret[:8]}", port, secret, calls)
        try:
            for canary in canaries:
                canary.write_text(secret)
                canary.chmod(0o644)
            os.environ[SECRET], tempfile.tempdir = secret, str(private)
            os.environ["TMPDIR"] = str(private)
            watch.before, watch.known = watch.look(), offspring()
            yield watch
        finally:
            tempfile.tempdir = before
            for canary in canaries:
                canary.unlink(missing_ok=True)


@contextmanager
def adopting() -> Iterator[None]:
    """Orphans below this process come to it while this lasts; other tests' orphans are not its own."""
    library = ctypes.CDLL(None)
    library.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        library.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


@contextmanager
def listening() -> Iterator[tuple[int, list[str]]]:
    """A port of this machine that notes who calls, by TCP and UDP."""
    calls: list[str] = []
    with (
        socket.create_server(("127.0.0.1", 0)) as stream,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as packets,
    ):
        port = stream.getsockname()[1]
        packets.bind(("127.0.0.1", port))

        def accept() -> None:
            with suppress(OSError):
                while True:
                    stream.accept()[0].close()
                    calls.append("tcp")

        def receive() -> None:
            with suppress(OSError):
                while packets.recv(64) != b"end":
                    calls.append("udp")

        threads = [threading.Thread(target=each, daemon=True) for each in (accept, receive)]
        for thread in threads:
            thread.start()
        yield port, calls
        with suppress(OSError):
            stream.shutdown(socket.SHUT_RDWR)
        packets.sendto(b"end", ("127.0.0.1", port))
        for thread in threads:
            thread.join(1)

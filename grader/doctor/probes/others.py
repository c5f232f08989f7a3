"""Ways to others: to processes, to whoever listens, and to the grader at the other end of the pipe."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import resource
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from contextlib import suppress

from ..worker import Scene, call, checked, libc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

KIND = "processes"  # ways to start other processes, and to reach into those that are there

PTRACE_SEIZE, SET_SIGNAL = 0x4206, 10
CLONE3, PIDFD_OPEN, PIDFD_SEND_SIGNAL = 435, 434, 424
BARE = ["-I", "-S", "-c", "import os; os._exit({})"]


def fork(scene: Scene) -> None:
    """Starts a process (fork)."""
    pid = os.fork()
    if not pid:
        os._exit(0)
    os.waitpid(pid, 0)


def command(scene: Scene) -> bool:
    """Starts a program (subprocess)."""
    return subprocess.run([_python(), *_bare(0)], check=False, timeout=3).returncode == 0


def spawn(scene: Scene) -> bool:
    """Starts a program (posix_spawn)."""
    pid = os.posix_spawn(_python(), [_python(), *_bare(0)], {})
    return os.waitpid(pid, 0)[1] == 0


def program(scene: Scene) -> bool:
    """Becomes another program (exec)."""
    os.execv(_python(), [_python(), *_bare(scene["escaped"])])


def thread(scene: Scene) -> bool:
    """Starts a thread."""
    there: list[bool] = []
    one = threading.Thread(target=there.append, args=(True,))
    try:
        one.start()
    except RuntimeError as error:
        raise PermissionError(errno.EPERM, str(error)) from None
    one.join(1)
    return bool(there)


def newest_clone(scene: Scene) -> None:
    """Starts a process (clone3)."""
    size = 64
    arguments = (ctypes.c_uint64 * 8)(*[0] * 4, signal.SIGCHLD)
    pid = call(CLONE3, arguments, size)
    if not pid:
        os._exit(0)
    os.waitpid(pid, 0)


def session(scene: Scene) -> None:
    """Leaves its session (setsid)."""
    os.setsid()


def parent(scene: Scene) -> None:
    """May send signals to its parent."""
    os.kill(os.getppid(), 0)


def first(scene: Scene) -> None:
    """May send signals to the first process."""
    os.kill(1, 0)


def everybody(scene: Scene) -> None:
    """May send signals to every process."""
    os.kill(-1, 0)


def other(scene: Scene) -> None:
    """Ends another process by a signal."""
    os.kill(scene["bystander"], signal.SIGTERM)


def handle(scene: Scene) -> None:
    """Ends another process by a handle to it (pidfd)."""
    # Not every build of Python has names for these calls.
    handle = call(PIDFD_OPEN, scene["bystander"], 0)
    call(PIDFD_SEND_SIGNAL, handle, signal.SIGTERM, None, 0)


def roundabout(scene: Scene) -> bool:
    """Ends another process by a signal that a pipe sends (F_SETOWN)."""
    reader, writer = os.pipe()
    fcntl.fcntl(reader, fcntl.F_SETOWN, scene["bystander"])
    fcntl.fcntl(reader, SET_SIGNAL, signal.SIGTERM)
    fcntl.fcntl(reader, fcntl.F_SETFL, os.O_ASYNC)
    os.write(writer, b"x")
    time.sleep(0.1)
    return False  # if it went through, the process is gone by now


def slowing(scene: Scene) -> None:
    """Slows another process down (setpriority)."""
    os.setpriority(os.PRIO_PROCESS, scene["bystander"], 19)


def moving(scene: Scene) -> None:
    """Takes processors away from another process (sched_setaffinity)."""
    os.sched_setaffinity(scene["bystander"], {min(os.sched_getaffinity(0))})


def limiting(scene: Scene) -> None:
    """Sets a limit of another process (prlimit)."""
    resource.prlimit(scene["bystander"], resource.RLIMIT_CORE, (0, 0))


def tracing(scene: Scene) -> None:
    """Takes control of another process (ptrace)."""
    checked(libc().ptrace(PTRACE_SEIZE, scene["bystander"], None, None))


def memory(scene: Scene) -> bool:
    """Reads another process's memory (/proc/…/mem)."""
    with open(f"/proc/{scene['grader']}/mem", "rb", buffering=0) as file:
        file.seek(scene["address"])
        return bool(file.read(len(scene["secret"])) == scene["secret"].encode())


def memory_call(scene: Scene) -> bool:
    """Reads another process's memory (process_vm_readv)."""
    size = len(scene["secret"])
    read = ctypes.create_string_buffer(size)
    # struct iovec: where, and how many bytes.
    here = (ctypes.c_size_t * 2)(ctypes.addressof(read), size)
    there = (ctypes.c_size_t * 2)(scene["address"], size)
    checked(libc().process_vm_readv(scene["grader"], here, 1, there, 1, 0))
    return bool(read.raw == scene["secret"].encode())


def listing(scene: Scene) -> bool:
    """Sees other processes."""
    return str(scene["bystander"]) in os.listdir("/proc")


def group(scene: Scene) -> bool:
    """Learns that another process is there, by its group (getpgid)."""
    return os.getpgid(scene["bystander"]) > 0


def processors(scene: Scene) -> bool:
    """Learns that another process is there, by where it may run (sched_getaffinity)."""
    return bool(os.sched_getaffinity(scene["bystander"]))


def rank(scene: Scene) -> bool:
    """Learns that another process is there, by its priority (getpriority)."""
    return os.getpriority(os.PRIO_PROCESS, scene["bystander"]) is not None


def clock(scene: Scene) -> bool:
    """Learns how long another process has worked, by its clock (clock_gettime)."""
    return time.clock_gettime((~scene["bystander"] << 3) | 2) >= 0


def load(scene: Scene) -> None:
    """Learns how busy the machine is (sysinfo)."""
    checked(libc().sysinfo(ctypes.create_string_buffer(256)))


def use(scene: Scene) -> bool:
    """Learns what it had to wait for, as others had not read it before (getrusage)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt > 0


def _python() -> str:
    assert os.path.exists(sys.executable), "there is no program to start"
    return sys.executable


def _bare(code: int) -> list[str]:
    return [word.format(code) for word in BARE]


KIND = "network"  # ways to somebody who listens

SECONDS = 1.0


def tcp(scene: Scene) -> bool:
    """Connects to a server on this machine (TCP)."""
    return _connects(socket.AF_INET, ("127.0.0.1", scene["tcp"]))


def udp(scene: Scene) -> bool:
    """Sends a packet to a server on this machine (UDP)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(scene["token"].encode(), ("127.0.0.1", scene["udp"]))
    return False  # a packet may go nowhere; if it arrived, that is seen there


def path(scene: Scene) -> bool:
    """Connects to a socket in a folder."""
    return _connects(socket.AF_UNIX, scene["socket"])


def abstract(scene: Scene) -> bool:
    """Connects to a socket without a file (abstract)."""
    return _connects(socket.AF_UNIX, "\0" + scene["token"])


def datagrams(scene: Scene) -> None:
    """Connects to a socket without a file (abstract, for datagrams)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one:
        one.connect("\0" + scene["token"] + ".datagrams")


def names(scene: Scene) -> bool:
    """Looks up the address of a name."""
    try:
        return bool(socket.getaddrinfo("localhost", 80))
    except socket.gaierror as error:
        raise OSError(errno.EHOSTUNREACH, str(error)) from None


def interfaces(scene: Scene) -> bool:
    """Asks the kernel about its networks (netlink)."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW):
        return True


def _connects(family: int, address: tuple[str, int] | str) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as one:
        one.settimeout(SECONDS)
        one.connect(address)
    return True


KIND = "pipe"  # ways to say something to the grader that it did not ask, or through a descriptor of another's

OWN = 3  # the pipes of an exercise: requests, numbers, texts
FORGED = bytes(64)


def foreign(scene: Scene) -> bool:
    """Holds a descriptor that is not its own."""
    kinds = [kind for _, kind in _opened()]
    return any(not stat.S_ISFIFO(kind) for kind in kinds) or len(kinds) > OWN


def early(scene: Scene) -> bool:
    """Writes an answer of its own before the worker does."""
    return _forged() > 0


def late(scene: Scene) -> None:
    """Writes more after the worker has answered."""
    signal.signal(signal.SIGALRM, lambda *_: _forged())
    signal.setitimer(signal.ITIMER_REAL, 0.02)


def shared(scene: Scene) -> None:
    """Leaves a word in the flags of a descriptor, where its copies have it too (F_SETFL)."""
    fcntl.fcntl(0, fcntl.F_SETFL, os.O_NONBLOCK)


def _forged() -> int:
    """Write wherever that is possible; how many descriptors took it."""
    took = 0
    for fd, _ in _opened():
        with suppress(OSError):
            took += os.write(fd, FORGED) > 0
    return took


def _opened() -> Iterator[tuple[int, int]]:
    """Every descriptor but the standard ones, with what it is."""
    for fd in range(3, 1_024):
        with suppress(OSError):
            yield fd, os.fstat(fd).st_mode

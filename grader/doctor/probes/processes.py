"""Ways to start other processes, and to reach into those that are there."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import resource
import signal
import subprocess
import sys
import threading
import time

from .calls import Scene, checked, libc

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
    pid = checked(libc().syscall(CLONE3, arguments, size))
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
    handle = checked(libc().syscall(PIDFD_OPEN, scene["bystander"], 0))
    checked(libc().syscall(PIDFD_SEND_SIGNAL, handle, signal.SIGTERM, None, 0))


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

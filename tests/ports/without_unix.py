"""Runs commands of the grader as where there is nothing of what only Unix has.

    python without_unix.py PROJECT ARGUMENT… [++ ARGUMENT…]

The next command begins at ++, whatever became of the one before, whose exit code is printed first.

Modules that Windows does not have cannot be imported, functions and flags that it does not have are gone, in
the grader, in the processes that it starts, and in those that run a student's code.
"""

import sys

# Other people's modules ask which system this is, and take there what they find here.
OTHERS = """
import hypothesis, platformdirs, pytest, rich.console
import multiprocessing.util, random, selectors, subprocess, tempfile, threading
"""
SHIM = """
import sys

def waiting():
    frame = sys._getframe(2)
    while frame is not None and frame.f_code.co_name != "_look":
        frame = frame.f_back
    return frame is not None

class Blocked:
    NAMES = ("fcntl", "grp", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty")

    def find_spec(self, name, path=None, target=None):
        # os.wait4, which has no place on Windows, fetches it by itself.
        if name in self.NAMES and not waiting():
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Blocked())
for name in Blocked.NAMES:
    sys.modules.pop(name, None)

import os, select, signal

GONE = {
    os: (
        *("fork", "forkpty", "pread", "pwrite", "geteuid", "getuid", "getgid", "fchmod", "fchown", "chown"),
        *("posix_fallocate", "mkfifo", "mknod", "sched_getaffinity", "sched_setaffinity", "nice"),
        *("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_DIRECTORY", "O_NOCTTY"),
    ),
    select: ("poll", "epoll"),
    signal: ("setitimer", "getitimer", "SIGVTALRM", "SIGPROF", "SIGXCPU", "SIGSYS", "ITIMER_VIRTUAL"),
}
for module, names in GONE.items():
    for name in names:
        if hasattr(module, name):
            delattr(module, name)
os.supports_dir_fd = os.supports_fd = set()
"""


def main(arguments):
    exec(OTHERS + SHIM, {})
    from grader.machine import processes
    from grader.sandbox import spawned

    spawned.BOOT = SHIM + spawned.BOOT
    processes.BOOT = processes.BOOT.replace("import runpy", f"{OTHERS}{SHIM}import runpy")
    from grader.__main__ import main as grader

    while "++" in arguments:
        end = arguments.index("++")
        sys.argv[:] = ["grader", *arguments[:end]]
        try:
            grader()
        except SystemExit as ended:
            print("++", ended.code or 0, flush=True)
        del arguments[: end + 1]
    sys.argv[:] = ["grader", *arguments]
    grader()


if __name__ == "__main__":
    sys.path[0] = sys.argv[1]
    main(sys.argv[2:])

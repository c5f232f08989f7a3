"""The last walls, which a worker builds around itself, inside of whatever cage it is in.

enter(): another root folder, where nothing lies but an interpreter, and a user who owns nothing. Root only.
see_only(): files but those named can be neither read nor written. Landlock, where the kernel has it.
close(): after it, a process may compute, and ask for little else: a seccomp filter that lets through only
    what Python needs for that. On the processors whose call numbers are known here; elsewhere there is only
    RLIMIT_NPROC, and on Windows nothing.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys

try:
    import resource
except ImportError:  # Windows has no limits of a process's own
    resource = None  # type: ignore[assignment]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
AFTER = 64  # descriptors beyond the last one known, among which others are looked for

PR_GET_SECCOMP, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, FILTER = 21, 22, 38, 2
# BPF: load a word; jump if it is a number, if it is at least that, if it has one of these bits; return.
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER_AT, ARCHITECTURE_AT, ARGUMENTS_AT, ARGUMENT = 0, 4, 16, 8
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
EPERM, ENOSYS = 1, 38
# From here up are calls that came later than this list. That they are missing is what every C library is
# prepared for; that they are refused is not. So with clone3: where it is missing, clone is tried.
UNKNOWN, CLONE3 = 470, 435
# The mark of an architecture, and the place of its numbers below.
PROCESSORS = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
# What Python needs to compute, found by tracing the tests: memory, files to read, the time, its own signals,
# and who it is itself. With the number on x86_64 and on aarch64, which lacks the older ways.
# Not among them, though harmless at first sight: what tells of the machine or of other processes (sysinfo,
# getrusage, statfs), and what takes of something that all processes share (pipes, timers, rings).
ALLOWED: dict[str, tuple[int | None, int | None]] = {
    "read": (0, 63),
    "write": (1, 64),
    "newfstatat": (262, 79),
    "munmap": (11, 215),
    "brk": (12, 214),
    "lseek": (8, 62),
    "setitimer": (38, 103),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "openat": (257, 56),
    "fstat": (5, 80),
    "getdents64": (217, 61),
    "mprotect": (10, 226),
    "mremap": (25, 216),
    "getrandom": (318, 278),
    "exit_group": (231, 94),
    "exit": (60, 93),
    "restart_syscall": (219, 128),
    "open": (2, None),
    "stat": (4, None),
    "lstat": (6, None),
    "statx": (332, 291),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getcwd": (79, 17),
    "pread64": (17, 67),
    "readv": (19, 65),
    "writev": (20, 66),
    "dup": (32, 23),
    "sigaltstack": (131, 132),
    "getitimer": (36, 102),
    "alarm": (37, None),
    "nanosleep": (35, 101),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "times": (100, 153),
    "sched_yield": (24, 124),
    "getpid": (39, 172),
    "getppid": (110, 173),
    "gettid": (186, 178),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "uname": (63, 160),
}
# Allowed by one of their arguments: which, and what it has to be.
AMONG, BELOW, WITH, WITHOUT = "among", "below", "with", "without"
Judged = tuple[tuple[int, int], int, str, tuple[int, ...]]
BY_ARGUMENT: dict[str, Judged] = {
    # Private memory only: others would be woken by a file that both have mapped.
    "futex": ((202, 98), 1, WITH, (128,)),
    # No huge pages, of which a machine has a fixed number.
    "mmap": ((9, 222), 3, WITHOUT, (0x40000,)),
    # To give memory back, and to have it in larger pages; not whether a file's pages stay in memory.
    "madvise": ((28, 233), 2, AMONG, (4, 8, 14, 15)),
    # The clocks that everybody has. Others are those of a process, and say that it is there.
    "clock_gettime": ((228, 113), 0, BELOW, (12,)),
    "clock_getres": ((229, 114), 0, BELOW, (12,)),
    "clock_nanosleep": ((230, 115), 0, BELOW, (12,)),
    # About this process; of others they would say whether they are there.
    "sched_getaffinity": ((204, 123), 0, AMONG, (0,)),
    "getpgid": ((121, 155), 0, AMONG, (0,)),
    "getsid": ((124, 156), 0, AMONG, (0,)),
    # Copies of a descriptor, and its flags. Not what all copies share (F_SETFL), no locks, leases, marks.
    "fcntl": ((72, 25), 1, AMONG, (0, 1, 2, 3, 1030)),
    # Whether it is a terminal, and whether it is closed where a program begins.
    "ioctl": ((16, 29), 1, AMONG, (0x5401, 0x5450, 0x5451)),
}
# What closes a descriptor, and by which argument. Whoever closes the grader's pipe ends there, so that a pipe
# that is closed always says the same: its process has ended.
CLOSING = {"close": ((3, 57), 0), "dup2": ((33, None), 1), "dup3": ((292, 24), 1)}
# What closes all from its first argument to its second. Where it is refused, glibc's closefrom aborts, which
# os.closerange calls from Python 3.13 on.
CLOSING_ALL = {"close_range": (436, 436)}
CAPSET, CAPABILITIES_3 = {"x86_64": 126, "aarch64": 91}, 0x20080522
# Shared by all processes of a user, so that one could take what another needs. The filter refuses most ways
# to it; these limits are for the others, and for processors whose numbers are not known.
SHARED = {"NPROC": 0, "SIGPENDING": 64, "MEMLOCK": 0, "MSGQUEUE": 0}


def process_control(what: int, value: int) -> None:
    """Ask the kernel for something that Linux alone has."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(what, value, 0, 0, 0)


def close_all_but(known: set[int], above: Iterable[int] = ()) -> None:
    """Close all descriptors but these and the standard ones: what libraries have opened would be shared.

    libffi, for one, keeps a file of its own open. above: descriptors that have been known besides.
    """
    ends = [2, *sorted(known - {-1})]
    last = max((*ends, *above)) + AFTER
    for below, next_one in zip(ends, [*ends[1:], last]):
        os.closerange(below + 1, next_one)


def filters() -> bool:
    """Whether the kernel takes a filter, and its numbers are known here."""
    known = sys.platform == "linux" and os.uname().machine in PROCESSORS
    return known and bool(ctypes.CDLL(None).prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0)


def close(pipe: Iterable[int] = ()) -> bool:
    """Refuse calls from now on; whether the kernel does that, besides starting no process.

    pipe: the descriptors of the grader's pipe. The process that closes one of them is ended by SIGSYS.
    """
    for name, most in SHARED.items():
        if resource is not None and hasattr(resource, f"RLIMIT_{name}"):
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))
    if not filters():
        return False
    machine = os.uname().machine
    library = ctypes.CDLL(None)
    # Where this is root without a user namespace, it is root over nothing.
    library.syscall(CAPSET[machine], struct.pack("<II", CAPABILITIES_3, 0), bytes(24))
    program = _program(*PROCESSORS[machine], tuple(pipe))
    code = ctypes.create_string_buffer(program)
    # struct sock_fprog: how many instructions, and where.
    whole = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    library.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return not library.prctl(PR_SET_SECCOMP, FILTER, ctypes.create_string_buffer(whole), 0, 0)


def _program(mark: int, column: int, pipe: tuple[int, ...]) -> bytes:
    """The filter: what is allowed goes through, all else fails.

    mark: of the architecture; calls by the numbers of another one are all missing.
    column: where this architecture's numbers stand.
    """
    steps = [
        _step(LOAD, ARCHITECTURE_AT),
        _step(EQUAL, mark, yes=1),
        _step(RETURN, REFUSE | ENOSYS),
        _step(LOAD, NUMBER_AT),
    ]
    for numbers in ALLOWED.values():
        steps += _where(numbers[column], [_step(RETURN, ALLOW)])
    for numbers, argument, rule, values in BY_ARGUMENT.values():
        steps += _where(numbers[column], [_argument(argument), *_judged(rule, values)])
    for numbers, argument in CLOSING.values():
        ends = [step for fd in pipe for step in (_step(EQUAL, fd, no=1), _step(RETURN, KILL))]
        steps += _where(numbers[column], [_argument(argument), *ends, _step(RETURN, ALLOW)])
    for numbers in CLOSING_ALL.values():
        steps += _where(numbers[column], [*_within(pipe), _step(RETURN, ALLOW)])
    missing = [_step(EQUAL, CLONE3, yes=1), _step(AT_LEAST, UNKNOWN, no=1), _step(RETURN, REFUSE | ENOSYS)]
    return b"".join([*steps, *missing, _step(RETURN, REFUSE | EPERM)])


def _where(number: int | None, then: list[bytes]) -> list[bytes]:
    """Steps for one call; none where an architecture does not have it."""
    return [] if number is None else [_step(EQUAL, number, no=len(then)), *then]


def _argument(place: int) -> bytes:
    # The lower half is all that these calls look at.
    return _step(LOAD, ARGUMENTS_AT + ARGUMENT * place)


def _within(pipe: tuple[int, ...]) -> list[bytes]:
    """End the process if one of these descriptors lies within the range that it closes."""
    steps = []
    for fd in pipe:
        steps += [_argument(0), _step(AT_LEAST, fd + 1, yes=3), _argument(1), _step(AT_LEAST, fd, no=1)]
        steps.append(_step(RETURN, KILL))
    return steps


def _judged(rule: str, values: tuple[int, ...]) -> list[bytes]:
    """Allow the call where the argument is as it has to be; refuse it otherwise."""
    allowed, refused = _step(RETURN, ALLOW), _step(RETURN, REFUSE | EPERM)
    if rule == AMONG:
        ways = [step for value in values for step in (_step(EQUAL, value, no=1), allowed)]
        return [*ways, refused]
    test = _step(AT_LEAST if rule == BELOW else ANY_BIT, values[0], no=1)
    return [test, allowed, refused] if rule == WITH else [test, refused, allowed]


def _step(code: int, number: int, yes: int = 0, no: int = 0) -> bytes:
    """One instruction; yes and no: how many to skip after a comparison."""
    return struct.pack("<HBBI", code, yes, no, number)


def enter(root: str, user: int) -> bool:
    """Become this user, with this folder as the root of all files; whether the folder could be had.

    root: a folder; nothing for the one that there is.
    """
    entered = False
    if root:
        try:
            os.chroot(root)
            entered = True
        except OSError:
            entered = False  # a container may have taken that right from its root
    os.chdir("/")
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)
    os.umask(0o777)
    return entered


# Landlock: numbers of calls, the same on every architecture, and bits of rights.
CREATE, ADD, RESTRICT = 444, 445, 446
READ_FILE, READ_DIR = 1 << 2, 1 << 3
# By version of the interface: which rights over files it knows, over TCP, and what it keeps apart.
FILES = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
TCP_SINCE, SCOPES_SINCE = 4, 6
BENEATH = 1  # a rule about all beneath a path


def sees_only() -> bool:
    """Whether the kernel has Landlock."""
    return sys.platform == "linux" and bool(ctypes.CDLL(None).syscall(CREATE, None, 0, 1) > 0)


def see_only(listed: list[str], read: list[str]) -> bool:
    """Let this process and its children see no more files than these; whether the kernel can do that.

    listed: folders whose names may be listed, all the way down. read: files and folders to be read.
    """
    if not sees_only():
        return False
    library = ctypes.CDLL(None)
    version = library.syscall(CREATE, None, 0, 1)
    files = (1 << FILES[min(version, max(FILES))]) - 1
    rules = struct.pack("<QQQ", files, 3 if version >= TCP_SINCE else 0, 3 if version >= SCOPES_SINCE else 0)
    size = 24 if version >= SCOPES_SINCE else 16 if version >= TCP_SINCE else 8
    ruleset = library.syscall(CREATE, rules, size, 0)
    for paths, right in ((listed, READ_DIR), (read, READ_FILE)):
        for path in paths:
            try:
                handle = os.open(path, os.O_PATH)
            except OSError:
                continue  # a link to nowhere
            library.syscall(ADD, ruleset, BENEATH, struct.pack("<Qi", right, handle), 0)
            os.close(handle)
    library.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    refused = library.syscall(RESTRICT, ruleset, 0)
    os.close(ruleset)
    return not refused

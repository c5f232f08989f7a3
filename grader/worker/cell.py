"""The last walls, which a worker builds around itself, inside of whatever cage it is in.

close(): after it, a child starts no process, no thread and no program, sends no signal, opens no socket,
    marks no file, takes no lock and has no rights that a user has not.
A seccomp filter, on the processors whose call numbers are known here; elsewhere there is only RLIMIT_NPROC.
see_only(): files but those named can be neither read nor written. Landlock, where the kernel has it.
"""

from __future__ import annotations

import ctypes
import os
import resource
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, FILTER = 38, 22, 2
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06  # BPF: load a word, compare it with a number, return
NUMBER_AT, ARCHITECTURE_AT = 0, 4
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
EPERM, ENOSYS = 1, 38
X32 = 0x40000000  # call numbers from here up are another ABI
CLONE3 = 435  # its arguments cannot be seen by a filter; where it is missing, clone is tried
# Refused by number, which differs from one architecture to the next. First what reaches other processes:
# clone, execve, execveat, ptrace, process_vm_readv, process_vm_writev, kill, tkill, tgkill, rt_sigqueueinfo,
# rt_tgsigqueueinfo, kcmp, setsid, setpgid, prctl, prlimit64, setpriority, ioprio_set, sched_setparam,
# sched_setscheduler, sched_setaffinity, sched_setattr, migrate_pages, move_pages; then ways out: socket,
# socketpair, memfd_create, shmget, msgget, semget, mq_open, flock, keyctl, add_key, request_key,
# open_by_handle_at; then what marks files that may only be read: fchmod, fchmodat, fchown, fchownat,
# utimensat, setxattr, lsetxattr, fsetxattr, removexattr, lremovexattr, fremovexattr; then the kernel's more
# adventurous parts: bpf, userfaultfd, perf_event_open, unshare, setns, mount, inotify_init1, fanotify_init,
# personality, syslog; truncate and ftruncate, which early Landlock knows nothing of; on x86_64 also fork,
# vfork, inotify_init, chmod, chown, lchown, utime, utimes and futimesat.
X86_64 = """56 59 322 101 310 311 62 200 234 129 297 312 112 109 157 302 141 251 142 144 203 314 256 279
    41 53 319 29 68 64 240 73 250 248 249 304  91 268 93 260 280 188 189 190 197 198 199
    321 323 298 272 308 165 294 300 135 103  57 58 253 90 92 94 132 235 261 76 77"""
AARCH64 = """220 221 281 117 270 271 129 130 131 138 240 272 157 154 167 261 140 30 118 119 122 274 238 239
    198 199 279 194 186 190 180 32 219 217 218 265  52 53 55 54 88 5 6 7 14 15 16
    280 282 241 97 268 40 26 262 92 116 45 46"""
# The architecture's mark, what is refused, and the numbers of fcntl and ioctl.
CALLS = {"x86_64": (0xC000003E, X86_64, (72, 16)), "aarch64": (0xC00000B7, AARCH64, (25, 29))}
# pidfd_open, pidfd_send_signal, pidfd_getfd, io_uring_setup, process_madvise, the newer ways to mount and to
# mark files: memfd_secret, fchmodat2, setxattrat, removexattrat, file_setattr.
EVERYWHERE = (434, 424, 438, 425, 440, 428, 429, 430, 431, 432, 433, 442, 447, 452, 463, 466, 469)
# Refused by their second argument. Of fcntl: locks, whom to signal, with what, leases and watched folders.
# Of ioctl: whom to signal, and typing into a terminal.
ARGUMENT_AT = 24
FCNTL, IOCTL = (6, 7, 8, 10, 15, 37, 38, 1024, 1026), (0x8901, 0x8902, 0x5412)
CAPSET, CAPABILITIES_3 = {"x86_64": 126, "aarch64": 91}, 0x20080522


def close() -> bool:
    """Refuse calls from now on; whether the kernel does that, besides starting no process."""
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    calls = CALLS.get(os.uname().machine)
    if sys.platform != "linux" or calls is None:
        return False
    architecture, numbers, by_argument = calls
    library = ctypes.CDLL(None)
    # Where this is root without a user namespace, it is root over nothing.
    library.syscall(CAPSET[os.uname().machine], struct.pack("<II", CAPABILITIES_3, 0), bytes(24))
    program = _program(architecture, (*map(int, numbers.split()), *EVERYWHERE), by_argument)
    code = ctypes.create_string_buffer(program)
    # struct sock_fprog: how many instructions, and where.
    whole = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    library.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return not library.prctl(PR_SET_SECCOMP, FILTER, ctypes.create_string_buffer(whole), 0, 0)


def _program(architecture: int, refused: tuple[int, ...], by_argument: tuple[int, int]) -> bytes:
    """The filter: other architectures end the process, the refused calls fail, all else goes through."""
    steps = [
        _step(LOAD, ARCHITECTURE_AT),
        _step(EQUAL, architecture, yes=1),
        _step(RETURN, KILL),
        _step(LOAD, NUMBER_AT),
        _step(AT_LEAST, X32, no=1),
        _step(RETURN, KILL),
        _step(EQUAL, CLONE3, no=1),
        _step(RETURN, REFUSE | ENOSYS),
    ]
    for number in refused:
        steps += [_step(EQUAL, number, no=1), _step(RETURN, REFUSE | EPERM)]
    for number, arguments in zip(by_argument, (FCNTL, IOCTL)):
        looked_at = [_step(LOAD, ARGUMENT_AT)]
        for argument in arguments:
            looked_at += [_step(EQUAL, argument, no=1), _step(RETURN, REFUSE | EPERM)]
        looked_at.append(_step(RETURN, ALLOW))
        steps += [_step(EQUAL, number, no=len(looked_at)), *looked_at]
    return b"".join([*steps, _step(RETURN, ALLOW)])


def _step(code: int, number: int, yes: int = 0, no: int = 0) -> bytes:
    """One instruction; yes and no: how many to skip after a comparison."""
    return struct.pack("<HBBI", code, yes, no, number)


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
    library = ctypes.CDLL(None, use_errno=True)
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

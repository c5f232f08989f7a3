"""The walls that a worker builds around itself: what a student's code asks of the kernel in vain."""

import os
import re
import subprocess
import sys
import sysconfig
import time
from itertools import islice, product
from pathlib import Path

import pytest

from grader.autograd.program import Chain
from grader.autograd.subject import SUBJECT
from grader.examine.setting import parts
from grader.model import Ended, Numbers, Overtime
from grader.sandbox.cage import Process, found
from grader.sandbox.cages import Uid
from grader.sandbox.runner import Limits, Request, Runner
from grader.worker import child, walls
from tests.grader.sandbox.asking import ask, observe
from tests.grader.sandbox.unwalled import add, leave_out
from tests.needs import every_cage, filtered, landlock, linux, uid_reason, x86_64
from tests.samples import WHOLE, some

ROOT = Path(__file__).resolve().parents[3]
MACHINE = os.uname().machine
HEADERS = {
    "x86_64": Path(f"/usr/include/{sysconfig.get_config_var('MULTIARCH')}/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
# Some of what is refused, by what it would reach: other processes, the network, what all processes share,
# marks on files, the kernel's more adventurous parts, and what tells of the machine.
REFUSED = """
    clone execve execveat kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open
    pidfd_send_signal pidfd_getfd ptrace process_vm_readv process_vm_writev process_madvise prctl prlimit64
    setsid setpgid setpriority sched_setscheduler sched_setaffinity
    socket socketpair memfd_create shmget msgget semget mq_open keyctl add_key request_key
    io_setup io_uring_setup timer_create timerfd_create eventfd2 epoll_create1 pipe2 inotify_init1 mlock
    futex_waitv flock fadvise64 readahead mincore preadv2 cachestat sync_file_range splice
    fchmod fchmodat fchmodat2 fchownat utimensat fsetxattr setxattrat ftruncate truncate fallocate
    mkdirat unlinkat renameat2 linkat symlinkat mknodat
    bpf userfaultfd perf_event_open unshare setns mount move_mount fsopen personality fanotify_init
    open_by_handle_at listmount statmount statfs fstatfs sysinfo getrusage getpriority kcmp
    get_robust_list membarrier
"""
# Arguments that no call can make anything of, and the error that it ends with.
CALLING = """
library = ctypes.CDLL(None, use_errno=True)
def errno(number, *arguments):
    given = (*arguments, *[-1] * 6)[:6]
    ctypes.set_errno(0)
    return ctypes.get_errno() if library.syscall(number, *map(ctypes.c_long, given)) == -1 else 0
"""
EPERM, ENOSYS = 1, 38
# The kernel's own way back from probes that root has set (x86_64); it asks no filter about them, and they end
# whoever calls them from elsewhere.
PROBES = (335, 336) if MACHINE == "x86_64" else ()
# From here up nothing is known, and so it is missing.
NEWER = range(walls.UNKNOWN, walls.UNKNOWN + 100)


def named_calls():
    """Every call that the filter lets through in some way, with its numbers."""
    by_argument = {name: judged[0] for name, judged in walls.BY_ARGUMENT.items()}
    closing = {name: numbers for name, (numbers, _) in walls.CLOSING.items()}
    return {**walls.ALLOWED, **by_argument, **closing, **walls.CLOSING_ALL}


def let_through_here():
    column = walls.PROCESSORS[MACHINE][1]
    return {numbers[column] for numbers in named_calls().values()}


# Calls


@filtered
@every_cage
def test_every_call_is_refused_that_computing_does_not_need(cage, course):
    others = [n for n in range(walls.UNKNOWN) if n not in {*let_through_here(), *PROBES}]
    asked = f"[n for n in {others} if errno(n) != {EPERM}]"
    assert ask(course, cage, asked, CALLING) == f"[{walls.CLONE3}]"


@filtered
def test_it_is_the_filter_that_refuses_them(course, monkeypatch):
    leave_out(monkeypatch, "close")
    numbers = numbers_by_name(MACHINE)
    # Without arguments to be wrong, this would succeed.
    listed = [numbers[name] for name in REFUSED.split() if name in numbers and name != "setsid"]
    given = ask(course, Process(), f"sum(errno(n) == {EPERM} for n in {listed})", CALLING)
    assert int(given) < len(listed) / 4  # a few are for root only


@filtered
@every_cage
def test_calls_that_came_later_are_said_to_be_missing(cage, course):
    newer = [walls.CLONE3, *NEWER]
    assert ask(course, cage, f"{{errno(n) for n in {newer}}}", CALLING) == f"{{{ENOSYS}}}"


@filtered
@every_cage
def test_calls_by_the_numbers_of_another_abi_are_missing(cage, course):
    getpid_of_x32, last = 0x40000000 + 39, 0xFFFFFFFF
    asked = f"[errno({getpid_of_x32}), errno({last})]"
    assert ask(course, cage, asked, CALLING) == f"[{ENOSYS}, {ENOSYS}]"


@x86_64
@filtered
@every_cage
def test_calls_by_the_32_bit_way_are_missing(cage, course):
    getpid = """
import mmap
page = mmap.mmap(-1, 4096, prot=7)
page.write(bytes.fromhex("b8 14 00 00 00 cd 80 c3"))  # mov eax, 20; int 0x80; ret
call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
"""
    # A kernel without that way has nothing to filter.
    assert ask(course, cage, "call()", getpid) in (
        str(-ENOSYS),
        Ended("its process was ended by SIGSEGV", True),
    )


FUTEX, MADVISE = (walls.BY_ARGUMENT[name][0][MACHINE == "aarch64"] for name in ("futex", "madvise"))


JUDGED_BY_ARGUMENT = [
    "fcntl.fcntl(0, fcntl.F_SETOWN, os.getppid())",
    "fcntl.fcntl(0, 10, 9)",
    "fcntl.fcntl(0, fcntl.F_SETLEASE, fcntl.F_RDLCK)",
    "fcntl.fcntl(0, fcntl.F_SETFL, os.O_NONBLOCK)",
    "fcntl.fcntl(0, 1036, bytes(8))",
    "fcntl.fcntl(0, 1031, 1 << 20)",
    "fcntl.lockf(0, fcntl.LOCK_SH)",
    "fcntl.ioctl(0, 0x8901, bytes(4))",
    "fcntl.ioctl(0, 0x5421, bytes(4))",
    "fcntl.ioctl(0, 0x40086602, bytes(8))",
    "fcntl.ioctl(0, termios.TIOCSTI, b'x')",
    "time.clock_gettime((~os.getppid() << 3) | 2)",
    "time.clock_getres((~os.getppid() << 3) | 2)",
    "os.sched_getaffinity(os.getppid())",
    "os.getpgid(os.getppid())",
    "os.getsid(os.getppid())",
    "mmap.mmap(-1, 1 << 21, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40000)",
    "mmap.mmap(-1, 4096).madvise(21)",
    "mmap.mmap(-1, 4096).madvise(mmap.MADV_WILLNEED)",
    "os.preadv(0, [bytearray(1)], 0, os.RWF_NOWAIT)",
    "os.posix_fadvise(0, 0, 0, os.POSIX_FADV_DONTNEED)",
    "resource.getrusage(resource.RUSAGE_SELF)",
]
PERMITTED = """
import fcntl, mmap, termios, time
def permitted(call):
    try:
        eval(call)
    except OSError as error:
        return error.errno != 1
    return True
"""


@filtered
@every_cage
def test_calls_are_refused_by_their_arguments(cage, course):
    asked = f"[call for call in {JUDGED_BY_ARGUMENT} if permitted(call)]"
    assert ask(course, cage, asked, PERMITTED) == "[]"


@filtered
@every_cage
def test_only_private_memory_can_be_waited_at_and_woken(cage, course):
    operations = {"wait": 0, "wake": 1, "wait for bits": 9, "wake by bits": 10}
    call = f"errno({FUTEX}, ctypes.addressof(word), operation | flag, 0, 0, 0, 1)"
    asked = f"[[{call} for flag in (0, 128)] for operation in {[*operations.values()]}]"
    given = eval(ask(course, cage, asked, CALLING + "word = ctypes.c_uint(1)"))
    for name, (refused, private) in zip(operations, given, strict=True):
        assert refused == EPERM, name
        assert private != EPERM, name


@filtered
@every_cage
def test_descriptors_can_still_be_asked_about(cage, course):
    flags = "(fcntl.fcntl(0, fcntl.F_GETFD) in (0, 1), fcntl.fcntl(0, fcntl.F_GETFL) & os.O_ACCMODE)"
    assert ask(course, cage, flags, "import fcntl") == f"(True, {os.O_RDWR})"


def numbers_by_name(machine):
    header = HEADERS[machine]
    if not header.exists():
        pytest.skip(f"{header} is not installed; apt install linux-libc-dev, or libc6-dev-arm64-cross")
    return {
        name: int(number)
        for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", header.read_text("utf-8"))
    }


@pytest.mark.parametrize("machine", HEADERS)
def test_numbers_are_those_of_the_names(machine):
    known = numbers_by_name(machine)
    # aarch64 says the calls that 32-bit processors have in another size by names of their own.
    known |= {"newfstatat": known.get("newfstatat", known.get("fstatat", 79))}
    column = walls.PROCESSORS[machine][1]
    assert {name: numbers[column] for name, numbers in named_calls().items()} == {
        name: known.get(name) for name in named_calls()
    }
    assert known["clone3"] == walls.CLONE3
    assert walls.CAPSET[machine] == known["capset"]


@pytest.mark.parametrize("machine", HEADERS)
def test_what_reaches_beyond_the_process_is_not_let_through(machine):
    assert not {*REFUSED.split()} & {*named_calls()}
    unknown = {name for name in REFUSED.split() if name not in numbers_by_name(machine)}
    assert len(unknown) < 10  # headers of older kernels lack the newest


@filtered
@every_cage
def test_root_has_no_rights_but_a_users(cage, course, monkeypatch):
    capget = walls.CAPSET[MACHINE] - 1  # it stands before capset, and is let through for this test alone
    add(monkeypatch, "worker.walls", f"ALLOWED['capget'] = ({capget}, {capget})")
    # Whose and in which form, then effective, permitted and inheritable.
    asked = f"(library.syscall({capget}, header, rights), list(rights))"
    before = "library = ctypes.CDLL(None)\nheader = (ctypes.c_uint32 * 2)(0x20080522, 0)\n"
    before += "rights = (ctypes.c_uint32 * 6)(*[7] * 6)"
    assert ask(course, cage, asked, before) == repr((0, [0] * 6))


# The grader's pipe


CLOSES = {
    "all at once": "os.closerange(fd, 1024)",
    "from it on": "ctypes.CDLL(None).syscall(436, 3, -1, 0)",
    "up to it": "ctypes.CDLL(None).syscall(436, 0, fd, 0)",
    "one by one": "os.close(fd)",
    "by another in its place": "os.dup2(0, fd)",
    "by a file's end": "os.fdopen(fd, 'rb').close()",
}
THEN = {"goes on": "", "leaves": "os._exit(3)", "loops": "while True: pass"}
CLOSING = """
import ctypes, os
for fd in range(3, 1024):
    try:
        {}
    except OSError:
        pass
{}
"""


@filtered
@every_cage
@pytest.mark.parametrize(("closes", "then"), some([*product(CLOSES, THEN)], 6))
def test_end_of_who_closes_the_pipe_is_told_in_one_way(closes, then, cage, course):
    trying = CLOSING.format(CLOSES[closes], THEN[then])
    ended = Ended("its process closed the grader's pipe", busy=True)
    assert observe(course, cage, course.solution("add") + trying) == ended


@filtered
@every_cage
def test_descriptors_beside_the_pipe_can_be_closed(cage, course):
    opened = "import fcntl, os\nfds = [fcntl.fcntl(0, fcntl.F_DUPFD, 30) for _ in range(4)]\n"
    closing = "os.closerange(fds[1], fds[1] + 1)\nos.close(fds[2])"
    assert (
        ask(course, cage, "[os.path.sameopenfile(0, fd) for fd in fds[::3]]", opened + closing)
        == "[True, True]"
    )
    assert "Bad file descriptor" in ask(course, cage, "os.fstat(fds[1])", opened + closing)


@filtered
@every_cage
def test_what_is_left_on_a_descriptor_is_not_there_for_the_next_exercise(cage, course, monkeypatch):
    # Whatever a process could do to the flags, they are not those of the next.
    add(monkeypatch, "worker.walls", "BY_ARGUMENT['fcntl'] = ((72, 25), 1, WITHOUT, (1 << 31,))")
    runner = Runner(cage, Limits(), len(course.parts), SUBJECT.worker)
    marks = "import fcntl, os\n[fcntl.fcntl(fd, fcntl.F_SETFL, os.O_NONBLOCK) for fd in (0, 1, 2)]"
    reads = (
        "import fcntl, os\n"
        "raise ValueError([fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_NONBLOCK for fd in (0, 1, 2)])"
    )
    seen = []
    try:
        for source in (f"{course.solution('add')}\n{marks}", reads):
            with runner.attempt(parts(course, {"add": source}, course.exercises[0])) as attempt:
                seen += attempt.observe(Request.of([Chain(1)]))
    finally:
        runner.close()
    assert seen[0] == Numbers((2.0, 2.0))
    assert seen[1].error == "ValueError: [0, 0, 0]"


# Limits


@linux
@every_cage
def test_memory_is_bounded(cage, course):
    taking = "bytearray(200 * 2**20)"
    limits = Limits(memory=128 * 2**20)
    assert ask(course, cage, taking, limits=limits) == "MemoryError"


# The same limit in each, which takes a second to reach.
@linux
@(every_cage if WHOLE else pytest.mark.parametrize("cage", [Process()], ids=["Process"]))
def test_time_is_bounded_by_what_the_processor_worked(cage, course):
    start = time.monotonic()
    seen = observe(course, cage, "while True: pass", Limits(seconds=1.0, patience=60.0))
    assert seen == Overtime(1.0, busy=True)
    assert time.monotonic() - start < 40


@linux
def test_code_that_will_not_hear_that_its_time_is_up_ends_soon_after(course):
    deaf = "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nwhile True: pass"
    start = time.monotonic()
    assert isinstance(observe(course, Process(), deaf, Limits(seconds=1.0, patience=60.0)), Ended | Overtime)
    assert time.monotonic() - start < 40


@linux
@every_cage
def test_time_that_is_slept_away_counts_by_the_clock(cage, course):
    seen = observe(course, cage, "import time\ntime.sleep(60)", Limits(seconds=0.5, patience=2.0))
    assert seen == Overtime(0.5, busy=True)


@linux
@every_cage
def test_descriptors_are_bounded(cage, course):
    assert ask(course, cage, "[os.dup(0) for _ in range(100)]").startswith("OSError: [Errno 24]")


@pytest.fixture
def user_cage():
    """A cage whose workers are no root, whom the kernel lets start as many processes as memory holds."""
    if os.geteuid():
        return Process()
    if reason := uid_reason():
        pytest.skip(reason)
    return Uid()


@linux
def test_no_process_is_started_where_there_is_no_filter_either(user_cage, course, monkeypatch):
    add(monkeypatch, "worker.walls", "PROCESSORS = {}")
    assert ask(course, user_cage, "os.fork()").startswith("BlockingIOError")
    assert observe(course, user_cage, course.solution("add")) == Numbers((2.0, 2.0))


@filtered
@every_cage
def test_limits_cannot_be_lifted(cage, course):
    lifting = "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))"
    assert ask(course, cage, lifting) == "ValueError: not allowed to raise maximum limit"


# Files

READING = [
    "open('/etc/passwd').read()",
    "open('/proc/self/status').read()",
    "open('/proc/self/environ').read()",
    "open(f'/proc/{os.getppid()}/cmdline').read()",
    "open('{root}/course.toml').read()",
    "open('{root}/grader/cli.py').read()",
    "open('{root}/solutions/add.py').read()",
    "open('{folder}/file').read()",
    "open('{folder}/link').read()",
    "os.listdir('/')",
    "os.listdir('/proc')",
    "os.listdir('.')",
    "os.listdir('{folder}')",
    "os.listdir('{root}')",
]
WRITING = [
    "open('{folder}/file', 'a')",
    "open('{folder}/file', 'r+')",
    "open('{folder}/file', 'w')",
    "open('{folder}/new', 'w')",
    "open('new', 'w')",
    "open(os.__file__, 'a')",
    "open('/dev/null', 'w')",
    "os.truncate('{folder}/file', 0)",
    "os.link('{folder}/file', '{folder}/hard')",
    "os.symlink('/', '{folder}/soft')",
    "os.mkdir('{folder}/inner')",
    "os.mkdir('inner')",
    "os.mkfifo('{folder}/fifo')",
    "os.mknod('{folder}/node')",
    "os.rename('{folder}/file', '{folder}/other')",
    "os.unlink('{folder}/link')",
    "os.rmdir('{folder}/empty')",
]
TRYING = """
def refused(what):
    try:
        eval(what)
    except PermissionError:
        return True
    return False
"""


@pytest.fixture
def folder(tmp_path):
    """Somebody else's files."""
    (tmp_path / "file").write_text("secret")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "empty").mkdir()
    return tmp_path


@pytest.fixture
def let_through(course, folder):
    """Those of the attempts that a worker in no cage is not refused."""

    def ask_all(attempts):
        filled = [a.replace("{root}", str(ROOT)).replace("{folder}", str(folder)) for a in attempts]
        return ask(course, Process(), f"[a for a in {filled} if not refused(a)]", TRYING), filled

    return ask_all


def contents(folder):
    return sorted((path.name, path.is_file() and path.read_text()) for path in folder.iterdir())


@landlock
def test_files_and_folders_of_others_cannot_be_read(let_through):
    assert let_through(READING)[0] == "[]"


@landlock
def test_nothing_can_be_written_made_moved_or_removed(let_through, folder):
    before = contents(folder)
    assert let_through(WRITING)[0] == "[]"
    assert contents(folder) == before


# The filter refuses truncating as well; and a library that is somebody else's cannot be written anyway.
SAFE = () if os.access(os.__file__, os.W_OK) else ("os.__file__",)
BY_LANDLOCK = [attempt for attempt in WRITING[:8] if not any(word in attempt for word in ("truncate", *SAFE))]


@pytest.mark.parametrize("attempts", [READING[:6], READING[6:], BY_LANDLOCK], ids=len)
def test_it_is_landlock_that_refuses_them(attempts, let_through, monkeypatch):
    leave_out(monkeypatch, "see_only")
    allowed, filled = let_through(attempts)
    assert allowed == repr(filled)


@landlock
def test_packages_in_the_library_cannot_be_read(course):
    files = [str(path) for folder in found().hidden for path in islice(Path(folder).rglob("*.py"), 5)]
    assert files
    asked = f"[f for f in {files} if not refused(f'open({{f!r}})')]"
    assert ask(course, Process(), asked, TRYING) == "[]"


# The standard library

# For a screen or a terminal, for a telephone, and what makes or tests Pythons.
NOT_TO_BE_HAD = {
    *("_curses", "_curses_panel", "_tkinter", "curses", "nis", "readline", "tkinter", "turtle", "turtledemo"),
    *("ensurepip", "idlelib", "test", "_testcapi", "_ios_support"),
}
IMPORTING = """
import importlib, sys
def failing():
    failed = []
    for name in sorted(sys.stdlib_module_names - {"antigravity", "this"}):  # a browser, and a poem
        try:
            importlib.import_module(name)
        except (ImportError, OSError):
            failed.append(name)
    return failed
"""


@pytest.fixture(scope="module")
def missing_here():
    """The modules that a bare interpreter in no cage does not find either."""
    bare = [sys.executable, "-I", "-S", "-c", f"{IMPORTING}\nprint(failing())"]
    return set(eval(subprocess.run(bare, capture_output=True, check=True).stdout))


@linux
@every_cage
def test_standard_library_is_all_there(cage, course, missing_here):
    missing = set(eval(ask(course, cage, "failing()", IMPORTING)))
    assert missing - missing_here <= NOT_TO_BE_HAD


LIBRARY = {
    "hashlib.sha256(b'').hexdigest()[:8]": "e3b0c442",
    "str(decimal.Decimal(2).sqrt().quantize(decimal.Decimal('0.01')))": "1.41",
    "len(os.urandom(8))": 8,
    "sqlite3.connect(':memory:').execute('select 6 * 7').fetchone()": (42,),
    "inspect.getsource(inspect.getsource).startswith('def getsource')": True,
}


@linux
@every_cage
def test_standard_library_works(cage, course):
    asked = f"[{', '.join(LIBRARY)}]"
    assert ask(course, cage, asked, "import decimal, hashlib, inspect, sqlite3") == repr([*LIBRARY.values()])


# What is left for right code


@every_cage
def test_right_code_is_answered(cage, course):
    assert observe(course, cage, course.solution("add")) == Numbers((2.0, 2.0))


# Where a system has less


def test_limit_that_a_system_does_not_know_is_left_out(monkeypatch):
    kept, set_ = [], []
    for name in walls.SHARED:
        if hasattr(walls.resource, f"RLIMIT_{name}"):
            kept.append(getattr(walls.resource, f"RLIMIT_{name}"))
    monkeypatch.setattr(walls, "SHARED", {**walls.SHARED, "NOTHING": 0})
    monkeypatch.setattr(walls, "filters", lambda: False)
    monkeypatch.setattr(walls.resource, "setrlimit", lambda limit, _: set_.append(limit))
    assert not walls.close()
    assert set_ == kept


def test_without_landlock_nothing_is_hidden(monkeypatch):
    monkeypatch.setattr(walls, "sees_only", lambda: False)
    assert not walls.see_only([], [])


@pytest.mark.parametrize("root", ["", "/proc/nowhere"])
def test_user_is_entered_also_where_the_root_folder_stays(root, monkeypatch):
    done = []

    def refused(_):
        raise PermissionError

    monkeypatch.setattr(os, "chroot", refused)
    for name in ("chdir", "setgroups", "setgid", "setuid", "umask"):
        monkeypatch.setattr(os, name, lambda value, name=name: done.append((name, value)))
    assert not walls.enter(root, 4711)
    assert ("setuid", 4711) in done


def test_limit_that_a_system_refuses_keeps_nobody_from_the_others(monkeypatch):
    asked = []

    def refuse(limit, _):
        asked.append(limit)
        raise ValueError

    monkeypatch.setattr(child.resource, "setrlimit", refuse)
    child._limit(1 << 30, 1.0)
    assert len(asked) == 5

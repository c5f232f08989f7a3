"""The walls that a worker builds around itself: what a student's code asks of the kernel in vain."""

import os
import re
import subprocess
import sys
import sysconfig
import time
from itertools import islice
from pathlib import Path

import pytest

from grader.observation import Ended, Numbers, Overtime
from grader.sandbox.interpreter import found
from grader.sandbox.process import Process
from grader.sandbox.uid import Uid
from grader.sandbox.uid import why_not as no_uid
from grader.student import Limits
from grader.worker import cell
from tests.grader.asking import ask, observe
from tests.grader.cages import both, filtered, linux
from tests.grader.unwalled import add, leave_out

ROOT = Path(__file__).resolve().parents[2]
MACHINE = os.uname().machine
HEADERS = {
    "x86_64": Path(f"/usr/include/{sysconfig.get_config_var('MULTIARCH')}/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
REFUSED = """
    fork vfork clone execve execveat kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open
    pidfd_send_signal pidfd_getfd ptrace process_vm_readv process_vm_writev process_madvise prctl prlimit64
    setsid setpgid setpriority sched_setscheduler socket socketpair memfd_create shmget msgget semget mq_open
    keyctl add_key request_key open_by_handle_at bpf userfaultfd perf_event_open io_uring_setup unshare setns
    mount move_mount fsopen personality inotify_init1 fanotify_init
"""
# x86_64 alone has these: on aarch64 they are said with clone and with the calls ending in "at".
OLDER = {"fork", "vfork", "inotify_init", "chmod", "chown", "lchown", "utime", "utimes", "futimesat"}
# Arguments that no call can make anything of, and the error that it ends with.
CALLING = """
library = ctypes.CDLL(None, use_errno=True)
def errno(number):
    ctypes.set_errno(0)
    return ctypes.get_errno() if library.syscall(number, *[ctypes.c_long(-1)] * 6) == -1 else 0
"""
EPERM, ENOSYS = 1, 38

blind = pytest.mark.skipif(not cell.sees_only(), reason="this kernel has no Landlock")


def refused(machine):
    return [*map(int, cell.CALLS[machine][1].split()), *cell.EVERYWHERE]


# Calls


@filtered
@both
def test_every_listed_call_is_refused(cage, course):
    listed = refused(MACHINE)
    assert len(listed) > 40
    assert ask(course, cage, f"[n for n in {listed} if errno(n) != {EPERM}]", CALLING) == "[]"


@filtered
def test_it_is_the_filter_that_refuses_them(course, monkeypatch):
    leave_out(monkeypatch, "close")
    # Without arguments to be wrong, these two would succeed.
    listed = [n for n in refused(MACHINE) if n not in ((57, 58) if MACHINE == "x86_64" else ())]
    given = ask(course, Process(), f"sum(errno(n) == {EPERM} for n in {listed})", CALLING)
    assert int(given) < len(listed) / 4  # a few are for root only


@filtered
@both
def test_newer_way_to_fork_is_said_to_be_missing(cage, course):
    assert ask(course, cage, "errno(435)", CALLING) == str(ENOSYS)


@filtered
@both
@pytest.mark.parametrize("number", [0x40000000 + 39, 0xFFFFFFFF], ids=["getpid of x32", "the last number"])
def test_call_by_the_numbers_of_another_abi_ends_the_process(number, cage, course):
    assert ask(course, cage, f"errno({number})", CALLING) == Ended("its process was ended by SIGSYS", True)


@pytest.mark.skipif(MACHINE != "x86_64", reason="only x86_64 has a 32-bit way in")
@filtered
@both
def test_call_by_the_32_bit_way_ends_the_process(cage, course):
    getpid = """
import mmap
page = mmap.mmap(-1, 4096, prot=7)
page.write(bytes.fromhex("b8 14 00 00 00 cd 80 c3"))  # mov eax, 20; int 0x80; ret
call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
"""
    # A kernel without that way has nothing to filter.
    ends = [Ended(f"its process was ended by {signal}", True) for signal in ("SIGSYS", "SIGSEGV")]
    assert ask(course, cage, "call()", getpid) in ends


@filtered
@both
@pytest.mark.parametrize(
    "call",
    [
        "fcntl.fcntl(0, fcntl.F_SETOWN, os.getppid())",
        "fcntl.fcntl(0, 10, 9)",
        "fcntl.fcntl(0, fcntl.F_SETLEASE, fcntl.F_RDLCK)",
        "fcntl.lockf(0, fcntl.LOCK_SH)",
        "fcntl.ioctl(0, 0x8901, bytes(4))",
        "fcntl.ioctl(0, termios.TIOCSTI, b'x')",
    ],
    ids=["whom to signal", "with what to signal", "lease", "lock", "whom to signal by ioctl", "typing"],
)
def test_call_is_refused_by_its_argument(call, cage, course):
    assert ask(course, cage, call, "import fcntl, termios").startswith("PermissionError: [Errno 1]")


@filtered
@both
def test_descriptors_can_still_be_asked_about(cage, course):
    flags = "(fcntl.fcntl(0, fcntl.F_GETFD) in (0, 1), fcntl.fcntl(0, fcntl.F_GETFL) & os.O_ACCMODE)"
    assert ask(course, cage, flags, "import fcntl") == f"(True, {os.O_RDWR})"


def numbers_by_name(machine):
    header = HEADERS[machine]
    if not header.exists():
        pytest.skip(f"{header} is not installed")
    return {
        name: int(number)
        for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", header.read_text("utf-8"))
    }


def named(machine):
    names = {number: name for name, number in numbers_by_name(machine).items()}
    unknown = [number for number in map(int, cell.CALLS[machine][1].split()) if number not in names]
    assert unknown == []
    return {names.get(number, str(number)) for number in refused(machine)}


@pytest.mark.parametrize("machine", HEADERS)
def test_what_reaches_other_processes_and_the_network_is_refused(machine):
    missing = set(REFUSED.split()) - named(machine)
    assert missing == (set() if machine == "x86_64" else {"fork", "vfork"})


def test_same_calls_are_refused_on_every_processor():
    assert named("x86_64") - named("aarch64") == OLDER
    assert named("aarch64") <= named("x86_64")


@pytest.mark.parametrize("machine", HEADERS)
def test_calls_refused_by_argument_are_the_ones_meant(machine):
    numbers = numbers_by_name(machine)
    assert cell.CALLS[machine][2] == (numbers["fcntl"], numbers["ioctl"])
    assert cell.CAPSET[machine] == numbers["capset"]


@filtered
@both
def test_root_has_no_rights_but_a_users(cage, course):
    # capget stands before capset. Whose and in which form, then effective, permitted and inheritable.
    asked = f"(library.syscall({cell.CAPSET[MACHINE] - 1}, header, rights), list(rights))"
    before = "library = ctypes.CDLL(None)\nheader = (ctypes.c_uint32 * 2)(0x20080522, 0)\n"
    before += "rights = (ctypes.c_uint32 * 6)(*[7] * 6)"
    assert ask(course, cage, asked, before) == repr((0, [0] * 6))


# Limits


@linux
@both
def test_memory_is_bounded(cage, course):
    taking = "bytearray(200 * 2**20)"
    limits = Limits(memory=128 * 2**20)
    assert ask(course, cage, taking, limits=limits) == "MemoryError"


@linux
@both
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
@both
def test_time_that_is_slept_away_counts_by_the_clock(cage, course):
    seen = observe(course, cage, "import time\ntime.sleep(60)", Limits(seconds=0.5, patience=2.0))
    assert seen == Overtime(0.5, busy=True)


@linux
@both
def test_descriptors_are_bounded(cage, course):
    assert ask(course, cage, "[os.dup(0) for _ in range(100)]").startswith("OSError: [Errno 24]")


@pytest.fixture
def user_cage():
    """A cage whose workers are no root, whom the kernel lets start as many processes as memory holds."""
    if os.geteuid():
        return Process()
    if reason := no_uid():
        pytest.skip(reason)
    return Uid()


@linux
def test_no_process_is_started_where_there_is_no_filter_either(user_cage, course, monkeypatch):
    add(monkeypatch, "cell", "CALLS = {}")
    assert ask(course, user_cage, "os.fork()").startswith("BlockingIOError")
    assert observe(course, user_cage, course.solution("add")) == Numbers((2.0, 2.0))


@filtered
@both
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


@blind
def test_files_and_folders_of_others_cannot_be_read(let_through):
    assert let_through(READING)[0] == "[]"


@blind
def test_nothing_can_be_written_made_moved_or_removed(let_through, folder):
    before = contents(folder)
    assert let_through(WRITING)[0] == "[]"
    assert contents(folder) == before


# The filter refuses truncating as well.
BY_LANDLOCK = [attempt for attempt in WRITING[:8] if "truncate" not in attempt]


@pytest.mark.parametrize("attempts", [READING[:6], READING[6:], BY_LANDLOCK], ids=len)
def test_it_is_landlock_that_refuses_them(attempts, let_through, monkeypatch):
    leave_out(monkeypatch, "see_only")
    allowed, filled = let_through(attempts)
    assert allowed == repr(filled)


@blind
def test_packages_in_the_library_cannot_be_read(course):
    files = [str(path) for folder in found().hidden for path in islice(Path(folder).rglob("*.py"), 5)]
    assert files
    asked = f"[f for f in {files} if not refused(f'open({{f!r}})')]"
    assert ask(course, Process(), asked, TRYING) == "[]"


# The standard library

# For a screen or a terminal, and what makes or tests Pythons.
NOT_TO_BE_HAD = {
    *("_curses", "_curses_panel", "_tkinter", "curses", "nis", "readline", "tkinter", "turtle", "turtledemo"),
    *("ensurepip", "idlelib", "test", "_testcapi"),
}
IMPORTING = """
import importlib, sys
def failing():
    failed = []
    for name in sorted(sys.stdlib_module_names - {"antigravity", "this"}):  # a browser, and a poem
        try:
            importlib.import_module(name)
        except (ImportError, PermissionError):
            failed.append(name)
    return failed
"""


@pytest.fixture(scope="module")
def missing_here():
    """The modules that a bare interpreter in no cage does not find either."""
    bare = [sys.executable, "-I", "-S", "-c", f"{IMPORTING}\nprint(failing())"]
    return set(eval(subprocess.run(bare, capture_output=True, check=True).stdout))


@linux
@both
def test_standard_library_is_all_there(cage, course, missing_here):
    missing = set(eval(ask(course, cage, "failing()", IMPORTING)))
    assert missing - missing_here <= NOT_TO_BE_HAD


@linux
@both
@pytest.mark.parametrize(
    ("asked", "worth"),
    [
        ("hashlib.sha256(b'').hexdigest()[:8]", "'e3b0c442'"),
        ("decimal.Decimal(2).sqrt().quantize(decimal.Decimal('0.01'))", "Decimal('1.41')"),
        ("len(os.urandom(8))", "8"),
        ("sqlite3.connect(':memory:').execute('select 6 * 7').fetchone()", "(42,)"),
        ("inspect.getsource(inspect.getsource).startswith('def getsource')", "True"),
    ],
    ids=["hash", "decimal", "random bytes", "database in memory", "source of the library"],
)
def test_standard_library_works(asked, worth, cage, course):
    assert ask(course, cage, asked, "import decimal, hashlib, inspect, sqlite3") == worth


# What is left for right code


@both
def test_right_code_is_answered(cage, course):
    assert observe(course, cage, course.solution("add")) == Numbers((2.0, 2.0))

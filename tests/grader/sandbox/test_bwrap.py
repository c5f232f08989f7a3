"""The strong cage: what is seen from inside of it, what can be done there, and when it cannot be had."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.errors import MachineError
from grader.sandbox import cages
from grader.sandbox.cage import DEVICES, found
from grader.sandbox.cages import Bwrap, choose, no_bwrap
from tests import needs
from tests.grader.sandbox.asking import ask

SAYS = """
import os, sys
{}
os.write(int(sys.argv[1]), repr(({})).encode())
"""
FORKS = """
import os, sys, time
os.fork()
os.write(int(sys.argv[1]), b"x")
time.sleep(60)
"""
# Every path but those under the given ones, which nobody enters.
WALKING = """
def walk(top, known):
    for entry in os.scandir(top):
        if entry.path not in known:
            yield entry.path
            if entry.is_dir(follow_symlinks=False):
                yield from walk(entry.path, known)
"""
# Where a file could be made, which is one without a name so that none is, and which could be changed.
WRITABLE = """
def opened(path, flags):
    try:
        os.close(os.open(path, flags))
    except OSError as error:
        return error.errno not in REFUSED
    return True
import errno
# The interpreter runs, and some links of its library lead nowhere here.
REFUSED = {errno.EROFS, errno.ETXTBSY, errno.ENOENT}
def writable():
    for folder, _, files in os.walk("/"):
        if opened(folder, os.O_TMPFILE | os.O_WRONLY):
            yield folder
        yield from (p for f in files if opened(p := os.path.join(folder, f), os.O_WRONLY))
"""


@pytest.fixture
def pipe():
    """A pipe's reader and its writer, which may be taken off and closed."""
    ends = list(os.pipe())
    yield ends
    for fd in ends:
        os.close(fd)


@pytest.fixture
def started(pipe):
    """Starts Python source in the cage, once, and leaves it the pipe's writer as its argument."""
    running = []

    def start(source):
        writer = pipe.pop()
        try:
            running.append(Bwrap().start(["-c", source, str(writer)], [writer]))
        finally:
            os.close(writer)
        return running[-1]

    yield start
    for process in running:
        process.kill()


@pytest.fixture
def says(started, pipe):
    """What an expression is worth in the cage, as repr shows it, without a worker and its own walls."""

    def tell(expression, before=""):
        started(SAYS.format(before, expression))
        said = b""
        while data := os.read(pipe[0], 1 << 16):
            said += data
        return said.decode()

    return tell


# What is seen


@needs.bwrap
def test_nothing_is_seen_but_the_interpreter_its_libraries_and_two_devices(says):
    interpreter = found()
    known = [*interpreter.files, interpreter.library, *DEVICES]
    seen = set(eval(says(f"[*walk('/', {known})]", WALKING)))
    # What is left are the folders on the way to them.
    assert seen == {str(folder) for path in known for folder in Path(path).parents} - {"/"}


@needs.bwrap
def test_library_is_seen_as_it_is_but_for_its_packages(says):
    interpreter = found()
    listing = says(f"[*os.listdir({interpreter.library!r})], [os.listdir(h) for h in {interpreter.hidden}]")
    there, hidden = eval(listing)
    assert sorted(there) == sorted(os.listdir(interpreter.library))
    assert hidden == [[] for _ in interpreter.hidden]


@needs.bwrap
def test_interpreters_files_are_the_machines_own(says):
    digest = f"[hashlib.sha256(open(p, 'rb').read()).hexdigest() for p in {found().files}]"
    inside = says(digest, "import hashlib")
    given = subprocess.run(["sha256sum", *found().files], capture_output=True, text=True, check=True).stdout
    assert eval(inside) == [line.split()[0] for line in given.splitlines()]


@needs.bwrap
@pytest.mark.parametrize("path", ["/proc", "/sys", "/etc", "/tmp", "/home", "/dev/shm", "/dev/tty", "/run"])
def test_folder_is_not_there(path, says):
    assert says(f"os.path.lexists({path!r})") == "False"


@needs.bwrap
def test_files_of_the_project_are_not_there(says):
    ours = [str(Path(cages.__file__)), str(Path(__file__)), os.getcwd()]
    assert says(f"[os.path.lexists(p) for p in {ours}]") == repr([False] * 3)


@needs.bwrap
def test_environment_is_empty_but_for_the_folder(says, monkeypatch):
    monkeypatch.setenv("NANOGRAD_TOKEN", "secret")
    monkeypatch.setenv("LD_PRELOAD", "")
    # Python itself sets LC_CTYPE where it finds no locale.
    assert says("sorted({*os.environ.items()} - {('LC_CTYPE', 'C.UTF-8')})") == "[('PWD', '/')]"


@pytest.mark.untraced(reason="the tracer has a descriptor of its own")
@needs.bwrap
def test_only_the_given_descriptors_are_open(says, pipe):
    given = [0, 1, 2, pipe[1]]
    still_open = """
def is_open(fd):
    try:
        return bool(os.fstat(fd))
    except OSError:
        return False
"""
    with open(os.devnull) as other:
        os.set_inheritable(other.fileno(), True)
        assert says("[fd for fd in range(1024) if is_open(fd)]", still_open) == repr(given)


@needs.bwrap
def test_child_has_no_descriptors_but_null_and_its_lanes_pipes(course):
    kinds = """
import stat
def kinds():
    for fd in range(256):
        try:
            mode = os.fstat(fd).st_mode
        except OSError:
            continue
        yield "pipe" if stat.S_ISFIFO(mode) else "device" if stat.S_ISCHR(mode) else "other"
"""
    assert ask(course, Bwrap(), "sorted(kinds())", kinds) == repr(["device"] * 3 + ["pipe"] * 3)


# What can be done


@needs.bwrap
def test_nothing_can_be_written_but_the_two_devices(says):
    # Root's files are refused to others before it is asked how they are mounted.
    before = WRITABLE if os.geteuid() == 0 else WRITABLE + "REFUSED.add(errno.EACCES)\n"
    assert set(eval(says("[*writable()]", before))) <= {*DEVICES}


@needs.bwrap
def test_every_place_is_mounted_read_only(says):
    paths = ["/", *found().files, found().library, *found().hidden]
    assert says(f"[p for p in {paths} if not os.statvfs(p).f_flag & os.ST_RDONLY]") == "[]"


@needs.bwrap
def test_worker_is_nobody(says):
    asked = "os.getresuid(), os.getresgid(), {*os.getgroups()} <= {65534}"
    assert says(asked) == repr(((65534,) * 3, (65534,) * 3, True))


@needs.bwrap
def test_nobody_has_no_capability(says):
    before = "import ctypes\nrights = (ctypes.c_uint32 * 6)(*[7] * 6)\nlibrary = ctypes.CDLL(None)\n"
    before += "header = (ctypes.c_uint32 * 2)(0x20080522, 0)\n"
    capget = {"x86_64": 125, "aarch64": 90}[os.uname().machine]
    bounding = "[n for n in range(41) if library.prctl(23, n, 0, 0, 0)]"
    asked = f"library.syscall({capget}, header, rights), [*rights], {bounding}"
    assert says(asked, before) == repr((0, [0] * 6, []))


@needs.bwrap
def test_no_program_gives_more_rights(says):
    assert says("ctypes.CDLL(None).prctl(39, 0, 0, 0, 0)", "import ctypes") == "1"


@needs.bwrap
def test_worker_cannot_become_root(says):
    before = """
def refused(call, *arguments):
    try:
        call(*arguments)
    except PermissionError:
        return True
    except OSError as error:
        return error.errno == 22  # nobody of that number here
    return False
"""
    asked = "[refused(os.setuid, 0), refused(os.setgid, 0), refused(os.chroot, '/')]"
    assert says(asked, before) == repr([True] * 3)


@needs.bwrap
def test_there_are_no_namespaces_to_be_made_inside(says):
    new_user_namespace = "ctypes.CDLL(None).unshare(0x10000000)"
    assert says(new_user_namespace, "import ctypes") == "-1"


@needs.bwrap
def test_network_is_a_loop_that_is_nobodys(says):
    assert says("[name for _, name in socket.if_nameindex()]", "import socket") == "['lo']"


@needs.bwrap
def test_no_address_can_be_reached(says):
    reaching = """
import socket
def reached(address):
    with socket.socket() as ours:
        ours.settimeout(1)
        return ours.connect_ex(address)
"""
    outside, own = eval(says("reached(('192.0.2.1', 80)), reached(('127.0.0.1', 22))", reaching))
    assert outside == errno.ENETUNREACH
    assert own in (errno.ENETUNREACH, errno.ECONNREFUSED)


@needs.bwrap
def test_no_process_is_seen_but_those_inside(says):
    others = """
def there(pid):
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
"""
    asked = "os.getpid(), os.getppid(), [p for p in range(1, 9999) if there(p)]"
    assert says(asked, others) == "(1, 0, [1])"


@needs.bwrap
def test_childs_parent_is_the_first_process_there_is(course):
    assert ask(course, Bwrap(), "os.getppid()") == "1"


# How it ends


@needs.bwrap
def test_killing_ends_the_process_and_what_it_forked(started, pipe):
    process, (reader,) = started(FORKS), pipe
    assert os.read(reader, 1) + os.read(reader, 1) == b"xx"
    process.kill()
    assert os.read(reader, 1) == b""  # nobody is left who could write


@needs.bwrap
def test_process_may_be_killed_more_than_once(started):
    process = started(FORKS)
    process.kill()
    ended = process.process.returncode
    process.kill()
    assert process.process.returncode == ended != 0


@needs.bwrap
def test_process_that_ends_by_itself_is_waited_for(started):
    process = started("")
    process.kill()
    assert process.process.returncode == 0


# When it cannot be had


@pytest.fixture
def asked_anew():
    """Asks why the cage cannot be had, whatever has been said before."""
    no_bwrap.cache_clear()
    yield no_bwrap
    no_bwrap.cache_clear()


def test_program_that_does_not_even_start_knows_no_newer_walls(tmp_path):
    assert cages._newer_walls(str(tmp_path / "nowhere")) == ()


def test_other_systems_have_no_such_program(asked_anew, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert no_bwrap() == "bubblewrap is for Linux"


@needs.linux
def test_missing_program_is_said(asked_anew, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert asked_anew() == "bubblewrap is not installed (its command is bwrap)"


@needs.linux
def test_missing_program_is_the_machines_fault(asked_anew, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MachineError) as caught:
        choose("bwrap")
    assert "bubblewrap is not installed" in caught.value.what


@needs.linux
@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("#!/bin/sh\necho 'bwrap: no luck\nat all' >&2\nexit 1\n", "walls here: bwrap: no luck"),
        ("no program\n", "bubblewrap does not start: "),
    ],
    ids=["it fails", "it is none"],
)
def test_program_that_does_not_work_is_said(program, said, asked_anew, tmp_path, monkeypatch):
    (tmp_path / "bwrap").write_text(program)
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    cages._newer_walls.cache_clear()
    assert said in asked_anew()
    cages._newer_walls.cache_clear()


def without_namespaces(source):
    """What Python says where the machine refuses to make user namespaces."""
    limit = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    inside = ["unshare", "--user", "--map-root-user", "sh", "-c", limit, "sh", sys.executable, "-c", source]
    if shutil.which("unshare") is None or subprocess.run([*inside[:-1], ""], check=False).returncode:
        pytest.skip(needs.NO_NAMESPACES)
    return subprocess.run(inside, capture_output=True, text=True, check=True).stdout


@needs.bwrap
def test_refused_namespaces_are_said_in_bubblewraps_own_words():
    said = without_namespaces("from grader.sandbox.cages import no_bwrap; print(no_bwrap())")
    assert said.startswith("bubblewrap cannot make its walls here: bwrap: ")


@needs.bwrap
def test_working_program_leaves_nothing_to_say(asked_anew):
    assert asked_anew() == ""

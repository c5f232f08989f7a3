"""Ways to what lies around a submission and is none of its business: files, secrets, packages."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import mmap
import os
import stat
import struct
import sys
from importlib.util import find_spec

from ..worker import Scene, call, libc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

KIND = "files"  # ways to a file that is none of a submission's business

SET_HINT, GET_FLAGS, SET_FLAGS = 1036, 0x80086601, 0x40086602
LIST_MOUNTS, EVERY_MOUNT = 458, 0xFFFFFFFFFFFFFFFF
FUTEX = {"x86_64": 202, "aarch64": 98}


def users(scene: Scene) -> bool:
    """Reads the list of users, /etc/passwd."""
    return bool(_read("/etc/passwd"))


def home(scene: Scene) -> bool:
    """Lists the home folder."""
    return set(scene["home_names"]) <= set(os.listdir(scene["home"]))


def project(scene: Scene) -> bool:
    """Reads a file of the project."""
    return bool(_read(scene["project"]))


def private(scene: Scene) -> bool:
    """Reads a private file."""
    return bool(_read(scene["file"]) == scene["secret"])


def detour(scene: Scene) -> bool:
    """Reads a private file through another process's root folder."""
    return bool(_read(f"/proc/{scene['bystander']}/root{scene['file']}") == scene["secret"])


def presence(scene: Scene) -> bool:
    """Learns that a private file is there, and its size."""
    return os.stat(scene["file"]).st_size == len(scene["secret"])


def root(scene: Scene) -> bool:
    """Lists the machine's folders."""
    return set(scene["root_names"]) <= set(os.listdir("/"))


def here(scene: Scene) -> bool:
    """Makes a file in the folder it is in."""
    return _makes_file(".", scene)


def temporary(scene: Scene) -> bool:
    """Makes a file in /tmp."""
    return _makes_file("/tmp", scene)


def memory_disk(scene: Scene) -> bool:
    """Makes a file in /dev/shm."""
    return _makes_file("/dev/shm", scene)


def library(scene: Scene) -> bool:
    """Makes a file beside the standard library."""
    return _makes_file(os.path.dirname(os.__file__), scene)


def truncation(scene: Scene) -> None:
    """Empties a private file."""
    os.truncate(scene["file"], 0)


def mode(scene: Scene) -> None:
    """Changes who may read a private file."""
    os.chmod(scene["file"], 0o666)


def times(scene: Scene) -> None:
    """Changes the time of a private file."""
    os.utime(scene["file"], (0, 0))


def removal(scene: Scene) -> None:
    """Removes a private file."""
    os.unlink(scene["file"])


def symbolic_link(scene: Scene) -> None:
    """Makes a symbolic link."""
    os.symlink("/", scene["token"])
    os.unlink(scene["token"])


def hard_link(scene: Scene) -> None:
    """Makes a hard link to a private file."""
    os.link(scene["file"], scene["file"] + ".link")


def folder(scene: Scene) -> None:
    """Makes a folder."""
    os.mkdir(scene["token"])
    os.rmdir(scene["token"])


def fifo(scene: Scene) -> None:
    """Makes a named pipe."""
    os.mkfifo(scene["token"])
    os.unlink(scene["token"])


def device(scene: Scene) -> None:
    """Makes a device."""
    os.mknod(scene["token"], stat.S_IFCHR | 0o600, os.makedev(1, 3))
    os.unlink(scene["token"])


def hint(scene: Scene) -> bool:
    """Leaves a mark on a file that it may only read (F_SET_RW_HINT)."""
    return _with_library(lambda fd: [fcntl.fcntl(fd, SET_HINT, struct.pack("Q", mark)) for mark in (2, 0)])


def attributes(scene: Scene) -> bool:
    """Changes the attributes of a file that it may only read (FS_IOC_SETFLAGS)."""

    def unchanged(fd: int) -> None:
        flags = fcntl.ioctl(fd, GET_FLAGS, bytes(8))
        fcntl.ioctl(fd, SET_FLAGS, flags)

    return _with_library(unchanged)


def cached(scene: Scene) -> bool:
    """Learns which parts of a file others have read lately (preadv2)."""

    def look(fd: int) -> None:
        try:
            os.preadv(fd, [bytearray(1)], 0, os.RWF_NOWAIT)
        except BlockingIOError:
            return  # that nobody has read it is an answer, too

    return _with_library(look)


def advice(scene: Scene) -> bool:
    """Has parts of a file forgotten that others have read (posix_fadvise)."""
    return _with_library(lambda fd: os.posix_fadvise(fd, 0, 1, os.POSIX_FADV_DONTNEED))


def meeting(scene: Scene) -> bool:
    """Waits at a place in a file where others can wake it (futex)."""

    def wait(fd: int) -> None:
        place = _library().mmap(None, mmap.PAGESIZE, mmap.PROT_READ, mmap.MAP_SHARED, fd, 0)
        # Of the wrong word it does not wait, and says so.
        _library().syscall(FUTEX[os.uname().machine], ctypes.c_void_p(place), 0, 0, None, None, 0)
        if ctypes.get_errno() != errno.EAGAIN:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    return _with_library(wait)


def mounts(scene: Scene) -> bool:
    """Lists what is mounted (listmount)."""
    # struct mnt_id_req: its size, the root of all mounts, and from which on; then room for their numbers.
    asked, found = (ctypes.c_uint64 * 4)(24, EVERY_MOUNT, 0, 0), (ctypes.c_uint64 * 8)()
    return bool(call(LIST_MOUNTS, asked, found, ctypes.c_size_t(8), 0))


def space(scene: Scene) -> bool:
    """Asks how full the disk is (statfs)."""
    return bool(os.statvfs("/").f_blocks)


def _with_library(do: Callable[[int], object]) -> bool:
    """Do something with a file of the standard library, which everybody may read."""
    fd = os.open(os.__file__, os.O_RDONLY)
    try:
        do(fd)
    finally:
        os.close(fd)
    return True


def _library() -> ctypes.CDLL:
    library = libc()
    library.mmap.restype = ctypes.c_void_p
    library.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    return library


def _read(path: str) -> str:
    with open(path) as file:
        return file.read()


def _makes_file(folder: str, scene: Scene) -> bool:
    path = os.path.join(folder, scene["token"])
    with open(path, "x"):
        os.unlink(path)
    return True


KIND = "environment"  # ways to what the grader's environment says, tokens for example


def variable(scene: Scene) -> bool:
    """Reads a variable of the grader's environment."""
    return bool(os.environ.get(scene["variable"]) == scene["variable_says"])


def own_process(scene: Scene) -> bool:
    """Reads the grader's environment from what its own process was started with."""
    return _tells("self", scene["variable_says"])


def other_process(scene: Scene) -> bool:
    """Reads the environment of another process."""
    return _tells(str(scene["bystander"]), scene["secret"])


def _tells(process: str, secret: str) -> bool:
    with open(f"/proc/{process}/environ") as file:
        return secret in file.read()


KIND = "interpreter"  # ways to more Python than the standard library


def package(scene: Scene) -> bool:
    """Imports a package that is installed beside the grader."""
    return _imports(scene["package"])


def package_by_path(scene: Scene) -> bool:
    """Imports a package that is installed beside the grader, by its folder."""
    sys.path.insert(0, scene["packages"])
    return _imports(scene["package"])


def oracle(scene: Scene) -> bool:
    """Finds PyTorch."""
    return find_spec("torch") is not None


def judge(scene: Scene) -> bool:
    """Finds pytest."""
    return find_spec("pytest") is not None


def grader(scene: Scene) -> bool:
    """Finds the grader."""
    return find_spec("grader") is not None


def _imports(name: str) -> bool:
    try:
        return bool(__import__(name))
    except ImportError as error:
        raise FileNotFoundError(errno.ENOENT, str(error)) from None

"""Ways to a file that is none of a submission's business."""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Scene = dict[str, Any]


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


def truncation(scene: Scene) -> bool:
    """Empties a private file."""
    os.truncate(scene["file"], 0)
    return True


def mode(scene: Scene) -> bool:
    """Changes who may read a private file."""
    os.chmod(scene["file"], 0o666)
    return True


def times(scene: Scene) -> bool:
    """Changes the time of a private file."""
    os.utime(scene["file"], (0, 0))
    return True


def removal(scene: Scene) -> bool:
    """Removes a private file."""
    os.unlink(scene["file"])
    return True


def symbolic_link(scene: Scene) -> bool:
    """Makes a symbolic link."""
    os.symlink("/", scene["token"])
    os.unlink(scene["token"])
    return True


def hard_link(scene: Scene) -> bool:
    """Makes a hard link to a private file."""
    os.link(scene["file"], scene["file"] + ".link")
    return True


def folder(scene: Scene) -> bool:
    """Makes a folder."""
    os.mkdir(scene["token"])
    os.rmdir(scene["token"])
    return True


def fifo(scene: Scene) -> bool:
    """Makes a named pipe."""
    os.mkfifo(scene["token"])
    os.unlink(scene["token"])
    return True


def device(scene: Scene) -> bool:
    """Makes a device."""
    os.mknod(scene["token"], stat.S_IFCHR | 0o600, os.makedev(1, 3))
    os.unlink(scene["token"])
    return True


def _read(path: str) -> str:
    with open(path) as file:
        return file.read()


def _makes_file(folder: str, scene: Scene) -> bool:
    path = os.path.join(folder, scene["token"])
    with open(path, "x"):
        os.unlink(path)
    return True

"""Ways to somebody who listens."""

from __future__ import annotations

import errno
import socket

from .calls import Scene

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

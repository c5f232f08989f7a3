"""Messages between processes of ours: a length, then JSON."""

from __future__ import annotations

import json
import socket
import struct
from typing import Any

LENGTH = struct.Struct(">Q")


def send(to: socket.socket, plain: dict[str, Any]) -> None:
    """Write a message; raises OSError where nobody listens any more."""
    data = json.dumps(plain).encode()
    to.sendall(LENGTH.pack(len(data)) + data)


def receive(of: socket.socket) -> dict[str, Any] | None:
    """The next message, None where the other end is closed; raises OSError and TimeoutError."""
    head = _read(of, LENGTH.size)
    if head is None:
        return None
    body = _read(of, *LENGTH.unpack(head))
    if body is None:
        return None
    message: dict[str, Any] = json.loads(body)
    return message


def _read(of: socket.socket, count: int) -> bytes | None:
    data = bytearray()
    while len(data) < count:
        piece = of.recv(min(count - len(data), 1 << 20))
        if not piece:
            return None
        data += piece
    return bytes(data)

import _socket
import ctypes
import os

from .value import Value

library = ctypes.CDLL(None)
for family in (_socket.AF_INET, _socket.AF_INET6, _socket.AF_UNIX, getattr(_socket, "AF_NETLINK", 16), 40):
    for kind in (_socket.SOCK_STREAM, _socket.SOCK_DGRAM, _socket.SOCK_RAW):
        try:
            socket = _socket.socket(family, kind)
        except OSError:
            continue
        try:
            socket.sendto(b"GET /stolen", ("127.0.0.1", @PORT@))
            socket.connect(("127.0.0.1", @PORT@))
            socket.send(b"GET /stolen HTTP/1.0\r\n\r\n")
        except (OSError, TypeError):
            pass
        raise RuntimeError(f"BREACH: a socket of family {family}")
try:
    _socket.getaddrinfo("example.org", 80)
    raise RuntimeError("BREACH: a name was looked up")
except OSError:
    pass

def add(self, other):
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward():
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward
    return out

"""What probes share: put into each of their files before it is sent, in place of the line that imports it."""

import ctypes
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Scene = dict[str, "Any"]


def libc() -> ctypes.CDLL:
    """The C library, for calls that Python has no function for."""
    return ctypes.CDLL(None, use_errno=True)


def number(x86_64: int, aarch64: int) -> int:
    """A call's number on this processor."""
    return {"x86_64": x86_64, "aarch64": aarch64}[os.uname().machine]


def checked(result: int) -> int:
    """The result of such a call; raises OSError where it failed."""
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result

"""Which pages of a file are in memory can be set, asked and forgotten by everybody who may read it."""

import ctypes
import mmap
import os
import resource

from .value import Value

handle = os.open(os.__file__, os.O_RDONLY)
page = mmap.mmap(handle, 4096, prot=mmap.PROT_READ)
library = ctypes.CDLL(None, use_errno=True)
core, place = ctypes.create_string_buffer(8), ctypes.c_void_p()


def asked(call, *arguments):
    if call(*arguments):
        raise OSError(ctypes.get_errno(), "refused")


for what in (
    lambda: os.preadv(handle, [bytearray(16)], 0, os.RWF_NOWAIT),
    lambda: os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED),
    lambda: asked(library.readahead, handle, ctypes.c_long(0), ctypes.c_size_t(4096)),
    lambda: asked(library.syscall, 451, handle, bytes(16), ctypes.create_string_buffer(40), 0),
    lambda: page.madvise(21),  # to page out
    lambda: page.madvise(mmap.MADV_WILLNEED),
    lambda: resource.getrusage(resource.RUSAGE_SELF),  # counts what had to be read first
):
    try:
        what()
        raise RuntimeError("BREACH: asked or told what is in memory")
    except BlockingIOError:
        raise RuntimeError("BREACH: asked what is in memory") from None
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

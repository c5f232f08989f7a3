import threading
import time

from .value import Value


def later():
    time.sleep(0.2)


threading.Thread(target=later, daemon=True).start()


def add(self, other):
    return Value(0.0, (self,))

import threading
import time

for _ in range(100):
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()


def add(self, other):
    raise RuntimeError("BREACH: it has a hundred threads")

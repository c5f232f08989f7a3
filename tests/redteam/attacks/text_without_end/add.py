class Text(str):
    def split(self, *args):
        while True:
            pass

    __format__ = encode = split


class Bomb(BaseException):
    def __str__(self):
        return Text("x")


def add(self, other):
    raise Bomb
